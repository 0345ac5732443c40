from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from make import NOW
from runtime.processes import ended, ending, leader, leads
from tasktui.config import NO_SCHEDULER, Config
from tasktui.domain.observed import SchedulerView
from tasktui.errors import SchedulerError
from tasktui.runtime import daemon
from tasktui.runtime.daemon import STUCK_AFTER_S, State, command, health, start, stop
from tasktui.scheduler.leader import LeaderLock, holder, is_locked

pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")

LEADER = SchedulerView(holder="node", pid=4711, epoch=3, started_at=NOW, heartbeat_at=NOW)


@pytest.fixture
def free(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """A state directory where schedulers may start; whatever was started is ended."""
    monkeypatch.delenv(NO_SCHEDULER)
    config.state_dir.mkdir(mode=0o700)
    with ending(config):
        yield config


# Health


def test_without_a_lock_the_scheduler_is_down_whatever_its_row_says(config: Config) -> None:
    found = health(config, LEADER, NOW)
    assert (found.state, found.pid) == (State.DOWN, 0)
    assert found.heartbeat_at == NOW
    assert found.log == config.scheduler_log


@pytest.mark.parametrize(
    ("age", "state"),
    [(-5.0, State.RUNNING), (0.0, State.RUNNING), (20.0, State.RUNNING), (20.1, State.STUCK)],
)
@pytest.mark.usefixtures("lock")
def test_with_the_lock_held_the_heartbeat_tells(config: Config, age: float, state: State) -> None:
    found = health(config, LEADER, NOW + timedelta(seconds=age))
    assert (found.state, found.pid, found.started_at) == (state, 4711, NOW)


@pytest.mark.usefixtures("lock")
def test_a_scheduler_that_has_no_row_yet_is_running(config: Config) -> None:
    assert health(config, SchedulerView(), NOW).state is State.RUNNING


def test_a_scheduler_that_has_just_started_is_not_judged_by_the_row_of_the_one_before(
    config: Config, lock: LeaderLock
) -> None:
    lock.sign()
    found = health(config, LEADER)
    assert (found.state, found.pid) == (State.RUNNING, os.getpid())
    assert found.started_at == found.heartbeat_at


def test_one_that_cannot_write_is_not_stuck_and_says_why(config: Config, lock: LeaderLock) -> None:
    lock.sign("No space is left.")
    found = health(config, replace(LEADER, pid=os.getpid()))
    assert (found.state, found.trouble) == (State.RUNNING, "No space is left.")


def test_a_scheduler_that_is_started_elsewhere_is_told_so(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "where it belongs" in daemon.how_to_start(health(config, LEADER))
    monkeypatch.delenv(NO_SCHEDULER)
    assert daemon.how_to_start(health(config, LEADER)) == "tasktui scheduler start"


def test_a_heartbeat_may_miss_three_times_before_it_counts_as_stuck() -> None:
    assert STUCK_AFTER_S >= 3 * 5.0


# The command line


def test_the_command_line_names_the_state_directory(tmp_path: Path) -> None:
    argv = command(Config(state_dir=tmp_path), "scheduler", "run")
    assert argv == [
        *(sys.executable, "-m", "tasktui", "--state-dir", str(tmp_path)),
        *("scheduler", "run"),
    ]


def test_the_command_line_carries_which_cluster_is_meant(tmp_path: Path) -> None:
    config = Config(state_dir=tmp_path, address="http://far:8265", allow_remote=True)
    settings = command(config)[3:]
    assert settings == [
        *("--state-dir", str(tmp_path), "--address", "http://far:8265", "--allow-remote")
    ]


# Start and stop


def test_nothing_starts_where_that_is_switched_off(config: Config) -> None:
    start(config)
    assert not config.scheduler_log.exists()


def test_a_scheduler_starts_once_and_stops_when_asked(free: Config) -> None:
    start(free, wait_s=20)
    assert is_locked(free.state_dir)
    view = leads(free)
    start(free, wait_s=20)
    seen = leader(free)
    assert seen == replace(view, heartbeat_at=seen.heartbeat_at, beat_s=seen.beat_s)
    assert health(free, leader(free)).state is State.RUNNING
    assert stop(free, view) is True
    assert not is_locked(free.state_dir)
    assert ended(view.pid) == 0
    assert stop(free, view) is False


def test_a_stop_right_after_the_start_finds_the_right_process(free: Config) -> None:
    start(free, wait_s=20)
    found = holder(free.state_dir)
    assert found is not None
    assert health(free, SchedulerView()).pid == found.pid
    assert stop(free, SchedulerView()) is True
    assert not is_locked(free.state_dir)


def test_its_log_is_private_and_says_from_when_to_when_it_ran(free: Config) -> None:
    start(free)
    view = leads(free)
    stop(free, view)
    log = free.scheduler_log.read_text()
    assert f"started (process {view.pid}, epoch {view.epoch})" in log
    assert "Scheduler stopped" in log
    assert {p.name: p.stat().st_mode & 0o077 for p in free.state_dir.iterdir() if p.is_file()} == {
        p.name: 0 for p in free.state_dir.iterdir() if p.is_file()
    }


def test_it_has_a_session_of_its_own_and_outlives_a_hang_up(free: Config) -> None:
    start(free)
    view = leads(free)
    assert os.getsid(view.pid) == view.pid
    os.kill(view.pid, signal.SIGHUP)
    stop(free, view)
    assert ended(view.pid) == 0
    assert "Scheduler stopped" in free.scheduler_log.read_text()


def test_a_kill_frees_the_lock_and_the_next_one_has_a_newer_epoch(free: Config) -> None:
    start(free)
    first = leads(free)
    os.kill(first.pid, signal.SIGKILL)
    assert ended(first.pid) == -signal.SIGKILL
    assert not is_locked(free.state_dir)
    start(free, wait_s=20)
    second = leads(free, after=first.epoch)
    assert second.epoch == first.epoch + 1
    stop(free, second)


def test_one_that_hangs_is_killed_only_by_force(free: Config) -> None:
    start(free)
    view = leads(free)
    os.kill(view.pid, signal.SIGSTOP)
    with pytest.raises(SchedulerError, match=r"did not stop.*stop --force"):
        stop(free, view, wait_s=0.05)
    assert stop(free, view, wait_s=0.05, force=True) is True
    assert ended(view.pid) == -signal.SIGKILL
    assert not is_locked(free.state_dir)


def test_one_that_does_not_come_up_is_told_with_its_log(
    free: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SchedulerError, match=r"did not come up within.*scheduler\.log"):
        start(free, wait_s=0.05)


@pytest.mark.usefixtures("lock")
@pytest.mark.parametrize("pid", [0, os.getpid(), 2**22 + 1], ids=["none", "own", "unknown"])
def test_a_process_that_is_no_scheduler_is_never_ended(config: Config, pid: int) -> None:
    with pytest.raises(SchedulerError, match=f"process {pid} is not its scheduler"):
        stop(config, SchedulerView(pid=pid))


def test_a_log_that_cannot_be_written_is_told(free: Config, tmp_path: Path) -> None:
    free.scheduler_log.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SchedulerError, match=r"scheduler\.log cannot be written"):
        start(free)
    assert not (tmp_path / "elsewhere").exists()


def test_a_process_that_has_ended_meanwhile_needs_no_signal(
    config: Config, lock: LeaderLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_pid: int, _number: int) -> None:
        lock.release()
        raise ProcessLookupError

    monkeypatch.setattr(daemon, "_is_scheduler", lambda _: True)
    monkeypatch.setattr(os, "kill", gone)
    assert stop(config, SchedulerView(pid=4711)) is True
