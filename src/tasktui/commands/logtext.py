"""Log lines as text: without colour codes, with their times, and what of them is new. Pure.

Guarantees that nothing is hidden: a carriage return becomes a line end, and what
else a terminal would act on stays, for ``clean`` to make visible.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from tasktui.errors import InvalidField

_COLOUR = re.compile("\x1b\\[[0-9;:]*m")
TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)([.,]\d+)?(?:Z|[+-]\d\d:?\d\d)? ?")
"""A moment at the beginning of a line, or behind its level."""
_WITHIN = 200
"""Characters of a line in which its time is looked for."""
_LENGTH = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SURE = 3
"""Lines that must be alike where a log is said to go on."""

MISSING = "-- lines are missing here: the log grew faster than it was read --"
ANEW = "-- the log begins anew here: it was rotated or emptied --"


def plain(text: str) -> list[str]:
    """The lines of a log, without colour codes; an unfinished last one counts."""
    text = _COLOUR.sub("", text) if "\x1b" in text else text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    return lines[:-1] if not lines[-1] else lines


def moment(line: str) -> datetime | None:
    """The time that a line says, on the clock of whoever wrote it."""
    found = TIME.search(line, 0, _WITHIN)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}")
    except ValueError:
        return None


def parse_length(text: str) -> timedelta:
    """Read a length of time: ``30s``, ``5m``, ``2h``, ``1d``. Raises InvalidField."""
    found = _LENGTH.fullmatch(text.strip().lower())
    if found is None:
        raise InvalidField("since", text, "a length of time such as 30s, 5m, 2h or 1d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def recent(lines: Sequence[str], length: timedelta) -> Sequence[str]:
    """The lines of the last ``length``, counted back from the newest time in them.

    So it does not matter which zone the log's clock is in. Lines without a time
    belong to the one before; where none has a time, all are returned.
    """
    newest: datetime | None = None
    for number in range(len(lines) - 1, -1, -1):
        at = moment(lines[number])
        newest = newest or at
        if at is not None and newest is not None and at < newest - length:
            return lines[_next_moment(lines, number) :]
    return lines


def _next_moment(lines: Sequence[str], number: int) -> int:
    later = range(number + 1, len(lines))
    return next((n for n in later if moment(lines[n]) is not None), len(lines))


def after(known: Sequence[str], lines: Sequence[str]) -> Sequence[str] | None:
    """What of ``lines`` follows the last ``known`` ones; None where these are not in it."""
    if not known:
        return lines
    for end in range(len(lines), 0, -1):
        size = min(end, len(known))
        if size < min(_SURE, len(known)):
            return None
        if lines[end - 1] == known[-1] and list(lines[end - size : end]) == list(known[-size:]):
            return lines[end:]
    return None


def holds(text: str, line: str) -> bool:
    """Whether a line holds ``text``; capitals count only where ``text`` has some."""
    return text in (line.lower() if folds(text) else line)


def folds(text: str) -> bool:
    """Whether capitals do not count when ``text`` is looked for."""
    return text == text.lower()
