from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tasktui.errors import SchedulerError
from tasktui.scheduler.leader import LeaderLock, is_locked

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
