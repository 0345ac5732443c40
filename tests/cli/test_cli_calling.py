from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cli.tool import Tool
from tasktui.commands.request import Request
from tasktui.domain.observed import ClusterView
from tasktui.domain.task import Task
from tasktui.engine.endpoint import Answer
from tasktui.runtime.session import Session


@dataclass
class Model:
    """Answers for every endpoint."""

    asked: list[Request] = field(default_factory=list)
    status: int = 200
    body: bytes = b'{"text": "hello"}'


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, tool: Tool) -> Model:
    made = Model()

    def answer(_: Session, task: Task, cluster: ClusterView, request: Request) -> Answer:
        assert (task.name, cluster.serve_url) == ("chat", "http://127.0.0.1:8000")
        made.asked.append(request)
        return Answer(
            status=made.status,
            reason="OK",
            seconds=0.0123,
            kind="application/json",
            body=made.body,
            cut=False,
        )

    monkeypatch.setattr(Session, "try_endpoint", answer)
    tool.launched("chat")
    tool.seen(serve_url="http://127.0.0.1:8000")
    return made


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        ([], Request("POST", "/", '{"text": "hello"}')),
        (["--path", "/x"], Request("GET", "/x")),
        (["--json-body", "{}"], Request("POST", "/", "{}")),
        (["--json-body", "{}", "--method", "put"], Request("PUT", "/", "{}")),
    ],
)
def test_the_flags_say_what_is_sent(
    tool: Tool, model: Model, words: Sequence[str], request_: Request
) -> None:
    tool.run("call", "chat", *words)
    assert model.asked == [request_]


def test_the_answer_is_printed_and_beside_it_what_came_back(tool: Tool, model: Model) -> None:
    assert tool.run("call", "chat") == '{\n  "text": "hello"\n}\n'
    assert tool.err == "200 OK in 0.012 s, 17 bytes\n"
    model.body = b"\x1b[31m"
    assert "\x1b" not in tool.run("call", "chat")


def test_a_status_of_400_and_more_is_a_failure(tool: Tool, model: Model) -> None:
    model.status = 503
    found = tool.json("call", "chat", code=1)
    assert found == {
        "status": 503,
        "seconds": 0.0123,
        "type": "application/json",
        "cut": False,
        "body": '{\n  "text": "hello"\n}',
    }


def test_a_body_can_come_from_a_file(tool: Tool, model: Model, tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    file.write_text('{"a": 1}')
    tool.run("call", "chat", "--data", f"@{file}")
    assert model.asked == [Request("POST", "/", '{"a": 1}')]


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--method", "BREW"], "method"),
        (["--path", "x"], "path"),
        (["--json-body", "{"], "body"),
        (["--data", "file"], "--data @FILE"),
        (["--data", "@/nowhere"], "cannot be read"),
        (["--data", "@x", "--json-body", "{}"], "not allowed with"),
    ],
)
def test_what_is_wrong_is_told(tool: Tool, words: Sequence[str], said: str) -> None:
    assert said in tool.fails("call", "chat", *words)


def test_a_task_without_an_endpoint_says_so(tool: Tool) -> None:
    tool.launched("chat")
    assert "The endpoint of chat is unknown" in tool.fails("call", "chat")
