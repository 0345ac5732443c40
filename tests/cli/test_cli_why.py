from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta

import pytest

from cli.tool import Tool
from make import make_node, make_replica, make_replicas
from tasktui.cli.parser import build
from tasktui.cli.table import VERBS
from tasktui.domain.observed import ClusterState, Resources
from tasktui.domain.status import Badge, Mark, Reason, Status

NODE = make_node("gpu-05", cpu=8, used=Resources(cpu=8))


def waiting(tool: Tool) -> None:
    """``chat`` waits for a CPU that ``first`` holds."""
    for name in ("first", "chat"):
        tool.launched(name, "--daily", "00:00=1-1", "--timezone", "UTC")
        tool.run("activate", name, "--when", "now")
    rows = (make_replica(node="gpu-05"),)
    tool.becomes("first", Status.RUNNING, replicas=rows, wanted=make_replicas("1-1"))
    tool.becomes("chat", Status.IN_QUEUE, due_at=datetime.now(UTC), wanted=make_replicas("1-1"))
    tool.seen(nodes=(NODE,), seen_at=datetime.now(UTC))


def test_the_answer_names_numbers_holders_and_what_to_do(tool: Tool) -> None:
    waiting(tool)
    out = tool.run("why", "chat")
    assert out.startswith("TASK  chat  In-queue\n")
    assert "needs 0.1 CPU on one node; most free: gpu-05 with 0 (first 0.1, others 7.9)" in out
    assert "gpu-05: 0 of 8 CPU free; held by first 0.1, others 7.9" in out
    assert "tasktui scale first 0" in out
    assert "the scheduler does not run" in out


def test_json_has_the_same_as_values(tool: Tool) -> None:
    waiting(tool)
    found = tool.json("why", "chat")
    assert (found["task"], found["status"], found["as_wanted"]) == ("chat", "In-queue", False)
    assert found["queue"] == {"position": 1, "of": 1, "next_chance": None}
    assert found["facts"][0]["label"] == "STALE"
    assert found["remedies"][0]["command"] == "tasktui scale first 0"


def test_a_task_that_is_as_it_should_be_says_so(tool: Tool) -> None:
    tool.launched()
    assert "All is as wanted: it is not activated." in tool.run("why", "chat")
    assert tool.err == ""
    tool.run("archive", "chat")
    assert "All is as wanted: archived" in tool.run("why", "chat")


def test_an_unknown_task_is_refused_with_close_names(tool: Tool) -> None:
    tool.launched()
    assert "chat" in tool.fails("why", "chatt")


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.ARCHIVED])
@pytest.mark.parametrize("badge", [None, *Badge])
@pytest.mark.parametrize("state", [ClusterState.CONNECTED, ClusterState.NONE])
def test_every_command_that_it_names_can_be_run(
    tool: Tool, status: Status, badge: Badge | None, state: ClusterState
) -> None:
    waiting(tool)
    soon = datetime.now(UTC) + timedelta(hours=1)
    marks = (Mark(badge),) if badge else ()
    for due in (None, soon):
        reason = Reason("said", soon)
        tool.becomes("chat", status, badges=marks, due_at=due, retry_at=due, reason=reason)
        tool.seen(state=state, nodes=(NODE,))
        parser = build(VERBS)
        for remedy in tool.json("why", "chat")["remedies"]:
            if remedy["command"]:
                program, *words = shlex.split(remedy["command"])
                assert program == "tasktui"
                parser.parse_args(words)
