"""``python -m tasktui`` and the program ``tasktui``: arguments in, exit code out."""

from __future__ import annotations

import sys

from tasktui.cli.command import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
