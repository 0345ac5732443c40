"""Which point is in force, and what comes next: a step function in UTC. Pure.

Nothing is fired: whoever slept, crashed or was replaced computes the same
answer. Source: section 4 of the semantics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import assert_never

from tasktui.domain.schedule import (
    EVERY_DAY,
    AnyPoint,
    CronPoint,
    Daily,
    Instant,
    OneOff,
    Point,
    Replicas,
    Schedule,
)
from tasktui.domain.task import Arming, Override, Pause, Task, When
from tasktui.schedule import cron
from tasktui.schedule.resolve import resolve, zone

SMALL_STEP = timedelta(hours=3)
"""A clock that steps back by less than this undoes no point."""

_DAY = timedelta(days=1)
_STOPPED = Replicas(0, 0)
_NEAR_DAYS = 1
_WIDER = 4
_EVERY_DAY_DAYS = 4
"""How far a schedule with a point on every day is searched: any zone's clocks are so regular."""
_FAR_DAYS = 400
"""How far a schedule with weekdays and except-dates is searched."""
_RARE_DAYS = cron.RARE_YEARS * 366
"""How far one with cron expressions is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a task should run at one moment."""

    replicas: Replicas | None
    """None: nothing runs."""
    force: Instant | None
    """The point in force, whatever stands over it by hand."""
    next_at: datetime | None
    """Earliest moment at which the answer can change."""
    next: Instant | None
    """The next point of the schedule."""
    hand: Override | Pause | None = None
    """What stands over the schedule and decides instead of it."""


def occurrences(
    schedule: Schedule, start: datetime, end: datetime, armed: Arming | None = None
) -> list[Instant]:
    """Instants with start < at <= end, ascending; of equal ones the later in the list last.

    Under an activation with ``next``, earlier instants than it do not count.
    """
    if isinstance(schedule, OneOff):
        found = list(_one_off(schedule, armed, start))
    elif isinstance(schedule, Daily):
        found = _daily(schedule, start, end)
    else:
        assert_never(schedule)
    return [i for i in found if start < i.at <= end and _counts(i, armed)]


def in_force(schedule: Schedule, now: datetime, armed: Arming | None) -> Instant | None:
    """The point that decides at ``now``: the latest instant that is not after it."""
    if isinstance(schedule, OneOff):
        found = occurrences(schedule, datetime.min.replace(tzinfo=UTC), now, armed)
        return found[-1] if found else None
    days = _NEAR_DAYS
    while True:
        found = occurrences(schedule, now - days * _DAY, now, armed)
        if found:
            return found[-1]
        if days >= _far(schedule) or _began_within(days, armed, now):
            return None
        days *= _WIDER


def next_instant(schedule: Schedule, now: datetime, armed: Arming | None) -> Instant | None:
    """The first instant after ``now``; of equal ones the one that wins."""
    found = upcoming(schedule, now, armed, 1)
    return found[0] if found else None


def upcoming(schedule: Schedule, now: datetime, armed: Arming | None, count: int) -> list[Instant]:
    """The next ``count`` instants at which a point comes into force, ascending."""
    if isinstance(schedule, OneOff):
        far = datetime.max.replace(tzinfo=UTC)
        return _winners(occurrences(schedule, now, far, armed))[:count]
    days = _NEAR_DAYS
    while True:
        found = _winners(occurrences(schedule, now, now + days * _DAY, armed))
        if len(found) >= count or days >= _far(schedule) * max(1, count):
            return found[:count]
        days *= _WIDER


def wanted(task: Task, now: datetime) -> Wanted:
    """The replicas that ``task`` should have at ``now``, and until when that holds.

    An override counts before a pause, a pause before the schedule. Raises
    InvalidField for a zone that is unknown.
    """
    armed = task.armed
    if armed is None:
        return Wanted(None, None, None, None)
    held = not_before(now, task.progress.point_at)
    force = in_force(task.schedule, held, armed)
    following = next_instant(task.schedule, held, armed)
    hand = standing(task, now)
    if hand is not None:
        replicas = hand.replicas if isinstance(hand, Override) else hand.frozen
        return Wanted(replicas, force, hand.until, following, hand)
    replicas = force.replicas if force and not force.ends else None
    return Wanted(replicas, force, following.at if following else None, following)


