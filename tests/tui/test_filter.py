"""Filtering while one types: quick, and nothing moves."""

from __future__ import annotations

from dataclasses import replace

from make import make_task
from tasktui.tui import present
from tasktui.tui.screens.tasks import TasksScreen
from tui.bench import Bench, press, text, until


async def test_no_column_moves_while_one_filters(bench: Bench) -> None:
    bench.launched("a")
    bench.launched("a-very-long-name-that-makes-its-column-wide")
    async with bench.app().run_test(size=(160, 30)) as pilot:
        await until(pilot, "> a ")
        at = next(li for li in text(pilot).splitlines() if "> a " in li).index("echo")
        shown = await press(pilot, "slash", *"!very", seen="1 of 2 shown")
        assert next(li for li in shown.splitlines() if "> a " in li).index("echo") == at


async def test_tasks_that_came_meanwhile_are_measured(bench: Bench) -> None:
    bench.launched("a")
    async with bench.app().run_test(size=(160, 30)) as pilot:
        await until(pilot, "> a ")
        at = next(li for li in text(pilot).splitlines() if "> a " in li).index("echo")
        bench.launched("a-very-long-name-that-makes-its-column-wide")
        shown = await until(pilot, "a-very-lo")
        assert next(li for li in shown.splitlines() if "> a " in li).index("echo") > at


async def test_a_read_makes_them_anew(bench: Bench) -> None:
    task = bench.launched("chat")
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "slash", *"old", seen="0 of 1 shown")
        bench.saved(replace(task, name="old-chat"))
        await until(pilot, "1 of 1 shown")
        assert isinstance(pilot.app.screen, TasksScreen)


def test_letters_of_any_case_are_found(bench: Bench) -> None:
    fields = present.searchable(make_task("chat", created_by="Op1"), bench.app().desk.view())
    assert fields["by"] == "op1"
    assert present.passes(fields, "BY:oP1 !nobody")
    assert present.passes(fields, "")
