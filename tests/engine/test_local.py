"""The embedded cluster's life, with a stand-in for Ray's program."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from engine.ray_program import environ, ray_program, starts
from tasktui.engine import local_command, local_processes, local_start
from tasktui.engine.local import LocalCluster, LocalOptions, LocalState
from tasktui.engine.local_record import Record, WorkLock, read, record_path, write
from tasktui.errors import ClusterError

OPTIONS = LocalOptions(num_cpus=2, num_gpus=1)

STARTER = """
import sys
from pathlib import Path
from tasktui.engine.local import LocalCluster, LocalOptions
LocalCluster(Path(sys.argv[1]), program=sys.argv[2]).up(LocalOptions(), lambda words: None)
"""


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    """A state directory that has no processes when the test is over."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    yield folder
    LocalCluster(folder).down()
    assert not local_processes.markers_of(folder)


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def cluster(state_dir: Path, kind: str = "comes up") -> LocalCluster:
    return LocalCluster(state_dir, program=ray_program(state_dir.parent, kind))


def folder_of(state_dir: Path) -> Path:
    record = read(record_path(state_dir))
    assert record
    return Path(record.marker.partition(":")[2])


def living(state_dir: Path) -> list[psutil.Process]:
    return [p for m in local_processes.markers_of(state_dir) for p in local_processes.marked(m)]


def core_pid(state_dir: Path, name: str) -> int:
    return local_processes.core(living(state_dir))[name]


def test_nothing_is_down_and_taking_it_down_ends_nothing(state_dir: Path) -> None:
    assert cluster(state_dir).status().state is LocalState.DOWN
    assert cluster(state_dir).down() == 0
    assert LocalCluster(state_dir / "missing").down() == 0


def test_up_tells_its_stages_and_then_everything_about_the_cluster(state_dir: Path) -> None:
    said: list[str] = []
    status = cluster(state_dir).up(OPTIONS, said.append)
    assert said == ["starting Ray", "waiting for the dashboard", "starting Serve"]
    assert status.state is LocalState.RUNNING
    assert status.address.startswith("http://127.0.0.1:")
    assert status.serve_url.startswith("http://127.0.0.1:")
    assert (status.ray_version, status.stage, status.error) == ("2.60.0", "", "")
    assert status.head_pid == core_pid(state_dir, "gcs_server")
    assert status.processes == 3
    assert status.started_at
    assert status == LocalCluster(state_dir).status()


