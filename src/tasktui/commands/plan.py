"""What a change will do before it is made: when, replicas, resources, what restarts, what stays.

Pure: made from the task as it is, the task as the change leaves it, and what stands beside
it. Whether replicas are replaced is told by what Ray would be sent, before and after.
Knows no words but warnings: ``planwords`` says a plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from tasktui.commands.edits import Change, all_bounds
from tasktui.commands.replacing import gap
from tasktui.commands.scarcity import wait_of
from tasktui.commands.scene import Scene
from tasktui.config import Config
from tasktui.domain.actions import Action
from tasktui.domain.observed import App, AppStatus, ClusterState, ClusterView
from tasktui.domain.schedule import Replicas
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.engine.application import replaces
from tasktui.engine.payload import restarts, same, to_config
from tasktui.errors import InvalidField
from tasktui.schedule.points import wanted as wanted_at
from tasktui.scheduler.holding import taken
from tasktui.scheduler.line import NAME, ROUTE, reason
from tasktui.scheduler.plan import service_of
from tasktui.scheduler.room import capacity, room_for

ON_RAY = frozenset({Status.STARTING, Status.RUNNING})
"""Statuses in which Ray has the application as one to run."""


class Effect(StrEnum):
    """What a change does to replicas, at once."""

    NOTHING = "nothing"
    STARTS = "starts"
    HOT = "hot"
    """Bounds or limits change; those that run go on."""
    RESTARTS = "restarts"
    STOPS = "stops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands beside a task when its change is planned."""

    now: datetime
    """Aware, UTC."""
    config: Config
    cluster: ClusterView
    tasks: Sequence[Task] = ()
    """All that hold, wait for or give back resources now; the task itself may be among them."""
    serving: tuple[str, ...] = ()
    """Names of those, sorted, that Ray is asked for in each call."""
    room: bool = True
    """Whether room for replicas that start is looked for."""
    start: timedelta | None = None
    """How long its last start took; None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One change of one task, before it is made."""

    action: Action
    old: Task
    new: Task
    """As the change leaves it."""
    around: Around
    effect: Effect
    before: Replicas | None
    """Bounds that Ray is asked for now; None: nothing runs."""
    after: Replicas | None
    """The same once the change is made."""
    form: bool = False
    """Whether its replicas are replaced only because a fixed number comes to bounds, once."""
    gap: str = ""
    """That fewer replicas answer, or none, while they are replaced; empty: as before."""
    changes: tuple[Change, ...] = ()
    """Of an edit, field by field."""
    kept: tuple[str, ...] = ()
    """Other tasks in the same call to Ray, which stay as they are."""
    foreign: tuple[str, ...] = ()
    """Applications of others on the cluster, which stay as they are."""
    warnings: tuple[str, ...] = ()

    @property
    def replicas(self) -> int:
        """Those that are alive: how many drain, or are replaced."""
        return len(self.old.progress.replicas)

    @property
    def at(self) -> datetime | None:
        """When replicas change first: now, or with the schedule; None: not by this change."""
        if self.effect is not Effect.NOTHING:
            return self.around.now
        return self.new.progress.next_at if self.new.armed and not self.new.archived_at else None


def plan(
    action: Action,
    old: Task,
    new: Task,
    around: Around,
    changes: Sequence[Change] = (),
) -> Plan:
    """What ``action`` does, which makes ``new`` of ``old``."""
    before, after = asked(old, around.now), asked(new, around.now)
    effect = _effect(old, new, before, after, around.config)
    there = old.status in ON_RAY
    made = Plan(
        action=action,
        old=old,
        new=new,
        around=around,
        effect=effect,
        before=before if there else None,
        after=after if there or effect is Effect.STARTS else None,
        changes=tuple(changes),
    )
    if effect is Effect.NOTHING:
        return replace(made, warnings=tuple(_later(made)))
    rolled = effect is Effect.RESTARTS
    return replace(
        made,
        form=rolled and after is not None and _bounds_alone(old, new, after, around.config),
        gap=gap(old, new.spec, around.cluster, around.start) if rolled else "",
        kept=tuple(name for name in around.serving if name != old.name),
        foreign=around.cluster.foreign,
        warnings=(*_later(made), *_unreached(around), *_short(made)),
    )


