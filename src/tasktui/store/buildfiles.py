"""The files of builds: a lock and a log for each artifact, and the lock of whose turn it is.

Guarantees that a build is alive exactly while its lock is held, with no moment between who
starts it and the process that carries it out: that one inherits the lock. Knows no database.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import BinaryIO

TURN = "turn"
"""The lock of the build that runs; the others wait for it."""

_LIMIT = 2 * 2**20
_TRIES = 5
_PAUSE_S = 0.01
"""Who looks holds a lock for microseconds: so many tries tell it from a build."""


def folder(state_dir: Path) -> Path:
    """Where they lie, mode 0700."""
    place = state_dir / "builds"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def take(state_dir: Path, name: object) -> int | None:
    """The lock of an artifact's build by its id, or of the turn; None while another holds it.

    Held until the file is closed here and in every process that inherited it.
    """
    path = folder(state_dir) / f"{name}.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    for _ in range(_TRIES):
        if _flock(handle, fcntl.LOCK_EX):
            os.ftruncate(handle, 0)  # the process that held it before is not to be signalled
            return handle
        time.sleep(_PAUSE_S)
    os.close(handle)
    return None


def sign(handle: int) -> None:
    """Write this process's id into the lock that it holds."""
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)


def alive(state_dir: Path, key: int) -> bool:
    """Whether a process holds the lock of this artifact's build."""
    path = state_dir / "builds" / f"{key}.lock"
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _flock(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def process(state_dir: Path, key: int) -> int:
    """The process that builds the artifact; 0 where none does, or it has not said so yet."""
    if not alive(state_dir, key):
        return 0
    text = (state_dir / "builds" / f"{key}.lock").read_text(errors="replace").strip()
    return int(text) if text.isascii() and text.isdigit() else 0


def open_log(state_dir: Path, key: int) -> BinaryIO:
    """An empty log for a new build. Raises OSError."""
    path = folder(state_dir) / f"{key}.log"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def read_log(state_dir: Path, key: int) -> str:
    """What the last build wrote; empty where there is nothing. Untrusted text."""
    try:
        with (state_dir / "builds" / f"{key}.log").open("rb") as stream:
            return stream.read(_LIMIT).decode(errors="replace")
    except OSError:
        return ""


def work_place(state_dir: Path, key: int) -> Path:
    """An empty folder for a build, with what a killed one left there removed."""
    clear(state_dir, key)
    place = folder(state_dir) / f"{key}.work"
    place.mkdir(mode=0o700)
    return place


def clear(state_dir: Path, key: int) -> None:
    """Remove the folder of a build that is over."""
    import shutil  # noqa: PLC0415 - off the path of plain reads

    shutil.rmtree(state_dir / "builds" / f"{key}.work", ignore_errors=True)


def forget(state_dir: Path, key: int) -> None:
    """Remove what is there of an artifact that is gone."""
    clear(state_dir, key)
    for path in (state_dir / "builds").glob(f"{key}.*"):
        path.unlink(missing_ok=True)


def _flock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