def test_ray_is_started_on_loopback_with_a_token_and_nothing_of_the_callers_ray(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    monkeypatch.setenv("RAY_TMPDIR", "/elsewhere")
    program = ray_program(state_dir.parent)
    LocalCluster(state_dir, program=program).up(OPTIONS)
    (words,) = starts(program)
    for word in ("--node-ip-address=127.0.0.1", "--dashboard-host=127.0.0.1", "--num-gpus=1"):
        assert word in words.split()
    given = environ(program)
    assert (given["RAY_AUTH_MODE"], given["SPT_NOENV"]) == ("token", "1")
    assert given["PATH"].split(os.pathsep)[0] == str(Path(program).parent)
    assert given["RAY_AUTH_TOKEN_PATH"] == str(state_dir / "ray-token")
    assert given["TASKTUI_STATE_DIR"] == str(state_dir)
    assert given["TMPDIR"] == str(folder_of(state_dir)), "what Ray leaves must go with the folder"
    assert not {"RAY_ADDRESS", "RAY_TMPDIR"} & set(given)


def test_ray_counts_what_the_options_leave_open(state_dir: Path) -> None:
    program = ray_program(state_dir.parent)
    LocalCluster(state_dir, program=program).up(LocalOptions())
    assert "--num-" not in starts(program)[0]


def test_every_file_is_for_the_owner_only(state_dir: Path) -> None:
    cluster(state_dir).up(OPTIONS)
    files = [p for p in state_dir.iterdir() if p.is_file()]
    assert {p.name for p in files} == {"cluster.json", "cluster.log", "cluster.lock", "ray-token"}
    assert {stat.S_IMODE(p.stat().st_mode) for p in files} == {0o600}
    assert stat.S_IMODE(folder_of(state_dir).stat().st_mode) == 0o700


def test_a_second_up_finds_the_first(state_dir: Path) -> None:
    one = cluster(state_dir)
    first = one.up(OPTIONS)
    said: list[str] = []
    assert one.up(OPTIONS, said.append) == first
    assert said == []


def test_two_ups_at_the_same_time_make_one_cluster(state_dir: Path) -> None:
    program = ray_program(state_dir.parent)
    found = []
    threads = [
        threading.Thread(
            target=lambda: found.append(LocalCluster(state_dir, program=program).up(OPTIONS))
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1]
    assert len(starts(program)) == 1


def test_down_ends_every_process_and_removes_the_folder_once(state_dir: Path) -> None:
    one = cluster(state_dir)
    one.up(OPTIONS)
    folder = folder_of(state_dir)
    assert folder.is_dir()
    assert one.down() == 3
    assert not living(state_dir)
    assert not folder.exists()
    assert not (state_dir / "ray-token").exists()
    assert one.status().state is LocalState.DOWN
    assert one.down() == 0


def test_the_cluster_of_another_state_directory_goes_on(state_dir: Path, tmp_path: Path) -> None:
    other_dir = tmp_path / "other"
    other_dir.mkdir()
    one, other = cluster(state_dir), cluster(other_dir)
    try:
        one.up(OPTIONS)
        before = other.up(OPTIONS)
        one.down()
        assert other.status() == before
    finally:
        assert other.down() == 3


def test_a_missing_program_names_the_package_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError) as caught:
        LocalCluster(tmp_path).up(OPTIONS)
    assert "tasktui[local]" in caught.value.hint
    (tmp_path / "ray").touch(mode=0o700)
    assert local_command.ray_program() == str(tmp_path / "ray")


def test_a_failed_start_leaves_its_reason_and_nothing_else(state_dir: Path) -> None:
    one = cluster(state_dir, "fails")
    with pytest.raises(ClusterError, match="the moon is full"):
        one.up(OPTIONS)
    status = one.status()
    assert status.state is LocalState.BROKEN
    assert "ended with 3" in status.error
    assert "the moon is full" in status.error
    assert status.processes == 0
    assert not folder_of(state_dir).exists()


def test_a_failed_start_can_be_tried_again(state_dir: Path) -> None:
    with pytest.raises(ClusterError):
        cluster(state_dir, "fails").up(OPTIONS)
    assert cluster(state_dir).up(OPTIONS).state is LocalState.RUNNING


def test_a_program_that_cannot_be_run_is_told(state_dir: Path) -> None:
    with pytest.raises(ClusterError, match="cannot be run"):
        LocalCluster(state_dir, program=str(state_dir / "none")).up(OPTIONS)


def test_a_program_that_hangs_is_given_up_and_ended(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_start, "_RAY_S", 0.3)
    with pytest.raises(ClusterError, match="did not end within"):
        cluster(state_dir, "hangs").up(OPTIONS)
    assert not living(state_dir)


def test_a_taken_port_costs_a_second_try(state_dir: Path) -> None:
    program = ray_program(state_dir.parent, "meets a taken port")
    status = LocalCluster(state_dir, program=program).up(OPTIONS)
    assert status.state is LocalState.RUNNING
    assert len(starts(program)) == 2


@pytest.fixture
def killed(state_dir: Path) -> None:
    """A start whose process was killed while Ray's program hung."""
    program = ray_program(state_dir.parent, "hangs")
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(state_dir), program])
    try:
        until(lambda: bool(living(state_dir)))
        assert LocalCluster(state_dir).status().state is LocalState.STARTING
        assert LocalCluster(state_dir).status().stage == "starting Ray"
    finally:
        starter.kill()
        starter.wait()


@pytest.mark.usefixtures("killed")
def test_a_killed_start_shows_as_broken_and_the_next_one_cleans_up(state_dir: Path) -> None:
    folder = folder_of(state_dir)
    status = LocalCluster(state_dir).status()
    assert status.state is LocalState.BROKEN
    assert "broken off while starting Ray" in status.error
    hung = living(state_dir)
    assert hung
    assert cluster(state_dir).up(OPTIONS).state is LocalState.RUNNING
    assert not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in hung)
    assert not folder.exists()


@pytest.mark.usefixtures("killed")
def test_a_killed_start_can_be_taken_down(state_dir: Path) -> None:
    assert LocalCluster(state_dir).down() == 1
    assert LocalCluster(state_dir).status().state is LocalState.DOWN


def test_down_ends_a_start_that_is_under_way(state_dir: Path) -> None:
    failures: list[ClusterError] = []

    def run() -> None:
        try:
            cluster(state_dir, "hangs").up(OPTIONS)
        except ClusterError as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    until(lambda: bool(living(state_dir)))
    LocalCluster(state_dir).down()
    thread.join()
    assert len(failures) == 1
    assert LocalCluster(state_dir).status().state is LocalState.DOWN
    assert not living(state_dir)


def kill(state_dir: Path, name: str) -> None:
    os.kill(core_pid(state_dir, name), signal.SIGKILL)
    until(lambda: name not in local_processes.core(living(state_dir)))


@pytest.mark.parametrize(("name", "word"), [("gcs_server", "head"), ("raylet", "raylet")])
def test_a_daemon_that_is_gone_is_named_and_up_starts_anew(
    state_dir: Path, name: str, word: str
) -> None:
    one = cluster(state_dir)
    first = one.up(OPTIONS)
    kill(state_dir, name)
    status = one.status()
    assert status.state is LocalState.BROKEN
    assert f"The cluster's {word} process is gone." in status.error
    again = one.up(OPTIONS)
    assert again.state is LocalState.RUNNING
    assert again.address != first.address


