"""Finds tasks: an ordered vector of ids, counts, and the tasks of some ids.

Guarantees that a filter finds exactly what ``Term.holds`` says of the texts that
the face shows. SQL decides by what is stored; only where a text is told anew
(an age, a time until) and may hold the word is the face's ``Told`` asked.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tasktui.domain.artifact import ArtifactId, ArtifactKind, Spec
from tasktui.domain.observed import SERVING
from tasktui.domain.search import TOLD, WISH, Hits, Order, Pulse, Search, Term, Told
from tasktui.domain.status import Reason, Status
from tasktui.domain.task import Progress, Task, TaskId
from tasktui.store import documents as doc
from tasktui.store import rows
from tasktui.store.base import Base
from tasktui.store.connection import Value

_CHUNK = 500
"""Ids in one statement: older SQLites take 999."""

_SCANNED = "task NOT INDEXED"
"""From end to end: by an index each row would be sought by itself, three times slower."""
_BY_STATUS = "task INDEXED BY task_found"
"""All that most terms look at, each tab in the order of its names."""
_BY_NAME = "task INDEXED BY task_named"
"""The same of all that are not archived."""

_SAID = (
    "progress, iif(progress = 'Starting', since, 0), reason, reason_until, badges, "
    "iif(progress = 'Need Stop', replicas, '[]'), "
    "last_run_at, override, pause, archived_at, archived_by, schedule"
)
"""What status and reason are told from; as little of it as matters, so that many rows are alike."""

_UNMARKED = "badges = '[]' AND override IS NULL AND pause IS NULL"
_PROBLEM = "badges LIKE '%[\"!%' AND archived_at IS NULL"
"""A badge's name follows its bracket at once; in a detail the quote would be escaped."""

_RANKS = " ".join(f"WHEN '{s}' THEN {rank}" for rank, s in enumerate(Status))
_RANK = f"CASE status {_RANKS} END"
_NEXT = "iif(armed IS NULL OR archived_at IS NOT NULL, NULL, next_at)"
_READY = " + ".join(
    f'(length(replicas) - length(replace(replicas, \'","{state}",\', \'",",\'))) / {len(state)}'
    for state in sorted(SERVING)
)
_ORDERS = {
    Order.NAME: ("name",),
    Order.ARTIFACT: ("artifact",),
    Order.SPEC: tuple(f"json_extract(spec, '$[{n}]')" for n in (2, 3, 0, 1)),
    Order.STATUS: (_RANK,),
    Order.READY: (_READY, "ifnull(wanted_max, -1)"),
    Order.SCHEDULE: ("json_extract(schedule, '$.type')", "json_array_length(schedule, '$.points')"),
    Order.NEXT: (_NEXT,),
    Order.CREATED: ("created_at",),
}


class Seeking(Base):
    """Searches over the table of tasks."""

    _teller: _Teller | None = None
    """Of the last search: its parts share what they were told."""

    def seek(self, search: Search, told: Told, limit: int = -1) -> Hits:
        """The tasks that are looked for, in order; the first ``limit``, all when negative.

        Raises Interrupted when ``interrupt`` was called meanwhile.
        """
        where, values = self._where(search, told, _scope(search.status))
        if search.order is not Order.NAME:
            table = _SCANNED
        elif not search.narrows:
            table = "task"
        else:
            table = _table(search, _BY_STATUS if search.status else _BY_NAME)
        rank = _RANK if search.narrows and search.status is None else "''"
        # One row: to make a hundred thousand of them takes as long as to find them. Its
        # LIMIT is what keeps the inner query, and so the order, as it is.
        sql = (
            "SELECT json_group_array(id), group_concat(rank, '') FROM ("  # noqa: S608 - ours
            f"SELECT id, {rank} AS rank FROM {table} WHERE {where} "
            f"ORDER BY {_order(search)} LIMIT ?)"
        )
        keys, ranks = self._db.rows(sql, [*values, limit])[0]
        ids = array("q", json.loads(keys))
        if search.narrows and search.status is not None:
            return Hits(ids, {search.status: len(ids)})
        found = {s: (ranks or "").count(str(n)) for n, s in enumerate(Status)}
        return Hits(ids, {s: count for s, count in found.items() if count})

    def tally(self, search: Search, told: Told, *, beyond: bool = False) -> dict[Status, int]:
        """How many tasks of each status pass, whatever status is looked for; every one is there.

        With ``beyond``, only of those that ``seek`` leaves out for their status; the others are 0.
        """
        scope = _beyond(search.status) if beyond else ("TRUE", [])
        where, values = self._where(search, told, scope)
        table = "task" if where == "TRUE" else _table(search, _BY_STATUS)
        sql = f"SELECT status, count(*) FROM {table} WHERE {where} GROUP BY status"  # noqa: S608 - ours
        found: dict[str, int] = dict(self._db.rows(sql, values))
        return {status: found.get(status.value, 0) for status in Status}

    def tasks_of(self, keys: Sequence[int], after: int = -1) -> list[Task]:
        """The tasks with these ids that are there and changed since ``after``, in no order."""
        found: list[Task] = []
        for at in range(0, len(keys), _CHUNK):
            some = keys[at : at + _CHUNK]
            marks = ", ".join("?" * len(some))
            sql = (
                f"SELECT {', '.join(rows.COLUMNS)} FROM task "  # noqa: S608 - our own column names
                f"WHERE id IN ({marks}) AND changed > ?"
            )
            found += map(rows.read_task, self._db.rows(sql, [*some, after]))
        return found

    def longest(self, status: Status | None) -> tuple[int, int]:
        """Characters of the longest name and artifact label of a status; 0 without a task."""
        where, values = _scope(status)
        sql = f"SELECT max(length(name)), max(length(artifact)) FROM {_SCANNED} WHERE {where}"  # noqa: S608 - ours
        name, artifact = self._db.rows(sql, values)[0]
        return name or 0, artifact or 0

    def names(self) -> list[str]:
        """Names of all tasks that are not archived, sorted."""
        sql = "SELECT name FROM task WHERE archived_at IS NULL ORDER BY name"
        return [name for (name,) in self._db.rows(sql)]

    def pulse(self) -> Pulse:
        """How far the tasks have changed."""
        return Pulse(*self._db.rows("SELECT changes, deletions FROM pulse")[0])

    def interrupt(self) -> None:
        """Break off the query that runs now, if any. From any thread."""
        self._db.interrupt()

    def _where(
        self, search: Search, told: Told, scope: tuple[str, list[Value]]
    ) -> tuple[str, list[Value]]:
        found, values = [scope[0]], scope[1]
        if search.problems:
            found.append(_PROBLEM)
        if search.terms:
            if self._teller is None or self._teller.told is not told:
                self._teller = _Teller(told)
            self._db.function("tells", self._teller)
            self._db.function("line_has", _line_has)
        for term in search.terms:
            sql, given = _condition(term)
            found.append(f"({sql})" if term.wanted else f"NOT ({sql})")
            values += given
        return " AND ".join(found), values


