"""Dates without points as people give them: written out, or as calendar files (.ics).

Files are read here, at the edge: a schedule holds dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tasktui.errors import InvalidField, NotFound, UserError
from tasktui.schedule import ics


def dates(words: Iterable[str], folder: Path, timezone: str) -> list[str]:
    """``words`` with each name of a calendar replaced by the dates in it, as ISO texts.

    Names are relative to ``folder``; times are read in ``timezone``. Raises
    NotFound or UserError, naming the file.
    """
    found: list[str] = []
    for word in (w.strip() for w in words):
        if word.lower().endswith(".ics"):
            found += _calendar(folder / word, timezone)
        elif word:
            found.append(word)
    return found


def written_out(schedule: object, folder: Path) -> object:
    """A schedule as a file holds it, with calendars among its except-dates replaced by dates."""
    if not isinstance(schedule, Mapping):
        return schedule
    words = schedule.get("except_dates")
    zone = schedule.get("timezone", "UTC")
    if not isinstance(words, list) or not isinstance(zone, str):
        return schedule
    names = [w for w in words if isinstance(w, str)]
    others = [w for w in words if not isinstance(w, str)]
    return {**schedule, "except_dates": [*others, *dates(names, folder, zone)]}


def _calendar(path: Path, timezone: str) -> list[str]:
    try:
        with path.open("rb") as stream:
            body = stream.read(ics.LIMIT + 1)
        text = body.decode()
    except FileNotFoundError as error:
        raise NotFound(f"There is no calendar {path}.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not text in UTF-8.") from error
    try:
        found = ics.dates(text, timezone, datetime.now(UTC).date())
    except InvalidField as error:
        raise UserError(f"{path}: {error}") from error
    return sorted(day.isoformat() for day in found)
