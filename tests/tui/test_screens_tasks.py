from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from make import NOW, make_task
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.search import Order, Search, Term
from tasktui.domain.status import Badge, Mark, Status
from tasktui.tui.screens.rows import Filter, Sorting, TaskRows
from tasktui.tui.screens.tasks import TasksScreen
from tasktui.tui.times import TimeBase
from tui.bench import Bench, press, text, until

SIZE = (100, 30)


@asynccontextmanager
async def opened(
    bench: Bench, seen: str, size: tuple[int, int] = SIZE
) -> AsyncIterator[tuple[TasksScreen, Pilot[None]]]:
    async with bench.app().run_test(size=size) as pilot:
        await until(pilot, seen)
        screen = pilot.app.screen
        assert isinstance(screen, TasksScreen)
        yield screen, pilot


def names(screen: TasksScreen) -> list[str]:
    return [t.name for t in screen.feed.loaded]


def three(bench: Bench) -> None:
    for name in ("alpha", "beta", "gamma"):
        bench.launched(name)


# Filter.


async def test_the_filter_works_with_each_letter_and_enter_keeps_it(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (screen, pilot):
        await press(pilot, "slash", "b", seen="1 of 3 shown, filter: b")
        assert names(screen) == ["beta"]
        await pilot.press("e", "enter")
        await until(pilot, lambda: screen._prompt is None)
        assert names(screen) == ["beta"]
        assert "filter: be" in text(pilot)


async def test_escape_in_the_filter_restores_the_earlier_one(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (screen, pilot):
        await pilot.press("slash", "b", "enter", "slash", "x", "x")
        await until(pilot, lambda: names(screen) == [])
        await pilot.press("escape")
        await until(pilot, lambda: names(screen) == ["beta"])


async def test_backspace_over_the_mark_leaves_the_filter(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (screen, pilot):
        await pilot.press("slash", "b", "backspace", "backspace")
        await until(pilot, lambda: screen._prompt is None)
        assert len(names(screen)) == 3


async def test_letters_in_the_filter_are_no_keys(bench: Bench) -> None:
    three(bench)
    before = bench.everything()
    async with opened(bench, "> alpha") as (screen, pilot):
        await pilot.press("slash", *"ADXRKnq")
        await pilot.pause()
        assert pilot.app.screen is screen
        assert "/ADXRKnq" in text(pilot)
    assert bench.everything() == before


async def test_escape_steps_back_filter_problems_tab_and_never_quits(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (screen, pilot):
        await pilot.press("2", "z", "slash", "b", "enter")
        await until(pilot, lambda: screen.tab == 1 and screen.filter == Filter("b", problems=True))
        await pilot.press("escape")
        assert screen.filter == Filter("", problems=True)
        await pilot.press("escape")
        assert screen.filter == Filter()
        await pilot.press("escape")
        assert screen.tab == 0
        await pilot.press("escape", "escape")
        await until(pilot, "> alpha")


async def test_an_empty_filtered_table_says_which_filter(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (_, pilot):
        await press(pilot, "slash", *"zzz", "enter", seen="No task here matches: zzz")
        await press(pilot, "escape", seen="> alpha")


async def test_a_filter_stays_when_rows_change(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (screen, pilot):
        await pilot.press("slash", *"bet", "enter")
        bench.launched("beth")
        await until(pilot, lambda: names(screen) == ["beta", "beth"])


async def test_z_shows_only_problems(bench: Bench) -> None:
    three(bench)
    bad = bench.task("beta")
    bench.becomes(bad, Status.IDLE, badges=(Mark(Badge.FAILED, "5/5"),))
    async with opened(bench, "> alpha") as (screen, pilot):
        await press(pilot, "z", seen="filter: problems only")
        assert names(screen) == ["beta"]
        await pilot.press("z")
        await until(pilot, lambda: len(names(screen)) == 3)


# Commands.


@pytest.mark.parametrize(
    ("command", "holds"),
    [
        ("tab idle", lambda s: s.tab == 1),
        ("tab need-stop", lambda s: s.tab == 5),
        ("task gamma", lambda s: s.target().name == "gamma"),
        ("filter bet", lambda s: names(s) == ["beta"]),
        ("problems", lambda s: s.filter.problems),
        ("sort created", lambda s: s.rows.sorting.order is Order.CREATED),
        ("bottom", lambda s: s.target().name == "gamma"),
        ("next-tab", lambda s: s.tab == 1),
        ("", lambda s: s._prompt is None),
    ],
)
async def test_commands_do_what_keys_do(
    bench: Bench, command: str, holds: Callable[[TasksScreen], bool]
) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (screen, pilot):
        await pilot.press("colon", *command, "enter")
        await until(pilot, lambda: holds(screen))
        assert screen._prompt is None


async def test_q_as_a_command_leaves(bench: Bench) -> None:
    app = bench.app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "No task yet.")
        await pilot.press("colon", "q", "enter")
    assert app.return_code == 0


async def test_a_wrong_command_is_said_and_its_text_stays(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (screen, pilot):
        seen = await press(pilot, "colon", *"tba", "enter", seen="There is no command :tba.")
        assert "Did you mean :tab?" in seen
        assert "\n:tba" in seen
        await pilot.press("backspace")
        await until(pilot, lambda: "There is no command" not in text(pilot))
        await pilot.press("backspace", "backspace", *"tab idle", "enter")
        await until(pilot, lambda: screen.tab == 1)


async def test_tab_completes_a_command_and_a_name(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (screen, pilot):
        await pilot.press("colon", *"tas", "tab", "g", "tab", "enter")
        await until(pilot, lambda: (screen.target() or make_task()).name == "gamma")


async def test_full_width_says_how_to_see_the_rest(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (_, pilot):
        await press(pilot, "x", seen="Full width: Left and Right show more columns")
        assert "Full width" not in await press(pilot, "x", seen="3 shown")


async def test_task_finds_archived_ones_and_says_what_is_close(bench: Bench) -> None:
    three(bench)
    bench.archived("delta")
    async with opened(bench, "> alpha") as (screen, pilot):
        await press(pilot, "colon", *"task delta", "enter", seen="> delta")
        assert screen.tab == 6
        await press(pilot, "colon", *"task gama", "enter", seen="No task is named 'gama'")


async def test_a_click_beside_the_prompt_closes_it(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (screen, pilot):
        await pilot.press("slash", "b")
        await pilot.click(screen.pane)
        await until(pilot, lambda: screen._prompt is None)
        assert names(screen) == ["beta"]


# Tabs and rows.


async def test_tabs_turn_by_digit_bracket_and_click(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (screen, pilot):
        await press(pilot, "3", seen="No task is In-queue.")
        await press(pilot, "minus", seen="> alpha")
        await pilot.press("right_square_bracket")
        assert screen.tab == 1
        await pilot.press("tab", "shift+tab", "left_square_bracket", "left_square_bracket")
        assert screen.tab == 6
        strip = next(li for li in text(pilot).splitlines() if "2 Idle" in li)
        x = strip.index("2 Idle")
        await pilot.click(screen.tabs, offset=(x, 0))
        await until(pilot, lambda: screen.tab == 1)


async def test_each_tab_remembers_its_row(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (_, pilot):
        await press(pilot, "j", seen="> beta")
        await press(pilot, "2", seen="[2 Idle 3]")
        await pilot.press("G")
        await press(pilot, "1", seen="> beta")
        await pilot.press("2")
        await until(pilot, "> gamma")


async def test_the_cursor_stays_on_its_task_when_rows_come_and_go(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (screen, pilot):
        await press(pilot, "j", seen="> beta")
        bench.launched("aaa")
        await until(pilot, lambda: len(names(screen)) == 4)
        assert "> beta" in text(pilot)
        bench.other.call(lambda c: c.archive("alpha"))
        await until(pilot, lambda: len(names(screen)) == 3)
        assert "> beta" in text(pilot)


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        (["G"], "t99"),
        (["end", "g"], "t00"),
        (["pagedown", "home"], "t00"),
        (["ctrl+d", "ctrl+u"], "t00"),
        (["down", "down", "up"], "t01"),
        (["k"], "t00"),
    ],
)
async def test_moving_keys_move_the_cursor(bench: Bench, keys: list[str], name: str) -> None:
    for n in range(100):
        bench.launched(f"t{n:02}")
    async with opened(bench, "> t00") as (_, pilot):
        await pilot.press(*keys)
        await until(pilot, f"> {name}")


async def test_a_double_click_opens_the_task(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha") as (screen, pilot):
        await pilot.click(screen.table, offset=(5, 2), times=2)
        await until(pilot, "beta rev 1")
        await press(pilot, "q", seen="> beta")


async def test_times_turn_between_zones(bench: Bench) -> None:
    bench.launched()
    async with opened(bench, "> chat") as (_, pilot):
        await press(pilot, "t", seen="Times are in my zone.")


async def test_the_last_event_of_the_row_is_shown(bench: Bench) -> None:
    bench.launched()
    bench.other.call(lambda c: c.activate("chat"))
    async with opened(bench, "> chat") as (_, pilot):
        await until(pilot, "activated")


async def test_a_small_terminal_shows_names_and_asks_for_room(bench: Bench) -> None:
    three(bench)
    async with opened(bench, "> alpha", size=(40, 10)) as (_, pilot):
        seen = text(pilot)
        assert "40x10: make it 80x24" in seen
        assert "gamma" in seen


# What passes the filter, and how rows look: pure.


def test_a_filter_says_what_to_search_for() -> None:
    assert not Filter()
    assert Filter().search(None, Sorting()) == Search()
    wanted = Filter("GPU !5h", problems=True)
    assert wanted.words == "GPU !5h, problems only"
    assert wanted.search(Status.IDLE, Sorting(Order.NEXT, reverse=True)) == Search(
        Status.IDLE,
        (Term("gpu", told=False), Term("5h", wanted=False)),
        problems=True,
        order=Order.NEXT,
        reverse=True,
    )


def test_widths_follow_the_longest_name_and_never_shrink_on_a_tab(bench: Bench) -> None:
    look, short, long = TaskRows(bench.app().desk), make_task("a"), make_task("a" * 20)

    def artifact_at() -> int:
        return look.line(short, 120).text.index("echo")

    look.measure(0, [short], (1, 4))
    narrow = artifact_at()
    look.measure(0, [short, long], (1, 4))
    wide = artifact_at()
    assert wide > narrow
    look.measure(0, [short], (1, 4))
    assert artifact_at() == wide
    look.measure(1, [short], (1, 4))
    assert artifact_at() == narrow
    look.measure(1, [short], (20, 4))
    assert artifact_at() == wide
    assert look.key(short) == short.id


def test_a_row_is_painted_again_once_anything_that_it_shows_has_changed(bench: Bench) -> None:
    desk, task = bench.app().desk, make_task("a")
    desk.now = lambda: NOW
    look = TaskRows(desk)
    look.measure(0, [task], (9, 9))
    at_first = look.line(task, 120)
    desk.now = lambda: NOW + timedelta(milliseconds=10)
    assert look.line(task, 120) is at_first
    seen = [at_first, look.line(replace(task, name="b"), 120), look.line(task, 119)]
    desk.now = lambda: NOW + timedelta(hours=3)
    seen.append(look.line(task, 120))
    desk.base = TimeBase.UTC
    seen.append(look.line(task, 120))
    desk.cluster = ClusterView(state=ClusterState.CONNECTED)
    seen.append(look.line(task, 120))
    look.measure(0, [task], (30, 9))
    seen.append(look.line(task, 120))
    assert len({id(strip) for strip in seen}) == len(seen)
