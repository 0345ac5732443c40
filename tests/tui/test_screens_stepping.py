"""Override and pause by keys: what the dialogs ask, show, do and refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from make import (
    NOW,
    make_arming,
    make_around,
    make_daily,
    make_one_off,
    make_progress,
    make_replicas,
    make_task,
)
from tasktui.domain.event import EventKind
from tasktui.domain.status import Status
from tasktui.domain.task import Override, Pause, Task, Until
from tasktui.tui.lines import Line, plain
from tasktui.tui.screens import stepping
from tasktui.tui.screens.dialogs import Answer, Dialog, Question
from tasktui.tui.times import TimeBase, View
from tui.bench import Bench, asked, press, text, until

SIZE = (100, 30)
VIEW = View(now=NOW)
EVENING = NOW.replace(hour=20)
NEW_YORK = "America/New_York"


def running(**kw: Any) -> Task:
    return make_task(armed=make_arming(), progress=make_progress(Status.RUNNING), **kw)


def offers(question: Question) -> dict[str, str]:
    return {b.id: b.label for b in question.actions}


def said(question: Question, action: str, texts: tuple[str, ...]) -> list[str]:
    return [words(part) for part in question.told(action, texts)]


def words(part: Line | str) -> str:
    return part if isinstance(part, str) else plain(part)


def at(dialog: Dialog) -> str:
    return dialog.buttons[dialog.at].label if dialog.at >= 0 else f"field {dialog.at}"


# What is asked.


def test_an_override_is_offered_until_the_next_point_a_time_or_cleared() -> None:
    question = stepping.scale(running(), VIEW, make_around())
    assert offers(question) == {
        "next": "Until 20:00Z, the next point",
        "time": "Until the time",
        "cleared": "Until cleared",
    }
    assert question.focus == ""
    assert question.lines[0] == "Now: 2-4 (08:00Z), then 20:00Z 0-1"


def test_where_no_point_comes_it_stands_until_cleared() -> None:
    question = stepping.scale(running(schedule=make_one_off(None)), VIEW, make_around())
    assert list(offers(question)) == ["time", "cleared"]
    assert question.fields[0].goes_to == "cleared"


def test_an_override_that_stands_can_be_cleared() -> None:
    task = running(override=Override(make_replicas("6"), NOW, EVENING, "op"))
    question = stepping.scale(task, VIEW, make_around())
    assert offers(question)["clear"] == "Clear the override"
    assert said(question, "clear", ("", ""))[:2] == ["at once: 2-4 (08:00Z)", "then 20:00Z 0-1"]


@pytest.mark.parametrize(
    ("action", "texts", "first"),
    [
        ("next", ("4-4", ""), "at once: 4-4 by hand until 20:00Z (in 6h00)"),
        ("cleared", ("0", ""), "at once: 0-0 (nothing runs) by hand until cleared"),
        ("time", ("3", "22:30"), "at once: 3-3 by hand until 22:30Z (in 8h30)"),
    ],
)
def test_each_answer_says_what_would_be_in_force(
    action: str, texts: tuple[str, str], first: str
) -> None:
    assert said(stepping.scale(running(), VIEW, make_around()), action, texts)[0] == first


def test_times_are_shown_on_the_clock_of_the_viewer_and_read_in_the_zone_of_the_task() -> None:
    task = running(schedule=make_daily("08:00=2-4,20:00=0-1", NEW_YORK))
    view = replace(VIEW, base=TimeBase.UTC)
    question = stepping.scale(task, view, make_around())
    assert offers(question)["next"] == "Until Fri 01:00Z, the next point"
    assert NEW_YORK in question.fields[1].label
    _, until_ = stepping.scaled(task, view, Answer("time", ("4", "20:00")))
    assert until_ == datetime.fromisoformat("2026-03-06T01:00+00:00")


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (Answer("next", ("4-4", "")), EVENING),
        (Answer("cleared", ("4-4", "x")), Until.CLEARED),
        (Answer("time", ("4-4", "18:00")), NOW.replace(hour=18)),
    ],
)
def test_an_answer_is_read_as_the_question_meant_it(answer: Answer, wanted: object) -> None:
    assert stepping.scaled(running(), VIEW, answer) == (make_replicas("4-4"), wanted)


@pytest.mark.parametrize(
    ("place", "typed", "wrong"),
    [
        (0, "", "replicas: MIN-MAX such as 1-2"),
        (0, "4-", "replicas: MIN-MAX such as 1-2"),
        (0, "4-2", "replicas: min must not be above max."),
        (0, "4-4", ""),
        (1, "", "until: HH:MM"),
        (1, "2001-01-01T08:00", "until: a time to come."),
        (1, "22:30", ""),
    ],
)
def test_a_field_of_an_override_says_what_is_wrong(place: int, typed: str, wrong: str) -> None:
    found = stepping.scale(running(), VIEW, make_around()).fields[place].wrong(typed)
    assert found.startswith(wrong)
    assert bool(found) is bool(wrong)


def test_a_pause_may_have_an_end_and_a_note() -> None:
    question = stepping.pause(running(), VIEW, make_around())
    time, note = question.fields
    assert [time.wrong(t) != "" for t in ("", "22:30", "soon", "2001-01-01T08:00")] == [
        False, False, True, True,
    ]  # fmt: skip
    assert [note.wrong(t) != "" for t in ("", "x" * 200, "x" * 201)] == [False, False, True]
    assert said(question, "yes", ("", ""))[0] == "at once: 2-4, frozen until resumed"
    assert said(question, "yes", ("22:30", "why"))[1] == "then 22:30Z 0-1 (20:00Z)"
    assert stepping.pausing(running(), VIEW, Answer("yes", ("", "why"))) == (None, "why")


def test_resume_says_who_paused_it_and_what_applies() -> None:
    task = running(pause=Pause(make_replicas("2-4"), NOW, None, "op", "quiet"))
    later = replace(VIEW, now=NOW + timedelta(hours=7))
    lines = stepping.resume(task, later, make_around(now=later.now)).lines
    assert lines[0] == "Paused: 2-4 frozen until resumed, by op since 14:00Z: quiet"
    assert words(lines[1]) == "at once: 0-1 (20:00Z)"


# By keys.


async def to_field(pilot: Pilot[None], dialog: Dialog) -> None:
    """From Cancel, where the focus starts, to the first field."""
    assert at(dialog) == "Cancel"
    await pilot.press("tab")
    await until(pilot, lambda: dialog.focused is not None)


async def test_scale_for_tonight_takes_a_number_and_enter_twice(bench: Bench) -> None:
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "S", "Scale chat by hand")
        await to_field(pilot, dialog)
        await press(pilot, *"4-4", seen="at once: 4-4 by hand until 20:00Z (in 6h00)")
        await press(pilot, "enter", seen="[>Until 20:00Z, the next point<]")
        assert bench.task().override is None, "Enter in the field presses nothing"
        await press(pilot, "enter", seen="chat is scaled to 4-4 by hand.")
        await until(pilot, "0.1 CPU    Running +override until")
    override = bench.task().override
    assert override
    assert (override.replicas, override.until) == (make_replicas("4-4"), EVENING)


async def test_scale_until_a_time(bench: Bench) -> None:
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "S", "Scale chat by hand")
        await to_field(pilot, dialog)
        await pilot.press(*"3", "tab")
        await press(pilot, *"22:30", seen="then 22:30Z 0-1 (20:00Z)")
        await press(pilot, "enter", seen="[>Until the time<]")
        await press(pilot, "enter", seen="chat is scaled to 3-3 by hand.")
    override = bench.task().override
    assert override
    assert override.until == NOW.replace(hour=22, minute=30)


async def test_scale_until_cleared_and_then_clear(bench: Bench) -> None:
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "S", "Scale chat by hand")
        await to_field(pilot, dialog)
        await pilot.press(*"0", "enter", "right", "right")
        seen = await until(pilot, "[>Until cleared<]")
        assert "0-0 (nothing runs) by hand until cleared" in seen
        await press(pilot, "enter", seen="+override until cleared")
        await asked(pilot, "S", "Scale chat by hand")
        await press(pilot, "left", seen="at once: 2-4 (08:00Z)")
        await press(pilot, "enter", seen="the override is cleared.")
    assert bench.task().override is None


async def test_what_is_wrong_is_said_while_it_is_typed_and_nothing_is_sent(bench: Bench) -> None:
    bench.running()
    before = bench.everything()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "S", "Scale chat by hand")
        await to_field(pilot, dialog)
        await press(pilot, *"4-2", seen="replicas: min must not be above max.")
        await pilot.press("enter")
        await press(pilot, "enter", seen=lambda: at(dialog) == "field -2")
        assert "min must not be above max" in text(pilot)
        await press(pilot, "backspace", *"8", seen="at once: 4-8 by hand")
        await press(pilot, "escape", seen="> chat")
    assert bench.everything() == before


@pytest.mark.parametrize("key", ["S", "P"])
async def test_the_focus_is_on_cancel_and_reflexes_change_nothing(bench: Bench, key: str) -> None:
    bench.running()
    before = bench.everything()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        title = {"S": "Scale chat by hand", "P": "Pause chat"}[key]
        dialog = await asked(pilot, key, title)
        await pilot.press(*"4-4yjkd", "space")
        assert at(dialog) == "Cancel"
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is not dialog)
    assert bench.everything() == before


async def test_pause_with_an_end_and_a_note_and_resume(bench: Bench) -> None:
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "P", "Pause chat")
        await to_field(pilot, dialog)
        await pilot.press(*"22:30", "tab", *"hello")
        await until(pilot, "at once: 2-4, frozen until 22:30Z (in 8h30)")
        await press(pilot, "enter", seen="[>Pause<]")
        await press(pilot, "enter", seen="chat is paused.")
        await until(pilot, "paused until 22:30Z")
        pause = bench.task().pause
        assert pause
        assert (pause.frozen, pause.note) == (make_replicas("2-4"), "hello")
        await asked(pilot, "P", "Resume chat")
        assert "frozen until 22:30Z, by " in text(pilot)
        assert ": hello" in text(pilot)
        await pilot.press("left")
        await press(pilot, "enter", seen="chat is resumed.")
    assert bench.task().pause is None
    kinds = [e.kind for e in bench.other.call(lambda c: c.events("chat"))]
    assert kinds[-2:] == [EventKind.PAUSED, EventKind.RESUMED]


async def test_pause_needs_neither_end_nor_note(bench: Bench) -> None:
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await asked(pilot, "P", "Pause chat")
        await press(pilot, "left", seen="at once: 2-4, frozen until resumed")
        await press(pilot, "enter", seen="chat is paused.")
    pause = bench.task().pause
    assert pause
    assert pause.until is None


@pytest.mark.parametrize(("key", "what"), [("S", "scaled by hand"), ("P", "paused")])
async def test_on_a_task_that_is_not_activated_the_key_says_why(
    bench: Bench, key: str, what: str
) -> None:
    bench.launched()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await press(pilot, key, seen=f"chat is Idle: only an activated task can be {what}.")


async def test_a_point_that_comes_while_the_dialog_is_open_is_not_swapped_for_the_next(
    bench: Bench,
) -> None:
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "S", "Scale chat by hand")
        await to_field(pilot, dialog)
        await pilot.press(*"4", "enter")
        bench.later(hours=7)
        await press(pilot, "enter", seen="a time to come")
    assert bench.task().override is None


async def test_a_task_changed_meanwhile_is_not_stepped_in_on(bench: Bench) -> None:
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await asked(pilot, "P", "Pause chat")
        bench.other.call(lambda c: c.deactivate("chat"))
        await pilot.press("left")
        await press(pilot, "enter", seen="was changed meanwhile")
    assert bench.task().pause is None


@pytest.mark.parametrize("key", ["S", "P"])
async def test_the_dialog_fits_80_by_24_and_is_left_at_any_size(bench: Bench, key: str) -> None:
    bench.running()
    async with bench.app().run_test(size=(80, 24)) as pilot:
        await until(pilot, "> chat")
        title = {"S": "Scale chat by hand", "P": "Pause chat"}[key]
        dialog = await asked(pilot, key, title)
        seen = text(pilot)
        for part in (title, "Now: 2-4", "[>Cancel<]", *(b.label for b in dialog.buttons)):
            assert part in seen
        await pilot.resize_terminal(40, 12)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not dialog)


async def test_the_detail_says_what_stands_over_the_schedule(bench: Bench) -> None:
    bench.running()
    bench.other.call(lambda c: c.scale("chat", make_replicas("6"), Until.CLEARED))
    bench.other.call(lambda c: c.pause("chat", None, "\x1b[2Jquiet"))
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await pilot.press("d")
        seen = await until(pilot, "6-6 by hand until cleared")
        assert "Override" in seen
        assert "\\x1b[2Jquiet" in seen
        await asked(pilot, "S", "Scale chat by hand")
