"""Launch and edit: from what a user typed to a stored task, and what an edit will do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tasktui.commands.checks import Problem, check, require, resolve_spec, start_time
from tasktui.commands.context import Context
from tasktui.commands.present import values_text
from tasktui.domain.actions import Action, refusal
from tasktui.domain.artifact import NO_ENV, carried
from tasktui.domain.event import EventKind
from tasktui.domain.parameters import known
from tasktui.domain.revision import Revision, revision_of, spec_of
from tasktui.domain.schedule import OneOff, Replicas, Schedule
from tasktui.domain.status import Status
from tasktui.domain.task import Progress, Task, TaskId, TaskSpec, untroubled
from tasktui.errors import NotAllowed, StaleRevision
from tasktui.schedule.describe import describe


@dataclass(frozen=True, slots=True)
class Change:
    """One line of an edit's plan."""

    field: str
    old: str
    new: str
    restarts: bool
    """Whether it replaces replicas; otherwise it applies hot."""
    text: str
    """``hot`` or ``restarts N``."""

    @property
    def hot(self) -> bool:
        """Whether no replica that runs is replaced."""
        return self.text == "hot"


class Edits:
    """Launch and edit over one store."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def check(self, spec: TaskSpec, *, editing: str | None = None) -> list[Problem]:
        """Every problem of ``spec``, field by field; warnings do not stop a launch."""
        found = check(self._context, spec, editing=editing)
        if editing is not None and all(p.warning for p in found):
            text = self.gap(editing, spec)
            found += [Problem("spec", text, warning=True)] if text else []
        return found

    def gap(self, name: str, spec: TaskSpec) -> str:
        """That fewer replicas answer, or none, while an edit replaces them; empty: as before."""
        from tasktui.commands.replacing import gap  # noqa: PLC0415 - of no use to who only reads

        if not any(c.restarts for c in self.changes(name, spec)):
            return ""
        task = self._store.task(name)
        needs = resolve_spec(self._store, spec).artifact.spec
        return gap(task, needs, self._store.cluster(), start_time(self._store.events(task.id)))

    def launch(self, spec: TaskSpec, *, action_id: str = "") -> Task:
        """Create the task: Idle, nothing runs. Raises UserError with every problem found."""
        with self._store.transaction():
            if action_id and not self._store.once(action_id):
                return self._store.task(spec.name)
            require(self.check(spec))
            now = self._context.now()
            resolved = resolve_spec(self._store, spec)
            task = self._store.add_task(
                Task(
                    id=TaskId(0),
                    name=spec.name,
                    revision=1,
                    generation=1,
                    artifact_id=resolved.artifact.id,
                    artifact=resolved.artifact.label,
                    kind=resolved.artifact.kind,
                    digest=resolved.artifact.digest,
                    spec=resolved.artifact.spec,
                    scaled=resolved.scaled,
                    autoscaling=resolved.autoscaling,
                    file_path=resolved.file_path,
                    deployment_name=resolved.deployment_name,
                    schedule=spec.schedule,
                    env={**resolved.artifact.env, **spec.env},
                    parameters=resolved.parameters,
                    recipe=resolved.recipe,
                    created_at=now,
                    created_by=self._context.actor.user,
                    progress=Progress(since=now),
                )
            )
            self._keep_revision(task)
            self._context.log(task, EventKind.LAUNCHED, old=None, reason=describe(task.schedule))
        self._context.poke()
        return task

    def spec_of(self, task: Task) -> TaskSpec:
        """The input that would launch ``task`` again as it is: for edit and clone."""
        return spec_of(task)

    def moved(self, task: Task, spec: TaskSpec, label: str) -> TaskSpec:
        """``spec`` on another artifact: what was its own artifact's becomes the new one's.

        That is its script where it was the default, variables that the task had
        from the artifact, and parameters that the new one does not have.
        """
        new, old = self._store.artifact(label), self._store.artifact_by_id(task.artifact_id)
        script = (spec.file_path, spec.deployment_name)
        if old is not None:
            script = ("", "") if script == (old.file_path, old.deployment_name) else script
        return replace(
            spec,
            artifact=label,
            file_path=script[0],
            deployment_name=script[1],
            env=carried(spec.env, old.env if old else NO_ENV, new.env),
            parameters=known(new.parameters, spec.parameters),
        )

    def changes(self, name: str, spec: TaskSpec) -> list[Change]:
        """What editing ``name`` to ``spec`` changes, each line marked hot or with its restarts."""
        task = self._store.task(name)
        resolved = resolve_spec(self._store, spec)
        old = revision_of(task, task.created_at, task.created_by)
        new = replace(
            old,
            artifact_id=resolved.artifact.id,
            resources=resolved.artifact.spec,
            spec=replace(
                spec,
                artifact=resolved.artifact.label,
                file_path=resolved.file_path,
                deployment_name=resolved.deployment_name,
                parameters=resolved.parameters,
            ),
        )
        alive = task.progress.ready if task.status is Status.RUNNING else 0
        return _with_form(task, spec.schedule, differences(old, new, alive), alive)

    def edit(
        self, name: str, revision: int, spec: TaskSpec, *, action_id: str = "", why: str = ""
    ) -> Task:
        """Write a new revision made from ``revision``; ``why`` goes before its event's text.

        Raises StaleRevision when the task was edited meanwhile: never
        last-write-wins. A rename is allowed only while the task is Idle, since
        the name is the route of its endpoint.
        """
        with self._store.transaction():
            task = self._store.task(name)
            if action_id and not self._store.once(action_id):
                return task
            self._require_editable(task, revision, spec)
            require(self.check(spec, editing=name))
            lines = self.changes(name, spec)
            if not lines:
                return task
            edited = self.edited(task, spec)
            new = self._store.save_task(edited, revision=revision)
            self._keep_revision(new)
            text = why + "; ".join(f"{c.field}: {c.old} -> {c.new} ({c.text})" for c in lines)
            self._context.log(new, EventKind.EDITED, old=task.status, reason=text)
        self._context.poke()
        return new

    def edited(self, task: Task, spec: TaskSpec) -> Task:
        """``task`` as an edit to ``spec`` leaves it; nothing is written."""
        resolved = resolve_spec(self._store, spec)
        return replace(
            task,
            name=spec.name,
            revision=task.revision + 1,
            artifact_id=resolved.artifact.id,
            artifact=resolved.artifact.label,
            kind=resolved.artifact.kind,
            digest=resolved.artifact.digest,
            spec=resolved.artifact.spec,
            scaled=resolved.scaled,
            autoscaling=resolved.autoscaling,
            file_path=resolved.file_path,
            deployment_name=resolved.deployment_name,
            schedule=spec.schedule,
            env=dict(spec.env),
            parameters=resolved.parameters,
            recipe=resolved.recipe,
            progress=_begun_anew(task.progress, self.changes(task.name, spec)),
        )

    def _keep_revision(self, task: Task) -> None:
        made = revision_of(task, self._context.now(), self._context.actor.user)
        self._store.add_revision(task.id, made)

    def _require_editable(self, task: Task, revision: int, spec: TaskSpec) -> None:
        reason = refusal(task, Action.EDIT)
        if reason:
            raise NotAllowed(reason)
        if task.revision != revision:
            lines = self.changes(task.name, spec)
            diff = "; ".join(f"{c.field}: now {c.old}, yours {c.new}" for c in lines)
            raise StaleRevision(
                f"{task.name} was edited meanwhile: it is at revision {task.revision}, "
                f"your edit was made on revision {revision}. {diff or 'Nothing differs'}.",
                "Look at it again and repeat the edit.",
            )
        if spec.name != task.name and task.status is not Status.IDLE:
            raise NotAllowed(
                f"{task.name} is {task.status}: the name is its route, and changes only when Idle.",
                "Deactivate it first.",
            )


def all_bounds(schedule: Schedule) -> list[Replicas]:
    """The bounds of every point of a schedule."""
    if isinstance(schedule, OneOff):
        return [schedule.replicas]
    return [p.replicas for p in schedule.points]


def _with_form(task: Task, schedule: Schedule, changes: list[Change], alive: int) -> list[Change]:
    """The changes; of an application in Ray's own form, bounds may replace its replicas once."""
    from tasktui.engine.application import replaces  # noqa: PLC0415 - of no use to who only reads

    def leaves(what: Schedule) -> bool:
        return replaces(task.recipe.base, task.scaled, task.autoscaling, all_bounds(what))

    if task.progress.elastic or leaves(task.schedule) or not leaves(schedule):
        return changes
    text = f"restarts {alive}, once" if alive else "hot"
    return [replace(c, restarts=True, text=text) if c.field == "schedule" else c for c in changes]


