"""One task: what should run for it now, and which status it has. Pure.

Knows one task and its application, nothing of the other tasks; who may start
when room is scarce is decided in ``placement``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tasktui.config import Config
from tasktui.domain.event import Event, EventKind
from tasktui.domain.observed import App, AppStatus, Replica
from tasktui.domain.schedule import Daily, OneOff, Replicas
from tasktui.domain.status import NO_REASON, Badge, Mark, Reason, Status
from tasktui.domain.task import Progress, Task
from tasktui.engine.application import entry, scales
from tasktui.errors import InvalidField
from tasktui.schedule.points import Wanted, wanted
from tasktui.scheduler import drift
from tasktui.scheduler.backoff import START_TRIES, start_delay, start_limit
from tasktui.scheduler.badges import standing
from tasktui.scheduler.clocksteps import settled
from tasktui.scheduler.hand import due_since, rests, stopped_by
from tasktui.scheduler.notices import notices
from tasktui.scheduler.points import account
from tasktui.scheduler.serving import looping, running, scaled_to_zero, starting, tail


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one task comes to in this pass."""

    task: Task
    progress: Progress
    want: Replicas | None = None
    """Bounds to ask of Ray; None: nothing should run."""
    waits: bool = False
    """It is not on Ray and needs a place first."""
    disarm: bool = False
    archive: bool = False
    kill: tuple[Replica, ...] = ()
    events: tuple[Event, ...] = ()


def judge(task: Task, now: datetime, app: App | None, config: Config) -> Verdict:
    """Decide for one task that is not archived. ``app`` is its application, if Ray has it."""
    task = settled(task, now, config.drain_s)
    task = replace(task, progress=drift.lately(task.progress, now))
    if task.armed is None:
        return _unarmed(task, now, app)
    try:
        answer = wanted(task, now)
    except InvalidField as error:
        return _frozen(task, app, str(error))
    if answer.force is not None and answer.force.ends and answer.hand is None:
        return _stop(task, now, app, config, account(task, answer, now)[0])
    if _missed(task, answer, now, config):
        return _give_up_missed(task, now, answer)
    p = replace(task.progress, wanted=answer.replicas, next_at=answer.next_at)
    task = replace(task, progress=p)
    if answer.replicas is None or answer.replicas.stopped:
        return _resting(task, now, app, answer)
    return _serving(task, now, app, answer, config)


def refused(task: Task, now: datetime, text: str, config: Config) -> Verdict:
    """Ray refused the application itself: a failed start without an application."""
    return _failed(task, now, None, text, config)


def alive(app: App | None) -> bool:
    """Whether Ray has the application and does not delete it."""
    return app is not None and app.status is not AppStatus.DELETING


def _unarmed(task: Task, now: datetime, app: App | None) -> Verdict:
    p = task.progress
    if p.status is Status.IDLE:
        return Verdict(task=task, progress=p, archive=task.archive_when_idle)
    if app is None:
        gave_up = any(m.badge is Badge.FAILED for m in p.badges)
        reason = Reason(f"gave up after {START_TRIES} failed starts") if gave_up else NO_REASON
        idle = Progress(
            since=now,
            reason=reason,
            badges=p.badges,
            last_run_at=p.last_run_at or now,
            last_error=p.last_error,
        )
        return Verdict(task=task, progress=idle, archive=task.archive_when_idle)
    forced = task.stop_forced or (p.stop_by is not None and now >= p.stop_by)
    text = "stopping by force" if forced else "draining"
    # Ray lists none of an application that it deletes: those of before are still there.
    left = app.replicas or p.replicas
    count = f": {len(left)} left" if left else ""
    progress = replace(
        p,
        status=Status.NEED_STOP,
        replicas=left,
        reason=Reason(text + count, None if forced else p.stop_by),
    )
    kill = left if forced and app.status is AppStatus.DELETING else ()
    return Verdict(task=task, progress=progress, kill=kill)


