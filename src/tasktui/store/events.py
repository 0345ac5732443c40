"""The event log: appended to, read from its end, bounded.

Guarantees that one task has at most one row for each kind and instant.
"""

from __future__ import annotations

import sqlite3

from tasktui.domain.event import Event, EventKind
from tasktui.domain.status import Status
from tasktui.domain.task import TaskId
from tasktui.store import documents as doc
from tasktui.store.base import Base, gone
from tasktui.store.connection import Row, Value

KEPT = 200_000
"""Newest rows that stay; older ones go, a thousand at a time."""

_CHUNK = 1000
_COLUMNS = "at, task, kind, actor, old, new, reason, revision, instant"
_INSERT = (
    f"INSERT INTO event (task_id, {_COLUMNS}) "  # noqa: S608 - our own column names
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_KINDS = frozenset(EventKind)
_STATUSES = frozenset(Status)
_SELECT = f"SELECT id, {_COLUMNS} FROM event"  # noqa: S608 - our own column names


class Events(Base):
    """The table of events."""

    def log(self, event: Event, task: TaskId | None = None) -> None:
        """Append ``event``; nothing happens when the same task has its kind and instant already.

        The row goes with the task when that is deleted. Raises NotFound when it
        was deleted already.
        """
        with self.transaction():
            try:
                self._append(event, task)
            except sqlite3.IntegrityError as error:
                if task is None:
                    raise
                raise gone(task) from error

    def events(
        self, task: TaskId | None = None, *, after: int = 0, limit: int = 200
    ) -> list[Event]:
        """The newest ``limit`` events with an id above ``after``, oldest first.

        Of one task, or of everything.
        """
        where, values = "id > ?", [after]
        if task is not None:
            where, values = "task_id = ? AND id > ?", [task, after]
        sql = f"{_SELECT} WHERE {where} ORDER BY id DESC LIMIT ?"
        return [_read(row) for row in reversed(self._db.rows(sql, [*values, limit]))]

    def _append(self, event: Event, task: TaskId | None) -> None:
        done = self._db.execute(_INSERT, (task, *_values(event)))
        if done.rowcount and (done.lastrowid or 0) % _CHUNK == 0:
            self._db.execute("DELETE FROM event WHERE id <= ?", [(done.lastrowid or 0) - KEPT])


def _values(event: Event) -> tuple[Value, ...]:
    return (
        doc.micros(event.at),
        event.task,
        event.kind.value,
        event.actor,
        event.old.value if event.old else None,
        event.new.value if event.new else None,
        event.reason,
        event.revision,
        doc.maybe_micros(event.instant),
    )


def _read(row: Row) -> Event:
    key, at, task, kind, actor, old, new, reason, revision, instant = row
    if kind not in _KINDS:
        # A newer version of the program, on the same form, has words of its own.
        kind, reason = EventKind.NOTICE, f"{kind}: {reason}"
    return Event(
        id=key,
        at=doc.moment(at),
        task=task,
        kind=EventKind(kind),
        actor=actor,
        old=Status(old) if old in _STATUSES else None,
        new=Status(new) if new in _STATUSES else None,
        reason=reason,
        revision=revision,
        instant=doc.maybe_moment(instant),
    )