OUTLIVES = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")


@OUTLIVES
def test_of_a_cluster_without_its_dashboard_up_starts_only_that(state_dir: Path) -> None:
    one = cluster(state_dir)
    first = one.up(OPTIONS)
    kill(state_dir, "dashboard")
    status = one.status()
    assert status.state is LocalState.BROKEN
    assert "The cluster's dashboard process is gone." in status.error
    assert "nothing else" in status.error
    others = local_processes.core(living(state_dir))
    said: list[str] = []
    assert one.up(OPTIONS, said.append) == first
    assert said == ["starting the dashboard again"]
    assert others.items() < local_processes.core(living(state_dir)).items()
    assert one.down() == 3


def test_a_dashboard_that_does_not_start_again_leaves_the_rest_running(state_dir: Path) -> None:
    one = cluster(state_dir)
    one.up(OPTIONS)
    kill(state_dir, "dashboard")
    others = local_processes.core(living(state_dir))
    (Path(ray_program(state_dir.parent)).parent / "dashboard/dashboard.py").write_text("exit")
    with pytest.raises(ClusterError, match="or ended") as caught:
        one.up(OPTIONS)
    assert "tasktui cluster down" in caught.value.hint
    assert local_processes.core(living(state_dir)) == others


def test_a_dashboard_of_which_nothing_is_known_means_a_start_anew(state_dir: Path) -> None:
    one = cluster(state_dir)
    first = one.up(OPTIONS)
    record = read(record_path(state_dir))
    assert record
    assert record.dashboard[-2:][0].endswith("dashboard/dashboard.py")
    write(record_path(state_dir), replace(record, dashboard=()))
    kill(state_dir, "dashboard")
    assert "starts it anew" in one.status().error
    assert one.up(OPTIONS).address != first.address


def test_a_lost_record_is_told_and_its_processes_are_found(state_dir: Path) -> None:
    one = cluster(state_dir)
    one.up(OPTIONS)
    folder = folder_of(state_dir)
    record_path(state_dir).unlink()
    status = one.status()
    assert (status.state, status.processes) == (LocalState.BROKEN, 3)
    assert "is lost" in status.error
    said: list[str] = []
    assert one.down(said.append) == 3
    assert "lost" in said[0]
    assert not folder.exists()


def test_a_process_with_the_mark_of_another_start_is_not_touched(state_dir: Path) -> None:
    env = {**os.environ, local_processes.MARK: "0:/tmp/tasktui-other"}
    foreign = subprocess.Popen(["sleep", "60"], env=env)
    try:
        one = cluster(state_dir)
        one.up(OPTIONS)
        one.down()
        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.wait()


def test_environ_reaches_the_running_cluster_only(state_dir: Path) -> None:
    one = cluster(state_dir)
    with pytest.raises(ClusterError, match="does not run"):
        one.environ()
    status = one.up(OPTIONS)
    given = one.environ()
    assert given["RAY_DASHBOARD_ADDRESS"] == status.address
    assert given["RAY_AUTH_MODE"] == "token"
    assert Path(given["RAY_AUTH_TOKEN_PATH"]).read_text()
    assert given["RAY_ADDRESS"].startswith("127.0.0.1:")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"state": "odd", "marker": "m"}', '{"state": "running"}']
)
def test_a_record_that_cannot_be_understood_counts_as_none(state_dir: Path, text: str) -> None:
    record_path(state_dir).write_text(text)
    assert read(record_path(state_dir)) is None
    assert LocalCluster(state_dir).status().state is LocalState.DOWN


def test_an_unknown_key_of_a_newer_record_is_ignored(state_dir: Path) -> None:
    body = {"state": "running", "marker": "m:/tmp/tasktui-x", "colour": "blue"}
    record_path(state_dir).write_text(json.dumps(body))
    assert read(record_path(state_dir)) == Record(state=LocalState.RUNNING, marker=body["marker"])


def test_a_folder_that_is_not_a_clusters_is_never_removed(state_dir: Path, tmp_path: Path) -> None:
    precious = tmp_path / "tasktui-precious"
    precious.mkdir()
    record = Record(state=LocalState.BROKEN, marker=f"0:{precious}")
    write(record_path(state_dir), record)
    LocalCluster(state_dir).down()
    assert precious.is_dir()


def test_a_stop_that_was_broken_off_shows_as_broken(state_dir: Path) -> None:
    record = Record(state=LocalState.STOPPING, stage="stopping Ray", marker="0:/tmp/tasktui-x")
    write(record_path(state_dir), record)
    assert "The stop was broken off" in LocalCluster(state_dir).status().error
    lock = WorkLock(state_dir)
    assert lock.acquire()
    assert LocalCluster(state_dir).status().state is LocalState.STOPPING
    lock.release()


def test_a_process_id_that_was_given_away_is_not_ours() -> None:
    assert not local_processes.carries(os.getpid(), "0:/tmp/tasktui-x")
    assert not local_processes.carries(0, "")
