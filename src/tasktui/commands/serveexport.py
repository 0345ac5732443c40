"""Tasks as a configuration of Ray Serve, as ``serve deploy`` takes it on any cluster. Pure.

Guarantees that no value of a variable is in it unless that was asked for, and that
whatever does not go along is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tasktui.config import Config
from tasktui.domain.schedule import OneOff, Replicas
from tasktui.domain.secrets import is_variable, reference
from tasktui.domain.service import Service
from tasktui.domain.task import Task
from tasktui.engine.application import entries
from tasktui.engine.payload import to_config
from tasktui.errors import Conflict, InvalidField
from tasktui.schedule.points import wanted
from tasktui.scheduler.plan import service_of

_HERE = "gcs://"
"""Where packages lie that one cluster alone keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A configuration, and what it needs beside it."""

    config: Mapping[str, Any] = field(repr=False)
    packages: tuple[str, ...] = ()
    """Content hashes of the packages that it names."""
    placeholders: Mapping[str, str] = field(default_factory=dict)
    """Names that stand as ``${NAME}`` for values that are not in it, and whose each is."""
    notes: tuple[str, ...] = ()
    """What does not go along, task by task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """How tasks are exported."""

    now: datetime
    config: Config
    place: Callable[[str], str]
    """The URI of the package with a content hash, as every node of the other cluster sees it."""
    values: bool = False
    """Whether values that are no references are written out."""

    def of(self, tasks: Sequence[Task]) -> Exported:
        """All ``tasks`` as one configuration. Raises Conflict where two have one name there."""
        services = [self._service(t) for t in tasks]
        _refuse_twice(services)
        left: dict[str, str] = {}
        apps = [self._application(s, left) for s in services]
        return Exported(
            config={"applications": apps},
            packages=tuple(dict.fromkeys(s.digest for s in services if s.digest)),
            placeholders=left,
            notes=tuple(n for t, s in zip(tasks, services, strict=True) for n in _notes(t, s)),
        )

    def _service(self, task: Task) -> Service:
        """The task as it would run now; under its own name, since nobody owns it there."""
        made = service_of(task, replicas_of(task, self.now), "", self.config)
        return replace(made, app=task.app or task.name, restarts=0, anew="")

    def _application(self, service: Service, left: dict[str, str]) -> dict[str, Any]:
        app = to_config(service)
        env = dict(app.get("runtime_env") or {})
        if service.digest:
            env["working_dir"] = self.place(service.digest)
        if env.get("env_vars"):
            env["env_vars"] = self._said(env["env_vars"], service.app, left)
        if env:
            app["runtime_env"] = env
        app["deployments"] = [self._deployment(d, service.app, left) for d in entries(app)]
        return app

    def _deployment(
        self, deployment: Mapping[str, Any], app: str, left: dict[str, str]
    ) -> dict[str, Any]:
        actor = deployment.get("ray_actor_options") or {}
        env = actor.get("runtime_env") or {}
        if not env.get("env_vars"):
            return dict(deployment)
        owner = f"{app}-{deployment['name']}"
        said = {**env, "env_vars": self._said(env["env_vars"], owner, left)}
        return {**deployment, "ray_actor_options": {**actor, "runtime_env": said}}

    def _said(self, env: Mapping[str, str], owner: str, left: dict[str, str]) -> dict[str, str]:
        """The variables; a placeholder for each value that stays here, noted in ``left``."""
        found = {}
        for name, value in env.items():
            kept = reference(value)
            if self.values and kept is None:
                found[name] = value
                continue
            own = kept.where if kept is not None and is_variable(value) else f"{owner}_{name}"
            placeholder = _word(own)
            left[placeholder] = f"{name} of {owner}{f' ({kept})' if kept else ''}"
            found[name] = f"${{{placeholder}}}"
        return found


def replicas_of(task: Task, now: datetime) -> Replicas:
    """The bounds in force; where nothing runs, the largest that the schedule has."""
    try:
        found = wanted(task, now).replicas
    except InvalidField:  # its zone is unknown
        found = task.progress.wanted
    if found is not None and not found.stopped:
        return found
    schedule = task.schedule
    if isinstance(schedule, OneOff):
        return schedule.replicas
    return max((p.replicas for p in schedule.points), key=lambda r: (r.max, r.min))


def _word(text: str) -> str:
    """A name of a variable that a shell can fill in."""
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in text).upper()


def _refuse_twice(services: Sequence[Service]) -> None:
    names = [s.app for s in services]
    for name in names:
        if names.count(name) > 1:
            raise Conflict(
                f"Two tasks would be the application {name}.", "Export them one by one, by name."
            )


def _notes(task: Task, service: Service) -> list[str]:
    found = []
    if not isinstance(task.schedule, OneOff):
        found.append(f"{task.name}: its schedule; it has {service.replicas} replicas there")
    env = to_config(service).get("runtime_env") or {}
    uri = str(env.get("working_dir"))
    if uri.startswith(_HERE) and not service.digest:
        found.append(f"{task.name}: its package {uri}, which this cluster alone keeps")
    return found
