"""What reaches the two streams: cleaned text, tables that fit, JSON, and notes beside it.

Answers go to standard output, everything else to standard error, so that a pipe
gets only the answer.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tasktui.commands.present import dumps
from tasktui.commands.text import clean
from tasktui.errors import TasktuiError

_LONG = 100_000


def say(text: str = "", *, lines: bool = False) -> None:
    """Print a line of the answer, or with ``lines`` several, harmless for a terminal."""
    print(clean(text, _LONG, lines=lines))


def type_out(text: str) -> None:
    """Print a piece of the answer's text, as somebody types: no line ends but its own."""
    print(clean(text, _LONG, lines=True), end="", flush=True)


def emit(value: object) -> None:
    """Print the answer as JSON."""
    print(dumps(value))


def note(text: str) -> None:
    """Print a line that is not part of the answer."""
    print(clean(text, _LONG), file=sys.stderr, flush=True)


def complain(error: TasktuiError, *, as_json: bool = False) -> None:
    """Say what went wrong on standard error."""
    if as_json:
        import json  # noqa: PLC0415 - not for answers in words

        kind = type(error).__name__
        body = {"error": {"kind": kind, "what": error.what, "hint": error.hint}}
        print(json.dumps(body), file=sys.stderr)
        return
    note(f"tasktui: {error.what}")
    if error.hint:
        note(f"  {error.hint}")


def rows(pairs: Sequence[tuple[str, str]]) -> None:
    """Print labels and values; those without a value are left out."""
    size = max((len(label) for label, value in pairs if value), default=0)
    for label, value in pairs:
        if value:
            say(f"{label:<{size}}  {value}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    keep: int = 9
    """The higher, the longer it stays when the terminal gets narrow; 9 is never dropped."""


def width() -> int | None:
    """Cells of the terminal's line; None where the answer goes to a file or a pipe."""
    if not sys.stdout.isatty():
        return None
    import shutil  # noqa: PLC0415 - off the path of a pipe

    return shutil.get_terminal_size().columns


def table(columns: Sequence[Column], lines: Sequence[Sequence[str]], cells: int | None) -> None:
    """Print a table; with ``cells`` it fits them: columns are dropped, then the last one is cut."""
    for text in layout(columns, lines, cells):
        print(text)


def layout(
    columns: Sequence[Column], lines: Sequence[Sequence[str]], cells: int | None
) -> list[str]:
    """The lines of a table, titles first."""
    texts = _texts(columns, lines)
    sizes = _sizes(texts)
    shown = _fitting(columns, sizes, cells)
    return [_line(line, sizes, shown, cells) for line in texts]


def without_room(
    columns: Sequence[Column], lines: Sequence[Sequence[str]], cells: int | None
) -> list[str]:
    """The titles of the columns that ``layout`` drops."""
    shown = _fitting(columns, _sizes(_texts(columns, lines)), cells)
    return [c.title for i, c in enumerate(columns) if i not in shown]


def _texts(columns: Sequence[Column], lines: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[c.title for c in columns], *([clean(t, 400) for t in line] for line in lines)]


def _sizes(texts: Sequence[Sequence[str]]) -> list[int]:
    return [max(span(t) for t in column) for column in zip(*texts, strict=True)]


def _fitting(columns: Sequence[Column], sizes: Sequence[int], cells: int | None) -> list[int]:
    shown = list(range(len(columns)))
    while cells is not None and _total(sizes, shown) > cells:
        droppable = [i for i in shown if columns[i].keep < 9]
        if not droppable or len(shown) == 1:
            break
        shown.remove(min(droppable, key=lambda i: columns[i].keep))
    return shown


def span(text: str) -> int:
    """Cells that ``text`` takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(_cell(c) for c in text)


def _cell(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


_LAST = 12
"""Cells that the last column needs at least: what is longer is cut there, not dropped."""


def _total(sizes: Sequence[int], shown: Sequence[int]) -> int:
    last = min(sizes[shown[-1]], _LAST)
    return sum(sizes[i] + 2 for i in shown[:-1]) + last


def _line(
    line: Sequence[str], sizes: Sequence[int], shown: Sequence[int], cells: int | None
) -> str:
    padded = [line[i] + " " * (sizes[i] - span(line[i])) for i in shown]
    return cut("  ".join(padded).rstrip(), cells)


def cut(text: str, cells: int | None) -> str:
    """``text`` in at most ``cells``, the last one an ellipsis when something is missing."""
    if cells is None or span(text) <= cells:
        return text
    while text and span(text) > cells - 1:
        text = text[:-1]
    return text + "…"
