"""What a clock that was set means: noticed, obeyed, or not believed. Pure.

A step back of less than three hours undoes no point (``points.not_before``); a
longer one makes every schedule be read anew; and a clock more than a day before
what it showed already is not believed until somebody says so. Forward is as
after downtime. Source: section 4 of the semantics.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tasktui.domain.task import Task
from tasktui.schedule.points import SMALL_STEP
from tasktui.scheduler.backoff import LONGEST_DELAY

NOTICED = timedelta(seconds=5)
"""A clock that is off by less is only being adjusted."""
BELIEVED = timedelta(days=1)
"""How far before the last time seen a clock may be and still be obeyed."""
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clocks show at one moment."""

    wall: datetime
    """Aware, UTC: it can be set."""
    steady: float
    """Seconds of the machine awake: nobody can set it."""


def step(last: Reading, now: Reading) -> timedelta:
    """By how much the wall clock was set between two readings, or the machine slept."""
    passed = timedelta(seconds=now.steady - last.steady)
    by = now.wall - last.wall - passed
    return by if abs(by) >= NOTICED else _NONE


def step_since(seen: datetime, now: datetime) -> timedelta:
    """By how much it was set back at least, when all that is known is what it showed once."""
    return now - seen if seen - now >= NOTICED else _NONE


def unbelievable(seen: datetime, now: datetime) -> bool:
    """Whether ``now`` lies too far before the last time seen to be obeyed."""
    return seen - now > BELIEVED


def said(by: timedelta, now: datetime) -> str:
    """A step in one sentence, with what follows from it."""
    far = span(abs(by))
    if by > _NONE:
        return f"The clock went forward by {far}, or the machine slept: as after downtime."
    what = "every schedule is read anew" if -by >= SMALL_STEP else "no point is applied again"
    return f"The clock went back by {far} to {_moment(now)}: {what}."


def doubted(seen: datetime, now: datetime) -> str:
    """Why nothing is applied, and what to do about it."""
    return (
        f"The clock shows {_moment(now)}, but it showed {_moment(seen)} already: nothing is "
        "applied. Set it right, or accept it: tasktui scheduler accept-clock."
    )


def settled(task: Task, now: datetime, drain_s: float) -> Task:
    """``task`` with no moment of its progress further ahead than a clock that goes on puts it.

    A point further ahead than a small step is forgotten: the schedule is read anew.
    """
    p = task.progress
    fixed = replace(
        p,
        since=min(p.since, now),
        due_at=_at_most(p.due_at, now),
        retry_at=_at_most(p.retry_at, now + LONGEST_DELAY),
        stop_by=_at_most(p.stop_by, now + timedelta(seconds=drain_s)),
        point_at=p.point_at if p.point_at and p.point_at < now + SMALL_STEP else None,
    )
    return task if fixed == p else replace(task, progress=fixed)


def _at_most(at: datetime | None, most: datetime) -> datetime | None:
    return None if at is None else min(at, most)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"


def span(by: timedelta) -> str:
    """Say a length of time."""
    seconds = round(by.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
