"""New timezone data: which tasks have another next instant now.

Pure but for the thread that it is computed on: the loop goes on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime

from tasktui.domain.event import Event, EventKind
from tasktui.domain.task import Task
from tasktui.errors import InvalidField
from tasktui.schedule.points import wanted
from tasktui.scheduler.ports import Stores, Update

VERSION = "tzdata"
"""Setting: the version of the data that all next instants were computed with."""
BATCH = 500
"""Tasks computed at a time: some 50 ms."""


async def recompute(stores: Stores, now: datetime, version: str) -> AsyncIterator[list[Update]]:
    """Updates of tasks whose next instant moved, with one event each, batch by batch."""
    last = 0
    while batch := await stores.run(lambda s: s.live_tasks(last, BATCH)):  # noqa: B023 - used at once
        last = batch[-1].id
        if updates := await asyncio.to_thread(moved, batch, now, version):
            yield updates


def moved(tasks: Sequence[Task], now: datetime, version: str) -> list[Update]:
    """The same for a batch."""
    return [u for t in tasks if (u := _moved(t, now, version)) is not None]


def _moved(task: Task, now: datetime, version: str) -> Update | None:
    old = task.progress.next_at
    # One that has passed is the past of a downtime, not of the data.
    if task.armed is None or old is None or old <= now:
        return None
    try:
        answer = wanted(task, now)
    except InvalidField:
        return _woken(task)
    new = answer.next_at
    if new == old:
        return None
    point = answer.next
    name = f"{point.label} {point.timezone}" if point else "The next point"
    to = f"to {new:%Y-%m-%dT%H:%M:%SZ}" if new else "away: nothing is to come"
    event = Event(
        at=now,
        task=task.name,
        kind=EventKind.NOTICE,
        actor="scheduler",
        reason=f"{name} moved from {old:%Y-%m-%dT%H:%M:%SZ} {to} (tzdata {version})",
        revision=task.revision,
        instant=new,
    )
    return Update(
        task=task.id,
        generation=task.generation,
        progress=replace(task.progress, next_at=new, rests_until=None),
        events=(event,),
    )


def _woken(task: Task) -> Update | None:
    """Its zone is gone: where it rests, the next pass has to say so."""
    if task.progress.rests_until is None:
        return None
    progress = replace(task.progress, rests_until=None)
    return Update(task=task.id, generation=task.generation, progress=progress)
