"""What will be wanted, stretch after stretch: the step function as a sequence. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from tasktui.domain.schedule import Instant
from tasktui.domain.task import Task
from tasktui.schedule.points import Wanted, upcoming, wanted

_MOST = 4
"""Stretches looked through for the schedule: an override over a pause takes three."""

_TICK = timedelta(microseconds=1)


class Phase(NamedTuple):
    """A stretch of time in which the same is wanted."""

    start: datetime
    wanted: Wanted


def phases(task: Task, now: datetime) -> Iterator[Phase]:
    """The stretch of now and all that follow; without end where the schedule has none."""
    at: datetime | None = now
    while at is not None:
        answer = wanted(task, at)
        yield Phase(at, answer)
        at = answer.next_at


def applied(task: Task, now: datetime, count: int) -> list[Instant]:
    """The next points that will be applied: none while something stands over the schedule."""
    back = by_itself(task, now)
    if task.armed is None or back is None:
        return []
    # A point of the very moment at which the schedule takes over is applied then.
    start = now if back.start == now else back.start - _TICK
    return upcoming(task.schedule, start, task.armed, count)


def by_itself(task: Task, now: datetime) -> Phase | None:
    """The first stretch, from now on, that the schedule decides; None when none comes."""
    found = islice(phases(task, now), _MOST)
    return next((p for p in found if p.wanted.hand is None), None)
