"""What tasktui asks Ray to run, without Ray's own format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tasktui.domain.artifact import Spec
from tasktui.domain.recipe import USUAL, Recipe
from tasktui.domain.schedule import Replicas

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One application that should run now."""

    app: str
    route: str
    import_path: str
    digest: str
    """Content hash of the package."""
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
