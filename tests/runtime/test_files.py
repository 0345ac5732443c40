from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasktui.errors import StoreError
from tasktui.runtime.files import prepare


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_the_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    prepare(tmp_path / "a/b/state")
    assert [mode(tmp_path / p) for p in ("a", "a/b", "a/b/state")] == [0o700] * 3


def test_a_wider_mode_is_narrowed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    prepare(tmp_path)
    assert mode(tmp_path) == 0o700


def test_what_is_made_afterwards_is_for_nobody_else(tmp_path: Path) -> None:
    prepare(tmp_path / "state")
    (tmp_path / "state/file").touch()
    assert mode(tmp_path / "state/file") == 0o600


def test_a_directory_shared_by_all_is_refused_and_stays_shared(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    with pytest.raises(StoreError, match="shared by all users"):
        prepare(tmp_path)
    assert mode(tmp_path) == 0o1777


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_directory_of_another_user_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    state.chmod(0o755)
    os.chown(state, 65534, 65534)
    with pytest.raises(StoreError, match=r"another user \(uid 65534\).*--state-dir"):
        prepare(state)
    assert mode(state) == 0o755


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file/state"):
        with pytest.raises(StoreError, match=r"cannot be made or read.*--state-dir"):
            prepare(path)