def _frozen(task: Task, app: App | None, text: str) -> Verdict:
    """Its zone is unknown: it keeps its last state, and all others go on."""
    p = task.progress
    badges = (*(m for m in p.badges if m.badge is not Badge.ZONE), Mark(Badge.ZONE))
    progress = replace(p, badges=badges, last_error=text)
    keep = p.wanted if alive(app) else None
    return Verdict(task=task, progress=progress, want=keep)


def _stop(
    task: Task, now: datetime, app: App | None, config: Config, events: tuple[Event, ...]
) -> Verdict:
    """Disarm: Need Stop while something is left on Ray, else Idle."""
    p = task.progress
    drain = now + timedelta(seconds=config.drain_s)
    there = app is not None
    progress = Progress(
        status=Status.NEED_STOP if there else Status.IDLE,
        since=now,
        reason=Reason("draining", drain) if there else NO_REASON,
        badges=tuple(m for m in p.badges if m.badge is Badge.FAILED),
        replicas=app.replicas if app else (),
        stop_by=drain if there else None,
        last_run_at=now if there else p.last_run_at,
        last_error=p.last_error,
    )
    return Verdict(task=task, progress=progress, disarm=True, events=events)


def _missed(task: Task, answer: Wanted, now: datetime, config: Config) -> bool:
    """A One-off whose time came while nobody watched, longer ago than may be late."""
    force, armed, p = answer.force, task.armed, task.progress
    if force is None or armed is None or answer.hand or not isinstance(task.schedule, OneOff):
        return False
    late = now - due_since(task, now, force.at) > timedelta(hours=config.late_limit_h)
    return late and force.at > armed.at and p.point_at is None and p.due_at is None


def _give_up_missed(task: Task, now: datetime, answer: Wanted) -> Verdict:
    label = answer.force.label if answer.force else ""
    text = f"its time {label} was missed: the scheduler was not running"
    progress = Progress(
        since=now,
        reason=Reason(text),
        badges=(Mark(Badge.MISSED),),
        last_run_at=task.progress.last_run_at,
    )
    event = _event(task, EventKind.MISSED, now, text)
    return Verdict(task=task, progress=progress, disarm=True, events=(event,))


def _resting(task: Task, now: datetime, app: App | None, answer: Wanted) -> Verdict:
    """Nothing should run now: before the first point, or at a point with max 0."""
    p = task.progress
    events, point_at = account(task, answer, now)
    if app is not None and p.status in {Status.RUNNING, Status.STARTING}:
        progress = replace(
            p,
            replicas=app.replicas,
            reason=Reason(f"draining: {stopped_by(answer)}"),
            badges=(),
            point_at=point_at,
        )
        return Verdict(task=task, progress=progress, events=events)
    progress = replace(
        queued(task, now, rests(task, answer)),
        due_at=None,
        badges=(),
        point_at=point_at,
        attempt=0,
    )
    return Verdict(task=task, progress=replace(progress, retry_at=None), events=events)


def _serving(task: Task, now: datetime, app: App | None, answer: Wanted, config: Config) -> Verdict:
    p = task.progress
    if p.attempt >= START_TRIES:
        if _same_point(p, answer):
            return Verdict(task=task, progress=_next_point(task, now, answer))
        p = replace(p, attempt=0)
        task = replace(task, progress=p)
    if p.retry_at is not None and now < p.retry_at:
        reason = Reason(f"retry {p.attempt + 1}/{START_TRIES}", p.retry_at)
        return Verdict(task=task, progress=queued(task, now, reason))
    if app is None or not alive(app):
        if p.status in {Status.STARTING, Status.RUNNING}:
            return started(task, now, answer, "Ray lost it; starting again")
        return Verdict(
            task=task,
            progress=replace(queued(task, now, NO_REASON), due_at=p.due_at or now),
            want=answer.replicas,
            waits=True,
        )
    app = _with_replicas_of_before(app, p)
    ready = sum(r.ready and task.carries(r) for r in app.replicas)
    late = p.status is Status.STARTING and now - p.since > start_limit(task, config)
    if not ready and (app.status is AppStatus.DEPLOY_FAILED or late):
        return _failed(task, now, app, app.message or _too_late(task, config), config)
    events, point_at = account(task, answer, now)
    if ready or scaled_to_zero(app, answer):
        progress = running(task, now, app, ready, answer)
        events += looping(task, progress, now) + notices(task, progress, now)
    else:
        progress = starting(p, now, app)
    elastic = bool(task.recipe.base) and scales(entry(app.config, task.scaled))
    return Verdict(
        task=task,
        progress=replace(progress, point_at=point_at, due_at=None, elastic=elastic),
        want=answer.replicas,
        events=events,
    )