def asked(task: Task, now: datetime) -> Replicas | None:
    """Bounds that Ray is to be asked for as ``task`` stands; None: nothing should run."""
    live = {Status.IN_QUEUE, *ON_RAY}
    if task.armed is None or task.status not in live:
        return None
    try:
        replicas = wanted_at(task, now).replicas
    except InvalidField:  # an unknown zone: it keeps what it has
        replicas = task.progress.wanted
    return None if replicas is None or replicas.stopped else replicas


def _effect(
    old: Task, new: Task, before: Replicas | None, after: Replicas | None, config: Config
) -> Effect:
    there = old.status in ON_RAY
    if after is None:
        ends = new.status is Status.NEED_STOP and (there or new.stop_forced)
        return Effect.STOPS if ends or (there and before) else Effect.NOTHING
    if before is None:
        return Effect.STARTS
    if not there:
        return Effect.NOTHING  # it waits in line as before
    had = _deployed(old, before, config)
    service = service_of(new, after, "", config)
    if same(service, had):
        return Effect.NOTHING
    return Effect.RESTARTS if restarts(service, had) else Effect.HOT


def _deployed(task: Task, replicas: Replicas, config: Config) -> App:
    """Its application as Ray was asked for it."""
    service = replace(service_of(task, replicas, "", config), elastic=task.progress.elastic)
    return App(name=service.app, status=AppStatus.RUNNING, config=to_config(service))


def _bounds_alone(old: Task, new: Task, replicas: Replicas, config: Config) -> bool:
    """Whether all but the bounds of what is sent stays as it is."""
    return service_of(old, replicas, "", config) == service_of(new, replicas, "", config)


def serving(tasks: Iterable[Task], now: datetime) -> tuple[str, ...]:
    """Names of the tasks, sorted, that Ray is asked for now in each call."""
    return tuple(sorted(t.name for t in tasks if t.status in ON_RAY and asked(t, now)))


def _later(made: Plan) -> list[str]:
    """That a later point replaces replicas, though this change does not yet."""
    if made.effect is Effect.RESTARTS or not (made.before or made.after):
        return []

    def leaves(task: Task) -> bool:
        bounds = all_bounds(task.schedule)
        return replaces(task.recipe.base, task.scaled, task.autoscaling, bounds)

    if made.old.progress.elastic or leaves(made.old) or not leaves(made.new):
        return []
    return ["The first point with bounds that were not declared replaces every replica, once."]


def _unreached(around: Around) -> list[str]:
    """That Ray does not answer now."""
    cluster = around.cluster
    if cluster.state is ClusterState.CONNECTED:
        return []
    if cluster.state is ClusterState.NONE:
        return ["No cluster is there: it waits for one."]
    return [f"Ray is {cluster.state}: it is told when it answers again."]


def _short(made: Plan) -> list[str]:
    """Why replicas that are to start find no room, or no free route."""
    old, after, around = made.old, made.after, made.around
    if after is None or not around.room or made.effect not in {Effect.STARTS, Effect.HOT}:
        return []
    if old.progress.reason.text.startswith((NAME, ROUTE)):
        return [f"It cannot start: {old.progress.reason.text}."]
    least = max(after.min, int(made.effect is Effect.STARTS))
    more = least - sum(old.carries(r) for r in old.progress.replicas)
    return _scarce(made.new, replace(after, min=least), more, around) if more > 0 else []


def _scarce(task: Task, wanted: Replicas, more: int, around: Around) -> list[str]:
    """Why the cluster has no room for ``more`` replicas of those wanted; empty where it has."""
    cluster = around.cluster
    if cluster.nodes and not cluster.autoscaler:
        holds = capacity(task.spec, cluster.nodes, wanted.min)
        if 0 < holds < wanted.min:
            return [f"The cluster holds {holds} of {wanted.min} replicas at the most."]
        free = room_for(task.spec, [taken(n, around.tasks) for n in cluster.nodes], more)
        if 0 < free < more:
            return [f"Room now for {free} of {more} more; the rest waits for room."]
    # As the scheduler will find it: due now, with what is wanted then.
    due_at = task.progress.due_at or around.now
    task = replace(task, progress=replace(task.progress, wanted=wanted, due_at=due_at))
    tasks = [task, *(t for t in around.tasks if t.id != task.id)]
    scene = Scene(
        task=task,
        tasks=tasks,
        cluster=cluster,
        now=around.now,
        config=around.config,
        say=datetime.isoformat,
    )
    wait = wait_of(scene)
    if wait is None:
        return []
    # What is needed and where most is free; the line and the chances are for "why?".
    parts = reason(wait, tasks).text.split("; ")
    return [f"No room now: {'; '.join(parts[:2])}."]
