"""Launch and edit: from what a user typed to a stored task, and what an edit will do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tasktui.commands.checks import Problem, check, require, resolve_spec
from tasktui.commands.context import Context
from tasktui.domain.actions import Action, refusal
from tasktui.domain.event import EventKind
from tasktui.domain.status import Status
from tasktui.domain.task import Progress, Task, TaskId, TaskSpec
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


class Edits:
    """Launch and edit over one store."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def check(self, spec: TaskSpec, *, editing: str | None = None) -> list[Problem]:
        """Every problem of ``spec``, field by field; warnings do not stop a launch."""
        return check(self._context, spec, editing=editing)

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
                    created_at=now,
                    created_by=self._context.actor.user,
                    progress=Progress(since=now),
                )
            )
            self._context.log(task, EventKind.LAUNCHED, old=None, reason=describe(task.schedule))
        self._context.poke()
        return task

    def spec_of(self, task: Task) -> TaskSpec:
        """The input that would launch ``task`` again as it is: for edit and clone."""
        return TaskSpec(
            name=task.name,
            artifact=task.artifact,
            file_path=task.file_path,
            deployment_name=task.deployment_name,
            schedule=task.schedule,
            env=task.env,
        )

    def changes(self, name: str, spec: TaskSpec) -> list[Change]:
        """What editing ``name`` to ``spec`` changes, each line marked hot or with its restarts."""
        task = self._store.task(name)
        resolved = resolve_spec(self._store, spec)
        alive = task.progress.ready if task.status is Status.RUNNING else 0
        table = [
            ("name", task.name, spec.name, False),
            ("artifact", task.artifact, resolved.artifact.label, True),
            ("spec", str(task.spec), str(resolved.artifact.spec), True),
            ("file path", task.file_path, resolved.file_path, True),
            ("deployment name", task.deployment_name, resolved.deployment_name, True),
            ("schedule", describe(task.schedule), describe(spec.schedule), False),
            ("environment", _names(task.env), _names(spec.env), True),
        ]
        if _names(task.env) == _names(spec.env) and dict(task.env) != dict(spec.env):
            table[-1] = ("environment", "(values)", "(changed values)", True)
        return [
            Change(f, old, new, r, f"restarts {alive}" if r and alive else "hot")
            for f, old, new, r in table
            if old != new
        ]

    def edit(self, name: str, revision: int, spec: TaskSpec, *, action_id: str = "") -> Task:
        """Write a new revision made from ``revision``.

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
            resolved = resolve_spec(self._store, spec)
            edited = replace(
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
            )
            new = self._store.save_task(edited, revision=revision)
            text = "; ".join(f"{c.field}: {c.old} -> {c.new} ({c.text})" for c in lines)
            self._context.log(new, EventKind.EDITED, old=task.status, reason=text)
        self._context.poke()
        return new

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


def _names(env: Mapping[str, str]) -> str:
    # Names only: values may be secrets.
    return ", ".join(sorted(env)) or "-"
