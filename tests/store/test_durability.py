"""Kills at any moment and full disks: nothing acknowledged is lost, nothing is half-written."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from make import make_task
from store.programs import program
from tasktui.errors import DiskFull, StoreError
from tasktui.store.store import Store

INSIDE = """
store = Store.open(path, leader=True)
store._db.execute("PRAGMA cache_size = 2")  # so that pages reach the disk before the commit
store.add_task(make_task("before"))
with store.transaction():
    for number in range(200):
        task = store.add_task(make_task(f"t{number}", env={"A": "x" * 500}))
        store.log(make_event(), task.id)
    hold()
"""

ONE_BY_ONE = """
store = Store.open(path, leader=True)
for number in range(10**6):
    with store.transaction():
        task = store.add_task(make_task(f"t{number}"))
        store.log(make_event(), task.id)
    say(str(number))
"""

FULL = """
import resource, signal
from tasktui.errors import StoreError
store = Store.open(path, leader=True)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, resource.RLIM_INFINITY))
done = 0
try:
    while True:
        store.set_setting("k", str(done) + "x" * 10_000)
        done += 1
except StoreError as error:
    say(type(error).__name__)
say(str(done))
say(store.setting("k").rstrip("x"))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.set_setting("k", "again")
say(store.setting("k"))
"""


def whole(path: Path) -> Store:
    """The store as the next leader finds it; StoreBroken when the file is not whole."""
    store = Store.open(path, leader=True)
    assert store._db.value("PRAGMA integrity_check") == "ok"
    assert store._db.rows("PRAGMA foreign_key_check") == []
    return store


def test_a_kill_inside_a_transaction_leaves_nothing_of_it(path: Path) -> None:
    with program(INSIDE, str(path)) as other:
        assert other.line() == "ready"
        assert path.with_name("tasktui.db-wal").stat().st_size > 100_000
        other.kill()
    with closing(whole(path)) as store:
        assert [t.name for t in store.tasks()] == ["before"]
        assert store.events() == []
        store.add_task(make_task())


@pytest.mark.parametrize("after", [1, 7, 23])
def test_a_kill_loses_nothing_that_was_acknowledged(path: Path, after: int) -> None:
    with program(ONE_BY_ONE, str(path)) as other:
        said = [other.line() for _ in range(after)]
        other.kill()
        assert other.process.stdout
        said += other.process.stdout.read().split()
    with closing(whole(path)) as store:
        names = {t.name for t in store.tasks()}
        assert {f"t{n}" for n in said} <= names
        assert len(names) <= len(said) + 1
        assert len(store.events(limit=10**6)) == len(names)


def test_a_full_database_is_told_reads_go_on_and_room_is_used_again(store: Store) -> None:
    store.add_task(make_task("before"))
    pages = store._db.value("PRAGMA page_count")
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull, match=r"not even in part.*Free some space"):
        _fill(store)
    assert [t.name for t in store.tasks()] == ["before"]
    store._db.execute("PRAGMA max_page_count = 100000")
    store.add_task(make_task("after"))
    assert [t.name for t in store.tasks()] == ["after", "before"]


def test_a_full_disk_caught_inside_a_transaction_still_takes_all_of_it_back(store: Store) -> None:
    """SQLite takes the whole transaction back by itself: its outer part must not go on alone."""
    pages = store._db.value("PRAGMA page_count")
    store._db.execute(f"PRAGMA max_page_count = {pages}")

    def change() -> None:
        with store.transaction():
            store.set_setting("first", "x")
            with pytest.raises(DiskFull):
                _fill(store)
            store.set_setting("second", "x")

    with pytest.raises(StoreError, match="taken back after an error"):
        change()
    assert store.setting("first") is None
    assert store.setting("second") is None


def test_a_limit_on_file_sizes_loses_nothing_that_was_acknowledged(path: Path) -> None:
    with program(FULL, str(path)) as other:
        assert other.line() in {"DiskFull", "StoreError"}
        done = int(other.line())
        assert done > 10
        assert other.line() == str(done - 1)
        assert other.line() == "again"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    point = tmp_path / "small"
    point.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount")
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tasktui-test", str(point)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted here")
    try:
        yield point
    finally:
        subprocess.run(["umount", str(point)], check=True)


@pytest.mark.parametrize("leader", [True, False])
def test_a_full_disk_is_told_and_a_freed_one_is_used_again(small: Path, leader: bool) -> None:
    path = small / "state/tasktui.db"
    with closing(Store.open(path, leader=leader)) as store:
        store.add_task(make_task("before"))
        ballast = small / "ballast"
        _exhaust(ballast)
        with pytest.raises(DiskFull, match="No space is left"):
            _fill(store)
        assert [t.name for t in store.tasks()] == ["before"]
        with pytest.raises(StoreError):
            store.backup()
        assert list((small / "state").glob("backups/*")) == []
        ballast.unlink()
        store.add_task(make_task("after"))
        assert len(store.tasks()) == 2
    whole(path).close()


def test_a_disk_that_is_full_from_the_beginning_is_told(small: Path) -> None:
    _exhaust(small / "ballast")
    with pytest.raises(StoreError):
        Store.open(small / "state/tasktui.db")
    (small / "ballast").unlink()
    Store.open(small / "state/tasktui.db").close()


def _fill(store: Store) -> None:
    with store.transaction():
        for number in range(1000):
            store.add_task(make_task(f"t{number}", env={"A": "x" * 2000}))


def _exhaust(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
