from __future__ import annotations

import contextlib
import errno
import os
import select
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tasktui.runtime import doorbell


def waits(pipe: int) -> bool:
    """Whether a ring waits."""
    return bool(select.select([pipe], [], [], 0)[0])


def directory(path: Path) -> None:
    path.mkdir()


def link(path: Path) -> None:
    target = path.with_name("target")
    target.touch()
    path.symlink_to(target)


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def pipe_alone(path: Path) -> None:
    os.mkfifo(path)


def nothing(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize("make", [nothing, pipe_alone, Path.touch, directory, link, dangling])
def test_where_nobody_listens_a_ring_is_not_heard_and_nothing_is_made(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / doorbell.NAME)
    before = sorted(tmp_path.iterdir())
    assert doorbell.ring(tmp_path) is False
    assert sorted(tmp_path.iterdir()) == before


def test_without_a_state_directory_a_ring_is_not_heard(tmp_path: Path) -> None:
    assert doorbell.ring(tmp_path / "gone") is False
    (tmp_path / "file").touch()
    assert doorbell.ring(tmp_path / "file") is False


def test_a_ring_wakes_the_listener_until_it_is_drained(tmp_path: Path) -> None:
    pipe = doorbell.hang(tmp_path)
    assert not waits(pipe)
    assert doorbell.ring(tmp_path) is True
    assert waits(pipe)
    doorbell.drain(pipe)
    assert not waits(pipe)
    doorbell.drain(pipe)
    os.close(pipe)


def test_more_rings_than_a_pipe_holds_are_heard_as_one(tmp_path: Path) -> None:
    pipe = doorbell.hang(tmp_path)
    filler = os.open(tmp_path / doorbell.NAME, os.O_WRONLY | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(filler, bytes(4096))
    os.close(filler)
    assert doorbell.ring(tmp_path) is True
    doorbell.drain(pipe)
    assert not waits(pipe)
    assert doorbell.ring(tmp_path) is True
    assert waits(pipe)
    os.close(pipe)


def test_after_the_listener_left_a_ring_is_not_heard(tmp_path: Path) -> None:
    os.close(doorbell.hang(tmp_path))
    assert doorbell.ring(tmp_path) is False


def test_a_listener_that_leaves_during_the_ring_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was to be announced is stored already: the ring must not make it look failed."""

    def leave(*_: object) -> int:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    pipe = doorbell.hang(tmp_path)
    monkeypatch.setattr(os, "write", leave)
    assert doorbell.ring(tmp_path) is False
    os.close(pipe)


def test_the_bell_does_not_end_when_the_last_ringer_leaves(tmp_path: Path) -> None:
    pipe = doorbell.hang(tmp_path)
    doorbell.ring(tmp_path)
    doorbell.drain(pipe)
    with pytest.raises(BlockingIOError):
        os.read(pipe, 1)
    os.close(pipe)


@pytest.mark.parametrize("make", [nothing, Path.touch, link, dangling])
def test_the_bell_is_a_private_pipe_whatever_lay_in_its_place(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / doorbell.NAME
    make(path)
    pipe = doorbell.hang(tmp_path)
    info = path.lstat()
    assert stat.S_ISFIFO(info.st_mode)
    assert info.st_mode & 0o077 == 0
    assert doorbell.ring(tmp_path)
    os.close(pipe)


def test_a_second_listener_takes_the_same_pipe(tmp_path: Path) -> None:
    first = doorbell.hang(tmp_path)
    second = doorbell.hang(tmp_path)
    doorbell.ring(tmp_path)
    assert waits(first)
    assert waits(second)
    os.close(first)
    os.close(second)