def standing(task: Task, now: datetime) -> Override | Pause | None:
    """What stands over the schedule at ``now``: an override before a pause."""
    for hand in (task.override, task.pause):
        if hand is not None and _holds(hand.until, now):
            return hand
    return None


def not_before(now: datetime, point_at: datetime | None) -> datetime:
    """The moment that a schedule is read at, when ``point_at`` is the last point accounted for.

    It is ``now``; after a small step back of the clock that point stays in force.
    """
    if point_at is not None and now < point_at < now + SMALL_STEP:
        return point_at
    return now


def _holds(until: datetime | None, now: datetime) -> bool:
    return until is None or now < until


def _far(schedule: Daily) -> int:
    """Days in which a point comes if one comes at all."""
    if any(isinstance(p, CronPoint) for p in schedule.points):
        return _RARE_DAYS
    every_day = schedule.weekdays == EVERY_DAY and not schedule.except_dates
    return _EVERY_DAY_DAYS if every_day else _FAR_DAYS


def _began_within(days: int, armed: Arming | None, now: datetime) -> bool:
    return armed is not None and armed.when is When.NEXT and now - armed.at < days * _DAY


def _counts(instant: Instant, armed: Arming | None) -> bool:
    return armed is None or armed.when is When.NOW or instant.at >= armed.at


def _winners(instants: list[Instant]) -> list[Instant]:
    """Of equal moments only the one that wins."""
    return list({i.at: i for i in instants}.values())


def _one_off(schedule: OneOff, armed: Arming | None, start: datetime) -> Iterator[Instant]:
    if schedule.at is None:
        # With nobody to arm it, "now" is just after the beginning.
        at = armed.at if armed else start + timedelta(microseconds=1)
        label = "now"
    else:
        at = resolve(schedule.at, schedule.timezone)
        label = schedule.at.isoformat(" ", "seconds" if schedule.at.second else "minutes")
    yield Instant(at, schedule.replicas, label, schedule.timezone)
    if schedule.end is not None:
        end = resolve(schedule.end, schedule.timezone)
        yield Instant(max(end, at), _STOPPED, "end", schedule.timezone, ends=True)


def _daily(schedule: Daily, start: datetime, end: datetime) -> list[Instant]:
    names = {p.timezone for p in schedule.points}
    dates = {name: list(_dates(start, end, name)) for name in names}
    found = [
        (instant.at, place, instant)
        for place, point in enumerate(schedule.points)
        for day in dates[point.timezone]
        for instant in on_date(schedule, point, day)
    ]
    found.sort(key=lambda f: f[:2])
    return [f[2] for f in found]


def _dates(start: datetime, end: datetime, timezone: str) -> Iterator[date]:
    """The dates of a zone that have times between two moments.

    A clock that shows a date is past all before it; one that was set back
    within a day has been further than it shows.
    """
    tz = zone(timezone)
    first = start.astimezone(tz).date()
    last = max(end.astimezone(tz), (end - _DAY).astimezone(tz) + _DAY).date()
    return (first + number * _DAY for number in range((last - first).days + 1))


def on_date(schedule: Daily, point: AnyPoint, day: date) -> list[Instant]:
    """Instants of one point of ``schedule`` for the local date ``day`` in the point's zone."""
    if day in schedule.except_dates:
        return []
    if isinstance(point, Point):
        if day.weekday() not in schedule.weekdays:
            return []
        at = resolve(datetime.combine(day, point.time), point.timezone)
        return [Instant(at, point.replicas, point.label, point.timezone)]
    if isinstance(point, CronPoint):
        if not cron.falls(point.expression, day):
            return []
        return [
            Instant(at, point.replicas, f"{wall:%H:%M}", point.timezone)
            for wall, at in cron.instants(point.expression, point.timezone, day)
        ]
    assert_never(point)
