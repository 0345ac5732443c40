"""Log files that grow by being appended to, bounded: the older half is put aside.

Guarantees at most two files of the limit each, for their owner alone.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

LIMIT = 4 * 2**20
"""Bytes from which a log is put aside as NAME.1."""


def bounded(path: Path, limit: int = LIMIT) -> Path:
    """Put a log aside that has reached its limit, and return ``path``; never fails."""
    with contextlib.suppress(OSError):
        if path.lstat().st_size >= limit:
            path.replace(path.with_name(f"{path.name}.1"))
    return path


def append(path: Path, text: str, limit: int = LIMIT) -> None:
    """Add ``text``, at most a quarter of the limit of it. Raises OSError."""
    bounded(path, limit)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "a", errors="backslashreplace") as file:
        file.write(text[-limit // 4 :])
