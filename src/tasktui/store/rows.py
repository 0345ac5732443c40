"""A task as one row of the table: the columns, their values, and the way back.

Guarantees that a task that is written and read again is equal. Knows the
columns, not the connection.
"""

from __future__ import annotations

from collections.abc import Mapping

from tasktui.domain.artifact import ArtifactId, ArtifactKind
from tasktui.domain.schedule import Replicas
from tasktui.domain.status import Reason, Status
from tasktui.domain.task import Progress, Task, TaskId
from tasktui.schedule.searched import searched, searched_of
from tasktui.store import documents as doc
from tasktui.store import recipes
from tasktui.store.connection import Row, Value

WISH = (
    "name",
    "revision",
    "artifact_id",
    "artifact",
    "kind",
    "digest",
    "spec",
    "scaled",
    "autoscaling",
    "file_path",
    "deployment_name",
    "schedule",
    "env",
    "parameters",
    "recipe",
    "app",
    "own_route",
    "created_at",
    "created_by",
    "armed",
    "override",
    "pause",
    "stop_forced",
    "archived_at",
    "archived_by",
    "archive_when_idle",
    "restarts",
)
"""Columns that commands write, besides ``generation``, which the store counts itself."""

PROGRESS = (
    "progress",
    "since",
    "reason",
    "reason_until",
    "badges",
    "replicas",
    "wanted_min",
    "wanted_max",
    "attempt",
    "retry_at",
    "due_at",
    "stop_by",
    "point_at",
    "next_at",
    "last_run_at",
    "last_error",
    "crashes",
    "reverts",
    "elastic",
    "rests_until",
)
"""Columns that the scheduler writes."""

COLUMNS = ("id", "generation", *WISH, *PROGRESS)
"""Order in which ``read_task`` takes a row."""

_PROGRESS_AT = 2 + len(WISH)


def words(task: Task) -> str:
    """What a search finds of the wish, a line for each column of ``search.WISH``."""
    return _lines(searched(task))


def words_of(name: str, artifact: str, spec: str, schedule: str, by: str) -> str:
    """The same from the columns of a row."""
    return _lines(searched_of(name, artifact, doc.read_spec(spec), doc.read_schedule(schedule), by))


def _lines(texts: Mapping[str, str]) -> str:
    return "\n".join(text.replace("\n", " ") for text in texts.values())


def wish(task: Task) -> tuple[Value, ...]:
    """Values of the columns ``WISH``."""
    return (
        task.name,
        task.revision,
        task.artifact_id,
        task.artifact,
        task.kind.value,
        task.digest,
        doc.spec(task.spec),
        task.scaled,
        doc.mapping(task.autoscaling),
        task.file_path,
        task.deployment_name,
        doc.schedule(task.schedule),
        doc.mapping(task.env),
        doc.mapping(task.parameters),
        recipes.recipe(task.recipe),
        task.app,
        task.own_route,
        doc.micros(task.created_at),
        task.created_by,
        doc.arming(task.armed),
        doc.override(task.override),
        doc.pause(task.pause),
        task.stop_forced,
        doc.maybe_micros(task.archived_at),
        task.archived_by,
        task.archive_when_idle,
        task.restarts,
    )


def progress(value: Progress) -> tuple[Value, ...]:
    """Values of the columns ``PROGRESS``."""
    return (
        value.status.value,
        doc.micros(value.since),
        value.reason.text,
        doc.maybe_micros(value.reason.until),
        doc.badges(value.badges),
        doc.replicas(value.replicas),
        value.wanted.min if value.wanted else None,
        value.wanted.max if value.wanted else None,
        value.attempt,
        doc.maybe_micros(value.retry_at),
        doc.maybe_micros(value.due_at),
        doc.maybe_micros(value.stop_by),
        doc.maybe_micros(value.point_at),
        doc.maybe_micros(value.next_at),
        doc.maybe_micros(value.last_run_at),
        value.last_error,
        doc.moments(value.crashes),
        doc.moments(value.reverts),
        value.elastic,
        doc.maybe_micros(value.rests_until),
    )


def read_task(row: Row) -> Task:
    """The task of a row of ``COLUMNS``."""
    (
        key,
        generation,
        name,
        revision,
        artifact_id,
        artifact,
        kind,
        digest,
        spec,
        scaled,
        autoscaling,
        file_path,
        deployment_name,
        schedule,
        env,
        parameters,
        recipe,
        app,
        own_route,
        created_at,
        created_by,
        armed,
        override,
        pause,
        stop_forced,
        archived_at,
        archived_by,
        archive_when_idle,
        restarts,
    ) = row[:_PROGRESS_AT]
    return Task(
        id=TaskId(key),
        name=name,
        revision=revision,
        generation=generation,
        artifact_id=ArtifactId(artifact_id),
        artifact=artifact,
        kind=ArtifactKind(kind),
        digest=digest,
        spec=doc.read_spec(spec),
        scaled=scaled,
        autoscaling=doc.read_mapping(autoscaling),
        file_path=file_path,
        deployment_name=deployment_name,
        schedule=doc.read_schedule(schedule),
        env=doc.read_mapping(env),
        parameters=doc.read_mapping(parameters),
        recipe=recipes.read_recipe(recipe),
        app=app,
        own_route=own_route,
        created_at=doc.moment(created_at),
        created_by=created_by,
        armed=doc.read_arming(armed),
        override=doc.read_override(override),
        pause=doc.read_pause(pause),
        stop_forced=bool(stop_forced),
        archived_at=doc.maybe_moment(archived_at),
        archived_by=archived_by,
        archive_when_idle=bool(archive_when_idle),
        restarts=restarts,
        progress=_read_progress(row[_PROGRESS_AT:]),
    )


def _read_progress(row: Row) -> Progress:
    (
        status,
        since,
        reason,
        reason_until,
        badges,
        replicas,
        wanted_min,
        wanted_max,
        attempt,
        retry_at,
        due_at,
        stop_by,
        point_at,
        next_at,
        last_run_at,
        last_error,
        crashes,
        reverts,
        elastic,
        rests_until,
    ) = row
    return Progress(
        status=Status(status),
        since=doc.moment(since),
        reason=Reason(reason, doc.maybe_moment(reason_until)),
        badges=doc.read_badges(badges),
        replicas=doc.read_replicas(replicas),
        wanted=None if wanted_min is None else Replicas(wanted_min, wanted_max),
        attempt=attempt,
        retry_at=doc.maybe_moment(retry_at),
        due_at=doc.maybe_moment(due_at),
        stop_by=doc.maybe_moment(stop_by),
        point_at=doc.maybe_moment(point_at),
        next_at=doc.maybe_moment(next_at),
        last_run_at=doc.maybe_moment(last_run_at),
        last_error=last_error,
        crashes=doc.read_moments(crashes),
        reverts=doc.read_moments(reverts),
        elastic=bool(elastic),
        rests_until=doc.maybe_moment(rests_until),
    )
