"""Cron expressions of five fields: on which dates, and at which instants of them. Pure.

croniter reads an expression and finds its dates, on a calendar without a zone;
the instants follow the two rules of ``resolve``. An expression whose hour is
``*`` counts hours that pass, as clocks that strike: it skips what does not exist
and comes twice where an hour is repeated. Source: section 4 of the semantics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from tasktui.errors import InvalidField
from tasktui.schedule.resolve import local, resolve, zone

LONGEST = 256
"""Characters of an expression."""
RARE_YEARS = 8
"""An expression must come at least once in so many years: 29 February does, also around 2100."""

_RULE = "five fields, MINUTE HOUR DAY MONTH WEEKDAY: 0 8 * * 1-5"
_DAY = timedelta(days=1)
_FIRST_YEAR = 2024
_CHANCE = re.compile(r"[hr](\(.*\))?(/.*)?", re.ASCII)
"""``H`` and ``R`` stand for a time drawn by chance: another one in each process."""


@dataclass(frozen=True, slots=True)
class _Expression:
    clocks: tuple[time, ...]
    """Local times of day, ascending."""
    days: str
    """The three fields that choose dates."""
    every_hour: bool


def check(expression: str, field: str = "cron") -> None:
    """Raise InvalidField for an expression that cannot be read, or that never comes."""
    if len(expression) > LONGEST:
        raise InvalidField(field, f"{expression[:40]}...", f"at most {LONGEST} characters")
    try:
        days = _read(expression).days
    except InvalidField as error:
        raise InvalidField(field, expression, error.allowed) from None
    years = range(_FIRST_YEAR, _FIRST_YEAR + RARE_YEARS)
    if not any(_dates(days, year, month) for year in years for month in range(1, 13)):
        raise InvalidField(
            field, expression, f"dates that come at least once in {RARE_YEARS} years"
        )


def falls(expression: str, day: date) -> bool:
    """Whether the expression comes on the local date ``day``."""
    return day in _dates(_read(expression).days, day.year, day.month)


def instants(expression: str, timezone: str, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The local times (naive) on a date that it falls on, each with an instant (aware, UTC).

    Of times in one gap each has the first instant after it. Raises InvalidField
    for an unknown zone.
    """
    read = _read(expression)
    midnight = datetime.combine(day, time())
    start = resolve(midnight, timezone)
    plain = resolve(midnight + _DAY, timezone) - start == _DAY
    for clock in read.clocks:
        wall = datetime.combine(day, clock)
        if plain:  # nearly every day: the clock is a ruler
            yield wall, start + (wall - midnight)
        elif read.every_hour:
            yield from ((wall, at) for at in _strikes(wall, timezone))
        else:
            yield wall, resolve(wall, timezone)


def strikes_hourly(expression: str) -> bool:
    """Whether it counts hours that pass, so that gaps and repeated hours do not move it."""
    return _read(expression).every_hour


def _strikes(wall: datetime, timezone: str) -> list[datetime]:
    """Every instant at which the clock shows ``wall``: none, one or two."""
    tz = zone(timezone)
    found = {wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(at for at in found if local(at, timezone) == wall.replace(fold=0))


@lru_cache(maxsize=1024)
def _read(expression: str) -> _Expression:
    from croniter import CroniterError, croniter  # noqa: PLC0415 - slow, and seldom needed

    fields = expression.lower().split()
    if len(fields) != 5 or not expression.isascii():
        raise InvalidField("cron", expression, _RULE)
    if any(_CHANCE.fullmatch(part) for field in fields for part in field.split(",")):
        raise InvalidField("cron", expression, f"no times by chance (H, R): {_RULE}")
    try:
        (minutes, hours, dates, _, weekdays), _ = croniter.expand(" ".join(fields), strict=True)
    except CroniterError as error:
        text = str(error) if len(str(error)) < LONGEST else ""
        raise InvalidField("cron", expression, f"{_RULE}. {text}".strip()) from error
    if fields[2] != "*" != fields[4] and ("*" in dates or "*" in weekdays):
        # Either of the two, as crontab(5) says; croniter drops a field that leaves nothing out.
        fields[2] = fields[4] = "*"
    clocks = (time(hour, minute) for hour in _all(hours, 24) for minute in _all(minutes, 60))
    return _Expression(tuple(clocks), " ".join(fields[2:]), "*" in hours)


def _all(values: Sequence[int | str], count: int) -> list[int]:
    return list(range(count)) if "*" in values else sorted(int(v) for v in values)


@lru_cache(maxsize=4096)
def _dates(days: str, year: int, month: int) -> frozenset[date]:
    """The dates of a month; by months, since most expressions share their days."""
    from croniter import croniter_range  # noqa: PLC0415 - as above

    first = datetime(year, month, 1)  # noqa: DTZ001 - a calendar has no zone
    last = (first + 31 * _DAY).replace(day=1) - _DAY
    return frozenset(at.date() for at in croniter_range(first, last, f"0 0 {days}"))
