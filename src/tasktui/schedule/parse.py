"""Schedules from what people write: flags, fields and files; and the rules that each must keep.

Guarantees that whatever comes out passes ``check``. Pure: the moment plays no
part here, so a One-off in the past is not refused. Source: sections 4 and 5 of
the semantics.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from typing import assert_never

from tasktui.domain.schedule import EVERY_DAY, Daily, OneOff, Point, Replicas, Schedule
from tasktui.errors import InvalidField
from tasktui.schedule.resolve import resolve, zone

MOST_POINTS = 100
MOST_REPLICAS = 10_000

_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
_LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_REPLICAS = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}(:\d{2})?", re.ASCII)

_TIME_RULE = "HH:MM or HH:MM:SS, 00:00 to 23:59"
_MOMENT_RULE = "a local date and time such as 2026-12-01T08:00"
_REPLICAS_RULE = "MIN-MAX such as 1-2, or one number"
_DAYS_RULE = "mo tu we th fr sa su, or ranges such as mo-fr"
_POINTS_RULE = "TIME=MIN-MAX, separated by commas: 08:00=2-4,20:00=0-1"
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
            raise InvalidField(field, text, _MOMENT_RULE) from None
    if re.search(r"(Z|[+-]\d{2}:?\d{2})$", plain):
        raise InvalidField(field, text, f"{_MOMENT_RULE}, without an offset: give a timezone")
    raise InvalidField(field, text, _MOMENT_RULE)


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
    """Read ``08:00=2-4,20:00=0-1``; a point may name a zone of its own: ``08:00=2@Asia/Tokyo``."""
    points = []
    for part in text.split(","):
        at, equals, rest = part.partition("=")
        bounds, _, own = rest.partition("@")
        if not equals:
            raise InvalidField("daily", part.strip(), _POINTS_RULE)
        points.append(Point(parse_time(at), own.strip() or timezone, parse_replicas(bounds)))
    schedule = Daily(tuple(points), timezone, weekdays, except_dates)
    check(schedule)
    return schedule


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
    seen = set()
    for point in schedule.points:
        _check_zone(field, point.timezone)
        if (point.time, point.timezone) in seen:
            raise InvalidField(field, point.label, "two points at the same time and zone")
        seen.add((point.time, point.timezone))
    if all(p.replicas.stopped for p in schedule.points):
        raise InvalidField(field, "0-0", "at least one point with max 1 or more")
    if not schedule.weekdays:
        raise InvalidField("schedule.weekdays", "none", "at least one day")


def _check_zone(field: str, name: str) -> None:
    try:
        zone(name)
    except InvalidField as error:
        raise InvalidField(field, name, error.allowed) from None


def from_mapping(body: object) -> Schedule:
    """Read what stands under ``schedule:`` in a task file. Refuses unknown keys by name."""
    values = _mapping(body, "schedule")
    kind = values.get("type")
    if kind == "one-off":
        _known(values, _ONE_OFF_KEYS, "schedule")
        return _one_off(values)
    if kind == "daily":
        _known(values, _DAILY_KEYS, "schedule")
        return _daily(values)
    raise InvalidField("schedule.type", kind, "one-off or daily")


_ONE_OFF_KEYS = ("type", "at", "timezone", "replicas", "end")
_DAILY_KEYS = ("type", "timezone", "points", "weekdays", "except_dates")
_POINT_KEYS = ("time", "replicas", "timezone")


def _one_off(values: Mapping[str, object]) -> OneOff:
    schedule = OneOff(
        at=_start(values.get("at", "now")),
        timezone=_text(values.get("timezone", "UTC"), "schedule.timezone"),
        replicas=_bounds(values.get("replicas", "1"), "schedule.replicas"),
        end=_written_moment(values["end"], "schedule.end") if values.get("end") else None,
    )
    check(schedule)
    return schedule


def _start(value: object) -> datetime | None:
    return None if value == "now" else _written_moment(value, "schedule.at")


def _daily(values: Mapping[str, object]) -> Daily:
    timezone = _text(values.get("timezone", "UTC"), "schedule.timezone")
    points = values.get("points")
    if not isinstance(points, list):
        raise InvalidField("schedule.points", points, "a list of {time, replicas}")
    schedule = Daily(
        points=tuple(_point(p, i, timezone) for i, p in enumerate(points, start=1)),
        timezone=timezone,
        weekdays=_weekdays(values.get("weekdays", "")),
        except_dates=parse_dates(
            _texts(values.get("except_dates", []), "schedule.except_dates"), "schedule.except_dates"
        ),
    )
    check(schedule)
    return schedule


def _point(value: object, number: int, timezone: str) -> Point:
    where = f"schedule.points[{number}]"
    values = _mapping(value, where)
    _known(values, _POINT_KEYS, where)
    return Point(
        _written_time(values.get("time"), f"{where}.time"),
        _text(values.get("timezone", timezone), f"{where}.timezone"),
        _bounds(values.get("replicas"), f"{where}.replicas"),
    )


def _written_time(value: object, field: str) -> time:
    if isinstance(value, int) and not isinstance(value, bool):
        # YAML 1.1 reads 17:15 as a number of base 60.
        hours, minutes = divmod(value, 60)
        raise InvalidField(field, value, f'a quoted time: "{hours:02d}:{minutes:02d}"')
    return parse_time(_text(value, field), field)


def _written_moment(value: object, field: str) -> datetime:
    # YAML reads a full date and time by itself.
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            raise InvalidField(field, str(value), f"{_MOMENT_RULE}, without an offset")
        return value.replace(microsecond=0)
    return parse_moment(_text(value, field), field)


def _bounds(value: object, field: str) -> Replicas:
    if isinstance(value, int) and not isinstance(value, bool):
        return parse_replicas(str(value), field)
    return parse_replicas(_text(value, field), field)


def _weekdays(value: object) -> frozenset[int]:
    field = "schedule.weekdays"
    return parse_weekdays(
        value if isinstance(value, str) else " ".join(_texts(value, field)), field
    )


def _texts(value: object, field: str) -> list[str]:
    if not isinstance(value, list):
        raise InvalidField(field, value, "a list")
    return [str(v) if isinstance(v, date) else _text(v, field) for v in value]


def _text(value: object, field: str) -> str:
    if isinstance(value, str):
        return value.strip()
    raise InvalidField(field, value, "text, in quotes")


def _mapping(value: object, field: str) -> Mapping[str, object]:
    if isinstance(value, Mapping) and all(isinstance(k, str) for k in value):
        return value
    raise InvalidField(field, value, "a mapping of keys to values")


def _known(values: Mapping[str, object], keys: Collection[str], where: str) -> None:
    for key in values:
        if key not in keys:
            raise InvalidField(where, key, f"known keys: {', '.join(keys)}")


def to_mapping(schedule: Schedule) -> dict[str, object]:
    """Write a schedule as ``from_mapping`` reads it; what has its default is left out."""
    if isinstance(schedule, OneOff):
        body: dict[str, object] = {"type": "one-off", "at": _said(schedule.at) or "now"}
        if schedule.end:
            body["end"] = _said(schedule.end)
        return {**body, "timezone": schedule.timezone, "replicas": str(schedule.replicas)}
    points = [
        {"time": p.label, "replicas": str(p.replicas)}
        | ({} if p.timezone == schedule.timezone else {"timezone": p.timezone})
        for p in schedule.points
    ]
    body = {"type": "daily", "timezone": schedule.timezone, "points": points}
    if schedule.weekdays != EVERY_DAY:
        body["weekdays"] = [_DAYS[d] for d in sorted(schedule.weekdays)]
    if schedule.except_dates:
        body["except_dates"] = sorted(d.isoformat() for d in schedule.except_dates)
    return body


def _said(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds" if at.second else "minutes") if at else ""
