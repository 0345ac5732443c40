"""docs/cli.md, made from the help of every verb. Prints it: ``python -m tasktui.cli.manual``."""

from __future__ import annotations

from collections.abc import Iterator

from tasktui.cli.parser import Parser, build, children
from tasktui.cli.table import VERBS

_HEAD = """\
# The command line

Made from `--help` by `python -m tasktui.cli.manual > docs/cli.md`; a test compares them.

Answers go to standard output, everything else to standard error. With `--json` errors are JSON
too, on standard error: `{"error": {"kind", "what", "hint"}}`. Times are ISO 8601 in UTC.
"""


def manual() -> str:
    """The whole document."""
    return "\n".join([_HEAD, *_sections(build(VERBS))])


def _sections(parser: Parser) -> Iterator[str]:
    yield f"## {parser.prog}\n\n```text\n{parser.format_help().rstrip()}\n```\n"
    for child in children(parser):
        yield from _sections(child)


if __name__ == "__main__":
    print(manual(), end="")
