"""What tasktui asks Ray to run, without Ray's own format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tasktui.domain.artifact import Spec
from tasktui.domain.recipe import USUAL, Recipe
from tasktui.domain.schedule import Replicas
from tasktui.domain.status import Status
from tasktui.domain.task import Task

PREFIX = "tasktui"


def app_name(owner: str, task: str) -> str:
    """Name of a task's Ray application.

    ``owner`` is the store's id (six hex digits), so that several state
    directories can share one cluster without touching each other's tasks.
    """
    return f"{PREFIX}-{owner}-{task}"


def task_name(owner: str, app: str) -> str | None:
    """Name of the task behind an application, None when the application is not this owner's."""
    prefix = f"{PREFIX}-{owner}-"
    return app.removeprefix(prefix) if app.startswith(prefix) else None


def app_of(owner: str, task: Task) -> str:
    """Name of a task's Ray application, whether it has one of its own or not."""
    return task.app or app_name(owner, task.name)


_QUIET = {Status.IDLE, Status.IN_QUEUE}


def holds(task: Task) -> bool:
    """Whether the task was started and has not ended, so that its application is its own.

    While it is not, an application of a name that is not made from the task's was
    deployed by somebody else.
    """
    return task.progress.status not in _QUIET or task.progress.attempt > 0


def adopted(tasks: Iterable[Task]) -> Mapping[str, str]:
    """Applications that ``tasks`` run under names of their own, with the names of the tasks."""
    return {t.app: t.name for t in tasks if t.app and holds(t)}


@dataclass(frozen=True, slots=True)
class Ours:
    """Which applications of a cluster belong to one store; all others are foreign."""

    owner: str
    adopted: frozenset[str] = frozenset()
    """Those that tasks run under names of their own."""

    def __contains__(self, app: str) -> bool:
        return app in self.adopted or task_name(self.owner, app) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One application that should run now."""

    app: str
    route: str
    import_path: str
    digest: str
    """Content hash of the package; empty where the code lies elsewhere."""
    scaled: str
    """The Serve deployment that ``replicas`` applies to."""
    replicas: Replicas
    spec: Spec
    autoscaling: Mapping[str, object]
    env: Mapping[str, str] = field(repr=False)
    recipe: Recipe = USUAL
    restarts: int = 0
    drain_s: float = 60.0
    """How long requests in flight may take after a stop, in seconds."""
    surge: bool = True
    """Whether a change that replaces replicas starts new ones before it stops the old."""
    anew: str = ""
    """Digits that name the package anew, once Ray had lost it: it keeps failures by name."""
    elastic: bool = False
    """Whether Ray has it with bounds though it was written without: Ray would replace every
    replica on the way back."""
