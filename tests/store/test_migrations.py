from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from make import make_event, make_task
from store.programs import program
from tasktui.domain.revision import spec_of
from tasktui.domain.search import Search, terms
from tasktui.errors import StoreBroken, StoreError, StoreTooNew
from tasktui.store import rows
from tasktui.store.connection import Connection
from tasktui.store.migrations import KEPT_BACKUPS, migrate
from tasktui.store.steps import STEPS
from tasktui.store.store import Store

OPEN = """
hold()
say(Store.open(path).owner())
"""


def add_column(db: Database) -> None:
    db.execute("ALTER TABLE setting ADD COLUMN note TEXT NOT NULL DEFAULT ''")


def fail(db: Database) -> None:
    add_column(db)
    raise ZeroDivisionError


NEWER = (*STEPS, add_column)


@pytest.fixture
def db(path: Path) -> Iterator[Connection]:
    made = Connection.open(path)
    yield made
    made.close()


def backups(path: Path) -> list[Path]:
    return sorted((path.parent / "backups").glob("*"))


def form(db: Connection) -> int:
    return int(db.value("PRAGMA user_version"))


def test_a_fresh_database_has_the_present_form_and_our_mark(db: Connection) -> None:
    migrate(db)
    assert form(db) == len(STEPS)
    assert int(db.value("PRAGMA application_id")).to_bytes(4) == b"task"
    assert backups(db.path) == []


def test_every_table_is_strict(db: Connection) -> None:
    migrate(db)
    tables = db.rows("PRAGMA main.table_list")
    loose = [name for _, name, kind, _, _, strict in tables if kind == "table" and not strict]
    assert loose == ["sqlite_schema"] or loose == [n for n in loose if n.startswith("sqlite_")]


def test_a_second_opening_changes_nothing(db: Connection) -> None:
    migrate(db)
    before = db.value("SELECT value FROM setting WHERE key = 'owner'")
    migrate(db)
    assert db.value("SELECT value FROM setting WHERE key = 'owner'") == before
    assert backups(db.path) == []


def test_an_older_form_is_copied_then_migrated_with_its_rows(path: Path, store: Store) -> None:
    task = store.add_task(make_task())
    store.close()
    with closing(Connection.open(path)) as db:
        migrate(db, NEWER)
        assert form(db) == len(NEWER)
        assert db.value("SELECT note FROM setting WHERE key = 'owner'") == ""
        assert db.value("SELECT name FROM task WHERE id = ?", [task.id]) == "chat"
    (copy,) = backups(path)
    assert copy.name.endswith(f"-form-{len(STEPS)}.db")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(Store.open(_alone(copy))) as old:
        assert old.tasks() == [task]


def test_a_step_that_fails_leaves_the_old_form_and_is_tried_again(path: Path, store: Store) -> None:
    task = store.add_task(make_task())
    store.close()
    with closing(Connection.open(path)) as db:
        with pytest.raises(ZeroDivisionError):
            migrate(db, (*STEPS, fail))
        assert form(db) == len(STEPS)
        migrate(db, NEWER)
        assert form(db) == len(NEWER)
        assert db.value("SELECT name FROM task WHERE id = ?", [task.id]) == "chat"


def test_a_first_step_that_fails_leaves_an_empty_file(path: Path, db: Connection) -> None:
    with pytest.raises(ZeroDivisionError):
        migrate(db, (*STEPS, fail))
    assert db.rows("SELECT name FROM sqlite_schema") == []
    Store.open(path).close()


def test_a_newer_form_is_refused_and_stays_as_it_is(path: Path) -> None:
    with closing(Connection.open(path)) as db:
        migrate(db, NEWER)
    content = path.read_bytes()
    with pytest.raises(
        StoreTooNew, match=rf"form {len(NEWER)}; this one knows {len(STEPS)}.*--state-dir"
    ):
        Store.open(path)
    assert path.read_bytes() == content
    assert backups(path) == []


def test_an_older_program_that_is_open_writes_nothing_after_a_migration(
    path: Path, store: Store
) -> None:
    with closing(Connection.open(path)) as db:
        migrate(db, NEWER)
    with pytest.raises(StoreTooNew):
        store.add_task(make_task())
    assert store.tasks() == []


