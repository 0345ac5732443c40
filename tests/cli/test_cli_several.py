"""Verbs on several tasks: each has its answer or its complaint."""

from __future__ import annotations

import json

import pytest

from cli.tool import Tool
from tasktui.domain.status import Status


@pytest.fixture
def three(tool: Tool) -> Tool:
    for name in ("a", "b", "c"):
        tool.launched(name)
    return tool


def test_several_tasks_are_activated_deactivated_archived_restored_and_deleted(three: Tool) -> None:
    names = ("a", "b", "c")
    said = three.run("activate", *names)
    assert [row.split()[0] for row in said.splitlines()] == list(names)
    three.run("deactivate", *names)
    three.run("archive", *names)
    three.run("restore", *names)
    three.run("archive", *names)
    three.run("rm", *names, "--yes")
    assert three.json("ls", "--all") == []


def test_several_are_paused_and_resumed(three: Tool) -> None:
    three.run("activate", "a", "b")
    three.run("pause", "a", "b", "--note", "quiet")
    assert {three.task(n).pause.note for n in "ab"} == {"quiet"}  # type: ignore[union-attr]
    three.run("resume", "a", "b")
    assert three.task("a").pause is three.task("b").pause is None


def test_one_that_fails_keeps_none_of_the_others_from_it(three: Tool) -> None:
    three.run("activate", "b")
    three.run("archive", "a", "b", "c", "nobody", code=2)
    complaints = three.err
    status = {row["name"]: row["status"] for row in three.json("ls", "--all")}
    assert status == {"a": "Archived", "b": "In-queue", "c": "Archived"}
    assert "b is In-queue: only an Idle task is archived at once." in complaints
    assert "nobody" in complaints
    assert "2 of 4 tasks done." in complaints


def test_each_answer_is_a_json_document_and_each_complaint_another(three: Tool) -> None:
    three.run("activate", "b", "nobody", "a", "--json", code=2)
    decoder, rest, found = json.JSONDecoder(), three.out.strip(), []
    while rest:
        value, end = decoder.raw_decode(rest)
        found.append(value["name"])
        rest = rest[end:].strip()
    assert found == ["b", "a"]
    assert json.loads(three.err)["error"]["kind"] == "NotFound"


def test_a_name_given_twice_is_one(three: Tool) -> None:
    assert three.json("activate", "a", "a")["status"] == "In-queue"


def test_waiting_and_a_new_name_are_for_one_task(three: Tool) -> None:
    assert "--wait is for one task" in three.fails("activate", "a", "b", "--wait")
    assert "--name is for one task" in three.fails("restore", "a", "b", "--name", "x")
    assert three.task("a").status is Status.IDLE
