"""Validation of what a user gives, field by field, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tasktui.commands.context import Context
from tasktui.config import NO_SCHEDULER
from tasktui.domain.artifact import Artifact, Spec
from tasktui.domain.event import Event
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.parameters import differing, problems, settled
from tasktui.domain.recipe import Parameter, Recipe, Scalar
from tasktui.domain.schedule import OneOff, Schedule
from tasktui.domain.secrets import is_variable
from tasktui.domain.status import Status
from tasktui.domain.task import TaskSpec, check_name
from tasktui.errors import InvalidField, NotFound, StoreBroken, TasktuiError, UserError
from tasktui.schedule.resolve import resolve
from tasktui.scheduler.room import Room
from tasktui.store.store import Store

if TYPE_CHECKING:
    from tasktui.engine.script import Script


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, or worth knowing about it."""

    field: str
    """A field of TaskSpec, or ``spec`` for the resources of one replica."""
    message: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """A TaskSpec with everything looked up that a task needs."""

    artifact: Artifact
    file_path: str
    deployment_name: str
    scaled: str
    autoscaling: dict[str, object]
    parameters: dict[str, Scalar]
    """Those that differ from the artifact's defaults."""
    recipe: Recipe
    """With every parameter's value."""


def resolve_spec(store: Store, spec: TaskSpec) -> Resolved:
    """Look up the artifact, its script and parameters. Raises NotFound or InvalidField."""
    artifact = store.artifact(spec.artifact)
    script = _script(store, artifact, spec)
    args = settled(artifact.parameters, spec.parameters)
    return Resolved(
        artifact=artifact,
        file_path=spec.file_path or artifact.file_path,
        deployment_name=spec.deployment_name or artifact.deployment_name,
        scaled=script.scaled,
        autoscaling=dict(script.autoscaling),
        parameters=differing(artifact.parameters, args),
        recipe=replace(artifact.recipe, args=args),
    )


def _script(store: Store, artifact: Artifact, spec: TaskSpec) -> Artifact | Script:
    """What says which deployment scales: the artifact, or another script of it."""
    file_path = spec.file_path or artifact.file_path
    deployment_name = spec.deployment_name or artifact.deployment_name
    if (file_path, deployment_name) == (artifact.file_path, artifact.deployment_name):
        return artifact
    from tasktui.engine.script import inspect  # noqa: PLC0415 - see read_script

    script = f"{file_path}.py"
    if script not in artifact.files:
        scripts = [f.removesuffix(".py") for f in artifact.files if f.endswith(".py")]
        raise InvalidField(
            "file_path", file_path, f"a script of {artifact.label}, without .py: {scripts[:8]}"
        )
    found = inspect(read_script(store, artifact, script), deployment_name)
    require_builder(found, deployment_name, artifact.parameters)
    return found


def require_builder(script: Script, deployment_name: str, parameters: Sequence[Parameter]) -> None:
    """Raise InvalidField where there are parameters, and no function of the script takes them."""
    if parameters and script.builder is False:
        names = ", ".join(p.name for p in parameters[:5])
        raise InvalidField(
            "deployment_name",
            deployment_name,
            "a function of one parameter that returns the application, since there are "
            f"parameters to give it: {names}",
        )


def read_script(store: Store, artifact: Artifact, script: str) -> str:
    """Text of one file of the package. Raises StoreBroken when the package is gone."""
    import zipfile  # noqa: PLC0415 - off the path of plain reads

    path = store.archive_path(artifact.digest)
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(script).decode(errors="replace")
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise StoreBroken(
            f"The package of {artifact.label} cannot be read ({error}).",
            "Add the artifact again: tasktui artifact add FOLDER.",
        ) from error


def check(context: Context, spec: TaskSpec, *, editing: str | None = None) -> list[Problem]:
    """Every problem of ``spec``; warnings do not stop a launch. Section 5 of the semantics.

    ``editing`` is the present name of the task that is being edited.
    """
    from tasktui.schedule.parse import check as check_schedule  # noqa: PLC0415 - see read_script

    store = context.store
    found: list[Problem] = []

    def attempt(field: str, action: Callable[[], object]) -> None:
        try:
            action()
        except InvalidField as error:
            found.append(Problem(error.field, str(error)))
        except TasktuiError as error:
            found.append(Problem(field, str(error)))

    attempt("name", lambda: _check_name(store, spec.name, editing))
    attempt("artifact", lambda: store.artifact(spec.artifact))
    if not found or found[-1].field != "artifact":
        artifact = store.artifact(spec.artifact)
        attempt("artifact", lambda: _check_built(store, spec, editing))
        attempt("file_path", lambda: _script(store, artifact, spec))
        wrong = problems(artifact.parameters, spec.parameters)
        found.extend(Problem(e.field, str(e)) for e in wrong)
        attempt("env", lambda: _check_env(spec))
        attempt("env", lambda: _check_references(context, spec, editing))
        found.extend(_check_fit(store, spec))
    attempt("schedule", lambda: check_schedule(spec.schedule))
    if not any(p.field.startswith("schedule") for p in found):
        attempt("schedule", lambda: _check_past(context, spec, editing))
        found.extend(_doubts(context, spec.schedule, editing))
    return found


