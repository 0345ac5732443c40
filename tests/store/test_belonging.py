"""A directory that had a store never silently gets an empty or another one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from make import make_task
from tasktui.errors import StoreBroken
from tasktui.store import belonging
from tasktui.store.store import Store


@pytest.fixture
def owner(path: Path) -> str:
    with closing(Store.open(path)) as store:
        store.add_task(make_task())
        return store.owner()


def test_the_id_is_kept_beside_the_database_for_its_owner_alone(path: Path, owner: str) -> None:
    kept = path.parent / belonging.NAME
    assert kept.read_text() == f"{owner}\n"
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("leader", [True, False])
@pytest.mark.parametrize("how", ["emptied", "deleted"])
def test_an_emptied_or_deleted_database_is_told_and_stays_empty(
    path: Path, owner: str, leader: bool, how: str
) -> None:
    path.unlink()
    if how == "emptied":
        path.touch()
    for _ in range(2):
        with pytest.raises(StoreBroken, match=rf"holds the store {owner}.*restore-backup"):
            Store.open(path, leader=leader)


def test_another_stores_database_is_told(path: Path, owner: str, tmp_path: Path) -> None:
    other = tmp_path / "other/tasktui.db"
    with closing(Store.open(other)) as store:
        found = store.owner()
    other.replace(path)
    with pytest.raises(StoreBroken, match=f"is the store {found}.*to the store {owner}"):
        Store.open(path)


def test_who_wants_to_begin_anew_removes_the_id(path: Path, owner: str) -> None:
    path.unlink()
    (path.parent / belonging.NAME).unlink()
    with closing(Store.open(path)) as store:
        assert store.owner() != owner


@pytest.mark.parametrize("text", ["", "ABCDEF", "../../x", "0a1b2c3d", "\xff"])
def test_a_file_that_holds_no_id_is_written_anew(path: Path, owner: str, text: str) -> None:
    kept = path.parent / belonging.NAME
    kept.write_text(text)
    Store.open(path).close()
    assert kept.read_text() == f"{owner}\n"


def test_where_it_cannot_be_kept_the_store_opens_all_the_same(path: Path, owner: str) -> None:
    kept = path.parent / belonging.NAME
    kept.unlink()
    kept.mkdir()
    with closing(Store.open(path)) as store:
        assert store.owner() == owner
    assert not list(path.parent.glob(".owner*"))
