"""From what is wanted and what Ray reports to what should happen now. Pure.

Start reading here: everything the scheduler ever does is decided by ``plan``.
It knows no store and no network; ``reconciler`` carries it out. Called again
with what came of it, it asks for nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tasktui.config import Config
from tasktui.domain.event import Event, EventKind
from tasktui.domain.observed import App, Observed, Replica, Source
from tasktui.domain.schedule import Replicas
from tasktui.domain.service import Service, app_name, task_name
from tasktui.domain.status import Reason, Status
from tasktui.domain.task import Task, TaskId
from tasktui.engine.payload import same
from tasktui.schedule.points import wanted
from tasktui.scheduler.guard import NOTHING, SETTLE, Look, Memory
from tasktui.scheduler.judge import Verdict, alive, judge, queued, refused, started
from tasktui.scheduler.placement import Claim, place
from tasktui.scheduler.ports import Update


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What should happen now."""

    serve: tuple[Service, ...]
    """The whole set of this owner's applications that Ray should run."""
    put: bool
    """Whether that differs from what Ray has, and may be sent now."""
    hold: str
    """Why a difference is not sent yet; empty when there is none."""
    updates: tuple[Update, ...]
    starting: frozenset[TaskId]
    """Tasks whose update is true only once Ray has accepted the set."""
    kill: tuple[Replica, ...]
    wake_at: datetime | None
    """When something changes by time alone: later than the moment of the plan."""
    busy: bool
    """Whether anything is in motion on Ray: look again soon."""
    memory: Memory


def plan(
    now: datetime,
    tasks: Sequence[Task],
    observed: Observed,
    *,
    owner: str,
    config: Config,
    memory: Memory = NOTHING,
) -> Plan:
    """Decide for all live tasks of one store against one look at Ray."""
    apps = {t.id: observed.apps.get(app_name(owner, t.name)) for t in tasks}
    verdicts = [judge(t, now, apps[t.id], config) for t in tasks]
    placed = _admit(verdicts, apps, observed, owner, now, config)
    serve = tuple(
        service_of(v.task, v.want, owner, config) for v in placed if v.want and not v.want.stopped
    )
    adds, changes = _difference(serve, observed, owner)
    look = Look(observed, owner, frozenset(app_name(owner, t.name) for t in tasks))
    memory = look.remember(memory, _expected(placed, owner), now)
    hold, memory = look.hold(adds, changes, now, memory)
    put = bool(adds or changes) and not hold
    starting = frozenset(
        v.task.id for v in placed if v.want and app_name(owner, v.task.name) in adds
    )
    if hold:
        # Those in line are told; one that Ray has lost keeps its status until that is sure.
        line = {v.task.id for v in verdicts if v.waits} & starting
        placed = [_held(v, now, hold) if v.task.id in line else v for v in placed]
        starting -= line
    return Plan(
        serve=serve,
        put=put,
        hold=hold,
        updates=tuple(
            u for t, v in zip(tasks, placed, strict=True) if (u := _update(t, v, now)) is not None
        ),
        starting=starting,
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
        app=app_name(owner, task.name),
        route=task.route,
        import_path=task.import_path,
        digest=task.digest,
        scaled=task.scaled,
        replicas=replicas,
        spec=task.spec,
        autoscaling=task.autoscaling,
        env=task.env,
        restarts=task.restarts,
        drain_s=config.drain_s,
    )


def _expected(verdicts: Iterable[Verdict], owner: str) -> frozenset[str]:
    """Applications that Ray accepted earlier and should still have."""
    accepted = {Status.STARTING, Status.RUNNING}
    return frozenset(
        app_name(owner, v.task.name)
        for v in verdicts
        if v.want and v.task.progress.status in accepted
    )


def _held(v: Verdict, now: datetime, why: str) -> Verdict:
    progress = replace(queued(v.task, now, Reason(why)), due_at=v.task.progress.due_at or now)
    return replace(v, progress=progress, events=())


def _admit(
    verdicts: Sequence[Verdict],
    apps: Mapping[TaskId, App | None],
    observed: Observed,
    owner: str,
    now: datetime,
    config: Config,
) -> list[Verdict]:
    """Turn waiting verdicts into started ones, or say what they wait for."""
    routes = {a.route: a.name for a in observed.apps.values() if task_name(owner, a.name) is None}
    line = sorted(
        (v for v in verdicts if v.waits),
        key=lambda v: (v.progress.due_at or now, v.task.id),
    )
    strict = config.admission == "strict" or (
        config.admission == "auto" and not observed.autoscaler
    )
    refusals: dict[TaskId, str] = {}
    if strict and observed.nodes:
        reserved = [v.task.spec for v in verdicts if _owed(v, apps[v.task.id])]
        claims = [Claim(v.task.id, v.task.spec) for v in line]
        refusals.update(place(claims, reserved, observed.nodes))
    for v in line:
        if v.task.route in routes:
            refusals[v.task.id] = (
                f"its route {v.task.route} belongs to the application {routes[v.task.route]}"
            )
    return [_admitted(v, now, refusals.get(v.task.id, "")) if v.waits else v for v in verdicts]


def _owed(v: Verdict, app: App | None) -> bool:
    """Whether the task was placed but holds nothing yet that Ray would count."""
    return (
        v.want is not None
        and not v.waits
        and v.progress.status is Status.STARTING
        and not (app and app.replicas)
    )


def _admitted(v: Verdict, now: datetime, refusal: str) -> Verdict:
    if refusal:
        progress = replace(queued(v.task, now, Reason(refusal)), due_at=v.progress.due_at)
        return replace(v, progress=progress, want=None)
    return started(v.task, now, wanted(v.task, now))


def _difference(
    serve: Iterable[Service], observed: Observed, owner: str
) -> tuple[frozenset[str], frozenset[str]]:
    """Names of applications to add, and of those to change or remove."""
    services = {s.app: s for s in serve}
    adds = frozenset(n for n in services if not alive(observed.apps.get(n)))
    ours = {n: a for n, a in observed.apps.items() if task_name(owner, n) is not None and alive(a)}
    changes = frozenset(
        name
        for name, app in ours.items()
        if name not in services or app.source is Source.IMPERATIVE or not same(services[name], app)
    )
    return adds, changes


def _update(task: Task, v: Verdict, now: datetime) -> Update | None:
    old, new = task.progress, v.progress
    events = v.events
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
    return leaving or (status is Status.RUNNING and bool(v.progress.badges))


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
