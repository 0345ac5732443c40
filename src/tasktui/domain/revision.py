"""What a task was at each of its revisions: what a launch or an edit wrote, by whom, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tasktui.domain.artifact import ArtifactId, Spec
from tasktui.domain.task import Task, TaskSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One revision of a task."""

    number: int
    """Counts from 1."""
    at: datetime
    by: str
    artifact_id: ArtifactId
    """The version that it ran: a label alone may mean another one by now."""
    resources: Spec
    spec: TaskSpec


def revision_of(task: Task, at: datetime, by: str) -> Revision:
    """The present revision of ``task``."""
    return Revision(
        number=task.revision,
        at=at,
        by=by,
        artifact_id=task.artifact_id,
        resources=task.spec,
        spec=spec_of(task),
    )


def spec_of(task: Task) -> TaskSpec:
    """The input that would launch ``task`` again as it is."""
    return TaskSpec(
        name=task.name,
        artifact=task.artifact,
        file_path=task.file_path,
        deployment_name=task.deployment_name,
        schedule=task.schedule,
        env=task.env,
        parameters=task.parameters,
    )
