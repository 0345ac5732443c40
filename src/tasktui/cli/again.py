"""The command line that would call this program again, as the user would type it here."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path


def again(words: Sequence[str], state_dir: str | None = None) -> str:
    """Say how to run ``words``: by the bare name only where PATH has this very program.

    ``state_dir`` is the flag as it was given, None where it was not.
    """
    flags = ["--state-dir", state_dir] if state_dir else []
    return shlex.join([*_program(Path(sys.argv[0])), *flags, *words])


def _program(given: Path) -> list[str]:
    if given.name == "__main__.py":
        return [Path(sys.executable).name, "-m", "tasktui"]
    found = shutil.which(given.name)
    if found and Path(found).resolve() == given.resolve():
        return [given.name]
    return [min(str(given), os.path.relpath(given), key=len)]
