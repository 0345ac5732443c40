"""The progress of a task that Ray runs: what its status, reason and badges are. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tasktui.domain.event import Event, EventKind
from tasktui.domain.observed import App, AppStatus
from tasktui.domain.status import NO_REASON, Reason, Status
from tasktui.domain.task import Progress, Task
from tasktui.schedule.points import Wanted
from tasktui.scheduler import crashes
from tasktui.scheduler.badges import broken, serving, standing

_ERROR_LINES = 20
_ERROR_SIZE = 4000


def running(task: Task, now: datetime, app: App, ready: int, answer: Wanted) -> Progress:
    """The task with ``ready`` replicas that answer, or none because it was scaled to zero."""
    p = replace(task.progress, crashes=crashes.counted(task.progress, app, now))
    return replace(
        p,
        status=Status.RUNNING,
        since=p.since if p.status is Status.RUNNING else now,
        reason=_serves(task, app, ready),
        badges=serving(p, app, ready, answer.replicas),
        replicas=app.replicas,
        attempt=0,
        retry_at=None,
        last_error=tail(app.message) if broken(app) else p.last_error,
    )


def starting(p: Progress, now: datetime, app: App) -> Progress:
    """The task that Ray accepted, without a replica that answers."""
    if app.message:
        text = " ".join(app.message.split())[:300]
    elif not app.deployments:
        text = "building the application"
    else:
        text = "starting replicas"
    return replace(
        p,
        status=Status.STARTING,
        since=p.since if p.status is Status.STARTING else now,
        reason=Reason(text),
        replicas=app.replicas,
        badges=standing(p),
        retry_at=None,
    )


def _serves(task: Task, app: App, ready: int) -> Reason:
    if not ready:
        return Reason("scaled to zero: the first request waits for a start")
    if app.status is not AppStatus.DEPLOY_FAILED:
        return NO_REASON
    if task.revision == 1:
        return Reason("the update failed; the replicas of before serve")
    return Reason(f"the update failed: H, then B rolls back to revision {task.revision - 1}")


def looping(task: Task, new: Progress, now: datetime) -> tuple[Event, ...]:
    """One event when replacements become a loop."""
    if len(task.progress.crashes) >= crashes.LOOP or len(new.crashes) < crashes.LOOP:
        return ()
    text = f"Its replicas were restarted {len(new.crashes)} times within ten minutes."
    event = Event(
        at=now,
        task=task.name,
        kind=EventKind.NOTICE,
        actor="scheduler",
        reason=text,
        revision=task.revision,
    )
    return (event,)


def scaled_to_zero(app: App, answer: Wanted) -> bool:
    """Whether it is well with no replica at all."""
    least = answer.replicas.min if answer.replicas else 1
    return least == 0 and app.status is AppStatus.RUNNING


def tail(text: str) -> str:
    """The last lines of an error."""
    return "\n".join(text.strip().splitlines()[-_ERROR_LINES:])[-_ERROR_SIZE:]
