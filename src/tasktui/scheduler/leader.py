"""One scheduler for each state directory, by a lock that a kill releases at once.

The file of the lock also says which process holds it and what it cannot tell the
database: it is written in place, which a full disk allows.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tasktui.errors import SchedulerError

NAME = "scheduler.lock"

_TRIES = 20
_PAUSE_S = 0.05
"""A probe holds the lock for microseconds: a second of tries tells it from a scheduler."""

_SIZE = 1024
"""Bytes of the file, always all of them: what is written later needs no new room."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock, in its own words."""

    pid: int = 0
    """0 where it has not said so yet."""
    trouble: str = ""
    """Why it cannot use the database; empty while it can."""
    said_at: datetime | None = None
    """When it wrote this."""


class LeaderLock:
    """The lock, held until ``release`` or the end of this process."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / NAME
        self._file = -1
        self._said: str | None = None

    def acquire(self) -> None:
        """Take the lock. Raises SchedulerError when another scheduler holds it."""
        handle = _open(self._path)
        for _ in range(_TRIES):
            if _flock(handle, fcntl.LOCK_EX):
                self._file = handle
                return
            time.sleep(_PAUSE_S)
        os.close(handle)
        raise running(self._path.parent)

    def sign(self, trouble: str = "") -> None:
        """Say that this process holds the lock, and what troubles it; never fails.

        What is well and was well before is not written again.
        """
        if self._file < 0 or (not trouble and self._said == ""):
            return
        self._said = trouble
        lines = f"{os.getpid()}\n{' '.join(trouble.split())}"
        content = lines.encode()[: _SIZE - 1].ljust(_SIZE - 1) + b"\n"
        with contextlib.suppress(OSError):
            os.pwrite(self._file, content, 0)

    def is_taken(self) -> bool:
        """Whether another file lies where that of the lock was: another scheduler may lead."""
        try:
            there = self._path.stat(follow_symlinks=False)
        except OSError:
            return False  # nobody can hold what is not there
        here = os.fstat(self._file)
        return (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino)

    def release(self) -> None:
        """Let go of the lock."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def is_locked(state_dir: Path) -> bool:
    """Whether a living scheduler holds the lock of this state directory."""
    path = state_dir / NAME
    if not path.exists():
        return False
    handle = _open(path)
    try:
        return not _flock(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def holder(state_dir: Path) -> Holder | None:
    """What the scheduler that holds the lock says of itself; None where none holds it."""
    return _read(state_dir / NAME) if is_locked(state_dir) else None


def running(state_dir: Path) -> SchedulerError:
    """The error for a second scheduler."""
    pid = _read(state_dir / NAME).pid
    which = f" (process {pid})" if pid else ""
    return SchedulerError(
        f"A scheduler of {state_dir} is running already{which}.",
        "tasktui scheduler status shows it.",
    )


def _read(path: Path) -> Holder:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return Holder()
    with open(handle, "rb") as file:  # noqa: PTH123 - a handle that followed no link
        first, _, rest = file.read(_SIZE).decode(errors="replace").partition("\n")
        said_at = datetime.fromtimestamp(os.fstat(handle).st_mtime, UTC)
    if not (first.isascii() and first.isdigit()):
        return Holder()
    return Holder(int(first), rest.strip(), said_at)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _flock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
