"""Starting, stopping and putting away: the task as each verb would leave it. Pure.

Knows no store, and of refusals only those that the schedule makes. What a dialog or a
plan shows is made of the same values that the commands write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from tasktui.domain.schedule import OneOff
from tasktui.domain.status import NO_REASON, Reason, Status
from tasktui.domain.task import Arming, Progress, Task, When, check_name
from tasktui.errors import NotAllowed
from tasktui.schedule.points import wanted
from tasktui.schedule.resolve import resolve

Step = Callable[[Task], Task]
"""A change of one task, pure but for the moment and the user in it."""


def activated(task: Task, arming: Arming, *, late_ok: bool = False) -> Task:
    """``task`` armed. Raises NotAllowed for a One-off that is over, or late unless ``late_ok``."""
    now = arming.at
    late = _refuse_past(task, now, late_ok=late_ok)
    # A time that has passed would never come with "next".
    armed = replace(arming, when=When.NOW if late else arming.when)
    task = replace(task, armed=armed, stop_forced=False, archive_when_idle=False)
    return replace(task, progress=_queued(task, now))


def stopped(task: Task, now: datetime, drain_s: float, *, force: bool = False) -> Task:
    """``task`` disarmed: draining, by force at once, or Idle where nothing was started.

    One that stops already is forced.
    """
    p = task.progress
    force = force or p.status is Status.NEED_STOP
    base = Progress(since=now, last_run_at=p.last_run_at, last_error=p.last_error)
    if task.status is Status.IN_QUEUE and not p.replicas:
        return replace(task, armed=None, override=None, pause=None, progress=base)
    stop_by = now + timedelta(seconds=0 if force else drain_s)
    progress = replace(
        base,
        status=Status.NEED_STOP,
        since=p.since if p.status is Status.NEED_STOP else now,
        replicas=p.replicas,
        reason=Reason("stopping by force" if force else "draining", None if force else stop_by),
        stop_by=stop_by,
        last_run_at=now,
    )
    return replace(
        task, armed=None, override=None, pause=None, stop_forced=force, progress=progress
    )


def archived(task: Task, now: datetime, by: str, drain_s: float, *, when_idle: bool) -> Task:
    """``task`` put away, or stopped and to be put away as soon as it is Idle.

    Raises NotAllowed for an active one unless ``when_idle``.
    """
    if task.status is not Status.IDLE and not when_idle:
        raise NotAllowed(
            f"{task.name} is {task.status}: only an Idle task is archived at once.",
            "Deactivate it first, or ask for 'archive when Idle' (--when-idle).",
        )
    if task.status not in {Status.IDLE, Status.NEED_STOP}:
        task = stopped(task, now, drain_s)
    if task.status is not Status.IDLE:
        return replace(task, archive_when_idle=True)
    return replace(task, archived_at=now, archived_by=by)


def restored(task: Task, now: datetime, new_name: str | None = None) -> Task:
    """``task`` back from the archive: Idle, not armed. Raises InvalidField for a bad name."""
    return replace(
        task,
        name=check_name(new_name or task.name),
        archived_at=None,
        archived_by="",
        archive_when_idle=False,
        progress=Progress(since=now, last_run_at=task.progress.last_run_at),
    )


def restarted(task: Task) -> Task:
    """``task`` with every replica to be replaced."""
    return replace(task, restarts=task.restarts + 1)


def _refuse_past(task: Task, now: datetime, *, late_ok: bool) -> bool:
    """Return whether the One-off's time has passed; raise NotAllowed unless that is accepted."""
    schedule = task.schedule
    if not isinstance(schedule, OneOff):
        return False
    if schedule.end and resolve(schedule.end, schedule.timezone) <= now:
        raise NotAllowed(
            f"{task.name}: its end, {schedule.end:%Y-%m-%d %H:%M} {schedule.timezone}, has passed.",
            "Edit its schedule first.",
        )
    late = schedule.at is not None and resolve(schedule.at, schedule.timezone) < now
    if late and schedule.at and not late_ok:
        raise NotAllowed(
            f"{task.name}: its time, {schedule.at:%Y-%m-%d %H:%M} {schedule.timezone}, has passed.",
            "Edit its schedule, or start it late (--late-ok).",
        )
    return late


def _queued(task: Task, now: datetime) -> Progress:
    answer = wanted(task, now)
    p = task.progress
    if answer.replicas and not answer.replicas.stopped:
        reason, due = NO_REASON, now
    elif answer.next:
        reason, due = Reason(f"waiting for {answer.next.label}", answer.next.at), None
    else:
        reason, due = NO_REASON, None
    return Progress(
        status=Status.IN_QUEUE,
        since=now,
        reason=reason,
        wanted=answer.replicas,
        due_at=due,
        next_at=answer.next_at,
        last_run_at=p.last_run_at,
    )
