"""The whole job on a real Ray cluster, by the command line, beside somebody else's application."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest

from e2e.foreign import Foreign
from e2e.site import SLOW, Site, until

pytestmark = pytest.mark.ray


def test_a_task_runs_answers_scales_hot_drains_and_is_put_away(
    site: Site, foreign: Foreign, gone: list[str]
) -> None:
    gone.append("job")
    site.run("artifact", "add", str(site.own_model()), "--name", "own", "--cpu", "0.1")
    points = "06:00=1-1,14:00=1-1,22:00=1-1"
    site.run("launch", "job", "--artifact", "own", "--daily", points, "--timezone", "Europe/Berlin")
    site.run("activate", "job", "--when", "now", "--wait", seconds=180)
    status, answer = site.call("job")
    assert (status, answer["model"]) == (200, "own")

    wider = points.replace("1-1", "1-2")
    site.run("edit", "job", "--daily", wider, "--timezone", "Europe/Berlin")
    until(lambda: site.task("job")["replicas"]["max"] == 2, 20)
    time.sleep(2)
    assert site.call("job")[1]["pid"] == answer["pid"], "a change of bounds restarted the replica"

    slow: list[tuple[int, dict[str, Any]]] = []
    url = site.task("job")["endpoint"] + "?sleep=4"
    request = threading.Thread(target=lambda: slow.append(site.get(url)))
    request.start()
    time.sleep(1)
    site.run("deactivate", "job", "--wait", seconds=120)
    request.join()
    assert slow[0][0] == 200, "a request in flight was cut off"
    assert site.task("job")["status"] == "Idle"

    site.run("archive", "job")
    assert site.task("job")["status"] == "Archived"
    site.run("restore", "job")
    moves = [(e["from"], e["to"]) for e in site.json("events", "job") if e["from"] != e["to"]]
    assert moves == [
        (None, "Idle"),
        ("Idle", "In-queue"),
        ("In-queue", "Starting"),
        ("Starting", "Running"),
        ("Running", "Need Stop"),
        ("Need Stop", "Idle"),
        ("Idle", "Archived"),
        ("Archived", "Idle"),
    ]
    assert foreign.untouched(), "somebody else's replica was restarted"


def test_a_scheduler_killed_while_starting_is_replaced_and_nothing_is_done_twice(
    site: Site, foreign: Foreign, gone: list[str]
) -> None:
    gone.append("hardy")
    site.run("artifact", "add", str(site.own_model("slow", SLOW)), "--cpu", "0.1")
    site.run("launch", "hardy", "--artifact", "slow", "--one-off", "now", "--replicas", "1")
    site.run("activate", "hardy")
    until(lambda: site.task("hardy")["status"] == "Starting", 30, 0.05)
    killed = site.scheduler_pid()
    os.kill(killed, 9)
    until(lambda: not psutil.pid_exists(killed) or _is_zombie(killed), 10, 0.05)
    site.run("scheduler", "start")
    site.run("wait", "hardy", "--for", "Running", "--timeout", "120", seconds=150)
    assert site.scheduler_pid() != killed
    assert site.call("hardy")[0] == 200
    moves = [e["to"] for e in site.json("events", "hardy") if e["from"] != e["to"]]
    assert moves == ["Idle", "In-queue", "Starting", "Running"]
    assert site.task("hardy")["replicas"]["ready"] == 1
    assert foreign.untouched()


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


def test_a_point_is_applied_after_the_terminal_was_closed(
    site: Site, foreign: Foreign, gone: list[str]
) -> None:
    gone.append("night")
    soon = (datetime.now(UTC) + timedelta(seconds=40)).replace(microsecond=0)
    start = (soon - timedelta(hours=6)).strftime("%H:%M:%S")
    points = f"{start}=1-1,{soon:%H:%M:%S}=2-3"
    site.run("launch", "night", "--artifact", "echo", "--daily", points, "--timezone", "UTC")
    site.run("activate", "night", "--when", "now", "--wait", seconds=120)
    with site.terminal() as terminal:
        terminal.wait("night", 20)
        terminal.hang_up()
    until(lambda: site.task("night")["replicas"]["max"] == 3, 90)
    until(lambda: site.task("night")["replicas"]["ready"] == 2, 60)
    applied = [e for e in site.json("events", "night") if e["kind"] == "point applied"]
    at = [e for e in applied if e["instant"] == soon.isoformat().replace("+00:00", "Z")]
    assert len(at) == 1
    late = datetime.fromisoformat(at[0]["at"]) - soon
    assert timedelta(0) <= late < timedelta(seconds=15)
    assert foreign.untouched()


def test_two_schedulers_of_one_state_directory_do_not_run_together(site: Site) -> None:
    site.run("scheduler", "start")
    refused = site.run("scheduler", "run", ok=False)
    assert refused.startswith("1\n")
    assert "running already" in refused
