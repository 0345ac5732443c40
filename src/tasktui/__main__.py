"""``python -m tasktui`` and the program ``tasktui``: arguments in, exit code out.

Guarantees that something is on the screen before anything slow is imported.
"""

from __future__ import annotations

import os
import sys

from tasktui.runtime import bytecode


def main() -> int:
    """Run the command line; without a verb on a terminal its frame is shown at once."""
    bytecode.keep(os.environ)
    from tasktui.tui import skeleton  # noqa: PLC0415 - compiled modules are kept from here on

    try:
        skeleton.lift(sys.argv[1:], os.environ)
        from tasktui.runtime.importing import kept  # noqa: PLC0415 - after the skeleton

        with kept():
            from tasktui.cli.command import main as run  # noqa: PLC0415 - after the skeleton
        return run()
    except KeyboardInterrupt:  # while importing
        return 130
    finally:
        skeleton.drop()


if __name__ == "__main__":
    sys.exit(main())
