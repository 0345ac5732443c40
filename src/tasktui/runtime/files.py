"""The state directory: private to its owner, on every path that opens it."""

from __future__ import annotations

import os
from pathlib import Path

from tasktui.errors import StoreBroken


def prepare(state_dir: Path) -> None:
    """Make the directory with mode 0700, and refuse one that others own or can write.

    Also sets the umask of this process: nothing it creates is for others.
    Raises StoreBroken with the reason.
    """
    os.umask(0o077)
    try:
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        info = state_dir.stat()
    except OSError as error:
        raise StoreBroken(
            f"The state directory {state_dir} cannot be made or read: {error.strerror}.",
            "Choose another one with --state-dir or TASKTUI_STATE_DIR.",
        ) from error
    if info.st_uid != os.getuid():
        raise StoreBroken(
            f"The state directory {state_dir} belongs to another user (uid {info.st_uid}).",
            "Choose one of your own with --state-dir.",
        )
    if info.st_mode & 0o077:
        state_dir.chmod(0o700)
