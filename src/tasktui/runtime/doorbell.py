"""Wakes the scheduler the moment something was written, through a named pipe.

A ring carries no content: it means "look again". A lost one costs nothing,
since the scheduler also looks at the store's version by itself.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

NAME = "scheduler.pipe"


def ring(state_dir: Path) -> bool:
    """Wake the scheduler of this state directory; False when none listens.

    Raises nothing: what it announces is stored already, and must not look failed.
    """
    try:
        pipe = os.open(state_dir / NAME, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        if not stat.S_ISFIFO(os.fstat(pipe).st_mode):
            return False
        # A full pipe means that rings are waiting: one more would say nothing new.
        with contextlib.suppress(BlockingIOError):
            os.write(pipe, b"!")
    except BrokenPipeError:
        return False
    finally:
        os.close(pipe)
    return True


def hang(state_dir: Path) -> int:
    """Create the pipe if need be and return the listening end, not blocking.

    Opened for reading and writing, so that it never reports an end of file when
    the last writer leaves. The caller closes it.
    """
    path = state_dir / NAME
    if (path.is_symlink() or path.exists()) and not stat.S_ISFIFO(path.lstat().st_mode):
        path.unlink()
    with contextlib.suppress(FileExistsError):
        os.mkfifo(path, 0o600)
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW)


def drain(pipe: int) -> None:
    """Forget all rings so far."""
    with contextlib.suppress(BlockingIOError):
        while os.read(pipe, 4096):
            pass
