"""A request to the endpoint by keys, and its answer."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from tasktui.commands.request import Request
from tasktui.domain.observed import ClusterView
from tasktui.domain.task import Task
from tasktui.engine.endpoint import Answer
from tasktui.errors import Unreachable
from tasktui.runtime.calling import remember
from tasktui.runtime.session import Session
from tui.bench import Bench, press, text, until

SIZES = [(80, 24), (120, 40)]


class Model:
    """Answers without a network, as soon as it may."""

    def __init__(self, session: Session) -> None:
        self.asked: list[Request] = []
        self.gate = threading.Event()
        self.gate.set()
        self.error: Unreachable | None = None
        self.status = 200
        self.body = b'{"model": "echo", "text": "hello"}'
        session.try_endpoint = self._answer  # type: ignore[method-assign]

    def _answer(self, task: Task, cluster: ClusterView, request: Request) -> Answer:
        assert (task.name, cluster.serve_url) == ("chat", "http://127.0.0.1:8000")
        self.asked.append(request)
        self.gate.wait(30)
        if self.error is not None:
            raise self.error
        return Answer(
            status=self.status,
            reason="OK",
            seconds=0.0123,
            kind="application/json",
            body=self.body,
            cut=False,
        )


@asynccontextmanager
async def calling(
    bench: Bench, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[tuple[Model, Pilot[None]]]:
    bench.sees()
    bench.running()
    app = bench.app()
    model = Model(app.desk.session)
    async with app.run_test(size=size) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "T", seen="http://127.0.0.1:8000/chat")
        yield model, pilot
        model.gate.set()


@pytest.mark.parametrize("size", SIZES)
async def test_the_sample_of_the_model_is_sent_with_enter_and_not_before(
    bench: Bench, size: tuple[int, int]
) -> None:
    async with calling(bench, size) as (model, pilot):
        await until(pilot, 'Body      {"text": "hello"}')
        assert "Enter sends it." in text(pilot)
        assert model.asked == []
        seen = await press(pilot, "enter", seen="200 OK in 0.012 s, 34 bytes")
        assert '\n   "model": "echo",\n' in seen
        assert model.asked == [Request("POST", "/", '{"text": "hello"}')]


async def test_path_and_body_are_typed(bench: Bench) -> None:
    async with calling(bench) as (model, pilot):
        await pilot.press("p", *["backspace"] * 6, *"/v1?x=1")
        await press(pilot, "enter", seen="POST /v1?x=1")
        await pilot.press("b", *["backspace"] * 17)
        await pilot.press(*'{"n":2}')
        await press(pilot, "enter", seen='Body      {"n":2}')
        await press(pilot, "enter", seen="200 OK")
        assert model.asked == [Request("POST", "/v1?x=1", '{"n":2}')]


async def test_what_cannot_be_sent_stays_in_the_line_with_what_is_wrong(bench: Bench) -> None:
    async with calling(bench) as (model, pilot):
        await pilot.press("b", "x")
        await press(pilot, "enter", seen="JSON: ")
        await press(pilot, "escape", seen="request 1 of 1")
        assert model.asked == []


async def test_no_key_waits_for_an_answer(bench: Bench) -> None:
    async with calling(bench) as (model, pilot):
        model.gate.clear()
        await press(pilot, "enter", seen="Waiting for the answer")
        await press(pilot, "enter", seen="An answer is waited for.")
        await press(pilot, "question_mark", seen="Keys of the screen call")
        await press(pilot, "escape", seen="Waiting for the answer")
        model.gate.set()
        await until(pilot, "200 OK")
        assert len(model.asked) == 1


async def test_an_endpoint_that_does_not_answer_is_said(bench: Bench) -> None:
    async with calling(bench) as (model, pilot):
        model.error = Unreachable("It cannot be called.", "Is the task Running?")
        await press(pilot, "enter", seen="It cannot be called. Is the task Running?")
        await press(pilot, "c", seen="There is no answer yet.")


async def test_the_answer_is_harmless_and_can_be_copied(bench: Bench) -> None:
    async with calling(bench) as (model, pilot):
        model.status, model.body = 500, b"\x1b]52;c;aGk=\x07[@click=app.exit]x[/]"
        seen = await press(pilot, "enter", seen="500 OK")
        assert "\x1b" not in seen
        await press(pilot, "c", seen="Sent to the terminal's clipboard")
        assert "\x1b" not in pilot.app.clipboard
        assert "[@click=app.exit]x[/]" in pilot.app.clipboard


async def test_the_requests_that_were_sent_come_back(bench: Bench) -> None:
    bench.sees()
    bench.running()
    remember(bench.config, bench.task(), Request("GET", "/one"))
    remember(bench.config, bench.task(), Request("GET", "/two"))
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "T", seen="GET /two")
        assert "request 1 of 3" in text(pilot)
        await press(pilot, "left_square_bracket", seen="GET /one")
        await press(pilot, "left_square_bracket", seen='{"text": "hello"}')
        await press(pilot, "left_square_bracket", seen="request 3 of 3")
        await press(pilot, "right_square_bracket", seen="GET /one")


async def test_a_task_whose_endpoint_is_unknown_says_so(bench: Bench) -> None:
    bench.launched()
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "T", seen="unknown until Ray Serve runs")
        await press(pilot, "enter", seen="The endpoint of chat is unknown")
        await press(pilot, "escape", seen="> chat")
