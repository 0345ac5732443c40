"""From what is wanted and what Ray reports to what should happen now. Pure.

Start reading here: everything the scheduler ever does is decided by ``plan``.
It knows no store and no network; ``reconciler`` carries it out. Called again
with what came of it, it asks for nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from tasktui.config import Config
from tasktui.domain.event import Event, EventKind
from tasktui.domain.observed import App, Observed, Replica, Source
from tasktui.domain.schedule import Replicas
from tasktui.domain.service import Ours, Service, adopted, app_of, holds
from tasktui.domain.status import Badge, Reason, Status
from tasktui.domain.task import Task, TaskId
from tasktui.engine.payload import same
from tasktui.schedule.points import wanted
from tasktui.scheduler import drift
from tasktui.scheduler.guard import NOTHING, SETTLE, Look, Memory
from tasktui.scheduler.hand import lapse
from tasktui.scheduler.healing import drifted, drifts, heals, left
from tasktui.scheduler.judge import Verdict, alive, judge, queued, refused, started
from tasktui.scheduler.line import NAME, ROUTE, line_of, line_up, reason
from tasktui.scheduler.ports import Update
from tasktui.scheduler.rest import rested
from tasktui.scheduler.rollout import name_after, renewed, rolled

_MOVING = frozenset({Badge.UPDATING, Badge.UNHEALTHY, Badge.SHORT})
"""What Ray is about to change by itself; a failed update stands until somebody acts."""

NONE_MISSING: Mapping[TaskId, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What should happen now."""

    serve: tuple[Service, ...]
    """The whole set of this owner's applications that Ray should run."""
    put: bool
    """Whether that differs from what Ray has, and may be sent now."""
    keep: frozenset[str]
    """Applications of this owner that stay as another tool made them."""
    hold: str
    """Why a difference is not sent yet; empty when there is none."""
    asks: frozenset[str]
    """Applications whose removal waits for the word of a person."""
    updates: tuple[Update, ...]
    starting: frozenset[TaskId]
    """Tasks whose update is true only once Ray has accepted the set."""
    healing: frozenset[TaskId]
    """The same of those whose application another tool changed."""
    kill: tuple[Replica, ...]
    wake_at: datetime | None
    """When something changes by time alone: later than the moment of the plan."""
    busy: bool
    """Whether anything is in motion on Ray: look again soon."""
    memory: Memory


def plan(  # noqa: PLR0913 - a pure function of all that a pass knows
    now: datetime,
    tasks: Sequence[Task],
    observed: Observed,
    *,
    owner: str,
    config: Config,
    memory: Memory = NOTHING,
    missing: Mapping[TaskId, str] = NONE_MISSING,
    allowed: frozenset[str] = frozenset(),
) -> Plan:
    """Decide for all live tasks of one store against one look at Ray.

    ``tasks`` have their values in place of references; those in ``missing`` have
    not, for the reason given there, and are not started. ``allowed`` are
    applications that a person said may be removed.
    """
    ours = Ours(owner, frozenset(adopted(tasks)))
    apps = {t.id: _own(t, observed, ours) for t in tasks}
    verdicts = [judge(t, now, apps[t.id], config) for t in tasks]
    verdicts = [
        refused(v.task, now, missing[v.task.id], config)
        if v.task.id in missing and (v.waits or v.want)
        else v
        for v in verdicts
    ]
    placed = _admit(verdicts, observed, ours, now, config)
    serve = tuple(
        service_of(v.task, v.want, owner, config) for v in placed if v.want and not v.want.stopped
    )
    found = drifts(placed, serve, observed, memory)
    serve, keep = left(serve, found)
    adds, changes = _difference(serve, observed, ours, keep)
    memory = drift.remember(memory, {s.app: s for s in serve}, observed)
    stay = frozenset(s.app for s in serve) | keep
    look = Look(observed, ours, stay | _started(tasks, owner), stay, allowed)
    memory = look.remember(memory, _expected(placed, owner), now)
    hold, memory = look.hold(adds, changes, now, memory)
    serve = rolled(serve, observed, now)
    put = bool(adds or changes or renewed(serve, observed)) and not hold
    starting = frozenset(v.task.id for v in placed if v.want and app_of(owner, v.task) in adds)
    if hold:
        # Those in line are told; one that Ray has lost keeps its status until that is sure.
        line = {v.task.id for v in verdicts if v.waits} & starting
        placed = [_held(v, now, hold) if v.task.id in line else v for v in placed]
        starting -= line
    placed = [drifted(v, observed, owner, found, now, sent=put) for v in placed]
    return Plan(
        serve=serve,
        put=put,
        keep=keep,
        hold=hold,
        asks=look.unasked(),
        updates=tuple(
            u for t, v in zip(tasks, placed, strict=True) if (u := _update(t, v, now)) is not None
        ),
        starting=starting,
        healing=frozenset(v.task.id for v in placed if put and heals(v, owner, found)),
        kill=tuple(r for v in placed for r in v.kill),
        wake_at=_wake_at(placed, memory, now),
        busy=bool(adds or changes) or any(_moves(v) for v in placed),
        memory=memory,
    )


