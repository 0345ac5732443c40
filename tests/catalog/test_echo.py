"""The class behind the decorator, over requests made by hand: no cluster is started."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from typing import Any

import pytest

from tasktui.catalog import official

pytest.importorskip("ray.serve")

from starlette.requests import Request


@pytest.fixture(scope="module")
def script() -> Any:
    (model,) = (m for m in official() if m.name == "echo")
    spec = importlib.util.spec_from_file_location("echo_script", model.folder / "serve.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def echo(script: Any) -> Any:
    """A replica as it is once Ray has told it who it is."""
    kind = script.Echo.func_or_class
    made = kind.__new__(kind)
    made.replica = {"id": "r1", "pid": 7, "node": "n1", "host": "h"}
    return made


def request(query: str = "", method: str = "GET", body: bytes = b"", path: str = "/e") -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": method, "path": path, "headers": [], "server": ("h", 80)}
    return Request({**scope, "query_string": query.encode()}, receive)


async def ask(echo: Any, *args: Any, **kw: Any) -> tuple[int, dict[str, Any]]:
    response = await echo(request(*args, **kw))
    assert response.headers["content-type"] == "application/json"
    found: dict[str, Any] = json.loads(response.body)
    return response.status_code, found


async def test_the_answer_holds_what_was_asked_and_who_answered(echo: Any) -> None:
    status, body = await ask(echo, "a=1&b=", "POST", b'{"x": [1]}', "/echo/deep/er")
    assert status == 200
    assert body.pop("time")
    assert body == {
        "model": "echo",
        "method": "POST",
        "path": "/echo/deep/er",
        "query": {"a": "1", "b": ""},
        "body": {"x": [1]},
        "replica": {"id": "r1", "pid": 7, "node": "n1", "host": "h"},
    }


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", None),
        (b"plain words", "plain words"),
        (b"\xff", "\ufffd"),
        (b"3", 3),
        (b"1e999", "1e999"),
        (b"[NaN]", ["NaN"]),
        (rb'"\ud800"', "\ud800"),
        (b"{", "{"),
        (b"[" * 9999, "[" * 9999),
        (b"1" * 5000, "1" * 5000),
    ],
    ids=range(10),
)
async def test_any_body_comes_back_as_json_or_text(sent: bytes, told: object, echo: Any) -> None:
    status, body = await ask(echo, method="POST", body=sent)
    assert (status, body["body"]) == (200, told)


@pytest.mark.parametrize("status", [400, 404, 503, 599])
async def test_a_failure_asked_for_answers_with_that_status(status: int, echo: Any) -> None:
    got, body = await ask(echo, f"fail={status}")
    assert got == status
    assert str(status) in body["error"]
    assert body["replica"]["id"] == "r1"


@pytest.mark.parametrize("query", ["fail=200.5", "fail=99", "fail=600", "fail=no", "fail=302"])
async def test_an_impossible_failure_is_a_bad_request(query: str, echo: Any) -> None:
    assert (await ask(echo, query))[0] == 400


@pytest.mark.parametrize("query", ["sleep=-1", "sleep=nan", "sleep=soon"])
async def test_an_impossible_wait_is_a_bad_request(query: str, echo: Any) -> None:
    status, body = await ask(echo, query)
    assert status == 400
    assert body["error"]


async def test_an_exception_asked_for_is_raised(echo: Any) -> None:
    with pytest.raises(RuntimeError, match="fail=raise"):
        await echo(request("fail=raise"))


@pytest.mark.parametrize(
    ("text", "seconds"), [(None, 0), ("", 0), ("0.25", 0.25), ("300", 300), ("inf", 300)]
)
def test_a_wait_is_at_most_five_minutes(text: str | None, seconds: float, script: Any) -> None:
    assert script.sleep_s({} if text is None else {"sleep": text}) == seconds


async def test_others_are_answered_while_one_waits(echo: Any) -> None:
    slow = asyncio.create_task(echo(request("sleep=300")))
    await asyncio.sleep(0)
    assert (await ask(echo))[0] == 200
    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