@pytest.mark.parametrize(
    "sql",
    ["CREATE TABLE t (x)", "PRAGMA user_version = 1", "PRAGMA user_version = 99"],
)
def test_a_database_of_another_program_is_refused_and_not_changed(path: Path, sql: str) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(sql)
        raw.execute("PRAGMA journal_mode = WAL")
    content = path.read_bytes()
    with pytest.raises(StoreBroken, match="not a database of tasktui"):
        Store.open(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("leader", [True, False])
@pytest.mark.parametrize("content", [b"hello\n", b"x" * 5000, b"PK\x03\x04" + bytes(4092)])
def test_a_file_that_is_no_database_is_refused_and_not_changed(
    path: Path, content: bytes, leader: bool
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreBroken, match=r"not a database of tasktui.*Move it away"):
        Store.open(path, leader=leader)
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_fresh_database(path: Path) -> None:
    """As a kill right after the file was made leaves it."""
    path.parent.mkdir()
    path.touch()
    with closing(Store.open(path)) as store:
        assert store.tasks() == []


def test_a_truncated_file_is_told(path: Path, store: Store) -> None:
    _fill(store)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(StoreBroken, match=r"is damaged.*backups"):
        Store.open(path, leader=True)
    with pytest.raises(StoreBroken, match="is damaged"):
        _use(path)


def test_a_zeroed_page_is_told_by_the_leader_before_it_leads(path: Path, store: Store) -> None:
    _fill(store)
    page = 4096
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // page // 2 * page)
        file.write(bytes(page))
    with pytest.raises(StoreBroken, match="is damaged"):
        Store.open(path, leader=True)


def test_a_zeroed_table_is_told_by_every_reader(path: Path, store: Store) -> None:
    _fill(store)
    with closing(sqlite3.connect(path)) as raw:
        sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'task'"
        (root,) = raw.execute(sql).fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(bytes(4096))
    with closing(Store.open(path)) as reader, pytest.raises(StoreBroken, match="is damaged"):
        reader.tasks()


def test_after_damage_the_log_files_are_named_too(path: Path, store: Store) -> None:
    """A log of the damaged file that stays beside a copy would be written into the copy."""
    _fill(store)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(StoreBroken) as caught:
        Store.open(path, leader=True)
    assert f"{path.name}-wal" in caught.value.hint
    assert f"{path.name}-shm" in caught.value.hint


def test_processes_that_make_the_same_database_at_once_share_it(path: Path) -> None:
    with ExitStack() as stack:
        made = [stack.enter_context(program(OPEN, str(path))) for _ in range(3)]
        assert [p.line() for p in made] == ["ready"] * 3
        for one in made:
            one.go()
        owners = {p.line() for p in made}
    with closing(Store.open(path)) as store:
        assert owners == {store.owner()}


def test_programs_that_migrate_at_once_take_each_step_once(path: Path, store: Store) -> None:
    task = store.add_task(make_task())
    store.close()
    started, taken, forms = threading.Barrier(3), [], []

    def count(db: Database) -> None:
        taken.append(1)
        add_column(db)

    def run() -> None:
        with closing(Connection.open(path)) as db:
            started.wait(10)
            migrate(db, (*STEPS, count))
            forms.append(form(db))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (taken, forms) == ([1], [len(NEWER)] * 3)
    with closing(Connection.open(path)) as db:
        assert db.value("SELECT name FROM task WHERE id = ?", [task.id]) == "chat"


def test_a_backup_is_whole_and_private(path: Path, store: Store) -> None:
    task = store.add_task(make_task())
    store.log(make_event(), task.id)
    copy = store.backup()
    assert copy.parent == path.parent / "backups"
    assert copy.parent.stat().st_mode & 0o777 == 0o700
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(Store.open(_alone(copy), leader=True)) as restored:
        assert restored.tasks() == [task]
        assert restored.owner() == store.owner()
        assert len(restored.events(task.id)) == 1


def test_the_newest_seven_backups_stay(path: Path, store: Store) -> None:
    made = [store.backup() for _ in range(KEPT_BACKUPS + 2)]
    assert backups(path) == made[-KEPT_BACKUPS:]


def test_a_backup_stays_also_when_the_clock_went_back(path: Path, store: Store) -> None:
    folder = path.parent / "backups"
    folder.mkdir()
    for day in range(KEPT_BACKUPS):
        (folder / f"2999010{day}T000000.000000Z-daily.db").touch()
    copy = store.backup()
    assert copy in backups(path)
    assert len(backups(path)) == KEPT_BACKUPS


def test_a_backup_that_fails_leaves_no_file(path: Path, store: Store) -> None:
    with store.transaction(), pytest.raises(StoreError):
        store.backup()
    assert backups(path) == []


def _fill(store: Store) -> None:
    for number in range(100):
        store.add_task(make_task(f"t{number}", env={"A": "x" * 300}))
    store.close()


def _use(path: Path) -> None:
    with closing(Store.open(path)) as store:
        store.tasks()
        store.events()
        store.artifacts()


def _alone(copy: Path) -> Path:
    """The copy in a state directory of its own."""
    target = copy.parents[2] / "restored/tasktui.db"
    target.parent.mkdir()
    copy.rename(target)
    return target


def test_tasks_of_the_first_form_have_their_present_revision_as_history(path: Path) -> None:
    with closing(Connection.open(path)) as db:
        migrate(db, STEPS[:1])
        db.execute("PRAGMA foreign_keys = ON")
        _insert_as_in_form_1(db)
    with closing(Store.open(path)) as store:
        task = store.task("chat")
        (kept,) = store.revisions(task.id)
    assert (kept.number, kept.by, kept.spec) == (task.revision, "op", spec_of(task))
    assert kept.at == task.created_at
    assert (task.progress.crashes, task.progress.reverts) == ((), ())


def _insert_as_in_form_1(db: Connection) -> None:
    task = make_task(revision=4)
    newer = {
        "crashes", "reverts", "rests_until", "elastic", "parameters", "recipe", "app", "own_route",
    }  # fmt: skip
    names = ["generation", *rows.WISH, *rows.PROGRESS]
    values = [1, *rows.wish(task), *rows.progress(task.progress)]
    pairs = [(n, v) for n, v in zip(names, values, strict=True) if n not in newer]
    marks = ", ".join("?" * len(pairs))
    with db.transaction():
        sql = f"INSERT INTO task ({', '.join(n for n, _ in pairs)}) VALUES ({marks})"  # noqa: S608 - our own column names
        db.execute(sql, [v for _, v in pairs])


def test_tasks_of_the_first_form_are_found_by_a_search(path: Path) -> None:
    with closing(Connection.open(path)) as db:
        migrate(db, STEPS[:1])
        db.execute("PRAGMA foreign_keys = ON")
        _insert_as_in_form_1(db)
    with closing(Store.open(path)) as store:
        words = store._db.value("SELECT words FROM task")
        assert words == rows.words(store.task("chat"))
        assert len(store.seek(Search(terms=terms("by:op daily")), lambda _: {}).ids) == 1
