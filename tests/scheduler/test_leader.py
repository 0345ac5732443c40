from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasktui.errors import SchedulerError
from tasktui.scheduler.leader import NAME, Holder, LeaderLock, holder, is_locked

HOLDER = """
import sys, time
from pathlib import Path
from tasktui.scheduler.leader import LeaderLock
LeaderLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_without_a_lock_file_nobody_leads(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)


def test_only_one_holds_the_lock(tmp_path: Path) -> None:
    first = LeaderLock(tmp_path)
    first.acquire()
    assert is_locked(tmp_path)
    with pytest.raises(SchedulerError, match="running already"):
        LeaderLock(tmp_path).acquire()
    first.release()
    assert not is_locked(tmp_path)


def test_a_kill_releases_the_lock_at_once(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        assert is_locked(tmp_path)
    finally:
        holder.kill()
        holder.wait()
        if holder.stdout:
            holder.stdout.close()
    lock = LeaderLock(tmp_path)
    lock.acquire()
    lock.release()


def test_a_lock_whose_file_was_removed_is_taken_once_another_one_lies_there(tmp_path: Path) -> None:
    old, new = LeaderLock(tmp_path), LeaderLock(tmp_path)
    old.acquire()
    assert not old.is_taken()
    (tmp_path / NAME).unlink()
    assert not old.is_taken()
    new.acquire()
    assert (old.is_taken(), new.is_taken()) == (True, False)
    old.release()
    new.release()


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[LeaderLock]:
    made = LeaderLock(tmp_path)
    made.acquire()
    yield made
    made.release()


def test_who_holds_the_lock_is_known_from_the_moment_it_signs(
    tmp_path: Path, lock: LeaderLock
) -> None:
    assert holder(tmp_path) == Holder()
    lock.sign()
    found = holder(tmp_path)
    assert found is not None
    assert (found.pid, found.trouble) == (os.getpid(), "")
    assert found.said_at is not None
    with pytest.raises(SchedulerError, match=rf"running already \(process {os.getpid()}\)"):
        LeaderLock(tmp_path).acquire()
    lock.release()
    assert holder(tmp_path) is None, "what stands in the file of a free lock counts for nothing"


def test_a_trouble_is_said_beside_the_lock_and_taken_back(tmp_path: Path, lock: LeaderLock) -> None:
    lock.sign()
    size = (tmp_path / NAME).stat().st_size
    lock.sign("No space\nis left." + "x" * 5000)
    found = holder(tmp_path)
    assert found is not None
    assert found.trouble.startswith("No space is left.xx")
    assert (tmp_path / NAME).stat().st_size == size, "it is written in place: the disk may be full"
    lock.sign()
    assert holder(tmp_path) == Holder(os.getpid(), "", holder(tmp_path).said_at)  # type: ignore[union-attr]


def test_what_is_well_is_said_once(tmp_path: Path, lock: LeaderLock) -> None:
    lock.sign()
    (tmp_path / NAME).write_text("12\nnot again")
    lock.sign()
    assert (tmp_path / NAME).read_text() == "12\nnot again"


@pytest.mark.parametrize("content", [b"", b"x\ny", b"\xff\xfe", b"-1\n", "²\n".encode()])
def test_a_file_that_makes_no_sense_says_nothing(
    tmp_path: Path, lock: LeaderLock, content: bytes
) -> None:
    assert lock
    (tmp_path / NAME).write_bytes(content)
    assert holder(tmp_path) == Holder()


def test_without_the_lock_nothing_is_signed(tmp_path: Path) -> None:
    LeaderLock(tmp_path).sign("trouble")
    assert not (tmp_path / NAME).exists()
