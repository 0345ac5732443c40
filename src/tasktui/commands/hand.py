"""Stepping in over a schedule: the task as an override or a pause would leave it. Pure.

Knows neither store nor refusals. What a dialog or a dry run shows is made of the
same values that the commands write.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tasktui.domain.schedule import Replicas
from tasktui.domain.status import NO_REASON, Status
from tasktui.domain.task import Override, Pause, Task, Until
from tasktui.errors import InvalidField
from tasktui.schedule.parse import MOST_REPLICAS
from tasktui.schedule.points import wanted
from tasktui.schedule.resolve import local

NOTE_SIZE = 200
"""Characters that the note of a pause may have."""


def overridden(
    task: Task, now: datetime, by: str, replicas: Replicas, until: datetime | Until
) -> Task:
    """``task`` with ``replicas`` by hand; 0-0 stops it by hand.

    ``next`` is the instant of the next point as of now; where none comes the
    override stands until it is cleared. Raises InvalidField.
    """
    if replicas.max > MOST_REPLICAS:
        raise InvalidField("replicas", str(replicas), f"at most {MOST_REPLICAS} replicas")
    end = _end(task, now, until)
    return _stepped(replace(task, override=Override(replicas, now, end, by)), now)


def cleared(task: Task, now: datetime) -> Task:
    """``task`` without its override."""
    return _stepped(replace(task, override=None), now)


def paused(task: Task, now: datetime, by: str, until: datetime | None, note: str) -> Task:
    """``task`` with the replicas in force now frozen. Raises InvalidField."""
    plain = " ".join(note.split())
    if len(plain) > NOTE_SIZE:
        raise InvalidField("note", f"{plain[:40]}...", f"at most {NOTE_SIZE} characters")
    end = None if until is None else _to_come(task, until, now)
    frozen = wanted(task, now).replicas
    return _stepped(replace(task, pause=Pause(frozen, now, end, by, plain)), now)


def resumed(task: Task, now: datetime) -> Task:
    """``task`` driven by its schedule again: the point in force applies, nothing is replayed."""
    return _stepped(replace(task, pause=None), now)


def long_until(task: Task, until: datetime | None, otherwise: str) -> str:
    """``until 2026-03-05 20:00 Europe/Berlin``, or ``otherwise``: for the log, so it never ages."""
    if until is None:
        return f"until {otherwise}"
    zone = task.schedule.timezone
    there = local(until, zone)
    return f"until {there.isoformat(' ', 'seconds' if there.second else 'minutes')} {zone}"


def _end(task: Task, now: datetime, until: datetime | Until) -> datetime | None:
    if isinstance(until, datetime):
        return _to_come(task, until, now)
    if until is Until.CLEARED:
        return None
    following = wanted(task, now).next
    return following.at if following else None


def _to_come(task: Task, until: datetime, now: datetime) -> datetime:
    if until <= now:
        given = long_until(task, until, "").removeprefix("until ")
        raise InvalidField("until", given, "a time to come")
    return until


def _stepped(task: Task, now: datetime) -> Task:
    """``task`` with what it wants from now on; one that waits and may run is due now."""
    answer, p = wanted(task, now), task.progress
    p = replace(p, wanted=answer.replicas, next_at=answer.next_at)
    runs = answer.replicas is not None and not answer.replicas.stopped
    if p.status is Status.IN_QUEUE and runs and p.due_at is None:
        p = replace(p, due_at=now, reason=NO_REASON)
    return replace(task, progress=p)