def refusals(
    made: Plan, tasks: Sequence[Task], now: datetime, text: str, config: Config
) -> list[Update]:
    """The updates of the tasks that were to start, when Ray refused the set with ``text``."""
    found = []
    for task in tasks:
        if task.id in made.starting:
            update = _update(task, refused(task, now, text, config), now)
            if update is not None:
                found.append(update)
    return found


def blind(tasks: Sequence[Task], now: datetime, text: str) -> list[Update]:
    """Without an answer of Ray no status changes; those in line are told what they wait for."""
    return [
        Update(
            task=t.id,
            generation=t.generation,
            progress=replace(t.progress, reason=Reason(text)),
        )
        for t in tasks
        if t.armed
        and t.status is Status.IN_QUEUE
        and _due(t, now)
        and t.progress.reason != Reason(text)
    ]


def _due(task: Task, now: datetime) -> bool:
    p = task.progress
    return p.due_at is not None or (p.next_at is not None and p.next_at <= now)


def service_of(task: Task, replicas: Replicas, owner: str, config: Config) -> Service:
    """What to ask of Ray for ``task`` with these bounds."""
    return Service(
        app=app_of(owner, task),
        route=task.route,
        import_path=task.import_path,
        digest=task.digest,
        scaled=task.scaled,
        replicas=replicas,
        spec=task.spec,
        autoscaling=task.autoscaling,
        env=task.env,
        recipe=task.recipe,
        restarts=task.restarts,
        drain_s=config.drain_s,
        anew=name_after(task.progress),
    )


def _expected(verdicts: Iterable[Verdict], owner: str) -> frozenset[str]:
    """Applications that Ray accepted earlier and should still have."""
    accepted = {Status.STARTING, Status.RUNNING}
    return frozenset(
        app_of(owner, v.task) for v in verdicts if v.want and v.task.progress.status in accepted
    )


def _held(v: Verdict, now: datetime, why: str) -> Verdict:
    progress = replace(queued(v.task, now, Reason(why)), due_at=v.task.progress.due_at or now)
    return replace(v, progress=progress, events=())


def _admit(
    verdicts: Sequence[Verdict],
    observed: Observed,
    ours: Ours,
    now: datetime,
    config: Config,
) -> list[Verdict]:
    """Turn waiting verdicts into started ones, or say what they wait for."""
    foreign = {a.route: a.name for a in observed.apps.values() if a.name not in ours}
    refusals = {
        v.task.id: Reason(why)
        for v in verdicts
        if v.waits and (why := _clash(v.task, app_of(ours.owner, v.task), foreign))
    }
    strict = config.admission == "strict" or (
        config.admission == "auto" and not observed.autoscaler
    )
    if strict and observed.nodes:
        # As this pass found them, so that no replica counts that is gone.
        tasks = [replace(v.task, progress=v.progress) for v in verdicts]
        waiting = {v.task.id for v in verdicts if v.waits} - set(refusals)
        line = line_of([t for t in tasks if t.id in waiting], now)
        waits = line_up(line, tasks, observed.nodes, now)
        refusals |= {task: reason(wait, tasks) for task, wait in waits.items()}
    return [_admitted(v, now, refusals.get(v.task.id)) if v.waits else v for v in verdicts]


