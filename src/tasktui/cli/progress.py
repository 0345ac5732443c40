"""How far something long is, with the seconds since it began: on standard error.

On a terminal one line is rewritten; elsewhere each new stage is a line.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable

from tasktui.cli.output import cut, note
from tasktui.commands.text import clean

_CLEAR = "\r\x1b[2K"


class Progress:
    """Called with each stage; ``close`` leaves the line."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._rewrites = sys.stderr.isatty()
        self._told = ""

    def __call__(self, stage: str) -> None:
        """Show the stage."""
        text = f"{self._clock() - self._began:6.1f} s  {clean(stage)}"
        if self._rewrites:
            cells = shutil.get_terminal_size().columns - 1
            print(f"{_CLEAR}{cut(text, cells)}", end="", file=sys.stderr, flush=True)
        elif stage != self._told:
            note(text)
        self._told = stage

    def close(self) -> None:
        """Leave the line that was rewritten."""
        if self._rewrites and self._told:
            print(file=sys.stderr)
            self._told = ""