def _with_replicas_of_before(app: App, p: Progress) -> App:
    """While Ray builds a change, and after that failed, it lists none: those of before serve."""
    if app.deployments or p.status is not Status.RUNNING:
        return app
    return replace(app, replicas=p.replicas)


def started(task: Task, now: datetime, answer: Wanted, text: str = "") -> Verdict:
    """The task as it is once Ray accepted its application."""
    p = task.progress
    events, point_at = account(task, answer, now)
    progress = replace(
        p,
        status=Status.STARTING,
        since=now,
        reason=Reason(text),
        replicas=(),
        badges=standing(p),
        retry_at=None,
        due_at=None,
        point_at=point_at,
    )
    return Verdict(task=task, progress=progress, want=answer.replicas, events=events)


def queued(task: Task, now: datetime, reason: Reason) -> Progress:
    """The task waiting in line, for ``reason``."""
    p = task.progress
    return replace(
        p,
        status=Status.IN_QUEUE,
        since=p.since if p.status is Status.IN_QUEUE else now,
        reason=reason,
        replicas=(),
        badges=standing(p),
    )


def _failed(task: Task, now: datetime, app: App | None, text: str, config: Config) -> Verdict:
    """One more failed start: wait and try again, or give up after the fifth."""
    p = task.progress
    attempt = p.attempt + 1
    error = tail(text)
    last = error.splitlines()[-1] if error else ""
    event = _event(task, EventKind.START_FAILED, now, f"{attempt}/{START_TRIES}: {last}")
    p = replace(p, attempt=attempt, last_error=error)
    task = replace(task, progress=p)
    if attempt >= START_TRIES and _tries_again(task):
        progress = _next_point(task, now, wanted(task, now))
        return Verdict(task=task, progress=progress, events=(event,))
    if attempt >= START_TRIES:
        marked = replace(p, badges=standing(p))
        stopped = _stop(replace(task, progress=marked), now, app, config, (event,))
        if stopped.progress.status is Status.IDLE:
            reason = Reason(f"gave up after {START_TRIES} failed starts")
            return replace(stopped, progress=replace(stopped.progress, reason=reason))
        return stopped
    retry_at = now + start_delay(attempt)
    reason = Reason(f"retry {attempt + 1}/{START_TRIES}", retry_at)
    progress = replace(queued(task, now, reason), retry_at=retry_at, due_at=p.due_at or now)
    return Verdict(task=task, progress=progress, events=(event,))


def _tries_again(task: Task) -> bool:
    """Whether it was asked, when activated, that it tries again at its next point."""
    return task.armed is not None and task.armed.again and isinstance(task.schedule, Daily)


def _same_point(p: Progress, answer: Wanted) -> bool:
    """Whether the point at which all starts failed is in force still."""
    force = answer.force
    return force is None or (p.point_at is not None and force.at <= p.point_at)


def _next_point(task: Task, now: datetime, answer: Wanted) -> Progress:
    """All starts failed: nothing more before the next point."""
    at = answer.next
    when = f"tries again at {at.label}" if at else "no point is to come"
    reason = Reason(f"gave up after {START_TRIES} failed starts: {when}", at.at if at else None)
    point_at = answer.force.at if answer.force else task.progress.point_at
    progress = queued(task, now, reason)
    return replace(progress, retry_at=None, due_at=None, point_at=point_at)


def _too_late(task: Task, config: Config) -> str:
    limit = start_limit(task, config).total_seconds()
    return f"no replica was ready within the start limit of {limit:g} s"


def _event(task: Task, kind: EventKind, now: datetime, reason: str) -> Event:
    return Event(
        at=now,
        task=task.name,
        kind=kind,
        actor="scheduler",
        reason=reason,
        revision=task.revision,
    )
