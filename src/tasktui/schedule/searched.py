"""What a search finds of a task's wish. Pure.

The store keeps these texts beside each task. Whoever changes what they say adds
a step to the database's form that says them anew for the tasks that are there.
"""

from __future__ import annotations

from tasktui.domain.artifact import Spec
from tasktui.domain.schedule import Daily, Schedule
from tasktui.domain.task import Task
from tasktui.schedule.describe import describe


def searched(task: Task) -> dict[str, str]:
    """Texts by column, those of ``domain.search.WISH`` in their order, in lower case."""
    return searched_of(task.name, task.artifact, task.spec, task.schedule, task.created_by)


def searched_of(
    name: str, artifact: str, spec: Spec, schedule: Schedule, by: str
) -> dict[str, str]:
    """The same from the parts of the wish that are searched."""
    found = {
        "name": name,
        "artifact": artifact,
        "spec": str(spec),
        "schedule": describe(schedule),
        "type": "daily" if isinstance(schedule, Daily) else "one-off",
        "by": by,
    }
    return {column: text.lower() for column, text in found.items()}
