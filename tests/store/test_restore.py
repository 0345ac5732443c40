from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from make import make_task
from store.programs import program
from tasktui.errors import StoreBroken, StoreBusy, StoreError
from tasktui.store.restore import restore
from tasktui.store.store import Store

OPEN = """
store = Store.open(path)
store.tasks()
hold()
"""


@pytest.fixture
def copy(path: Path) -> Path:
    """A backup with the task ``old``; the database has ``new`` too."""
    with closing(Store.open(path)) as store:
        store.add_task(make_task("old"))
        made = store.backup()
        store.add_task(make_task("new"))
    return made


def names(path: Path) -> list[str]:
    with closing(Store.open(path, leader=True)) as store:
        return [t.name for t in store.tasks()]


def test_a_backup_takes_the_place_of_the_database_which_is_kept(path: Path, copy: Path) -> None:
    kept = restore(path, copy)
    assert names(path) == ["old"]
    assert copy.exists()
    assert (kept / "tasktui.db").exists()
    assert kept.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(path.parent.glob(".restore*"))


@pytest.mark.parametrize("content", [b"", b"x" * 8192, None], ids=["empty", "damaged", "gone"])
def test_a_lost_database_comes_back(path: Path, copy: Path, content: bytes | None) -> None:
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    restore(path, copy)
    assert names(path) == ["old"]


def test_nothing_is_replaced_while_somebody_has_it_open(path: Path, copy: Path) -> None:
    with program(OPEN, str(path)) as other:
        assert other.line() == "ready"
        with pytest.raises(StoreBusy, match=r"open in another program.*lsof"):
            restore(path, copy)
        other.go()
    assert names(path) == ["new", "old"]
    assert not list(path.parent.glob("replaced-*"))


def test_a_copy_that_is_damaged_is_refused(path: Path, copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[4096:12288] = os.urandom(8192)
    copy.write_bytes(content)
    with pytest.raises(StoreError):
        restore(path, copy)
    assert names(path) == ["new", "old"]


def test_another_stores_copy_is_refused(path: Path, copy: Path, tmp_path: Path) -> None:
    assert copy
    with closing(Store.open(tmp_path / "other/tasktui.db")) as other:
        foreign = other.backup()
    with pytest.raises(StoreBroken, match="belongs to the store"):
        restore(path, foreign)
    assert names(path) == ["new", "old"]


@pytest.mark.parametrize("what", ["missing", "link", "text", "empty"])
def test_what_is_no_copy_is_refused(path: Path, copy: Path, tmp_path: Path, what: str) -> None:
    given = tmp_path / what
    if what == "link":
        given.symlink_to(copy)
    elif what != "missing":
        given.write_text("hello" if what == "text" else "")
    with pytest.raises(StoreError):
        restore(path, given)
    assert names(path) == ["new", "old"]
    assert not list(path.parent.glob(".restore*"))
