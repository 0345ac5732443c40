"""A scheduler that hangs: seen, and replaced by one that leads under a newer epoch."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from make import NOW
from runtime.processes import ended, ending, leader, leads, until
from tasktui.config import NO_SCHEDULER, Config
from tasktui.domain.observed import SchedulerView
from tasktui.errors import SchedulerError
from tasktui.runtime.daemon import STUCK_AFTER_S, State, health, start, takeover
from tasktui.scheduler.clock import boot_id, boot_s
from tasktui.scheduler.leader import NAME as LOCK
from tasktui.scheduler.leader import LeaderLock
from tasktui.store.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")

LEADER = SchedulerView(holder="node", pid=4711, epoch=3, started_at=NOW, heartbeat_at=NOW)


@pytest.fixture
def free(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """A state directory where schedulers may start; whatever was started is ended."""
    monkeypatch.delenv(NO_SCHEDULER)
    config.state_dir.mkdir(mode=0o700)
    with ending(config):
        yield config


def stopped(config: Config) -> SchedulerView:
    """A real scheduler, stopped, last heard of as long ago as makes it stuck."""
    start(config)
    view = leads(config)
    until(lambda: _stopped_between_writes(config, view.pid))
    with closing(Store.open(config.database)) as store:
        store.heartbeat(view.epoch, datetime.now(UTC), boot_s() - STUCK_AFTER_S - 1)
    os.utime(config.state_dir / LOCK, (0, 0))
    return leader(config)


def _stopped_between_writes(config: Config, pid: int) -> bool:
    """Stop it; let it go on where it holds the database."""
    os.kill(pid, signal.SIGSTOP)
    until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    with closing(sqlite3.connect(config.database, timeout=0, isolation_level=None)) as raw:
        try:
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("ROLLBACK")
        except sqlite3.OperationalError:
            os.kill(pid, signal.SIGCONT)
            return False
    return True


def _is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("by", [timedelta(hours=-3), timedelta(0), timedelta(hours=3)])
@pytest.mark.parametrize(("ago", "state"), [(0.0, State.RUNNING), (25.0, State.STUCK)])
@pytest.mark.usefixtures("lock")
def test_a_clock_that_was_set_makes_nobody_stuck_and_hides_nobody_who_is(
    config: Config, by: timedelta, ago: float, state: State
) -> None:
    now = datetime.now(UTC)
    view = replace(LEADER, heartbeat_at=now + by, boot_id=boot_id(), beat_s=boot_s() - ago)
    found = health(config, view, now)
    assert found.state is state
    assert found.heartbeat_at
    assert abs((now - found.heartbeat_at).total_seconds() - ago) < 1


@pytest.mark.usefixtures("lock")
def test_after_another_start_of_the_machine_the_wall_clock_counts(config: Config) -> None:
    view = replace(LEADER, boot_id="another", beat_s=boot_s())
    assert health(config, view, NOW + timedelta(minutes=1)).state is State.STUCK


def test_the_leaders_row_tells_the_boot(free: Config) -> None:
    start(free)
    view = leads(free)
    assert view.boot_id == boot_id()
    assert 0 < view.beat_s <= boot_s()


def test_one_that_is_stopped_is_stuck_and_is_replaced_under_a_newer_epoch(free: Config) -> None:
    view = stopped(free)
    assert health(free, view).state is State.STUCK
    assert takeover(free, view) == view.pid
    new = leads(free, after=view.epoch)
    assert (new.epoch, new.pid != view.pid) == (view.epoch + 1, True)
    until(lambda: _is_gone(view.pid))
    assert health(free, new).state is State.RUNNING


def test_one_that_goes_on_after_another_leads_writes_nothing_and_steps_down(free: Config) -> None:
    view = stopped(free)
    with closing(Store.open(free.database)) as store:
        epoch = store.lead(replace(LEADER, heartbeat_at=NOW, boot_id="b", beat_s=5.0))
    before = leader(free)
    os.kill(view.pid, signal.SIGCONT)
    assert ended(view.pid) == 1
    assert leader(free) == before
    assert before.epoch == epoch == view.epoch + 1
    assert "Another scheduler took over" in free.scheduler_log.read_text()


def test_one_beside_a_new_leader_steps_down_though_it_cannot_read_who_leads(free: Config) -> None:
    view = stopped(free)
    (free.state_dir / LOCK).unlink()
    start(free)
    leads(free, after=view.epoch)
    with closing(sqlite3.connect(free.database)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # as the new leader does now and then
    os.kill(view.pid, signal.SIGCONT)
    assert ended(view.pid) == 1
    assert "Another scheduler took over: it holds the lock" in free.scheduler_log.read_text()


def test_one_that_answers_is_not_ended(free: Config) -> None:
    start(free)
    view = leads(free)
    with pytest.raises(SchedulerError, match=r"is running, it does not hang.*restart"):
        takeover(free, view)
    assert psutil.pid_exists(view.pid)


def test_where_none_runs_there_is_none_to_end(config: Config) -> None:
    with pytest.raises(SchedulerError, match="is down, it does not hang"):
        takeover(config, LEADER)


@pytest.mark.usefixtures("lock")
def test_a_process_that_is_no_scheduler_of_this_directory_is_never_ended(config: Config) -> None:
    words = [sys.executable, "-c", "import time; time.sleep(60)", "tasktui", "scheduler"]
    with subprocess.Popen(words) as stranger:
        try:
            view = replace(LEADER, pid=stranger.pid)
            with pytest.raises(SchedulerError, match=r"not the scheduler of .* not ended"):
                takeover(config, view)
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_the_lock_of_this_process_is_no_scheduler_either(config: Config) -> None:
    config.state_dir.mkdir(mode=0o700, exist_ok=True)
    lock = LeaderLock(config.state_dir)
    lock.acquire()
    try:
        with pytest.raises(SchedulerError, match="was not ended"):
            takeover(config, replace(LEADER, pid=os.getpid()))
    finally:
        lock.release()
