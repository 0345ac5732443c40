"""Ending replicas by a job on the cluster."""

from __future__ import annotations

import json
import shlex
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tasktui.engine.http import Http
from tasktui.engine.kill import Killer
from tasktui.engine.ray_jobs import RayJobs
from tasktui.errors import EngineError

ACTORS = ("SERVE_REPLICA::a#M#1", "SERVE_REPLICA::a#M#2")


@dataclass
class Jobs:
    """Ray's jobs: what was asked for, and how they are."""

    status: str = "PENDING"
    message: str = ""
    now: float = 0.0
    known: bool = True
    entries: list[str] = field(default_factory=list)
    stopped: int = 0
    nodes: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/nodes":
            return httpx.Response(200, json={"data": {"summary": self.nodes}})
        if path.endswith("/stop"):
            self.stopped += 1
            return httpx.Response(200, json={})
        if request.method == "POST":
            self.entries.append(json.loads(request.content)["entrypoint"])
            return httpx.Response(200, json={"submission_id": f"job{len(self.entries)}"})
        if not self.known:
            return httpx.Response(404)
        return httpx.Response(200, json={"status": self.status, "message": self.message})


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
async def killer(jobs: Jobs) -> AsyncIterator[Killer]:
    http = Http("http://127.0.0.1:8265", transport=httpx.MockTransport(jobs.answer))
    yield Killer(RayJobs(http), clock=lambda: jobs.now)
    await http.close()


async def test_one_job_ends_them_however_often_it_is_asked_for(jobs: Jobs, killer: Killer) -> None:
    for status in ("PENDING", "RUNNING", "SUCCEEDED", "SUCCEEDED"):
        jobs.status = status
        await killer.kill(ACTORS)
        jobs.now += 1
    (entry,) = jobs.entries
    assert tuple(shlex.split(entry)[-2:]) == ACTORS


async def test_nothing_to_end_asks_for_nothing(jobs: Jobs, killer: Killer) -> None:
    await killer.kill(())
    assert not jobs.entries


async def test_what_is_still_there_later_gets_another_job(jobs: Jobs, killer: Killer) -> None:
    await killer.kill(ACTORS)
    jobs.status, jobs.now = "SUCCEEDED", 6
    await killer.kill(ACTORS[:1])
    assert len(jobs.entries) == 2


async def test_others_do_not_wait_for_the_job_of_the_first(jobs: Jobs, killer: Killer) -> None:
    await killer.kill(ACTORS[:1])
    await killer.kill(ACTORS)
    assert len(jobs.entries) == 2


async def test_a_job_that_failed_is_told_and_tried_again_after_a_while(
    jobs: Jobs, killer: Killer
) -> None:
    await killer.kill(ACTORS)
    jobs.status, jobs.message, jobs.now = "FAILED", "exit code 127\nno such file: python", 1
    with pytest.raises(EngineError, match="no such file: python"):
        await killer.kill(ACTORS)
    await killer.kill(ACTORS)
    assert len(jobs.entries) == 1
    jobs.now = 6
    await killer.kill(ACTORS)
    assert len(jobs.entries) == 2


async def test_a_job_that_does_not_end_is_stopped_and_told(jobs: Jobs, killer: Killer) -> None:
    await killer.kill(ACTORS)
    jobs.now = 61
    with pytest.raises(EngineError, match="did not end within 60 s"):
        await killer.kill(ACTORS)
    assert jobs.stopped == 1


async def test_a_job_that_ray_forgot_is_asked_for_again(jobs: Jobs, killer: Killer) -> None:
    await killer.kill(ACTORS)
    jobs.known, jobs.now = False, 6
    await killer.kill(ACTORS)
    assert len(jobs.entries) == 2


@pytest.mark.parametrize(
    ("nodes", "python"),
    [
        ([], "python"),
        ([{"raylet": {}, "cmdline": ["raylet", "--head"]}], "python"),
        (
            [
                {"raylet": {}, "cmdline": ["--python_worker_command=/w/python x.py"]},
                {
                    "raylet": {"isHeadNode": True},
                    "cmdline": ["raylet", "--python_worker_command='/h e/python3' setup.py"],
                },
            ],
            "/h e/python3",
        ),
    ],
    ids=["nothing told", "no workers told", "the head's own"],
)
async def test_the_job_runs_with_the_interpreter_of_the_heads_workers(
    jobs: Jobs, killer: Killer, nodes: list[dict[str, Any]], python: str
) -> None:
    jobs.nodes = nodes
    await killer.kill(ACTORS)
    assert shlex.split(jobs.entries[0])[0] == python