def _begun_anew(progress: Progress, lines: Sequence[Change]) -> Progress:
    """The progress after an edit: failed starts of what is replaced count no more."""
    progress = untroubled(progress)
    if not any(c.restarts for c in lines):
        return progress
    return replace(progress, attempt=0, retry_at=None)


def differences(old: Revision, new: Revision, alive: int = 0) -> list[Change]:
    """What ``new`` changes, each line marked hot or with the ``alive`` replicas it restarts."""
    a, b = old.spec, new.spec
    label = b.artifact
    if a.artifact == label and old.artifact_id != new.artifact_id:
        label = f"{label} (another version)"
    table = [
        ("name", a.name, b.name, False),
        ("artifact", a.artifact, label, True),
        ("spec", str(old.resources), str(new.resources), True),
        ("file path", a.file_path, b.file_path, True),
        ("deployment name", a.deployment_name, b.deployment_name, True),
        ("schedule", describe(a.schedule), describe(b.schedule), False),
        ("parameters", values_text(a.parameters) or "-", values_text(b.parameters) or "-", True),
        ("environment", _names(a.env), _names(b.env), True),
    ]
    if _names(a.env) == _names(b.env) and dict(a.env) != dict(b.env):
        table[-1] = ("environment", "(values)", "(changed values)", True)
    return [
        Change(f, was, now, r, f"restarts {alive}" if r and alive else "hot")
        for f, was, now, r in table
        if was != now
    ]


def _names(env: Mapping[str, str]) -> str:
    # Names only: values may be secrets.
    return ", ".join(sorted(env)) or "-"
