"""Every dialog's path, on a real store: what it asks, what it does, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from make import NOW, make_one_off
from tasktui.domain.event import EventKind
from tasktui.domain.status import Status
from tasktui.domain.task import When
from tasktui.tui.screens.dialogs import Dialog
from tasktui.tui.screens.tasks import TasksScreen
from tasktui.tui.wizard.screen import Outcome, WizardScreen
from tui.bench import Bench, asked, press, text, until

SIZE = (100, 30)


def focused(dialog: Dialog) -> str:
    return dialog.buttons[dialog.at].label if dialog.at >= 0 else "field"


def labels(dialog: Dialog) -> list[str]:
    return [b.label for b in dialog.buttons]


# Activate.


async def test_activate_waits_for_the_first_scheduled_time_unless_told_otherwise(
    bench: Bench,
) -> None:
    bench.launched()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "A", "Activate chat")
        assert focused(dialog) == "Wait for 20:00Z 0-1 (in 6h00)"
        await press(pilot, "enter", seen="chat is activated and waits for its time.")
    armed = bench.task().armed
    assert armed is not None
    assert armed.when is When.NEXT


async def test_activate_now_is_one_key_away(bench: Bench) -> None:
    bench.launched()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "A", "Activate chat")
        await pilot.press("right")
        assert focused(dialog) == "Start now with 08:00Z 2-4"
        await press(pilot, "enter", seen="chat is activated and starts now.")
    armed = bench.task().armed
    assert armed is not None
    assert armed.when is When.NOW


async def test_activate_on_a_waiting_task_offers_only_now(bench: Bench) -> None:
    bench.launched()
    bench.other.call(lambda c: c.activate("chat"))
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "A", "Activate chat")
        assert labels(dialog) == ["Start now with 08:00Z 2-4", "Cancel"]
        await press(pilot, "enter", seen="starts now")
    armed = bench.task().armed
    assert armed is not None
    assert armed.when is When.NOW


async def test_a_one_off_in_the_future_is_armed(bench: Bench) -> None:
    bench.launched(schedule=make_one_off("2026-03-05T15:00"))
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "A", "Activate chat")
        assert focused(dialog) == "Arm: starts at 15:00Z (in 1h00)"
        await press(pilot, "enter", seen="is activated")
    assert bench.task().status is Status.IN_QUEUE


async def test_a_one_off_without_a_time_starts_now(bench: Bench) -> None:
    bench.launched(schedule=make_one_off(None))
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "A", "Activate chat")
        assert focused(dialog) == "Start now with 1-2"
        await press(pilot, "enter", seen="starts now")
    assert bench.task().status is Status.IN_QUEUE


async def test_a_one_off_in_the_past_says_how_late_and_asks(bench: Bench) -> None:
    bench.launched(schedule=make_one_off("2026-03-05T15:00"))
    bench.later(hours=3)
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "A", "Activate chat")
        assert "passed 2h00 ago" in text(pilot)
        assert focused(dialog) == "Cancel"
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is not dialog)
        assert bench.task().armed is None
        await asked(pilot, "A", "Activate chat")
        await pilot.press("left")
        await press(pilot, "enter", seen="starts now")
    assert bench.task().status is Status.IN_QUEUE


async def test_a_one_off_whose_end_has_passed_is_refused(bench: Bench) -> None:
    plan = make_one_off("2026-03-05T15:00", end="2026-03-05T16:00")
    bench.launched(schedule=plan)
    bench.later(hours=3)
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "A", seen="the end of its schedule has passed")
    assert bench.task().armed is None


# Deactivate.


async def test_deactivate_says_what_drains_and_what_will_not_fire(bench: Bench) -> None:
    bench.sees()
    bench.running(replicas=3)
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "D", "Deactivate chat")
        seen = text(pilot)
        assert "Drains 3 replicas" in seen
        assert "up to 60 s" in seen
        assert "20:00Z, Fri 08:00Z, Fri 20:00Z" in seen
        assert "http://127.0.0.1:8000/chat answers no more" in seen
        assert focused(dialog) == "Cancel"
        await pilot.press("left")
        assert focused(dialog) == "Deactivate, drain up to 60 s"
        await press(pilot, "enter", seen="chat is deactivated.")
    assert bench.task().status is Status.NEED_STOP
    assert bench.task().armed is None


async def test_deactivate_of_a_task_that_waits_has_nothing_to_drain(bench: Bench) -> None:
    bench.launched()
    bench.other.call(lambda c: c.activate("chat"))
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "D", "Deactivate chat")
        assert "it is Idle at once" in text(pilot)
        assert labels(dialog) == ["Deactivate", "Cancel"]
        await pilot.press("tab")
        await press(pilot, "enter", seen="chat is deactivated.")
    assert bench.task().status is Status.IDLE


async def test_deactivate_again_offers_force(bench: Bench) -> None:
    bench.running()
    bench.other.call(lambda c: c.deactivate("chat"))
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "D", "Stop chat by force")
        assert "Requests in flight are cut off" in text(pilot)
        assert focused(dialog) == "Cancel"
        await pilot.press("h")
        await press(pilot, "enter", seen="chat is stopped by force.")
    assert bench.task().stop_forced


async def test_a_task_that_began_to_stop_meanwhile_is_not_forced_by_surprise(
    bench: Bench,
) -> None:
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await asked(pilot, "D", "Deactivate chat")
        bench.other.call(lambda c: c.deactivate("chat"))
        await pilot.press("left")
        await press(pilot, "enter", seen="changed meanwhile by somebody else")
    assert not bench.task().stop_forced


# Archive, restore, delete.


async def test_archive_puts_an_idle_task_away(bench: Bench) -> None:
    bench.launched()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "X", "Archive chat")
        assert focused(dialog) == "Cancel"
        await pilot.press("left")
        await press(pilot, "enter", seen="chat is archived.")
        await until(pilot, "7 Archived 1")
    assert bench.task(archived=True).status is Status.ARCHIVED


async def test_archive_of_an_active_task_stops_it_first(bench: Bench) -> None:
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "X", "Archive chat")
        assert "Drains 2 replicas: requests in flight get up to 60 s" in text(pilot)
        assert labels(dialog)[0] == "Deactivate, archive when Idle"
        await pilot.press("left")
        await press(pilot, "enter", seen="chat will be archived when Idle.")
    assert bench.task().status is Status.NEED_STOP
    assert bench.task().archive_when_idle


async def test_x_on_an_archived_task_restores_it(bench: Bench) -> None:
    bench.archived()
    async with bench.app().run_test(size=SIZE) as pilot:
        await press(pilot, "7", seen="> old")
        dialog = await asked(pilot, "X", "Restore old")
        assert focused(dialog) == "Cancel"
        await pilot.press("left")
        await press(pilot, "enter", seen="old is restored")
    assert bench.task("old").status is Status.IDLE


async def test_restore_asks_for_another_name_where_its_own_is_taken(bench: Bench) -> None:
    bench.archived("chat")
    bench.launched("chat")
    async with bench.app().run_test(size=SIZE) as pilot:
        await press(pilot, "7", seen="> chat")
        dialog = await asked(pilot, "X", "Restore chat")
        assert "for example chat-2" in text(pilot)
        assert focused(dialog) == "field"
        await press(pilot, "enter", seen="A name is 1 to 63")
        await pilot.press(*"chat")
        await press(pilot, "enter", seen="chat is taken too.")
        await pilot.press(*"-eu")
        await press(pilot, "enter", seen="chat-eu is restored")
    assert bench.task("chat-eu").status is Status.IDLE


async def test_delete_wants_the_name_typed(bench: Bench) -> None:
    bench.archived()
    async with bench.app().run_test(size=SIZE) as pilot:
        await press(pilot, "7", seen="> old")
        dialog = await asked(pilot, "D", "Delete old")
        await pilot.press("enter", *"ol", "enter", "tab", "enter")
        await until(pilot, lambda: pilot.app.screen is dialog)
        assert bench.task("old", archived=True)
        await pilot.press("d")
        await press(pilot, "enter", seen="old is deleted.")
    assert bench.other.call(lambda c: c.tasks(Status.ARCHIVED)) == []


async def test_of_two_archived_namesakes_only_the_newer_one_can_be_meant(bench: Bench) -> None:
    older = bench.archived()
    bench.later(minutes=5)
    bench.archived()
    async with bench.app().run_test(size=SIZE) as pilot:
        await press(pilot, "7", seen="> old")
        screen = pilot.app.screen
        assert isinstance(screen, TasksScreen)
        screen.table.select(older.id)
        await asked(pilot, "D", "Delete old")
        await pilot.press(*"old")
        await press(pilot, "enter", seen="was archived later")
    assert len(bench.other.call(lambda c: c.tasks(Status.ARCHIVED))) == 2


# Restart.


async def test_restart_says_how_many_replicas_it_replaces(bench: Bench) -> None:
    bench.running(replicas=3)
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        dialog = await asked(pilot, "R", "Restart chat")
        assert "Replaces 3 replicas" in text(pilot)
        assert focused(dialog) == "Cancel"
        await pilot.press("left")
        await press(pilot, "enter", seen="chat restarts its replicas.")
    assert bench.task().restarts == 1


# What all have in common.


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("A", "Activate idle"),
        ("D", "Deactivate chat"),
        ("X", "Archive chat"),
        ("R", "Restart chat"),
    ],
)
@pytest.mark.parametrize("leave", ["escape", "ctrl+c"])
async def test_leaving_a_dialog_changes_nothing(
    bench: Bench, key: str, title: str, leave: str
) -> None:
    bench.running()
    bench.launched("idle")
    before = bench.everything()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        if "idle" in title:
            await pilot.press("j")
        dialog = await asked(pilot, key, title)
        await pilot.press(leave)
        await until(pilot, lambda: pilot.app.screen is not dialog)
    assert bench.everything() == before


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("D", "chat is Idle: there is nothing to deactivate."),
        ("R", "chat is Idle: only a Running task can be restarted."),
    ],
)
async def test_a_refused_key_says_why(bench: Bench, key: str, reason: str) -> None:
    bench.launched()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await press(pilot, key, seen=reason)


@pytest.mark.parametrize("key", ["A", "D", "X", "R", "e", "C", "c", "l", "d"])
async def test_keys_on_an_empty_table_say_that_nothing_is_selected(bench: Bench, key: str) -> None:
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "No task yet.")
        await press(pilot, key, seen="No task is selected.")


async def test_enter_pressed_many_times_acts_once(bench: Bench) -> None:
    bench.running()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await asked(pilot, "R", "Restart chat")
        await pilot.press("left", "enter", "enter", "enter")
        await until(pilot, lambda: bench.task().restarts > 0)
        await pilot.press("escape", "enter", "enter")
    kinds = [e.kind for e in bench.other.call(lambda c: c.events("chat"))]
    assert kinds.count(EventKind.RESTARTED) == 1
    assert bench.task().restarts == 1


async def test_a_task_that_was_deleted_meanwhile_is_said(bench: Bench) -> None:
    bench.archived()
    async with bench.app().run_test(size=SIZE) as pilot:
        await press(pilot, "7", seen="> old")
        await asked(pilot, "X", "Restore old")
        bench.other.call(lambda c: c.delete("old"))
        await pilot.press("left")
        await press(pilot, "enter", seen="deleted")


async def test_a_question_is_about_the_task_as_it_is_now(bench: Bench) -> None:
    task = bench.launched()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        screen = pilot.app.screen
        assert isinstance(screen, TasksScreen)
        bench.other.call(lambda c: c.activate("chat", When.NOW))
        assert task.status is Status.IDLE
        dialog = await asked(pilot, "D", "Deactivate chat")
        assert labels(dialog) == ["Deactivate", "Cancel"]


# The wizard.


async def wizard(pilot: Pilot[None]) -> WizardScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, WizardScreen))
    screen = pilot.app.screen
    assert isinstance(screen, WizardScreen)
    return screen


async def test_n_opens_the_wizard_and_its_task_gets_the_cursor(bench: Bench) -> None:
    bench.launched("aaa")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> aaa")
        await pilot.press("n")
        screen = await wizard(pilot)
        screen.dismiss(Outcome(bench.launched("new"), activate=False))
        await until(pilot, "new is launched: Idle.")
        await until(pilot, "> new")


async def test_launch_and_activate_asks_when(bench: Bench) -> None:
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "No task yet.")
        await pilot.press("n")
        screen = await wizard(pilot)
        screen.dismiss(Outcome(bench.launched("new"), activate=True))
        await until(pilot, "Wait for 20:00Z 0-1")
        await press(pilot, "enter", seen="new is activated")
    assert bench.task("new").status is Status.IN_QUEUE


async def test_e_and_c_open_the_wizard_on_the_task(bench: Bench) -> None:
    task = bench.launched()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        await pilot.press("e")
        screen = await wizard(pilot)
        screen.dismiss(Outcome(replace(task), activate=False))
        await until(pilot, "chat is changed.")
        await pilot.press("C")
        screen = await wizard(pilot)
        screen.dismiss(None)
        await until(pilot, "> chat")


# The cluster and the scheduler.


async def test_k_explains_before_it_starts_ray(bench: Bench) -> None:
    asked_for: list[str] = []
    app = bench.app()
    app.desk.session.start_cluster = lambda *_: asked_for.append("up")  # type: ignore[method-assign]
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "No task yet.")
        dialog = await asked(pilot, "K", "Start a Ray cluster on this machine")
        seen = text(pilot)
        assert "127.0.0.1" in seen
        assert "1.5 GB" in seen
        assert focused(dialog) == "Cancel"
        await pilot.press("left")
        await press(pilot, "enter", seen="Ray is starting on this machine")
        await press(pilot, "K", seen="Ray is starting on this machine: preparing.")
    assert asked_for == ["up"]


async def test_k_where_there_is_a_cluster_says_so(bench: Bench) -> None:
    bench.sees()
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "No task yet.")
        await press(pilot, "K", seen="There is a Ray cluster already: http://127.0.0.1:8265.")


async def test_scheduler_start_says_how_it_went(bench: Bench) -> None:
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "No task yet.")
        await pilot.press("colon", *"scheduler start", "enter")
        await until(pilot, "The scheduler is down.")


def test_the_clock_of_these_tests_is_at_two() -> None:
    assert NOW.hour == 14
    assert timedelta(hours=6) + NOW == NOW.replace(hour=20)
