"""Schedules as mappings: what stands under ``schedule:`` in a file, there and back.

Guarantees that unknown keys are refused by name, that what is read passes
``parse.check``, and that what is written is read as an equal schedule. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time

from tasktui.domain.schedule import (
    EVERY_DAY,
    AnyPoint,
    Daily,
    OneOff,
    Point,
    Replicas,
    Schedule,
)
from tasktui.errors import InvalidField
from tasktui.schedule.parse import (
    DAY_NAMES,
    MOMENT_RULE,
    check,
    parse_cron,
    parse_dates,
    parse_moment,
    parse_replicas,
    parse_time,
    parse_weekdays,
)


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
_POINT_KEYS = ("time", "cron", "replicas", "timezone")


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


def _point(value: object, number: int, timezone: str) -> AnyPoint:
    where = f"schedule.points[{number}]"
    values = _mapping(value, where)
    _known(values, _POINT_KEYS, where)
    own = _text(values.get("timezone", timezone), f"{where}.timezone")
    bounds = _bounds(values.get("replicas"), f"{where}.replicas")
    if "cron" not in values:
        return Point(_written_time(values.get("time"), f"{where}.time"), own, bounds)
    if "time" in values:
        raise InvalidField(where, "time and cron", "one of the two")
    return parse_cron(_text(values["cron"], f"{where}.cron"), own, bounds, f"{where}.cron")


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
            raise InvalidField(field, str(value), f"{MOMENT_RULE}, without an offset")
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
        {"time" if isinstance(p, Point) else "cron": p.label, "replicas": str(p.replicas)}
        | ({} if p.timezone == schedule.timezone else {"timezone": p.timezone})
        for p in schedule.points
    ]
    body = {"type": "daily", "timezone": schedule.timezone, "points": points}
    if schedule.weekdays != EVERY_DAY:
        body["weekdays"] = [DAY_NAMES[d] for d in sorted(schedule.weekdays)]
    if schedule.except_dates:
        body["except_dates"] = sorted(d.isoformat() for d in schedule.except_dates)
    return body


def _said(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds" if at.second else "minutes") if at else ""
