"""The verbs for the scheduler and the cluster, without starting either."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cli.tool import Tool
from fake_server import FakeServer
from tasktui.cli.progress import Progress
from tasktui.domain.observed import ClusterState
from tasktui.engine import address, local
from tasktui.engine.fake import FakeRay
from tasktui.engine.local import LocalOptions, LocalState, LocalStatus
from tasktui.errors import ClusterError
from tasktui.scheduler.leader import LeaderLock

URL = "http://127.0.0.1:9"


def test_the_scheduler_is_down_where_nobody_holds_its_lock(tool: Tool) -> None:
    status = tool.json("scheduler", "status")
    assert status["state"] == "down"
    assert status["pid"] is None
    assert status["log"].endswith("scheduler.log")
    assert "down" in tool.run("scheduler", "status")


def test_a_scheduler_that_was_not_heard_of_is_not_called_running_for_long(tool: Tool) -> None:
    tool.json("ls")
    lock = LeaderLock(tool.state_dir)
    lock.acquire()
    try:
        assert tool.json("scheduler", "status")["state"] in {"running", "stuck"}
        assert "running already" in tool.fails("scheduler", "run", code=1)
    finally:
        lock.release()


def test_a_scheduler_that_must_not_be_started_is_not_reported_as_started(tool: Tool) -> None:
    assert "TASKTUI_NO_SCHEDULER" in tool.fails("scheduler", "start", code=1)
    assert "TASKTUI_NO_SCHEDULER" in tool.fails("scheduler", "restart", code=1)


def test_stopping_what_does_not_run_is_no_failure(tool: Tool) -> None:
    assert tool.run("scheduler", "stop") == "No scheduler ran.\n"
    assert tool.json("scheduler", "stop", "--force") == {"stopped": False}


def test_without_any_cluster_the_status_says_so_and_what_to_do(tool: Tool) -> None:
    status = tool.json("cluster", "status")
    assert (status["state"], status["address"], status["embedded"]) == ("none", None, False)
    assert status["source"] == "default"
    tool.run("cluster", "status")
    assert "tasktui cluster up" in tool.err


def test_an_attached_cluster_is_shown_as_the_scheduler_last_saw_it(tool: Tool) -> None:
    tool.environ["RAY_DASHBOARD_ADDRESS"] = URL
    tool.environ["RAY_AUTH_TOKEN_PATH"] = tool.file("token", "secret")
    asked = tool.json("cluster", "status", code=1)
    assert asked["state"] == "unreachable", "what the scheduler has not seen is asked itself"
    assert "cannot be connected to" in asked["error"]
    tool.seen(
        address=URL,
        ray_version="2.60.0",
        serve_url="http://127.0.0.1:8000",
        foreign=("theirs",),
    )
    status = tool.json("cluster", "status")
    assert status["state"] == "connected"
    assert status["source"] == "RAY_DASHBOARD_ADDRESS"
    assert status["foreign"] == ["theirs"]
    assert status["token_file"].endswith("/token")
    assert status["environ"] == {}
    out = tool.run("cluster", "status")
    assert "named by RAY_DASHBOARD_ADDRESS" in out
    assert "theirs" in out
    assert "secret" not in out


def test_what_was_seen_of_another_cluster_is_not_shown_for_this_one(tool: Tool) -> None:
    tool.json("ls")
    tool.seen(address="http://127.0.0.1:10", ray_version="2.60.0")
    status = tool.json("cluster", "status", "--address", URL, code=1)
    assert (status["state"], status["ray_version"]) == ("unreachable", None)


def test_an_unreachable_cluster_says_why(tool: Tool) -> None:
    tool.json("ls")
    tool.seen(state=ClusterState.UNREACHABLE, address=URL, error="It does not answer.")
    assert "It does not answer." in tool.run("cluster", "status", "--address", URL, code=1)


def test_a_cluster_that_the_scheduler_has_not_seen_is_asked_itself(tool: Tool) -> None:
    with FakeServer(FakeRay()).running() as server:
        status = tool.json("cluster", "status", "--address", server.address)
        assert (status["state"], status["ray_version"]) == ("connected", "2.60.0")
        server.ray.token = "secret"
        refused = tool.json("cluster", "status", "--address", server.address, code=1)
        assert refused["state"] == "unauthorized"


def test_an_address_binds_the_state_directory_when_something_is_changed(tool: Tool) -> None:
    tool.json("ls", "--address", URL)
    assert tool.json("cluster", "status")["source"] == "default", "a read binds nothing"
    words = ("launch", "x", "--artifact", "echo", "--one-off", "now")
    tool.run(*words, "--address", URL)
    status = tool.json("cluster", "status", code=1)
    assert (status["source"], status["address"]) == ("given", URL)


class FakeCluster:
    """Stands in for the embedded cluster."""

    running = False
    broken = False
    options = LocalOptions()

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir

    def up(self, options: LocalOptions, progress: object) -> LocalStatus:
        assert callable(progress)
        progress("starting Ray")
        progress("starting Serve")
        if options.num_gpus == 99:
            raise ClusterError("Ray did not start.", "See the log.")
        FakeCluster.options, FakeCluster.running = options, True
        return self.status()

    def down(self, progress: object) -> int:
        assert callable(progress)
        ended, FakeCluster.running = (5 if FakeCluster.running else 0), False
        return ended

    def status(self) -> LocalStatus:
        if FakeCluster.broken:
            return LocalStatus(state=LocalState.BROKEN, error="Its raylet is gone.")
        if not FakeCluster.running:
            return LocalStatus(state=LocalState.DOWN)
        return LocalStatus(
            state=LocalState.RUNNING, serve_url="http://127.0.0.1:8000", ray_version="2.60.0"
        )

    def environ(self) -> dict[str, str]:
        return {"RAY_ADDRESS": "127.0.0.1:9", "RAY_AUTH_TOKEN_PATH": "/a b/ray-token"}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeCluster]:
    FakeCluster.running = FakeCluster.broken = False
    monkeypatch.setattr(local, "LocalCluster", FakeCluster)
    return FakeCluster


def test_cluster_up_passes_its_options_on_and_prints_the_stages(
    tool: Tool, fake: type[FakeCluster]
) -> None:
    body = tool.json("cluster", "up", "--num-cpus", "4", "--num-gpus", "0")
    assert fake.options == LocalOptions(num_cpus=4, num_gpus=0)
    assert body["local"]["state"] == "running"
    assert [line.split("s  ")[1] for line in tool.err.splitlines()] == [
        "starting Ray",
        "starting Serve",
    ]


@pytest.fixture
def embedded(fake: type[FakeCluster], monkeypatch: pytest.MonkeyPatch) -> type[FakeCluster]:
    fake.running = True
    target = address.Target(URL, "secret", embedded=True, source="embedded")
    monkeypatch.setattr(address, "find", lambda *_: target)
    return fake


@pytest.mark.usefixtures("embedded")
def test_an_embedded_cluster_says_how_rays_own_programs_reach_it(tool: Tool) -> None:
    status = tool.json("cluster", "status")
    assert (status["state"], status["embedded"]) == ("running", True)
    assert status["serve_url"] == "http://127.0.0.1:8000"
    assert status["token_file"] == str(tool.state_dir / "ray-token")
    out = tool.run("cluster", "status")
    assert "  export RAY_ADDRESS=127.0.0.1:9" in out
    assert "  export RAY_AUTH_TOKEN_PATH='/a b/ray-token'" in out
    assert "secret" not in out


def test_a_broken_embedded_cluster_is_shown_with_its_problem(
    tool: Tool, embedded: type[FakeCluster]
) -> None:
    embedded.broken = True
    status = tool.json("cluster", "status")
    assert (status["state"], status["error"]) == ("broken", "Its raylet is gone.")
    assert status["environ"] == {}


def test_a_cluster_that_does_not_start_is_a_sentence(tool: Tool, fake: type[FakeCluster]) -> None:
    assert "Ray did not start." in tool.fails("cluster", "up", "--num-gpus", "99", code=1)
    assert not fake.running


@pytest.mark.parametrize("word", ["-1", "x", "1.5", "1000000"])
def test_cpus_and_gpus_are_whole_numbers(tool: Tool, word: str) -> None:
    assert "whole number" in tool.fails("cluster", "up", f"--num-cpus={word}")


def test_cluster_down_says_what_it_ended(tool: Tool, fake: type[FakeCluster]) -> None:
    assert tool.run("cluster", "down") == "No embedded cluster was up.\n"
    fake.running = True
    assert "5 processes" in tool.run("cluster", "down")
    assert json.loads(tool.run("cluster", "down", "--json")) == {"ended": 0}


def test_stages_are_one_rewritten_line_on_a_terminal(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    shown = Progress(iter([0.0, 1.5, 2.5]).__next__)
    shown("starting \x1bRay")
    shown("starting Serve")
    shown.close()
    text = tool.capsys.readouterr().err
    assert text == "\r\x1b[2K   1.5 s  starting \\x1bRay\r\x1b[2K   2.5 s  starting Serve\n"


def test_a_second_scheduler_is_refused_before_anything_else(tool: Tool) -> None:
    tool.run("ls")
    lock = LeaderLock(tool.state_dir)
    lock.acquire()
    lock.sign()
    try:
        said = tool.fails("scheduler", "run", "--address", "http://127.0.0.1:7", code=1)
    finally:
        lock.release()
    assert f"is running already (process {os.getpid()})" in said


def test_a_database_that_cannot_be_written_is_in_the_status(tool: Tool) -> None:
    tool.run("ls")
    lock = LeaderLock(tool.state_dir)
    lock.acquire()
    lock.sign("No space is left.")
    try:
        assert "No space is left." in tool.run("scheduler", "status")
        assert tool.json("scheduler", "status")["trouble"] == "No space is left."
    finally:
        lock.release()
    assert "start it where it belongs" in tool.run("scheduler", "status")
