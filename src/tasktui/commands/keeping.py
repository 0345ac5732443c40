"""What brings a lost installation back: copies of the database, and tasks as files.

Guarantees that an exported file holds no value of a variable, only references.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tasktui.commands.context import Context
from tasktui.domain.artifact import ArtifactKind
from tasktui.domain.secrets import reference
from tasktui.domain.task import Task
from tasktui.schedule.mapping import to_mapping

if TYPE_CHECKING:
    from tasktui.commands.serveexport import Exported
    from tasktui.engine.application import Form

_PAGE = 100


class Keeping:
    """Copies of one store."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def backup(self) -> Path:
        """Write a copy of the database, keep the newest seven, and return its path."""
        return self._store.backup()

    def export(self, names: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Names and task files, of all tasks that are not archived where none is named."""
        return [(t.name, task_file(t)) for t in self._named(names)]

    def export_serve(
        self, names: Sequence[str], place: Callable[[str], str], *, values: bool = False
    ) -> Exported:
        """The same tasks as one configuration of Ray Serve.

        ``place`` tells the URI of the package with a content hash; ``values`` writes out those
        of variables that are no references. Raises NotFound, Conflict.
        """
        from tasktui.commands.serveexport import Export  # noqa: PLC0415 - off the path of plain reads

        context = self._context
        export = Export(now=context.now(), config=context.config, place=place, values=values)
        return export.of(self._named(names))

    def package_path(self, digest: str) -> Path:
        """Where the package with this content hash lies."""
        return self._store.archive_path(digest)

    def _named(self, names: Sequence[str]) -> list[Task]:
        return [self._store.task(n) for n in names] or self._store.tasks()

    def exported(self) -> Iterator[tuple[str, str]]:
        """The same of all tasks one by one, never many of them in memory."""
        last = 0
        while page := self._store.live_tasks(last, _PAGE):
            yield from ((t.name, task_file(t)) for t in page)
            last = page[-1].id


def task_file(task: Task) -> str:
    """The file from which ``tasktui launch -f`` makes the task again, or ``tasktui import``.

    The latter for an application in Ray's own form, which is in the file whole. Values of
    variables that are no references are left out; a line names them.
    """
    import yaml  # noqa: PLC0415 - off the path of plain reads

    env = {k: v for k, v in sorted(task.env.items()) if reference(v)}
    left_out = sorted(set(task.env) - set(env))
    body: dict[str, object] = {"name": task.name}
    if task.kind is ArtifactKind.CONFIG:
        form, hidden = _application(task)
        body |= form
        left_out += hidden
    else:
        body["artifact"] = task.artifact
        body["file_path"] = task.file_path
        body["deployment_name"] = task.deployment_name
    body["schedule"] = to_mapping(task.schedule)
    if task.parameters:
        body["parameters"] = dict(task.parameters)
    if env:
        body["env"] = env
    text = yaml.safe_dump(body, sort_keys=False, allow_unicode=True)
    note = f"# env: the values of {', '.join(left_out)} are not exported.\n" if left_out else ""
    return f"{text}{note}"


def _application(task: Task) -> tuple[dict[str, object], list[str]]:
    """Keys of a task with an application in Ray's own form, and whose values are left out."""
    from tasktui.engine.application import entries, entry, options  # noqa: PLC0415 - as above

    hidden: list[str] = []
    base = dict(task.recipe.base)
    deployments = [_without_values(d, hidden) for d in entries(base)]
    if deployments:
        base["deployments"] = deployments
    named = {"name": task.app} if task.app else {}
    found: dict[str, object] = {"application": {**named, "route_prefix": task.route, **base}}
    if task.scaled:
        found["scales"] = task.scaled
    if dict(task.autoscaling) != options(entry(base, task.scaled)):
        found["autoscaling"] = dict(task.autoscaling)
    return found, hidden


def _without_values(deployment: Form, hidden: list[str]) -> dict[str, object]:
    """A deployment without the values of variables of its own; their names go to ``hidden``."""
    actor = deployment.get("ray_actor_options") or {}
    env = actor.get("runtime_env") or {}
    names = env.get("env_vars") or {}
    if not names:
        return dict(deployment)
    hidden += [f"{deployment['name']}.{name}" for name in sorted(names)]
    kept = {k: v for k, v in env.items() if k != "env_vars"}
    return {**deployment, "ray_actor_options": {**actor, "runtime_env": kept}}