def _check_built(store: Store, spec: TaskSpec, editing: str | None) -> None:
    """Raise InvalidField for a version, new to the task, that no build has confirmed."""
    artifact = store.artifact(spec.artifact)
    build = artifact.build
    known = editing is not None and store.task(editing).artifact_id == artifact.id
    if known or build.launchable:
        return
    how = f"tasktui artifact log {artifact.label}"
    if not build.over:
        raise InvalidField("artifact", artifact.label, f"one that is built; see {how}")
    why = f"its build says {build.status}: {build.why}"
    raise InvalidField("artifact", artifact.label, f"one that builds; {why} ({how})")


def require(problems: list[Problem]) -> None:
    """Raise UserError with every error among ``problems``."""
    errors = [p.message for p in problems if not p.warning]
    if errors:
        raise UserError(". ".join(e.rstrip(".") for e in errors) + ".")


def _check_name(store: Store, name: str, editing: str | None) -> None:
    check_name(name)
    if name == editing:
        return
    other = store.routed(f"/{name}")
    if other is not None and other != editing:
        allowed = f"a name whose route is free: {other} answers on /{name}"
        raise InvalidField("name", name, allowed)
    try:
        store.task(name)
    except NotFound:
        return
    raise InvalidField("name", name, "a task of that name exists; choose another or archive it")


def _check_env(spec: TaskSpec) -> None:
    for key, value in spec.env.items():
        if not key.isidentifier():
            raise InvalidField("env", key, "names of environment variables: letters, digits, _")
        if "\0" in value:
            raise InvalidField("env", key, "values without NUL characters")


def _check_references(context: Context, spec: TaskSpec, editing: str | None) -> None:
    """Raise InvalidField for a reference, new with this launch or edit, without a value."""
    from tasktui.engine.secrets import resolve as resolve_env  # noqa: PLC0415 - see read_script

    if editing is None:
        new = {**context.store.artifact(spec.artifact).env, **spec.env}
    else:
        old = context.store.task(editing).env
        new = {k: v for k, v in spec.env.items() if old.get(k) != v}
    if context.environ.get(NO_SCHEDULER):
        # Then only the scheduler's own environment counts, and that is not this one.
        new = {k: v for k, v in new.items() if not is_variable(v)}
    resolve_env(new, context.environ)


def _check_past(context: Context, spec: TaskSpec, editing: str | None) -> None:
    schedule = spec.schedule
    if not isinstance(schedule, OneOff) or schedule.at is None:
        return
    if editing is not None and context.store.task(editing).schedule == schedule:
        return
    if resolve(schedule.at, schedule.timezone) < context.now():
        given = f"{schedule.at:%Y-%m-%d %H:%M} {schedule.timezone}"
        raise InvalidField("schedule.at", given, "a time to come, or 'now'")


def _doubts(context: Context, schedule: Schedule, editing: str | None) -> list[Problem]:
    """What the lint says of a schedule that is allowed."""
    from tasktui.schedule.lint import doubtful, lint  # noqa: PLC0415 - see read_script

    start = None
    if editing is not None:
        store = context.store
        start = start_time(store.events(store.task(editing).id))
    found = doubtful(lint(schedule, context.now(), start))
    return [Problem(f.where, f"{f.text}.", warning=True) for f in found]


def start_time(events: Iterable[Event]) -> timedelta | None:
    """How long the last start took, from accepted by Ray to the first ready replica."""
    began: datetime | None = None
    taken: timedelta | None = None
    for event in events:
        if event.new is Status.STARTING and event.old is not Status.STARTING:
            began = event.at
        elif event.new is Status.RUNNING and event.old is Status.STARTING and began:
            taken = event.at - began
    return taken


def _check_fit(store: Store, spec: TaskSpec) -> list[Problem]:
    return no_room(store.artifact(spec.artifact).spec, store.cluster())


def no_room(needs: Spec, cluster: ClusterView) -> list[Problem]:
    """Whether no node of the cluster can hold one replica; a warning where that is not known."""
    if cluster.state is not ClusterState.CONNECTED or not cluster.nodes:
        text = f"Whether {needs} fits is not known: the cluster is not reachable."
        return [Problem("spec", text, warning=True)]
    if any(Room(node).able(needs) for node in cluster.nodes):
        return []
    largest = _largest(cluster, needs)
    text = f"No node of the cluster can hold one replica ({needs}); largest: {largest}."
    text += " Add a node, or build the artifact with a smaller spec."
    return [Problem("spec", text, warning=cluster.autoscaler)]


def _largest(cluster: ClusterView, needs: Spec) -> str:
    node = max(cluster.nodes, key=lambda n: (n.total.gpu, n.total.cpu))
    t, have = node.total, dict(node.total.custom)
    custom = "".join(f", {have.get(name, 0.0):g} {name}" for name, _ in needs.custom)
    return f"{node.name} with {t.gpu:g} GPU, {t.cpu:g} CPU, {t.memory_gb:.0f} GB{custom}"
