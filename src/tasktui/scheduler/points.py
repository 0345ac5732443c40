"""Which points of a schedule came into force since the last one accounted for. Pure."""

from __future__ import annotations

from datetime import datetime

from tasktui.domain.event import Event, EventKind
from tasktui.domain.schedule import Instant
from tasktui.domain.task import Task
from tasktui.schedule.points import Wanted, occurrences

_MOST = 50
"""Superseded points logged after a long downtime: the newest ones."""


def account(task: Task, answer: Wanted, now: datetime) -> tuple[tuple[Event, ...], datetime | None]:
    """Return the events for points up to the one in force, and that one's instant.

    The point in force is logged as applied, those between it and the last one
    accounted for as superseded, each once (the store keeps them unique). While
    somebody stands over the schedule no point is applied, and none accounted for.
    """
    last = task.progress.point_at
    force = None if answer.hand else answer.force
    if force is None or task.armed is None or (last is not None and force.at <= last):
        return (), last
    start = last or task.armed.at
    passed = [i for i in occurrences(task.schedule, start, now, task.armed) if i.at < force.at]
    events = [_event(task, EventKind.POINT_SUPERSEDED, i, now) for i in passed[-_MOST:]]
    events.append(_event(task, EventKind.POINT_APPLIED, force, now))
    return tuple(events), force.at


def _event(task: Task, kind: EventKind, instant: Instant, now: datetime) -> Event:
    what = "end" if instant.ends else f"{instant.label} {instant.replicas}"
    return Event(
        at=now,
        task=task.name,
        kind=kind,
        actor="scheduler",
        reason=f"{what} ({instant.timezone})",
        revision=task.revision,
        instant=instant.at,
    )
