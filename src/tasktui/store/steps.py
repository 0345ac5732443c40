"""The form of the database, step by step.

To change it: write the next ``_step``, append it to ``STEPS``. Steps are never edited once
released.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from tasktui.store import rows

if TYPE_CHECKING:
    from sqlite_utils import Database

_TASK = """
CREATE TABLE task (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    artifact_id INTEGER NOT NULL,
    artifact TEXT NOT NULL,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    spec TEXT NOT NULL,
    scaled TEXT NOT NULL,
    autoscaling TEXT NOT NULL,
    file_path TEXT NOT NULL,
    deployment_name TEXT NOT NULL,
    schedule TEXT NOT NULL,
    env TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    armed TEXT,
    override TEXT,
    pause TEXT,
    stop_forced INTEGER NOT NULL,
    archived_at INTEGER,
    archived_by TEXT NOT NULL,
    archive_when_idle INTEGER NOT NULL,
    restarts INTEGER NOT NULL,
    progress TEXT NOT NULL,
    since INTEGER NOT NULL,
    reason TEXT NOT NULL,
    reason_until INTEGER,
    badges TEXT NOT NULL,
    replicas TEXT NOT NULL,
    wanted_min INTEGER,
    wanted_max INTEGER,
    attempt INTEGER NOT NULL,
    retry_at INTEGER,
    due_at INTEGER,
    stop_by INTEGER,
    point_at INTEGER,
    next_at INTEGER,
    last_run_at INTEGER,
    last_error TEXT NOT NULL,
    status TEXT GENERATED ALWAYS AS
        (CASE WHEN archived_at IS NULL THEN progress ELSE 'Archived' END) VIRTUAL
) STRICT
"""

_ARTIFACT = """
CREATE TABLE artifact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    file_path TEXT NOT NULL,
    deployment_name TEXT NOT NULL,
    scaled TEXT NOT NULL,
    autoscaling TEXT NOT NULL,
    spec TEXT NOT NULL,
    env TEXT NOT NULL,
    files TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (name, version)
) STRICT
"""

_EVENT = """
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER REFERENCES task (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    task TEXT,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    old TEXT,
    new TEXT,
    reason TEXT NOT NULL,
    revision INTEGER,
    instant INTEGER
) STRICT
"""

_EVENT_ONCE = """
CREATE UNIQUE INDEX event_once ON event (ifnull(task_id, 0), kind, instant)
WHERE instant IS NOT NULL
"""

_LEADER = """
CREATE TABLE leader (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    holder TEXT NOT NULL,
    pid INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    started_at INTEGER,
    heartbeat_at INTEGER,
    version TEXT NOT NULL
) STRICT
"""

_CLUSTER = """
CREATE TABLE cluster (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seen_at INTEGER,
    body TEXT NOT NULL   -- all but seen_at
) STRICT
"""

_FIRST = (
    _TASK,
    _ARTIFACT,
    _EVENT,
    # Names of archived tasks are free for others.
    "CREATE UNIQUE INDEX task_name ON task (name) WHERE archived_at IS NULL",
    "CREATE INDEX task_status ON task (status)",
    "CREATE INDEX event_task ON event (task_id, id)",
    _EVENT_ONCE,
    _LEADER,
    "INSERT INTO leader VALUES (1, '', 0, 0, NULL, NULL, '')",
    _CLUSTER,
    "CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    "CREATE TABLE draft (owner TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT",
    "CREATE TABLE action (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE) STRICT",
)


def _step_1(db: Database) -> None:
    for sql in _FIRST:
        db.execute(sql)
    owner = os.urandom(3).hex()
    db.execute("INSERT INTO setting (key, value) VALUES ('owner', ?)", [owner])


_REVISION = """
CREATE TABLE revision (
    task_id INTEGER NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    artifact_id INTEGER NOT NULL,
    artifact TEXT NOT NULL,
    resources TEXT NOT NULL,
    name TEXT NOT NULL,
    file_path TEXT NOT NULL,
    deployment_name TEXT NOT NULL,
    schedule TEXT NOT NULL,
    env TEXT NOT NULL,
    PRIMARY KEY (task_id, number)
) STRICT
"""

_SECOND = (
    _REVISION,
    # Of older ones nothing is known; when the present one was written is in its last event.
    """
    INSERT INTO revision
    SELECT id, revision, coalesce(
        (SELECT max(at) FROM event WHERE task_id = task.id AND kind = 'edited'), created_at
    ), created_by, artifact_id, artifact, spec, name, file_path, deployment_name, schedule, env
    FROM task
    """,
    "ALTER TABLE task ADD COLUMN crashes TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE task ADD COLUMN reverts TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE leader ADD COLUMN boot_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE leader ADD COLUMN beat_s REAL NOT NULL DEFAULT 0",
)


def _step_2(db: Database) -> None:
    for sql in _SECOND:
        db.execute(sql)


_THIRD = (
    # Empty: the scheduler looks at it once, and then knows.
    "ALTER TABLE task ADD COLUMN rests_until INTEGER",
    """
    CREATE INDEX task_rest ON task (ifnull(rests_until, 0))
    WHERE archived_at IS NULL AND (armed IS NOT NULL OR progress <> 'Idle' OR archive_when_idle)
    """,
    """
    CREATE INDEX task_newest ON task (max(since, ifnull(point_at, 0))) WHERE archived_at IS NULL
    """,
)


def _step_3(db: Database) -> None:
    for sql in _THIRD:
        db.execute(sql)


_FOURTH = (
    # What a search finds of the wish, line by line: schedule.searched.
    "ALTER TABLE task ADD COLUMN words TEXT NOT NULL DEFAULT ''",
    # When the task last changed, counted in ``pulse``.
    "ALTER TABLE task ADD COLUMN changed INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX task_changed ON task (changed)",
    # A tab in its order, without a look at a row.
    "DROP INDEX task_status",
    "CREATE INDEX task_status ON task (status, name)",
    """
    CREATE TABLE pulse (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        changes INTEGER NOT NULL,
        deletions INTEGER NOT NULL
    ) STRICT
    """,
    "INSERT INTO pulse VALUES (1, 0, 0)",
)


def _step_4(db: Database) -> None:
    for sql in _FOURTH:
        db.execute(sql)
    found = db.execute("SELECT id, name, artifact, spec, schedule, created_by FROM task")
    said = [(rows.words_of(*values), key) for key, *values in found.fetchall()]
    db.conn.executemany("UPDATE task SET words = ? WHERE id = ?", said)


_FIFTH = (
    "ALTER TABLE artifact ADD COLUMN parameters TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE artifact ADD COLUMN recipe TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE artifact ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
    # What is there was read and checked when it was added.
    "ALTER TABLE artifact ADD COLUMN build TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE task ADD COLUMN parameters TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE task ADD COLUMN recipe TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE revision ADD COLUMN parameters TEXT NOT NULL DEFAULT '{}'",
)


def _step_5(db: Database) -> None:
    for sql in _FIFTH:
        db.execute(sql)


# Printable ASCII without badges or hands is shown as it is stored.
_PLAIN = """
    badges = '[]' AND override IS NULL AND pause IS NULL
    AND length(reason) <= 400 AND length(archived_by) <= 60
    AND length(reason || archived_by) = length(CAST(reason || archived_by AS BLOB))
    AND NOT reason || archived_by GLOB '*[^ -~]*'
