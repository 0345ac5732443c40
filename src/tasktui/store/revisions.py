"""The revisions of each task: written with the change that made them, gone with the task.

Guarantees that the newest fifty of each task stay.
"""

from __future__ import annotations

from tasktui.domain.artifact import ArtifactId
from tasktui.domain.revision import Revision
from tasktui.domain.task import TaskId, TaskSpec
from tasktui.store import documents as doc
from tasktui.store.base import Base
from tasktui.store.connection import Row

KEPT = 50
"""Newest revisions of one task that stay."""

_COLUMNS = (
    "number, at, author, artifact_id, artifact, resources, name, file_path, "
    "deployment_name, schedule, env, parameters"
)
_SELECT = f"SELECT {_COLUMNS} FROM revision WHERE task_id = ?"  # noqa: S608 - our own column names
_INSERT = (
    f"INSERT INTO revision (task_id, {_COLUMNS}) "  # noqa: S608 - our own column names
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Revisions(Base):
    """The table of revisions."""

    def add_revision(self, task: TaskId, revision: Revision) -> None:
        """Keep ``revision``, and forget the oldest."""
        spec = revision.spec
        values = (
            task,
            revision.number,
            doc.micros(revision.at),
            revision.by,
            revision.artifact_id,
            spec.artifact,
            doc.spec(revision.resources),
            spec.name,
            spec.file_path,
            spec.deployment_name,
            doc.schedule(spec.schedule),
            doc.mapping(spec.env),
            doc.mapping(spec.parameters),
        )
        with self.transaction():
            self._db.execute(_INSERT, values)
            old = revision.number - KEPT
            sql = "DELETE FROM revision WHERE task_id = ? AND number <= ?"
            self._db.execute(sql, [task, old])

    def revisions(self, task: TaskId) -> list[Revision]:
        """Those that are kept, oldest first."""
        return [_read(row) for row in self._db.rows(f"{_SELECT} ORDER BY number", [task])]


def _read(row: Row) -> Revision:
    number, at, author, artifact_id, artifact, resources = row[:6]
    name, file_path, deployment_name, schedule, env, parameters = row[6:]
    return Revision(
        number=number,
        at=doc.moment(at),
        by=author,
        artifact_id=ArtifactId(artifact_id),
        resources=doc.read_spec(resources),
        spec=TaskSpec(
            name=name,
            artifact=artifact,
            file_path=file_path,
            deployment_name=deployment_name,
            schedule=doc.read_schedule(schedule),
            env=doc.read_mapping(env),
            parameters=doc.read_mapping(parameters),
        ),
    )
