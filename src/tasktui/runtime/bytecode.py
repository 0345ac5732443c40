"""Keeps compiled modules where the installation has none and cannot have any.

Without them every start compiles everything again, which takes several times as
long as the start itself. Must not import what takes time.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping

import tasktui


def keep(environ: Mapping[str, str]) -> None:
    """Let Python keep compiled modules in the user's cache, where it could not beside the source.

    So it is for a read-only installation without them, and where
    PYTHONDONTWRITEBYTECODE is set, as in many container images. Nothing is done
    where Python was told of a place, or where no folder of the user's own can be had.
    """
    if sys.pycache_prefix or _compiled():
        return
    home = environ.get("HOME", "")
    cache = environ.get("XDG_CACHE_HOME") or (home and os.path.join(home, ".cache"))  # noqa: PTH118 - pathlib is slow to import
    if os.path.isabs(cache) and _own(folder := os.path.join(cache, "tasktui", "pycache")):  # noqa: PTH117, PTH118 - as above
        sys.pycache_prefix = folder
        sys.dont_write_bytecode = False


def _compiled() -> bool:
    """Whether this package came from a compiled module, or was compiled into one just now."""
    cached = getattr(tasktui, "__cached__", None)
    return cached is None or os.path.exists(cached)  # noqa: PTH110 - as above


def _own(folder: str) -> bool:
    """Make the folder; whether nobody else can put anything into it."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - as above
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o22
