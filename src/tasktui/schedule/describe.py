"""A schedule in one phrase, the same everywhere. Pure."""

from __future__ import annotations

from itertools import groupby
from typing import assert_never

from tasktui.domain.schedule import (
    EVERY_DAY,
    AnyPoint,
    CronPoint,
    Daily,
    OneOff,
    Point,
    Schedule,
)

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def describe(schedule: Schedule) -> str:
    """For example ``Daily 08:00 2-4, 20:00 0-1, Europe/Berlin`` or ``One-off now 1-2``."""
    if isinstance(schedule, OneOff):
        return _one_off(schedule)
    if isinstance(schedule, Daily):
        timed = any(isinstance(p, Point) for p in schedule.points)
        every = schedule.weekdays == EVERY_DAY or not timed
        days = "Daily" if every else weekdays(schedule.weekdays)
        points = ", ".join(_point(p, schedule.timezone) for p in schedule.points)
        return f"{days} {points}, {schedule.timezone}{_without(len(schedule.except_dates))}"
    assert_never(schedule)


def short(schedule: Schedule) -> str:
    """For narrow columns: ``Daily 2`` (points) or ``One-off``."""
    return f"Daily {len(schedule.points)}" if isinstance(schedule, Daily) else "One-off"


def weekdays(days: frozenset[int]) -> str:
    """``Mon-Fri``, ``Mon, Wed-Fri``: runs of three and more days are joined."""
    parts = []
    for _, run in groupby(enumerate(sorted(days)), key=lambda pair: pair[1] - pair[0]):
        found = [day for _, day in run]
        if len(found) > 2:
            parts.append(f"{_DAYS[found[0]]}-{_DAYS[found[-1]]}")
        else:
            parts += [_DAYS[d] for d in found]
    return ", ".join(parts)


def _one_off(schedule: OneOff) -> str:
    if schedule.at is None:
        at, zone = "now", ""
    else:
        at = schedule.at.isoformat(" ", "seconds" if schedule.at.second else "minutes")
        zone = f", {schedule.timezone}"
    end = ""
    if schedule.end is not None:
        end = f" until {schedule.end.isoformat(' ', 'minutes')}"
        zone = f", {schedule.timezone}"
    return f"One-off {at}{end} {schedule.replicas}{zone}"


def _without(dates: int) -> str:
    return f", except {dates} date{'s' if dates > 1 else ''}" if dates else ""


def _point(point: AnyPoint, zone: str) -> str:
    own = f" {point.timezone}" if point.timezone != zone else ""
    return f"{written(point)} {point.replicas}{own}"


def written(point: AnyPoint) -> str:
    """When a point comes, as one line holds it: ``08:00``, ``cron(0 8 * * 1-5)``."""
    if isinstance(point, Point):
        return point.label
    if isinstance(point, CronPoint):
        return f"cron({point.expression})"
    assert_never(point)
