"""Schedules from what people write in flags and fields, and the rules that each must keep.

Guarantees that whatever comes out passes ``check``. Pure: the moment plays no
part here, so a One-off in the past is not refused. Source: sections 4 and 5 of
the semantics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import assert_never

from tasktui.domain.schedule import (
    EVERY_DAY,
    AnyPoint,
    CronPoint,
    Daily,
    OneOff,
    Point,
    Replicas,
    Schedule,
)
from tasktui.errors import InvalidField
from tasktui.schedule import cron
from tasktui.schedule.resolve import resolve, zone

MOST_POINTS = 100
MOST_REPLICAS = 10_000
MOST_DATES = 3_000

DAY_NAMES = ("mo", "tu", "we", "th", "fr", "sa", "su")
_LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_REPLICAS = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}(:\d{2})?", re.ASCII)

_TIME_RULE = "HH:MM or HH:MM:SS, 00:00 to 23:59"
MOMENT_RULE = "a local date and time such as 2026-12-01T08:00"
_REPLICAS_RULE = "MIN-MAX such as 1-2, or one number"
_DAYS_RULE = "mo tu we th fr sa su, or ranges such as mo-fr"
_POINTS_RULE = "TIME=MIN-MAX, separated by commas: 08:00=2-4,20:00=0-1 or cron(0 8 * * 1-5)=2-4"
_CRON = re.compile(r"cron\((.*)\)", re.IGNORECASE)
_COMMA = re.compile(r",(?![^(]*\))")
"""Between two points, and not inside of parentheses."""
_DATE_RULE = "dates such as 2026-12-24"


def parse_replicas(text: str, field: str = "replicas") -> Replicas:
    """Read ``2-4``, or ``3`` for both bounds."""
    match = _REPLICAS.fullmatch(text.strip())
    if match is None:
        raise InvalidField(field, text, _REPLICAS_RULE)
    low, high = int(match[1]), int(match[2] or match[1])
    if high < low:
        raise InvalidField(field, text, "min must not be above max")
    if high > MOST_REPLICAS:
        raise InvalidField(field, text, f"at most {MOST_REPLICAS} replicas")
    return Replicas(low, high)


def parse_time(text: str, field: str = "time") -> time:
    """Read ``8:00``, ``08:00`` or ``08:00:30``; a naive local time."""
    match = _TIME.fullmatch(text.strip())
    hour, minute, second = (int(n or 0) for n in match.groups()) if match else (24, 0, 0)
    if hour > 23 or minute > 59 or second > 59:
        raise InvalidField(field, text, _TIME_RULE)
    return time(hour, minute, second)


def parse_moment(text: str, field: str = "at") -> datetime:
    """Read a local date and time, naive; the zone is written beside it, not into it."""
    plain = text.strip()
    if _MOMENT.fullmatch(plain):
        day, clock = re.split("[T ]", plain, maxsplit=1)
        try:
            return datetime.combine(date.fromisoformat(day), parse_time(clock))
        except (ValueError, InvalidField):
            raise InvalidField(field, text, MOMENT_RULE) from None
    if re.search(r"(Z|[+-]\d{2}:?\d{2})$", plain):
        raise InvalidField(field, text, f"{MOMENT_RULE}, without an offset: give a timezone")
    raise InvalidField(field, text, MOMENT_RULE)


def parse_weekdays(text: str, field: str = "weekdays") -> frozenset[int]:
    """Read ``mo-fr``, ``Mon, Wed`` or ``sa-mo``; empty for every day. Monday is 0."""
    days: set[int] = set()
    for word in text.lower().replace(",", " ").split():
        first, dash, last = word.partition("-")
        start = _day(first)
        stop = _day(last) if dash else start
        if start is None or stop is None:
            raise InvalidField(field, text, _DAYS_RULE)
        days.update(d % 7 for d in range(start, (stop if stop >= start else stop + 7) + 1))
    return frozenset(days) or EVERY_DAY


def _day(word: str) -> int | None:
    for number, name in enumerate(_LONG_DAYS):
        if len(word) >= 2 and name.startswith(word):
            return number
    return None


def parse_dates(texts: Iterable[str], field: str = "except_dates") -> frozenset[date]:
    """Read dates in ISO form."""
    found = set()
    for text in texts:
        try:
            found.add(date.fromisoformat(text.strip()))
        except ValueError:
            raise InvalidField(field, text, _DATE_RULE) from None
    return frozenset(found)


def parse_daily(
    text: str,
    timezone: str,
    *,
    weekdays: frozenset[int] = EVERY_DAY,
    except_dates: frozenset[date] = frozenset(),
) -> Daily:
    """Read ``08:00=2-4,cron(0 20 * * *)=0-1``; ``@Asia/Tokyo`` behind a point is its own zone.

    Raises InvalidField for what cannot be read, and for what ``check`` refuses.
    """
    points = []
    for part in _COMMA.split(text):
        at, equals, rest = part.partition("=")
        bounds, _, own = rest.partition("@")
        if not equals:
            raise InvalidField("daily", part.strip(), _POINTS_RULE)
        points.append(parse_point(at, own.strip() or timezone, parse_replicas(bounds)))
    schedule = Daily(tuple(points), timezone, weekdays, except_dates)
    check(schedule)
    return schedule


def parse_point(text: str, timezone: str, replicas: Replicas) -> AnyPoint:
    """Read when a point comes: ``08:00``, ``cron(0 8 * * 1-5)``, or the bare expression."""
    plain = text.strip()
    match = _CRON.fullmatch(plain)
    if match is None and len(plain.split()) < 2:
        return Point(parse_time(plain), timezone, replicas)
    return parse_cron(match[1] if match else plain, timezone, replicas)


def parse_cron(text: str, timezone: str, replicas: Replicas, field: str = "cron") -> CronPoint:
    """Read a cron expression of five fields."""
    cron.check(text, field)
    return CronPoint(" ".join(text.split()), timezone, replicas)


def parse_one_off(text: str, timezone: str, replicas: Replicas, end: str = "") -> OneOff:
    """Read ``now`` or ``2026-12-01T08:00``, with an optional end in the same form."""
    at = None if text.strip().lower() == "now" else parse_moment(text, "one_off")
    until = parse_moment(end, "end") if end.strip() else None
    schedule = OneOff(at=at, timezone=timezone, replicas=replicas, end=until)
    check(schedule)
    return schedule


def check(schedule: Schedule) -> None:
    """Raise InvalidField for a schedule that could never be meant."""
    _check_zone("schedule.timezone", schedule.timezone)
    if isinstance(schedule, OneOff):
        _check_one_off(schedule)
    elif isinstance(schedule, Daily):
        _check_daily(schedule)
    else:
        assert_never(schedule)


def _check_one_off(schedule: OneOff) -> None:
    if schedule.replicas.stopped:
        raise InvalidField(
            "schedule.replicas", str(schedule.replicas), "max at least 1: it would never run"
        )
    if schedule.at is None or schedule.end is None:
        return
    start, end = (resolve(m, schedule.timezone) for m in (schedule.at, schedule.end))
    if end <= start:
        raise InvalidField("schedule.end", str(schedule.end), "a time after the start")


def _check_daily(schedule: Daily) -> None:
    field = "schedule.points"
    if not schedule.points:
        raise InvalidField(field, "none", "at least one point")
    if len(schedule.points) > MOST_POINTS:
        raise InvalidField(field, f"{len(schedule.points)} points", f"at most {MOST_POINTS}")
    _check_points(field, schedule.points)
    if all(p.replicas.stopped for p in schedule.points):
        raise InvalidField(field, "0-0", "at least one point with max 1 or more")
    if not schedule.weekdays:
        raise InvalidField("schedule.weekdays", "none", "at least one day")
    if len(schedule.except_dates) > MOST_DATES:
        given = f"{len(schedule.except_dates)} dates"
        raise InvalidField("schedule.except_dates", given, f"at most {MOST_DATES}")


def _check_points(field: str, points: Iterable[AnyPoint]) -> None:
    seen = set()
    for point in points:
        _check_zone(field, point.timezone)
        if isinstance(point, CronPoint):
            cron.check(point.expression, field)
        if (point.label, point.timezone) in seen:
            raise InvalidField(field, point.label, "two points at the same time and zone")
        seen.add((point.label, point.timezone))


def _check_zone(field: str, name: str) -> None:
    try:
        zone(name)
    except InvalidField as error:
        raise InvalidField(field, name, error.allowed) from None