def _scope(status: Status | None) -> tuple[str, list[Value]]:
    return ("archived_at IS NULL", []) if status is None else ("status = ?", [status.value])


def _beyond(status: Status | None) -> tuple[str, list[Value]]:
    """What ``_scope`` leaves out."""
    if status is None:
        return "status = ?", [Status.ARCHIVED.value]
    return "status <> ?", [status.value]


def _order(search: Search) -> str:
    way = "DESC" if search.reverse else "ASC"
    keys = [f"{key} {way} NULLS LAST" for key in _ORDERS[search.order]]
    return ", ".join([*keys, *(["name"] if search.order is not Order.NAME else []), "id"])


def _condition(term: Term) -> tuple[str, list[Value]]:
    """SQL that holds where the term's text is found, wanted or not."""
    text, column = term.text, term.column
    if column in WISH:
        return "instr(words, ?) AND line_has(words, ?, ?)", [text, WISH.index(column), text]
    parts, values = ["CASE"], list[Value]()

    def add(part: str, *given: Value) -> None:
        parts.append(part)
        values.extend(given)

    if not column:
        add("WHEN instr(words, ?) THEN TRUE", text)
    if column == "status":
        add(f"WHEN {_UNMARKED} THEN instr(lower(status), ?) > 0", text)
    else:
        shown = "lower(reason)" if column else "said"
        add(f"WHEN settled THEN instr({shown}, ?) > 0", text)
        if not term.told:
            add("WHEN said IS NOT NULL AND NOT instr(said, ?) THEN FALSE", text)
    add(f"ELSE tells(?, ?, {_SAID}) END", column, text)
    return " ".join(parts), values


def _table(search: Search, index: str) -> str:
    """``index`` where it has what the terms look at; else each row of the table."""
    if search.problems or any(t.column in TOLD for t in search.terms):
        return _SCANNED
    return index


def _line_has(words: str, line: int, text: str) -> bool:
    return text in words.split("\n")[line]


class _Teller:
    """Asks for the told texts of rows, once for those that are alike."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self._texts: dict[tuple[Any, ...], Mapping[str, str]] = {}

    def __call__(self, column: str, text: str, *row: Any) -> bool:  # noqa: ANN401 - what SQLite has
        texts = self._texts.get(row)
        if texts is None:
            texts = self._texts[row] = self.told(_sketch(row))
        return any(text in texts[name] for name in ((column,) if column else TOLD))


def _sketch(row: Sequence[Any]) -> Task:
    """A task with what its status and reason are told from; everything else is blank."""
    status, since, reason, until, badges, replicas, last_run, *wish = row
    override, pause, archived_at, archived_by, schedule = wish
    progress = Progress(
        status=Status(status),
        since=doc.moment(since),
        reason=Reason(reason, doc.maybe_moment(until)),
        badges=doc.read_badges(badges),
        replicas=doc.read_replicas(replicas),
        last_run_at=doc.maybe_moment(last_run),
    )
    return Task(
        **_BLANK,
        schedule=doc.read_schedule(schedule),
        override=doc.read_override(override),
        pause=doc.read_pause(pause),
        archived_at=doc.maybe_moment(archived_at),
        archived_by=archived_by,
        progress=progress,
    )


_BLANK: dict[str, Any] = {
    "id": TaskId(0),
    "name": "",
    "revision": 0,
    "generation": 0,
    "artifact_id": ArtifactId(0),
    "artifact": "",
    "kind": ArtifactKind.OFFICIAL,
    "digest": "",
    "spec": Spec(),
    "scaled": "",
    "autoscaling": {},
    "file_path": "",
    "deployment_name": "",
    "env": {},
    "created_at": datetime.fromtimestamp(0, UTC),
    "created_by": "",
}
