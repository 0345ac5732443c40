from __future__ import annotations

import asyncio

import pytest

from tasktui.tui.screens import verbs
from tasktui.tui.screens.page import Page
from tasktui.tui.screens.prompting import Prompting
from tasktui.tui.screens.tasks import TasksScreen
from tui.bench import Bench, press, until

SIZE = (100, 30)


@pytest.mark.parametrize("page", ["d", "w", "v", "H"])
async def test_every_page_takes_commands_about_its_task(bench: Bench, page: str) -> None:
    bench.sees()
    bench.running("chat")
    bench.launched("idle")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await pilot.press(page)
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await press(pilot, "colon", *"nonsense", "enter", seen="There is no command :nonsense.")
        await pilot.press("escape")
        screen = pilot.app.screen
        assert isinstance(screen, Prompting)
        await until(pilot, lambda: screen._prompt is None)
        await press(pilot, "colon", *"deactivate", "enter", seen="Deactivate chat")


async def test_a_command_of_the_table_closes_what_lies_above_it(bench: Bench) -> None:
    bench.launched("chat")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await pilot.press("d")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await press(pilot, "colon", *"tab running", "enter", seen="No task is Running.")
        assert len(pilot.app.screen_stack) == 1


async def test_a_command_names_another_task(bench: Bench) -> None:
    bench.launched("chat")
    bench.launched("other")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "colon", *"archive oth", "tab", "enter", seen="Archive other")
        await pilot.press("escape")
        await press(pilot, "colon", *"history other", "enter", seen="history of other")
        await press(pilot, "colon", *"why nobody", "enter", seen="No task is named 'nobody'")


async def test_times_turn_by_command(bench: Bench) -> None:
    bench.launched("chat")
    app = bench.app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "colon", *"tz utc", "enter", seen="Times are in UTC.")
        assert app.desk.base == "UTC"


@pytest.mark.parametrize("keys", ["A", "n", "e", "X", ":activate\n", ":activate chat\n"])
async def test_read_only_refuses_every_way_to_a_change(bench: Bench, keys: str) -> None:
    bench.launched("chat")
    before = bench.everything()
    app = bench.app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "colon", *"ro", "enter", seen="READ-ONLY")
        names = {":": "colon", "\n": "enter", " ": "space"}
        await press(pilot, *(names.get(k, k) for k in keys), seen="Read-only: nothing was changed.")
        assert len(pilot.app.screen_stack) == 1
        await press(pilot, "colon", *"rw", "enter", seen="Changes are allowed.")
        await press(pilot, "A", seen="Activate chat")
    assert bench.everything() == before


async def test_started_read_only_stays_so(bench: Bench) -> None:
    bench.launched("chat")
    app = bench.app(read_only=True)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "READ-ONLY")
        await press(pilot, "colon", *"rw", "enter", seen="It was started read-only")
        await press(pilot, "A", seen="Read-only: nothing was changed.")


@pytest.mark.parametrize("hold", [True, False])
async def test_keys_while_a_task_is_looked_for_act_on_what_is_found(
    bench: Bench, hold: bool
) -> None:
    for name in ("alpha", "beta", "gamma"):
        bench.launched(name)
    found = asyncio.Event()

    async def slowly(page: Page) -> None:
        await found.wait()
        await verbs.find(page, "gamma")

    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> alpha")
        page = pilot.app.screen
        assert isinstance(page, TasksScreen)
        page.during(slowly, hold=hold)
        await pilot.press("H")
        assert len(pilot.app.screen_stack) == 1
        found.set()
        await until(pilot, "history of gamma" if hold else "> gamma")
