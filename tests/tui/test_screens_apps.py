"""Applications of the cluster: whose they are, and adopting one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fake_server import FakeServer
from make import make_app
from tasktui.domain.observed import AppStatus
from tasktui.engine.fake import FakeRay
from tasktui.runtime.contact import ADDRESS
from tasktui.tui.lines import plain
from tasktui.tui.screens.apps import app_lines
from tui.bench import Bench, press, until

SIZE = (100, 30)


@pytest.fixture
def ray(bench: Bench) -> Iterator[FakeRay]:
    with FakeServer(FakeRay()).running() as server:
        bench.other.call(lambda c: c.set_setting(ADDRESS, server.address))
        server.ray.deploy_foreign("others")
        server.ray.deploy_foreign("script", imperative=True)
        yield server.ray


@pytest.mark.usefixtures("ray")
async def test_a_foreign_application_is_seen_and_adopted(bench: Bench) -> None:
    bench.launched("chat")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        seen = await press(pilot, "O", seen="> others")
        assert "foreign" in seen
        await press(pilot, "A", seen="Adopt others")
        await press(pilot, "tab", "enter", seen="task others")
        assert bench.other.call(lambda c: c.task("others").app) == "others"


@pytest.mark.usefixtures("ray")
async def test_what_a_program_deployed_is_not_adopted(bench: Bench) -> None:
    async with bench.app().run_test(size=SIZE) as pilot:
        await press(pilot, "O", seen="> others")
        await press(pilot, "down", seen="> script")
        await press(pilot, "A", seen="serve.run")


async def test_a_cluster_that_does_not_answer_is_said(bench: Bench, ray: FakeRay) -> None:
    ray.down = True
    async with bench.app().run_test(size=SIZE) as pilot:
        await press(pilot, "O", seen="Is the cluster up")


def test_hostile_names_reach_no_terminal() -> None:
    app = make_app(app="x\x1b[2J", route="/\x07", status=AppStatus.UNHEALTHY)
    shown = "".join(plain(text) for text in app_lines(app, "", 80, here=True))
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "UNHEALTHY" in shown
