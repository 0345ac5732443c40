"""Text as the screen needs it: lines of spans, each with a tone instead of a colour.

Everything that tasktui draws itself is a ``Line``. Cell widths are the
terminal's (a wide character takes two). ``fit`` and ``wrap`` clean what they
measure, and everything drawn passes one of them: no escape sequence and no
markup reaches the terminal. Pure; colours live in ``palette``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size

from tasktui.commands.text import clean


class Tone(StrEnum):
    """What a piece of text means; the palette decides how it looks."""

    PLAIN = "plain"
    DIM = "dim"
    STRONG = "strong"
    TITLE = "title"
    KEY = "key"
    DANGER_KEY = "danger-key"
    IDLE = "idle"
    IN_QUEUE = "in-queue"
    STARTING = "starting"
    RUNNING = "running"
    NEED_STOP = "need-stop"
    ARCHIVED = "archived"
    PROBLEM = "problem"
    NOTE = "note"
    GOOD = "good"
    LINK = "link"
    CURSOR = "cursor"
    SELECTED = "selected"


class Span(NamedTuple):
    """A piece of text in one tone."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Span, ...]
EMPTY: Line = ()


def line(*parts: Span | str) -> Line:
    """Build a line; plain strings get the plain tone, empty ones vanish."""
    spans = (Span(p) if isinstance(p, str) else p for p in parts)
    return tuple(s for s in spans if s.text)


def plain(parts: Iterable[Span]) -> str:
    """The text of a line without its tones."""
    return "".join(s.text for s in parts)


def width(parts: Iterable[Span]) -> int:
    """Cells that a line takes."""
    return sum(cell_len(s.text) for s in parts)


def cleaned(parts: Iterable[Span]) -> Line:
    """The line with nothing in it that a terminal would act on."""
    return tuple(Span(clean(s.text), s.tone) for s in parts)


def fit(
    parts: Line, cells: int, *, right: bool = False, ellipsis: str = "…", middle: bool = False
) -> Line:
    """Cut or pad a cleaned line to exactly ``cells``; ``right`` aligns it right.

    ``middle`` is for a name: it keeps both its ends.
    """
    parts = cleaned(parts)
    have = width(parts)
    if have <= cells:
        pad = Span(" " * (cells - have))
        if not pad.text:
            return parts
        return (pad, *parts) if right else (*parts, pad)
    if middle:
        return fit((Span(ends(plain(parts), cells, ellipsis), parts[0].tone),), cells)
    return _cut(parts, cells, ellipsis)


def _cut(parts: Line, cells: int, ellipsis: str) -> Line:
    if cells <= 0:
        return EMPTY
    room = cells - cell_len(ellipsis)
    kept: list[Span] = []
    for span in parts:
        size = cell_len(span.text)
        if size <= room:
            kept.append(span)
            room -= size
            continue
        kept.append(Span(set_cell_size(span.text, room) + ellipsis, span.tone))
        break
    return tuple(kept)


@lru_cache(maxsize=1024)  # the names in sight, painted again and again
def ends(text: str, cells: int, ellipsis: str = "…") -> str:
    """A cleaned name in at most ``cells``: its head and its tail, what is between them left out.

    Names that begin alike are told apart by how they end: a third is for that.
    """
    text = clean(text)
    if cell_len(text) <= cells:
        return text
    room = cells - cell_len(ellipsis)
    if room < 2:
        return set_cell_size(text, max(0, room)) + ellipsis if cells > 0 else ""
    end = max(1 if room < 4 else 2, room // 3)
    if text.isascii():
        return f"{text[: room - end]}{ellipsis}{text[-end:]}"
    pieces = _pieces(text)
    tail = "".join(reversed(_as_many(reversed(pieces), end)))
    head = "".join(_as_many(pieces, room - cell_len(tail)))
    return f"{head}{ellipsis}{tail}"


def _pieces(text: str) -> list[str]:
    """Its characters, each with what stands over or after it in no cell of its own."""
    out: list[str] = []
    for char in text:
        if out and not cell_len(char):
            out[-1] += char
        else:
            out.append(char)
    return out


def _as_many(pieces: Iterable[str], room: int) -> list[str]:
    """The first pieces, as far as they fit."""
    out: list[str] = []
    for piece in pieces:
        room -= cell_len(piece)
        if room < 0:
            break
        out.append(piece)
    return out


def wrap(parts: Line, cells: int, *, indent: str = "") -> list[Line]:
    """Break a cleaned line at spaces so that each part fits; later parts start with ``indent``."""
    parts = cleaned(parts)
    if cells < 8:
        return [fit(parts, max(cells, 0))]
    done: list[Line] = []
    current: list[Span] = []
    used = 0
    for word in _words(parts, cells - cell_len(indent)):
        size = cell_len(word.text)
        if used + size > cells and current and word.text.strip():
            done.append(_rstrip(current))
            current = [Span(indent)] if indent else []
            used = cell_len(indent)
        if used + size > cells:
            continue  # a space at the break
        current.append(word)
        used += size
    done.append(_rstrip(current))
    return done


def within(parts: Line, cells: int, lines: int) -> list[Line]:
    """The line in at most ``lines`` lines of ``cells`` cells; only the last may be too long."""
    if lines < 2 or width(parts) <= cells:
        return [parts]
    broken = wrap(parts, cells, indent=" ")
    last = tuple(span for part in broken[lines - 1 :] for span in part)
    return [*broken[: lines - 1], last]


def _words(parts: Line, limit: int) -> Iterable[Span]:
    for span in parts:
        rest = span.text
        while rest:
            blanks = len(rest) - len(rest.lstrip(" "))
            end = blanks or (rest.find(" ") if " " in rest else len(rest))
            for piece in chop_cells(rest[:end], max(limit, 1)):
                yield Span(piece, span.tone)
            rest = rest[end:]


def _rstrip(spans: Sequence[Span]) -> Line:
    kept = list(spans)
    while kept and not kept[-1].text.strip():
        kept.pop()
    return tuple(kept)


def justify(left: Line, right: Line, cells: int) -> Line:
    """``left`` and ``right`` at the two ends of one line; the left one gives way."""
    right = cleaned(right)
    room = cells - width(right)
    if room < 10:
        return fit(left, cells)
    return (*fit(left, room - 1), Span(" "), *right)
