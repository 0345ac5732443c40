"""Saves what a terminal shows: the project's pictures are those of the tested runs."""

from __future__ import annotations

import os
from pathlib import Path

from terminal import Terminal

FOLDER = os.environ.get("TASKTUI_PICTURES", "")


def recording(terminal: Terminal, name: str) -> None:
    """With ``TASKTUI_PICTURES=DIR``, save all that was shown there as ``name.cast``."""
    if FOLDER:
        terminal.record(Path(FOLDER) / f"{name}.cast", "tasktui: the main job")


def picture(terminal: Terminal, name: str) -> None:
    """Let the screen settle and, with ``TASKTUI_PICTURES=DIR``, save it there as ``name.svg``."""
    terminal.settle()
    if FOLDER:
        terminal.picture(Path(FOLDER) / f"{name}.svg")
