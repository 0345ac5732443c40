"""The state directory: private to its owner, on every path that opens it."""

from __future__ import annotations

import os
from pathlib import Path

from tasktui.store import place


def prepare(state_dir: Path) -> None:
    """Make the directory with mode 0700, or refuse one that is not this user's alone.

    Also sets the umask of this process: nothing it creates is for others.
    Raises StoreError with the reason.
    """
    os.umask(0o077)
    place.private(state_dir)
