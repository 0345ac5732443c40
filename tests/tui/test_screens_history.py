"""The revisions by keys, and the way back to one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from make import NOW, make_around, make_daily, make_task
from tasktui.commands.edits import Change
from tasktui.commands.plan import plan
from tasktui.domain.actions import Action
from tasktui.domain.task import Task
from tasktui.tui.lines import plain
from tasktui.tui.screens import questions
from tasktui.tui.screens.dialogs import Dialog
from tasktui.tui.times import View
from tui.bench import Bench, asked, press, text, until

SIZES = [(80, 24), (120, 40)]


@pytest.fixture
def task(bench: Bench) -> Task:
    """At its third revision."""
    task = bench.launched("chat", make_daily("08:00=1-2"))
    for changes in ({"schedule": make_daily("08:00=3-6")}, {"env": {"TOKEN": "hush-hush"}}):
        spec = replace(bench.other.call(lambda c: c.spec_of(bench.task())), **changes)
        task = bench.other.call(lambda c, s=spec: c.edit("chat", bench.task().revision, s))  # type: ignore[misc]
    return task


@asynccontextmanager
async def opened(bench: Bench, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Pilot[None]]:
    async with bench.app().run_test(size=size) as pilot:
        await until(pilot, "> ")
        await press(pilot, "H", seen="history of chat")
        await until(pilot, " 1 ")
        yield pilot


@pytest.mark.parametrize("size", SIZES)
async def test_h_shows_every_revision_with_what_it_changed(
    bench: Bench, task: Task, size: tuple[int, int]
) -> None:
    async with opened(bench, size) as pilot:
        shown = text(pilot)
        assert "now" in shown
        assert "environment: - -> TOKEN  restarts" in shown
        assert "schedule: " in shown
        assert "hush" not in shown
        assert shown.index(" 3 ") < shown.index(" 2 ") < shown.rindex(" 1 ")
        assert f"B goes back to revision {task.revision - 1}" in shown


async def test_the_cursor_moves_by_revisions_and_stops_at_the_ends(
    bench: Bench, task: Task
) -> None:
    assert task.revision == 3
    async with opened(bench) as pilot:
        await press(pilot, "k", seen="This is how the task is now")
        await press(pilot, "k", seen="This is how the task is now")
        await press(pilot, "j", seen="B goes back to revision 2")
        await press(pilot, "G", seen="B goes back to revision 1")
        await press(pilot, "g", seen="This is how the task is now")


async def test_b_asks_with_the_diff_and_cancel_in_focus(bench: Bench, task: Task) -> None:
    async with opened(bench) as pilot:
        dialog = await asked(pilot, "B", "Roll chat back to revision 2")
        assert dialog.buttons[dialog.at].label == "Cancel"
        assert "environment: TOKEN -> -  [hot]" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Dialog))
        assert bench.task().revision == task.revision


async def test_confirmed_it_is_rolled_back_and_the_history_shows_it(
    bench: Bench, task: Task
) -> None:
    assert task.env
    async with opened(bench) as pilot:
        await press(pilot, "G", seen="B goes back to revision 1")
        await asked(pilot, "B", "Roll chat back to revision 1")
        await pilot.press("left", "enter")
        await until(pilot, lambda: bench.task().revision == 4)
        await until(pilot, " 4 ")
    assert (bench.task().env, bench.task().schedule) == ({}, make_daily("08:00=1-2"))


async def test_on_the_present_revision_b_says_that_nothing_changes(
    bench: Bench, task: Task
) -> None:
    assert task
    async with opened(bench) as pilot:
        await press(pilot, "k", seen="This is how the task is now")
        await press(pilot, "B", seen="chat is as it was at revision 3 already")


async def test_a_task_that_was_never_edited_says_why_b_is_refused(bench: Bench) -> None:
    bench.launched("chat")
    async with opened(bench) as pilot:
        await press(pilot, "B", seen="chat is at its first revision")


async def test_a_long_history_keeps_the_cursor_in_sight(bench: Bench) -> None:
    task = bench.launched("chat", make_daily("08:00=1-2"))
    for n in range(30):
        spec = replace(
            bench.other.call(lambda c: c.spec_of(bench.task())),
            schedule=make_daily(f"08:00={n % 3 + 1}-9"),
        )
        task = bench.other.call(lambda c, s=spec: c.edit("chat", bench.task().revision, s))  # type: ignore[misc]
    async with bench.app().run_test(size=(80, 24)) as pilot:
        await until(pilot, "> ")
        await press(pilot, "H", seen=f"> {task.revision - 1} ")
        await press(pilot, "G", seen=">  1 ")
        await press(pilot, "g", seen=f"> {task.revision} ")


def test_the_question_says_what_changes_and_what_that_restarts() -> None:
    changes = [
        Change("artifact", "m@2", "m@1", True, "restarts 3"),
        Change("schedule", "a", "b", False, "hot"),
    ]
    task = make_task(revision=4, created_at=NOW)
    made = plan(Action.ROLLBACK, task, task, make_around(), changes)
    question = questions.rollback(made, 2, View(now=NOW))
    assert [part if isinstance(part, str) else plain(part) for part in question.lines][:2] == [
        "artifact: m@2 -> m@1  [restarts 3]",
        "schedule: a -> b  [hot]",
    ]
    assert question.focus == "", "Cancel"
    assert [b.label for b in question.actions] == ["Roll back to revision 2"]
