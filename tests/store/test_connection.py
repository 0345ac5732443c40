from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from make import make_task
from store.programs import program
from tasktui.errors import StoreBroken, StoreBusy, StoreError, StoreTooNew
from tasktui.store.connection import Connection
from tasktui.store.store import Store

COUNT = """
store = Store.open(path)
hold()
for _ in range(int(sys.argv[2])):
    with store.transaction():
        store.set_setting("count", str(int(store.setting("count") or 0) + 1))
store.close()
say("done")
"""


@pytest.fixture
def other(path: Path, store: Store) -> Iterator[Connection]:
    """A second connection to the same file, which does not wait for the first."""
    assert store
    made = Connection.open(path, busy_s=0.05)
    yield made
    made.close()


@pytest.mark.parametrize("leader", [True, False])
def test_every_connection_is_durable_and_strict(path: Path, leader: bool) -> None:
    db = Connection.open(path, leader=leader)
    full, pages = 2, 1000 if leader else 0
    found = {
        name: db.value(f"PRAGMA {name}")
        for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
    }
    assert found == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "trusted_schema": 0,
    }
    assert db.value("PRAGMA wal_autocheckpoint") == pages
    assert db.value("PRAGMA journal_size_limit") == 8 * 2**20
    db.close()


def test_log_and_index_are_for_their_owner_alone(path: Path, store: Store) -> None:
    store.set_setting("k", "v")
    modes = {p.name: p.stat().st_mode & 0o777 for p in path.parent.glob("tasktui.db*")}
    assert modes == dict.fromkeys(("tasktui.db", "tasktui.db-wal", "tasktui.db-shm"), 0o600)


def test_a_transaction_excludes_other_writers_from_its_beginning(
    store: Store, other: Connection
) -> None:
    with store.transaction(), pytest.raises(StoreBusy, match=r"nothing was changed.*lsof"):
        write(other)
    write(other)


def test_readers_see_the_last_commit_while_somebody_writes(store: Store, other: Connection) -> None:
    sql = "SELECT value FROM setting WHERE key = 'k'"
    with store.transaction():
        store.set_setting("k", "v")
        assert other.value(sql) is None
    assert other.value(sql) == "v"


def test_the_version_tells_of_commits_by_others_and_only_of_those(path: Path, store: Store) -> None:
    before = store.version()
    second = Store.open(path)
    second.setting("k")
    assert store.version() == before
    with second.transaction():
        second.set_setting("k", "v")
        assert store.version() == before
    assert store.version() > before
    second.close()


def test_two_processes_that_write_at_once_lose_nothing(path: Path, store: Store) -> None:
    with program(COUNT, str(path), "40") as one, program(COUNT, str(path), "40") as two:
        assert [one.line(), two.line()] == ["ready", "ready"]
        one.go()
        two.go()
        assert [one.line(), two.line()] == ["done", "done"]
    assert store.setting("count") == "80"


@pytest.mark.parametrize("leader", [True, False])
def test_only_the_leader_writes_the_log_back(path: Path, store: Store, leader: bool) -> None:
    """Beside an open store: the last one to close may, since nobody else is there."""
    assert store
    size = path.stat().st_size
    writer = Store.open(path, leader=leader)
    for number in range(3):
        writer.set_setting(str(number), "x" * 2**21)
    writer.close()
    assert (path.stat().st_size > size) is leader


def write(db: Connection) -> None:
    with db.transaction():
        db.execute("INSERT INTO setting VALUES ('lost', 'x')")


def read(db: Connection) -> None:
    db.value("SELECT count(*) FROM setting")


@pytest.mark.parametrize("use", [write, read])
def test_a_deleted_file_is_told_and_not_written(path: Path, other: Connection, use: Any) -> None:
    path.unlink()
    with pytest.raises(StoreBroken, match="deleted or replaced"):
        use(other)
    assert not path.exists()


