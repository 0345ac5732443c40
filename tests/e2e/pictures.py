"""Saves what a terminal shows: the project's pictures are those of the tested runs."""

from __future__ import annotations

import os
from pathlib import Path

from terminal import Terminal

FOLDER = os.environ.get("TASKTUI_PICTURES", "")


def picture(terminal: Terminal, name: str) -> None:
    """Let the screen settle and, with ``TASKTUI_PICTURES=DIR``, save it there as ``name.svg``."""
    terminal.settle()
    if FOLDER:
        terminal.picture(Path(FOLDER) / f"{name}.svg")