"""
_SIXTH = (
    # What is stored of the texts that are told anew; NULL where they say more than that.
    f"""
    ALTER TABLE task ADD COLUMN said TEXT GENERATED ALWAYS AS (
        iif({_PLAIN}, lower(status || char(10) || reason || char(10) || archived_by), NULL)
    ) VIRTUAL
    """,
    # Whether ``said`` is all that is told, until somebody changes the task.
    f"""
    ALTER TABLE task ADD COLUMN settled INTEGER GENERATED ALWAYS AS (
        {_PLAIN} AND archived_at IS NULL AND reason_until IS NULL
        AND (progress IN ('Running', 'In-queue')
            OR (progress = 'Idle' AND (reason <> '' OR last_run_at IS NULL)))
    ) VIRTUAL
    """,
    # Words are looked for in these alone: a row of the table is many times as long.
    "CREATE INDEX task_found ON task (status, name, words, said, settled)",
    """
    CREATE INDEX task_named ON task (name, words, said, settled) WHERE archived_at IS NULL
    """,
)


def _step_6(db: Database) -> None:
    for sql in _SIXTH:
        db.execute(sql)


_SEVENTH = (
    # Of tasks whose application is not named after them.
    "ALTER TABLE task ADD COLUMN app TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE task ADD COLUMN own_route TEXT NOT NULL DEFAULT ''",
    "CREATE UNIQUE INDEX task_app ON task (app) WHERE app <> '' AND archived_at IS NULL",
    """
    CREATE UNIQUE INDEX task_route ON task (own_route)
    WHERE own_route <> '' AND archived_at IS NULL
    """,
)


def _step_7(db: Database) -> None:
    for sql in _SEVENTH:
        db.execute(sql)


_EIGHTH = (
    # With the status, a search of all tabs counts what it finds on its way.
    "DROP INDEX task_named",
    """
    CREATE INDEX task_named ON task (name, status, words, said, settled)
    WHERE archived_at IS NULL
    """,
)


def _step_8(db: Database) -> None:
    for sql in _EIGHTH:
        db.execute(sql)


def _step_9(db: Database) -> None:
    # Of applications written in Ray's own form.
    db.execute("ALTER TABLE task ADD COLUMN elastic INTEGER NOT NULL DEFAULT 0")


STEPS: tuple[Callable[[Database], None], ...] = (
    _step_1,
    _step_2,
    _step_3,
    _step_4,
    _step_5,
    _step_6,
    _step_7,
    _step_8,
    _step_9,
)
