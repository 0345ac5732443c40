"""Marked tasks: one dialog, a result for each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from make import NOW, make_arming, make_around, make_progress, make_replica, make_task
from tasktui.commands.bulk import Result, each
from tasktui.commands.text import clean
from tasktui.domain.actions import Action
from tasktui.domain.status import Badge, Mark, Reason, Status
from tasktui.domain.task import Pause, Task
from tasktui.errors import NotAllowed, NotFound
from tasktui.tui.lines import Tone, plain
from tasktui.tui.screens import several
from tasktui.tui.screens.bulk import told
from tasktui.tui.screens.dialogs import Question
from tasktui.tui.screens.tasks import TasksScreen
from tasktui.tui.times import View
from tui.bench import Bench, asked, press, text, until

VIEW = View(now=NOW)


def root(screen: object) -> TasksScreen:
    assert isinstance(screen, TasksScreen)
    return screen


async def test_one_dialog_deactivates_the_marked_tasks_with_focus_on_cancel(bench: Bench) -> None:
    bench.sees()
    bench.running("alpha", replicas=3)
    bench.running("beta", replicas=0)
    bench.running("gamma")
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> alpha")
        seen = await press(pilot, "space", "space", seen="2 marked")
        assert " *alpha" in seen
        assert "> gamma" in seen
        dialog = await asked(pilot, "D", "Deactivate 2 tasks")
        shown = text(pilot)
        assert "alpha  Running  drains 3 replicas, up to 60 s" in shown
        assert "beta   Running  nothing to drain" in shown
        assert "[>Cancel<]" in shown
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is not dialog)
        assert bench.task("alpha").status is Status.RUNNING
        await asked(pilot, "D", "Deactivate 2 tasks")
        await pilot.press("left", "enter")
        await until(pilot, "Deactivate: 2 tasks done.")
        assert root(pilot.app.screen).table.marked == set()
    assert bench.task("alpha").status is Status.NEED_STOP
    assert bench.task("beta").armed is None
    assert bench.task("gamma").status is Status.RUNNING


async def test_what_fails_stays_marked_with_its_error(bench: Bench) -> None:
    for name in ("a", "b", "c", "d", "e"):
        bench.launched(name)
    async with bench.app().run_test(size=(120, 30)) as pilot:
        await until(pilot, "> a ")
        await press(pilot, "asterisk", seen="5 marked")
        await asked(pilot, "X", "Archive 5 tasks")
        bench.other.call(lambda c: c.activate("c"))
        await pilot.press("left", "enter")
        await until(pilot, "Archive: 4 of 5 tasks done, 1 stay marked. c: c was changed meanwhile")
        screen = root(pilot.app.screen)
        await until(pilot, lambda: len(screen.feed) == 1)
        assert screen.table.marked == {bench.task("c").id}
        assert "c was changed meanwhile" in screen.failure
    assert [t.name for t in bench.other.call(lambda c: c.tasks())] == ["c"]


async def test_those_the_action_is_not_for_are_named_and_stay_marked(bench: Bench) -> None:
    bench.launched("idle")
    bench.running("runs")
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> idle")
        await press(pilot, "asterisk", seen="2 marked")
        await asked(pilot, "R", "Restart 1 task")
        assert "Left out: idle is Idle" in text(pilot)
        await pilot.press("left", "enter")
        await until(pilot, "Restart: 1 task done; 1 left out, still marked.")
        assert root(pilot.app.screen).table.marked == {bench.task("idle").id}
    assert bench.task("runs").restarts == 1


async def test_where_it_is_for_none_nothing_is_asked(bench: Bench) -> None:
    bench.launched("a")
    bench.launched("b")
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> a ")
        await press(pilot, "asterisk", "R", seen="None of 2 marked tasks: a is Idle")
        await press(pilot, "e", seen="edit works on one task")


async def test_escape_takes_the_filter_then_the_marks_then_the_view(bench: Bench) -> None:
    bench.launched("a")
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> a ")
        await press(pilot, "2", "space", "slash", "a", "enter", seen="1 marked, filter: a")
        screen = root(pilot.app.screen)
        await pilot.press("escape")
        assert (screen.filter.text, len(screen.table.marked), screen.tab) == ("", 1, 1)
        await pilot.press("escape")
        assert (len(screen.table.marked), screen.tab) == (0, 1)
        await pilot.press("escape")
        assert screen.tab == 0


async def test_many_are_deleted_only_after_typing_how_many(bench: Bench) -> None:
    bench.archived("old")
    bench.archived("older")
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await press(pilot, "7", seen="> old ")
        await press(pilot, "asterisk", seen="2 marked")
        await asked(pilot, "D", "Delete 2 tasks")
        await pilot.press(*"delete 1 task", "enter")
        assert "Type delete 2 tasks" in text(pilot)
        await pilot.press(*["backspace"] * 20, *"delete 2 tasks", "enter")
        await until(pilot, "Delete: 2 tasks done.")
    assert bench.other.call(lambda c: c.tasks(Status.ARCHIVED)) == []


async def test_several_are_scaled_paused_and_resumed(bench: Bench) -> None:
    bench.running("a")
    bench.running("b")
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> a ")
        await press(pilot, "asterisk", seen="2 marked")
        dialog = await asked(pilot, "S", "Scale 2 tasks")
        dialog._entries[0].value = "3-3"
        dialog._turn_to(0)
        await pilot.press("enter")
        await until(pilot, "Scale: 2 tasks done.")
        assert {str(bench.task(n).override.replicas) for n in "ab"} == {"3-3"}  # type: ignore[union-attr]
        await press(pilot, "asterisk", seen="2 marked")
        dialog = await asked(pilot, "P", "Pause 2 tasks")
        dialog._entries[1].value = "quiet"
        dialog._turn_to(0)
        await pilot.press("enter")
        await until(pilot, "Pause: 2 tasks done.")
        assert {bench.task(n).pause.note for n in "ab"} == {"quiet"}  # type: ignore[union-attr]
        await press(pilot, "asterisk", seen="2 marked")
        await asked(pilot, "P", "Resume 2 tasks")
        await pilot.press("left", "enter")
        await until(pilot, "Resume: 2 tasks done.")
    assert bench.task("a").pause is None


# Pure.


def running(name: str) -> Task:
    progress = make_progress(Status.RUNNING, replicas=(make_replica(),))
    return make_task(name, armed=make_arming(), progress=progress)


def lines(action: Action, tasks: list[Task], left_out: list[str]) -> str:
    asked = several.question(action, tasks, left_out, VIEW, make_around())
    return "\n".join(spoken(asked))


def spoken(asked: Question) -> list[str]:
    return [part if isinstance(part, str) else plain(part) for part in asked.lines]


@pytest.mark.parametrize("action", sorted(several.ACTIONS))
def test_every_action_is_asked_about_with_focus_on_cancel(action: Action) -> None:
    asked = several.question(action, [running("a"), running("b")], [], VIEW, make_around())
    assert "2 tasks" in asked.title
    assert asked.focus == ""
    assert asked.actions


def test_of_many_tasks_the_dialog_names_the_first() -> None:
    tasks = [running(f"t{n:02}") for n in range(30)]
    shown = lines(Action.RESTART, tasks, ["x is Idle."] * 10)
    assert "t07" in shown
    assert "t08" not in shown
    assert "and 22 more." in shown
    assert "and 2 more." in shown


def test_of_very_many_the_first_are_planned_and_none_of_them_is_called_kept() -> None:
    tasks = [running(f"t{n:03}") for n in range(several.PLANNED + 1)]
    asked = several.question(Action.RESTART, tasks, [], VIEW, make_around(*tasks, running("z")))
    shown = spoken(asked)
    assert "Kept as they are: z." in shown
    assert f"Planned one by one: the first {several.PLANNED} of {len(tasks)}." in shown
    assert f"In all {len(tasks)} replicas." in shown


def test_keys_mean_what_all_of_them_allow() -> None:
    old = make_task(archived_at=NOW)
    held = replace(running("a"), pause=Pause(None, NOW, None, "op"))
    assert several.meant(Action.ARCHIVE, [old, old]) is Action.RESTORE
    assert several.meant(Action.DEACTIVATE, [old]) is Action.DELETE
    assert several.meant(Action.DEACTIVATE, [old, held]) is Action.DEACTIVATE
    assert several.meant(Action.PAUSE, [held]) is Action.RESUME
    assert several.meant(Action.PAUSE, [held, running("b")]) is Action.PAUSE
    assert several.refused(Action.PAUSE, held) == "a is paused already."


def test_one_that_fails_keeps_none_of_the_others_from_it() -> None:
    def change(name: str) -> str:
        if name == "b":
            raise NotFound("No b.")
        return name.upper()

    done = each("abc", change)
    assert [(r.subject, r.value, str(r.error or "")) for r in done] == [
        ("a", "A", ""),
        ("b", None, "No b."),
        ("c", "C", ""),
    ]


def test_the_result_counts_and_names_the_first_failure() -> None:
    good: Result[Task, object] = Result(make_task("a"))
    bad: Result[Task, object] = Result(make_task("b"), error=NotAllowed("It is Idle."))
    assert told(Action.RESTART, [good]) == ("Restart: 1 task done.", Tone.GOOD)
    said, tone = told(Action.RESTART, [good, bad, bad])
    assert said == "Restart: 1 of 3 tasks done, 2 stay marked. b: It is Idle."
    assert tone is Tone.PROBLEM


def test_what_an_action_does_to_each_stands_beside_it() -> None:
    stopping = replace(running("s"), armed=None)
    stopping = replace(stopping, progress=replace(stopping.progress, status=Status.NEED_STOP))
    assert "1 replica, stopped by force" in lines(Action.DEACTIVATE, [stopping], [])
    assert "archived when Idle" in lines(Action.ARCHIVE, [running("r")], [])
    assert "Idle  at once" in lines(Action.ARCHIVE, [make_task("i")], [])
    assert "nothing runs yet, then 20:00Z 0-1" in lines(Action.ACTIVATE, [make_task("i")], [])


async def test_no_byte_of_hostile_text_reaches_the_terminal(bench: Bench) -> None:
    evil = "\x1b]52;c;aGk=\x07\u202e[@click=app.quit]\x9b2J"
    for name in ("a", "b"):
        task = bench.running(name, reason=Reason(evil), badges=(Mark(Badge.SHORT, evil),))
        bench.saved(replace(task, artifact=evil, created_by=evil))
    async with bench.app().run_test(size=(200, 40)) as pilot:
        await until(pilot, "> a ")
        for keys in (["x"], ["right", "right"], ["asterisk"], ["o"], ["escape"], ["R"]):
            await pilot.press(*keys)
            await pilot.pause(0.2)
            shown = text(pilot).replace("\n", "")
            assert clean(shown, len(shown)) == shown
            assert "\\x1b]52" in shown


def test_those_left_out_are_counted_in_what_is_said() -> None:
    good: Result[Task, object] = Result(make_task())
    said = told(Action.RESTART, [good], left_out=2)
    assert said == ("Restart: 1 task done; 2 left out, still marked.", Tone.NOTE)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Action.PAUSE, "chat  Running  2-4, frozen until resumed"),
        (Action.OVERRIDE, "chat  Running  now 2-4 (08:00Z), then 20:00Z 0-1"),
        (Action.DEACTIVATE, "In all 2 replicas; 2 CPU become free."),
        (Action.RESTART, "In all 2 replicas."),
    ],
)
def test_the_plan_says_of_each_what_comes_and_of_all_what_it_takes(
    action: Action, words: str
) -> None:
    progress = make_progress(Status.RUNNING, replicas=(make_replica("a"), make_replica("b")))
    task = make_task(armed=make_arming(), progress=progress)
    asked = several.question(action, [task], [], VIEW, make_around())
    assert any(said.startswith(words) for said in spoken(asked))


def test_a_pause_of_eight_leaves_room_for_those_left_out() -> None:
    progress = make_progress(Status.RUNNING, replicas=(make_replica("a"),))
    tasks = [make_task(f"task-{n}", armed=make_arming(), progress=progress) for n in range(8)]
    asked = several.question(Action.PAUSE, tasks, ["x is Idle."], VIEW, make_around())
    assert [str(li) for li in asked.lines[:8]] == [
        f"task-{n}  Running  2-4, frozen until resumed" for n in range(8)
    ]
