"""Tasks: found by name, added, saved whole, deleted.

Guarantees that a name belongs to one task that is not archived, and that each
save counts as one generation. Knows nothing of what a change means.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

from tasktui.domain.artifact import Users
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskId
from tasktui.errors import Conflict, NotFound, StaleRevision
from tasktui.store import documents as doc
from tasktui.store import rows
from tasktui.store.base import NOW_CHANGED, Base, close_to, gone
from tasktui.store.connection import Value

_ALL = ", ".join(rows.COLUMNS)
_SELECT = f"SELECT {_ALL} FROM task"  # noqa: S608 - our own column names
_KEPT = ("words", *rows.WISH, *rows.PROGRESS)
_NEW = ("generation", *_KEPT)
_INSERT = (
    f"INSERT INTO task (changed, {', '.join(_NEW)}) "  # noqa: S608 - our own column names
    f"VALUES ({NOW_CHANGED}, {', '.join('?' * len(_NEW))})"
)
_SAVE = (
    f"UPDATE task SET generation = generation + 1, changed = {NOW_CHANGED}, "  # noqa: S608 - ours
    f"{', '.join(f'{name} = ?' for name in _KEPT)} "
    "WHERE id = ? RETURNING generation"
)

_LET_GO = "Let that one go first, or archive it: tasktui disown, tasktui archive."

_DRIVEN = "archived_at IS NULL AND (armed IS NOT NULL OR progress <> 'Idle' OR archive_when_idle)"
"""As the index ``task_rest`` has it."""
_AWAKE = (
    f"id IN (SELECT id FROM task WHERE {_DRIVEN} AND ifnull(rests_until, 0) <= ? UNION "  # noqa: S608 - ours
    "SELECT id FROM task WHERE archived_at IS NULL AND max(since, ifnull(point_at, 0)) > ?)"
)
_NEXT_AWAKE = (
    f"SELECT ifnull(rests_until, 0) FROM task "  # noqa: S608 - our own words
    f"WHERE {_DRIVEN} AND ifnull(rests_until, 0) > ? ORDER BY 1 LIMIT 1"
)


_USERS = (
    # Of the row that has the least name comes the status, too: SQLite's own rule.
    "SELECT artifact, count(*), min(name), status FROM task "
    "WHERE archived_at IS NULL GROUP BY artifact"
)
_ON_GPUS = "archived_at IS NULL AND armed IS NOT NULL AND json_extract(spec, '$[2]') > 0"


class Tasks(Base):
    """The table of tasks."""

    def task(self, name: str, *, archived: bool = False) -> Task:
        """The task of that name; with ``archived`` the one archived last under it.

        Raises NotFound, with names that are close.
        """
        where = "name = ? AND archived_at IS NULL"
        if archived:
            where = "name = ? AND status = 'Archived' ORDER BY archived_at DESC, id DESC LIMIT 1"
        row = self._db.row(f"{_SELECT} WHERE {where}", [name])
        if row is None:
            raise self._no_task(name, archived=archived)
        return rows.read_task(row)

    def task_by_id(self, key: TaskId) -> Task:
        """The task with this id, archived or not. Raises NotFound."""
        row = self._db.row(f"{_SELECT} WHERE id = ?", [key])
        if row is None:
            raise gone(key)
        return rows.read_task(row)

    def routed(self, route: str) -> str | None:
        """Name of the task that answers on ``route`` though it is not named so; None: nobody."""
        sql = (
            "SELECT name FROM task WHERE own_route = ? AND own_route <> '' AND archived_at IS NULL"
        )
        found = self._db.value(sql, [route])
        return None if found is None else str(found)

    def tasks(self, status: Status | None = None) -> list[Task]:
        """Tasks by name; without ``status`` all that are not archived."""
        if status is None:
            return self._tasks("archived_at IS NULL ORDER BY name")
        return self._tasks("status = ? ORDER BY name, id", status.value)

    def live_tasks(self, after: int = 0, limit: int = -1) -> list[Task]:
        """Tasks that are not archived, by id: ``limit`` of those with an id above ``after``."""
        return self._tasks("archived_at IS NULL AND id > ? ORDER BY id LIMIT ?", after, limit)

    def awake_tasks(self, now: datetime) -> list[Task]:
        """The live tasks of which something can change at ``now`` by itself, by id.

        Not those that rest: Idle ones, and those whose ``rests_until`` is to come. One that
        knows of a moment after ``now`` is among them: the clock went back.
        """
        at = doc.micros(now)
        return self._tasks(f"{_AWAKE} ORDER BY id", at, at)

    def next_awake(self, now: datetime) -> datetime | None:
        """The next moment after ``now`` at which a task that rests does so no more."""
        return doc.maybe_moment(self._db.value(_NEXT_AWAKE, [doc.micros(now)]))

    def counts(self) -> dict[Status, int]:
        """How many tasks have each status; every status is there."""
        counted = self._db.rows("SELECT status, count(*) FROM task GROUP BY status")
        found: dict[str, int] = dict(counted)
        return {status: found.get(status.value, 0) for status in Status}

    def users(self) -> dict[str, Users]:
        """Who uses an artifact, by its label; no entry without a task. 80 ms with 100,000 tasks."""
        return {label: Users(*found) for label, *found in self._db.rows(_USERS)}

    def tasks_on_gpus(self) -> list[Task]:
        """The armed tasks whose replicas need GPUs, by name."""
        return self._tasks(f"{_ON_GPUS} ORDER BY name")

    def add_task(self, task: Task) -> Task:
        """Write a new task and return it with its id. Raises Conflict when the name is taken."""
        task = _awoken(task)
        values = (task.generation, *_kept(task))
        with self.transaction():
            self._count_change()
            try:
                key = self._db.execute(_INSERT, values).lastrowid
            except sqlite3.IntegrityError as error:
                raise _taken(error, task.name) from error
        return replace(task, id=TaskId(key or 0))

    def save_task(self, task: Task, *, revision: int | None = None) -> Task:
        """Write the whole task as the next generation of it, and return that.

        With ``revision``, only onto this revision: StaleRevision otherwise.
        Raises Conflict when the name is taken, NotFound when it was deleted.
        """
        task = _awoken(task)
        values = (*_kept(task), task.id)
        with self.transaction():
            self._count_change()
            if revision is not None:
                self._check_revision(task, revision)
            try:
                found = self._db.execute(_SAVE, values).fetchall()
            except sqlite3.IntegrityError as error:
                raise _taken(error, task.name) from error
            if not found:
                raise gone(task.id)
        return replace(task, generation=found[0][0])

    def delete_task(self, key: TaskId) -> None:
        """Remove the task with its events. Raises NotFound."""
        with self.transaction():
            self._db.execute("UPDATE pulse SET deletions = deletions + 1")
            if not self._db.execute("DELETE FROM task WHERE id = ?", [key]).rowcount:
                raise gone(key)

    def _tasks(self, where: str, *values: Value) -> list[Task]:
        return [rows.read_task(r) for r in self._db.rows(f"{_SELECT} WHERE {where}", values)]

    def _check_revision(self, task: Task, revision: int) -> None:
        found = self._db.value("SELECT revision FROM task WHERE id = ?", [task.id])
        if found is not None and found != revision:
            raise StaleRevision(
                f"{task.name} was edited meanwhile: it is at revision {found}, "
                f"this edit began at {revision}.",
                "Look at it again, then edit.",
            )

    def _no_task(self, name: str, *, archived: bool) -> NotFound:
        if archived:
            sql = "SELECT DISTINCT name FROM task WHERE archived_at IS NOT NULL"
            return NotFound(
                f"No archived task is named {name!r}.",
                self._close_to(name, sql, "ls --status Archived"),
            )
        hint = self._close_to(name, "SELECT name FROM task WHERE archived_at IS NULL", "ls")
        if self._db.row("SELECT 1 FROM task WHERE name = ? LIMIT 1", [name]):
            hint = f"There is an archived one: restore it. {hint}".strip()
        return NotFound(f"No task is named {name!r}.", hint)

    def _close_to(self, name: str, sql: str, listing: str) -> str:
        return close_to(name, [row[0] for row in self._db.rows(sql)], listing)


def _awoken(task: Task) -> Task:
    """The task once its wish changed: the scheduler has to look at it."""
    return replace(task, progress=replace(task.progress, rests_until=None))


def _kept(task: Task) -> tuple[Value, ...]:
    return (rows.words(task), *rows.wish(task), *rows.progress(task.progress))


def _taken(error: sqlite3.IntegrityError, name: str) -> Exception:
    if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE:
        return error
    if "task.name" not in str(error):
        return Conflict(f"Another task has the application or the route of {name} now.", _LET_GO)
    return taken(name)


def taken(name: str) -> Conflict:
    """That another task has this name."""
    return Conflict(f"The name {name!r} is taken by another task.", "Choose another name.")
