"""Which point is in force, and what comes next: a step function in UTC. Pure.

Nothing is fired: whoever slept, crashed or was replaced computes the same
answer. Source: section 4 of the semantics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import assert_never

from tasktui.domain.schedule import EVERY_DAY, Daily, Instant, OneOff, Point, Replicas, Schedule
from tasktui.domain.task import Arming, Task, When
from tasktui.schedule.resolve import local, resolve

_DAY = timedelta(days=1)
_STOPPED = Replicas(0, 0)
_NEAR_DAYS = 2
_FAR_DAYS = 400
"""How far a schedule with weekdays and except-dates is searched."""


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
    for days in (_NEAR_DAYS, _FAR_DAYS):
        found = occurrences(schedule, now - days * _DAY, now, armed)
        if found:
            return found[-1]
        if _every_day(schedule) or (armed and armed.when is When.NEXT and _recent(armed, now)):
            break
    return None


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
        if len(found) > count or days >= _FAR_DAYS * max(1, count):
            return found[:count]
        days *= 4


def wanted(task: Task, now: datetime) -> Wanted:
    """The replicas that ``task`` should have at ``now``, and until when that holds.

    An override counts before a pause, a pause before the schedule. Raises
    InvalidField for a zone that is unknown.
    """
    armed = task.armed
    if armed is None:
        return Wanted(None, None, None, None)
    force = in_force(task.schedule, now, armed)
    following = next_instant(task.schedule, now, armed)
    changes = [following.at] if following else []
    replicas = force.replicas if force and not force.ends else None
    by_hand = task.override
    pause = task.pause
    if pause is not None and _holds(pause.until, now):
        replicas = pause.frozen
        changes = [pause.until] if pause.until else []
    if by_hand is not None and _holds(by_hand.until, now):
        replicas = by_hand.replicas
        changes = [by_hand.until] if by_hand.until else []
    return Wanted(replicas, force, min(changes, default=None), following)


def _holds(until: datetime | None, now: datetime) -> bool:
    return until is None or now < until


def _every_day(schedule: Schedule) -> bool:
    return (
        isinstance(schedule, Daily) and schedule.weekdays == EVERY_DAY and not schedule.except_dates
    )


def _recent(armed: Arming, now: datetime) -> bool:
    return now - armed.at < _NEAR_DAYS * _DAY


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
    found: list[tuple[datetime, int, Instant]] = []
    for place, point in enumerate(schedule.points):
        first = local(start, point.timezone).date() - _DAY
        last = local(end, point.timezone).date() + _DAY
        found += [_instant(point, day, place) for day in _days(schedule, first, last)]
    found.sort(key=lambda f: f[:2])
    return [f[2] for f in found]


def _days(schedule: Daily, first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        day = first + number * _DAY
        if day.weekday() in schedule.weekdays and day not in schedule.except_dates:
            yield day


def _instant(point: Point, day: date, place: int) -> tuple[datetime, int, Instant]:
    at = resolve(datetime.combine(day, point.time), point.timezone)
    return at, place, Instant(at, point.replicas, point.label, point.timezone)