def _own(task: Task, observed: Observed, ours: Ours) -> App | None:
    """The application of a task; not one of the same name that somebody else deployed."""
    name = app_of(ours.owner, task)
    return observed.apps.get(name) if name in ours else None


def _clash(task: Task, app: str, foreign: Mapping[str, str]) -> str:
    """Why a task cannot start beside the ``foreign`` applications, by route; empty: it can."""
    if app in foreign.values():
        return f"{NAME} {app} belongs to an application of others: adopt that, or remove it"
    if task.route in foreign:
        return f"{ROUTE} {task.route} belongs to the application {foreign[task.route]}"
    return ""


def _admitted(v: Verdict, now: datetime, refusal: Reason | None) -> Verdict:
    if refusal is not None:
        progress = replace(queued(v.task, now, refusal), due_at=v.progress.due_at)
        return replace(v, progress=progress, want=None)
    return started(v.task, now, wanted(v.task, now))


def _started(tasks: Iterable[Task], owner: str) -> frozenset[str]:
    """Applications of tasks that the store has as started or stopping."""
    return frozenset(app_of(owner, t) for t in tasks if holds(t))


def _difference(
    serve: Iterable[Service], observed: Observed, ours: Ours, keep: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Names of applications to add, and of those to change or remove."""
    services = {s.app: s for s in serve}
    adds = frozenset(n for n in services if not alive(observed.apps.get(n)))
    living = {n: a for n, a in observed.apps.items() if n in ours and alive(a)}
    changes = frozenset(
        name
        for name, app in living.items()
        if name not in keep
        and (
            name not in services or app.source is Source.IMPERATIVE or not same(services[name], app)
        )
    )
    return adds, changes


def _update(task: Task, v: Verdict, now: datetime) -> Update | None:
    old, new = task.progress, rested(v.task, v.progress)
    over = lapse(task, now)
    events = (*over.events, *v.events)
    if old.status is not new.status:
        events = (*events, _changed(task, v, now))
    archive = v.archive and new.status is Status.IDLE
    if archive:
        events = (*events, _archived(task, now))
    if new == old and not events and not v.disarm and not archive:
        return None
    return Update(
        task=v.task.id,
        generation=v.task.generation,
        progress=new,
        disarm=v.disarm,
        override_ended=over.override,
        pause_ended=over.pause,
        archive=archive,
        events=events,
    )


def _changed(task: Task, v: Verdict, now: datetime) -> Event:
    return Event(
        at=now,
        task=v.task.name,
        kind=EventKind.STATUS_CHANGED,
        actor="scheduler",
        old=task.progress.status,
        new=v.progress.status,
        reason=v.progress.reason.text,
        revision=v.task.revision,
    )


def _archived(task: Task, now: datetime) -> Event:
    return Event(
        at=now,
        task=task.name,
        kind=EventKind.ARCHIVED,
        actor="scheduler",
        old=Status.IDLE,
        new=Status.ARCHIVED,
        reason="it was to be archived when Idle",
        revision=task.revision,
    )


def _moves(v: Verdict) -> bool:
    status = v.progress.status
    if status in {Status.STARTING, Status.NEED_STOP}:
        return True
    leaving = status is Status.RUNNING and v.want is None
    moving = any(m.badge in _MOVING for m in v.progress.badges)
    return leaving or (status is Status.RUNNING and moving)


def _wake_at(verdicts: Iterable[Verdict], memory: Memory, now: datetime) -> datetime | None:
    moments = []
    for v in verdicts:
        p = v.progress
        armed = v.task.armed is not None and not v.disarm
        moments += [p.next_at if armed else None, p.retry_at, p.stop_by]
    if memory.missing_since:
        moments.append(memory.missing_since + SETTLE)
    # One that has passed was acted on already; it must not hide those to come.
    return min((m for m in moments if m and m > now), default=None)
