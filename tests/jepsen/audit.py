"""Triggers in the database under test that keep what the program itself would forget.

A deleted task takes its events with it, and a leader's row is overwritten: copies of both stay
in tables of the run's own. Written in the same transaction as what they are about.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

_DDL = """
CREATE TABLE audit_event (seq INTEGER PRIMARY KEY AUTOINCREMENT, id, task_id, at, task, kind,
    actor, old, new, reason, revision, instant);
CREATE TRIGGER audit_event AFTER INSERT ON event BEGIN
    INSERT INTO audit_event
        (id, task_id, at, task, kind, actor, old, new, reason, revision, instant)
    VALUES (NEW.id, NEW.task_id, NEW.at, NEW.task, NEW.kind, NEW.actor, NEW.old, NEW.new,
        NEW.reason, NEW.revision, NEW.instant);
END;
CREATE TABLE audit_leader (seq INTEGER PRIMARY KEY AUTOINCREMENT, epoch, pid);
CREATE TRIGGER audit_leader AFTER UPDATE OF epoch ON leader BEGIN
    INSERT INTO audit_leader (epoch, pid) VALUES (NEW.epoch, NEW.pid);
END;
CREATE TABLE audit_wish (seq INTEGER PRIMARY KEY AUTOINCREMENT, task_id, old, new, revision, was);
CREATE TRIGGER audit_wish AFTER UPDATE OF generation ON task BEGIN
    INSERT INTO audit_wish (task_id, old, new, revision, was)
    VALUES (NEW.id, OLD.generation, NEW.generation, NEW.revision, OLD.revision);
END;
CREATE TABLE audit_gone (seq INTEGER PRIMARY KEY AUTOINCREMENT, task_id);
CREATE TRIGGER audit_gone AFTER DELETE ON task BEGIN
    INSERT INTO audit_gone (task_id) VALUES (OLD.id);
END;
CREATE TABLE audit_action (key TEXT PRIMARY KEY);
CREATE TRIGGER audit_action AFTER INSERT ON action BEGIN
    INSERT INTO audit_action (key) VALUES (NEW.key);
END;
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One event as it was written."""

    seq: int
    task_id: int | None
    at: int
    """Microseconds, by the clock of whoever wrote it."""
    task: str | None
    kind: str
    actor: str
    old: str | None
    new: str | None
    reason: str
    revision: int | None
    instant: int | None


@dataclass(frozen=True, slots=True)
class Wish:
    """One change of a task's wish."""

    task_id: int
    old: int
    new: int
    revision: int
    was: int


@dataclass(frozen=True, slots=True)
class Audit:
    """All of it, in the order of commits."""

    events: tuple[Row, ...]
    leaders: tuple[tuple[int, int], ...]
    """Epoch and process."""
    wishes: tuple[Wish, ...]
    gone: frozenset[int]
    actions: frozenset[str]
    integrity: tuple[str, ...]
    """What ``PRAGMA integrity_check`` and ``foreign_key_check`` say: ``ok`` alone is well."""


@contextmanager
def connected(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection of the run's own."""
    uri = f"{database.as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=30)) as raw:
        raw.execute("PRAGMA wal_autocheckpoint = 0")
        yield raw


def install(database: Path) -> None:
    """Create tables and triggers."""
    with connected(database) as raw:
        raw.executescript(_DDL)


def read(database: Path) -> Audit:
    """Read everything."""
    with connected(database) as raw:
        events = raw.execute(
            "SELECT seq, task_id, at, task, kind, actor, old, new, reason, revision, instant "
            "FROM audit_event ORDER BY seq"
        )
        return Audit(
            events=tuple(Row(*r) for r in events),
            leaders=tuple(raw.execute("SELECT epoch, pid FROM audit_leader ORDER BY seq")),
            wishes=tuple(
                Wish(*r)
                for r in raw.execute(
                    "SELECT task_id, old, new, revision, was FROM audit_wish ORDER BY seq"
                )
            ),
            gone=frozenset(r[0] for r in raw.execute("SELECT task_id FROM audit_gone")),
            actions=frozenset(r[0] for r in raw.execute("SELECT key FROM audit_action")),
            integrity=(
                *(str(r[0]) for r in raw.execute("PRAGMA integrity_check")),
                *(str(r) for r in raw.execute("PRAGMA foreign_key_check")),
            ),
        )
