"""One scheduler for each state directory, by a lock that a kill releases at once."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from tasktui.errors import SchedulerError

NAME = "scheduler.lock"

_TRIES = 20
_PAUSE_S = 0.05
"""A probe holds the lock for microseconds: a second of tries tells it from a scheduler."""


class LeaderLock:
    """The lock, held until ``release`` or the end of this process."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / NAME
        self._file = -1

    def acquire(self) -> None:
        """Take the lock. Raises SchedulerError when another scheduler holds it."""
        handle = _open(self._path)
        for _ in range(_TRIES):
            if _flock(handle, fcntl.LOCK_EX):
                self._file = handle
                return
            time.sleep(_PAUSE_S)
        os.close(handle)
        raise SchedulerError(
            f"A scheduler of {self._path.parent} is running already.",
            "tasktui scheduler status shows it.",
        )

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


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _flock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