@pytest.mark.parametrize("use", [write, read])
def test_a_replaced_file_is_told_and_not_written(
    path: Path, tmp_path: Path, other: Connection, use: Any
) -> None:
    new = tmp_path / "new/tasktui.db"
    Store.open(new).close()
    content = new.read_bytes()
    new.replace(path)
    with pytest.raises(StoreBroken, match="nothing was written"):
        use(other)
    assert path.read_bytes() == content


def test_a_file_replaced_inside_a_transaction_is_told_by_the_next(
    path: Path, tmp_path: Path, other: Connection
) -> None:
    with other.transaction():
        path.rename(tmp_path / "moved.db")
    with pytest.raises(StoreBroken):
        write(other)


@pytest.fixture
def sole(path: Path) -> Iterator[Store]:
    """The leader's store."""
    made = Store.open(path, leader=True)
    yield made
    made.close()


def test_a_copy_over_the_file_is_told_by_the_leader(
    path: Path, tmp_path: Path, sole: Store
) -> None:
    """The inode stays the same: pages of two databases would mix."""
    with Store.open(tmp_path / "new/tasktui.db")._db.raw as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.write_bytes((tmp_path / "new/tasktui.db").read_bytes())
    with pytest.raises(StoreBroken, match="Another program wrote into"):
        sole.set_setting("k", "v")
    with pytest.raises(StoreBroken, match="Another program wrote into"):
        sole.tasks()


def test_what_the_leader_writes_back_itself_is_no_intrusion(path: Path, sole: Store) -> None:
    size = path.stat().st_size
    for number in range(3):
        sole.set_setting(str(number), "x" * 2**21)
    assert path.stat().st_size > size
    assert sole.setting("2")


@pytest.mark.parametrize("use", [write, read])
def test_an_emptied_file_is_told(path: Path, other: Connection, use: Any) -> None:
    os.truncate(path, 0)
    with pytest.raises(StoreBroken, match="Another program wrote into"):
        use(other)


@pytest.mark.parametrize("use", [write, read])
@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_log_that_is_gone_is_told_and_no_other_is_begun(
    path: Path, store: Store, other: Connection, use: Any, how: str
) -> None:
    store.set_setting("k", "v")
    log = path.with_name("tasktui.db-wal")
    log.rename(log.with_name("away"))
    if how == "replaced":
        log.touch()
    with pytest.raises(StoreBroken, match=r"wal, which holds the newest changes.*backups"):
        use(other)
    assert log.exists() is (how == "replaced")
    log.with_name("away").replace(log)
    use(other)


def test_nothing_is_written_once_a_newer_version_migrated_the_file(
    store: Store, other: Connection
) -> None:
    other.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreTooNew, match=r"newer version of tasktui \(form 99"):
        store.add_task(make_task())
    assert store.tasks() == []


def test_a_failed_transaction_leaves_the_connection_usable(store: Store, other: Connection) -> None:
    assert store
    with pytest.raises(StoreError), other.transaction():
        other.execute("INSERT INTO nothing VALUES (1)")
    write(other)
    assert other.value("SELECT value FROM setting WHERE key = 'lost'") == "x"


def test_a_table_that_is_gone_is_told_as_damage(store: Store, other: Connection) -> None:
    other.execute("DROP TABLE draft")
    with pytest.raises(StoreBroken, match=r"no such table.*backups"):
        store.draft("op")


def test_a_file_that_cannot_have_a_log_is_told_after_one_try(path: Path) -> None:
    path.parent.mkdir()
    sqlite3.connect(path).execute("CREATE TABLE t (x)").connection.close()
    db = Connection(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True), path, on_disk=True)
    tried: list[str] = []
    db.raw.set_trace_callback(tried.append)
    with pytest.raises(StoreError, match="cannot be written"):
        db._use_log(time.monotonic() + 0.2)
    assert tried.count("PRAGMA journal_mode = WAL") == 1
    db.close()


def test_opening_waits_for_a_log_mode_that_another_process_is_changing(path: Path) -> None:
    path.parent.mkdir()
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreBusy):
        Connection.open(path, busy_s=0.05)
    raw.close()
    Connection.open(path).close()
