"""The tasks of one pass with what only the place tells: values, and packages that are there.

Guarantees that values are read anew for each pass and kept nowhere, and that a
task that serves is left as it is deployed while one of its values is missing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tasktui.domain.observed import App, AppStatus
from tasktui.domain.secrets import reference
from tasktui.domain.service import app_of
from tasktui.domain.task import Task, TaskId
from tasktui.engine.payload import deployed_env
from tasktui.engine.requirements import satisfied
from tasktui.engine.secrets import resolve
from tasktui.errors import InvalidField

Missing = Mapping[TaskId, str]
"""Why a task has not all of its values; no value is in it."""


async def resolved(
    tasks: Sequence[Task], apps: Mapping[str, App], owner: str
) -> tuple[Sequence[Task], Missing]:
    """``tasks`` with all values, and why some have none: those must not be started."""
    if not any(_refers(t) for t in tasks):
        return tasks, {}
    # Files may lie where reading takes long.
    return await asyncio.to_thread(_resolved, tasks, apps, owner)


def at_hand(tasks: Sequence[Task], *, embedded: bool) -> Sequence[Task]:
    """``tasks`` without requirements that an ``embedded`` cluster meets: it runs in our Python."""
    if not embedded or not any(t.recipe.requirements for t in tasks):
        return tasks
    return [_unburdened(t) if satisfied(t.recipe.requirements) else t for t in tasks]


def _unburdened(task: Task) -> Task:
    return replace(task, recipe=replace(task.recipe, requirements=()))


def _resolved(
    tasks: Sequence[Task], apps: Mapping[str, App], owner: str
) -> tuple[Sequence[Task], Missing]:
    found, missing = [], {}
    for task in tasks:
        env = task.env
        try:
            env = resolve(task.env, os.environ) if _refers(task) else env
        except InvalidField as error:
            app = apps.get(app_of(owner, task))
            if app is not None and app.status is not AppStatus.DELETING:
                env = deployed_env(app)
            else:
                missing[task.id] = str(error)
        found.append(task if env is task.env else replace(task, env=env))
    return found, missing


def _refers(task: Task) -> bool:
    return task.armed is not None and any(reference(v) for v in task.env.values())
