"""Moving in: what other tools run, or would, becomes tasks; and an application is let go again.

Guarantees that a plan writes nothing and says what the move would, item by item, and
that moving in what runs already as it is described changes nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from tasktui.commands.checks import Problem, require
from tasktui.commands.context import Context
from tasktui.commands.edits import Edits, all_bounds
from tasktui.commands.housing import Housing
from tasktui.commands.incoming import Incoming
from tasktui.commands.serveconfig import from_running, told
from tasktui.domain.artifact import Artifact
from tasktui.domain.event import EventKind
from tasktui.domain.observed import App, Source
from tasktui.domain.schedule import OneOff, Replicas, Schedule
from tasktui.domain.service import PREFIX, Service, holds
from tasktui.domain.status import Status
from tasktui.domain.task import Arming, Progress, Task, TaskSpec, When
from tasktui.engine import application
from tasktui.engine.payload import differing, restarts
from tasktui.errors import NotAllowed, NotFound, TasktuiError
from tasktui.schedule.points import wanted


class Does(StrEnum):
    """What becomes of one thing that comes in."""

    NEW = "new task"
    ADOPTS = "adopts what runs"
    THERE = "already there"
    CANNOT = "cannot be taken over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One of them, looked at."""

    incoming: Incoming
    does: Does
    why: str = ""
    """Why it cannot be taken over, or what it is already."""
    spec: TaskSpec | None = None
    artifact: Artifact | None = None
    """What is added for it; None where an artifact is there."""
    app: App | None = None
    """What runs and is adopted."""
    notes: tuple[str, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether there is something to do."""
        return self.does in {Does.NEW, Does.ADOPTS}


_REPLACES = (
    "its schedule has bounds that were not declared: Ray replaces every replica, once, "
    "when they come"
)


class _TakenBackError(Exception):
    """Ends a transaction that was only a look."""


def _take_back() -> None:
    raise _TakenBackError


class Moving(Edits):
    """Moving in and letting go, over one store."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._houses = Housing(context)

    def plan_move(
        self,
        incoming: Incoming,
        apps: Mapping[str, App],
        *,
        schedule: Schedule | None = None,
        artifact: str = "",
    ) -> Item:
        """What ``move`` would do; ``apps`` is what Ray runs now, as far as it was asked.

        ``schedule`` and ``artifact`` stand over what the incoming says itself. Writes nothing.
        """
        if incoming.problem:
            return Item(incoming=incoming, does=Does.CANNOT, why=incoming.problem)
        try:
            there = self._there(incoming, apps)
            if there:
                return Item(incoming=incoming, does=Does.THERE, why=there)
            if incoming.base:
                item = self._application(incoming, apps.get(incoming.app), schedule)
            else:
                item = self._task(incoming, schedule, artifact)
            return self._tried(item, apps)
        except TasktuiError as error:
            return Item(incoming=incoming, does=Does.CANNOT, why=str(error))

    def move(self, item: Item) -> Task:
        """Write what ``plan_move`` said. Raises UserError with every problem, NotAllowed."""
        if item.spec is None or not item.moves:
            raise NotAllowed(f"{item.incoming.where}: {item.does} ({item.why}).")
        with self._store.transaction():
            spec = item.spec
            if item.artifact is not None:
                spec = replace(spec, artifact=self._store.add_artifact(item.artifact).label)
            task = self.launch(spec)
            if item.incoming.app:
                task = self._named(task, item)
        self._context.poke()
        return task

    def disown(self, name: str) -> Task:
        """Let an adopted application go: it stays as it is, and the task is archived.

        Raises NotAllowed for a task whose application is tasktui's own.
        """
        with self._store.transaction():
            task = self._store.task(name)
            if not task.app:
                raise NotAllowed(
                    f"{name} was made by tasktui: nothing else would look after its application.",
                    "tasktui deactivate stops it.",
                )
            if task.status is Status.NEED_STOP:
                raise NotAllowed(f"{name} is being stopped: its application is about to go.")
            now = self._context.now()
            progress = Progress(since=now, last_run_at=task.progress.last_run_at)
            runs_on = holds(task)
            gone = replace(
                task,
                armed=None,
                override=None,
                pause=None,
                archived_at=now,
                archived_by=self._context.actor.user,
                progress=progress,
            )
            new = self._store.save_task(gone)
            text = f"{task.app}{' runs on, and' if runs_on else ''} is nobody's here"
            self._context.log(new, EventKind.DISOWNED, old=task.status, reason=text)
        self._context.poke()
        return new

    def _there(self, incoming: Incoming, apps: Mapping[str, App]) -> str:
        """Which task is this one already; empty where there is none. Raises InvalidField."""
        for task in self._store.tasks():
            if incoming.app and incoming.app == task.app:
                if incoming.app not in apps or holds(task):
                    return f"the application is that of {task.name}"
                raise NotAllowed(
                    f"{task.name} has its name and does not run it.",
                    f"Let that go first: tasktui disown {task.name}.",
                )
        try:
            task = self._store.task(incoming.name)
        except NotFound:
            return ""
        same = (incoming.schedule or task.schedule) == task.schedule
        if not incoming.app and same and incoming.file_path in {"", task.file_path}:
            return f"{task.name} is a task, with the same schedule"
        return ""

    def _application(self, incoming: Incoming, app: App | None, schedule: Schedule | None) -> Item:
        """An application in Ray's own form. Raises InvalidField."""
        if app is not None:
            if app.name.startswith(f"{PREFIX}-"):
                raise NotAllowed(f"{app.name} belongs to a task of tasktui, here or elsewhere")
            if app.source is Source.IMPERATIVE:
                raise NotAllowed(from_running(app).problem)
            incoming = told(incoming, app)
        bounds = _bounds(incoming)
        schedule = schedule or incoming.schedule or OneOff(at=None, timezone="UTC", replicas=bounds)
        artifact = self._houses.of_config(incoming)
        spec = TaskSpec(
            name=incoming.name,
            artifact=artifact.label,
            file_path="",
            deployment_name="",
            schedule=schedule,
            env=incoming.env,
        )
        item = Item(
            incoming=incoming,
            does=Does.NEW if app is None else Does.ADOPTS,
            spec=spec,
            artifact=artifact,
            app=app,
            notes=incoming.notes,
        )
        if application.replaces(
            incoming.base, incoming.scaled, incoming.autoscaling, all_bounds(schedule)
        ):
            item = replace(item, notes=(*item.notes, _REPLACES))
        if app is None:
            return item
        service = _service(incoming, artifact, schedule, self._context)
        changed = ", ".join(differing(service, app)[:6])
        if not changed:
            return item
        effect = "its replicas are replaced" if restarts(service, app) else "nothing restarts"
        note = f"Ray is told at once what it has not been told: {changed} ({effect})"
        return replace(item, notes=(*item.notes, note))

    def _task(self, incoming: Incoming, schedule: Schedule | None, label: str) -> Item:
        """A task that runs an artifact of ours. Raises NotFound, InvalidField."""
        artifact = self._houses.of_script(incoming, label)
        spec = TaskSpec(
            name=incoming.name,
            artifact=artifact.label,
            file_path=incoming.file_path,
            deployment_name=incoming.deployment_name,
            schedule=schedule or incoming.schedule or OneOff(None, "UTC", Replicas(1, 1)),
            env=incoming.env,
            parameters=incoming.parameters,
        )
        if incoming.spec is None or incoming.spec == artifact.spec:
            return Item(incoming=incoming, does=Does.NEW, spec=spec, notes=incoming.notes)
        sized = self._houses.sized(artifact, incoming, incoming.spec)
        note = f"{artifact.label} with {sized.spec} per replica becomes a version of its own"
        notes = (*incoming.notes, note)
        return Item(incoming=incoming, does=Does.NEW, spec=spec, artifact=sized, notes=notes)

    def _tried(self, item: Item, apps: Mapping[str, App]) -> Item:
        """The item with what a launch would say of it; nothing of it is kept."""
        spec = item.spec
        if spec is None:
            return item
        self._refuse_taken(item.incoming, apps.values(), item.app)
        problems = self._problems(item.artifact, spec)
        require(problems)
        return replace(item, notes=(*item.notes, *(p.message for p in problems)))

    def _problems(self, artifact: Artifact | None, spec: TaskSpec) -> list[Problem]:
        """What a launch would say, once the artifact was there."""
        found: list[Problem] = []
        with suppress(_TakenBackError), self._store.transaction():
            if artifact is not None:
                spec = replace(spec, artifact=self._store.add_artifact(artifact).label)
            found += self.check(spec)
            _take_back()
        return found

    def _refuse_taken(self, incoming: Incoming, apps: Iterable[App], own: App | None) -> None:
        """Raise NotAllowed where something else answers on the route already."""
        route = incoming.route or f"/{incoming.name}"
        for task in self._store.tasks():
            if task.route == route:
                raise NotAllowed(f"the route {route} is that of the task {task.name}")
        for app in apps:
            if app.route == route and (own is None or app.name != own.name):
                raise NotAllowed(f"the application {app.name} answers on its route {route}")

    def _named(self, task: Task, item: Item) -> Task:
        """The task with the application's own name and route; Running where it is adopted."""
        incoming, now = item.incoming, self._context.now()
        route = "" if incoming.route == f"/{task.name}" else incoming.route
        task = replace(task, app=incoming.app, own_route=route)
        if item.app is None:
            return self._store.save_task(task)
        task = replace(task, armed=Arming(now, When.NOW, self._context.actor.user))
        answer = wanted(task, now)
        status = Status.RUNNING if any(r.ready for r in item.app.replicas) else Status.STARTING
        progress = Progress(
            status=status,
            since=now,
            replicas=item.app.replicas,
            wanted=answer.replicas,
            next_at=answer.next_at,
        )
        new = self._store.save_task(replace(task, progress=progress))
        text = f"the application {incoming.app}, as it runs"
        self._context.log(new, EventKind.ADOPTED, old=Status.IDLE, reason=text)
        return new


def _bounds(incoming: Incoming) -> Replicas:
    """What the application declares, or its code as Ray tells it. Raises InvalidField."""
    entry = application.entry(incoming.base, incoming.scaled)
    if application.limits(entry) is None and incoming.autoscaling:
        entry = {"autoscaling_config": incoming.autoscaling}
    return application.bounds(entry)


def _service(incoming: Incoming, artifact: Artifact, schedule: Schedule, c: Context) -> Service:
    """What the task would ask of Ray now."""
    task_wants = schedule.replicas if isinstance(schedule, OneOff) else _bounds(incoming)
    return Service(
        app=incoming.app,
        route=incoming.route or f"/{incoming.name}",
        import_path=str(incoming.base["import_path"]),
        digest="",
        scaled=artifact.scaled,
        replicas=task_wants,
        spec=artifact.spec,
        autoscaling=artifact.autoscaling,
        env=incoming.env,
        recipe=artifact.recipe,
        drain_s=c.config.drain_s,
    )
