"""The day strip of the settings: drawn as one types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from make import NOW, make_daily, make_event
from tasktui.commands.checks import Problem
from tasktui.domain.event import EventKind
from tasktui.domain.status import Status
from tasktui.tui.lines import Span, Tone, plain, width
from tasktui.tui.wizard import moves
from tasktui.tui.wizard.day import lines
from tasktui.tui.wizard.look import Look
from tasktui.tui.wizard.model import Draft, Kind, PointDraft
from tasktui.tui.wizard.state import State
from tui.bench import Bench, text
from tui.wizard_app import Workshop

NEW_YORK = "America/New_York"
POINTS = (
    PointDraft("07:00", "2", "4"),
    PointDraft("12:30", "4", "4"),
    PointDraft("20:00", "0", "1"),
)
DRAFT = Draft(artifact="echo", name="chat", kind=Kind.DAILY, timezone=NEW_YORK, points=POINTS)
BAD = replace(DRAFT, points=(PointDraft("7:0", "2", "4"), *POINTS[1:]))


def state(draft: Draft = DRAFT, **kw: Any) -> State:
    """A state whose draft the store has judged."""
    return State(**{"draft": draft, "judged": draft, "look": Look(now=NOW), **kw})


def shown(given: State, cells: int = 79) -> list[str]:
    found = lines(given, cells)
    assert all(width(part) <= cells for part in found)
    return [plain(part).rstrip() for part in found]


def test_ruler_strip_legend_and_the_next_change_of_the_clocks() -> None:
    assert shown(state()) == [
        "            00    03    06    09    12    15    18    21     New_York",
        " Thu  5 Mar|--------------===========###############--------|",
        "            # 4-4  = 2-4  - 0-1",
        " i Sun 8 Mar 02:00-03:00 does not exist in America/New_York; no point falls in",
        "   it.",
    ]


@pytest.mark.parametrize(
    ("cells", "start"),
    [(99, "00 01 02 03"), (79, "00    03    06"), (60, "00 03 06")],
)
def test_the_day_is_as_wide_as_there_is_room(cells: int, start: str) -> None:
    ruler, drawn, *_ = shown(state(), cells)
    assert ruler.strip().startswith(start)
    assert drawn.index("|") == ruler.index("00") - 1


def test_the_cell_of_now_is_marked() -> None:
    marked = [s for s in lines(state(), 79)[1] if s.tone is Tone.SELECTED]
    assert marked == [Span("=", Tone.SELECTED)]


@pytest.mark.parametrize(
    ("changed", "label"),
    [
        ({"days": "mo-fr"}, " Thu  5 Mar|"),
        ({"days": "sa"}, " Sat  7 Mar|"),
        ({"days": "th", "except_dates": "2026-03-05"}, " Thu 12 Mar|"),
        ({"except_dates": "2026-03-05"}, " Fri  6 Mar|"),
    ],
)
def test_the_next_day_with_points_is_drawn(changed: dict[str, str], label: str) -> None:
    assert shown(state(replace(DRAFT, **changed)))[1].startswith(label)  # type: ignore[arg-type]


def test_what_the_store_doubts_is_said_below() -> None:
    doubts = (
        Problem("points", "Sun 8 Mar 02:00-03:00 does not exist; 02:30 will run at 03:00.", True),
        Problem("points", "08:00 comes 5 min after 07:55; a start takes 6 min.", True),
        Problem("name", "is taken"),
    )
    found = " ".join(" ".join(shown(state(stored=doubts))[3:]).split())
    assert found == (
        "! Sun 8 Mar 02:00-03:00 does not exist; 02:30 will run at 03:00. "
        "! 08:00 comes 5 min after 07:55; a start takes 6 min."
    )


def test_nothing_is_claimed_before_the_store_has_judged() -> None:
    assert len(shown(state(judged=None))) == 3


def test_a_zone_without_changes_says_so_and_each_points_own_zone_is_told() -> None:
    own = replace(POINTS[0], timezone="Europe/Berlin")
    draft = replace(DRAFT, timezone="Asia/Tokyo", points=(own, *POINTS[1:]))
    found = " ".join(" ".join(shown(state(draft))).split())
    assert "The clocks of Asia/Tokyo do not change in the next 400 days." in found
    assert "Sun 29 Mar 02:00-03:00 does not exist in Europe/Berlin; no point" in found


def test_while_a_point_cannot_be_read_the_day_stays_as_it_was_and_dim() -> None:
    typed = moves.typed(state(), BAD)
    found = lines(typed, 79)
    assert plain(found[1]) == plain(lines(state(), 79)[1])
    assert {s.tone for s in found[1]} == {Tone.DIM}
    assert plain(found[3]) == " The day as it was, until point 1 time is right."


def test_two_mistakes_in_a_row_keep_the_last_good_day() -> None:
    again = moves.typed(moves.typed(state(), BAD), replace(BAD, days="xx"))
    assert plain(lines(again, 79)[1]) == plain(lines(state(), 79)[1])


def test_without_a_good_day_a_line_says_why_there_is_none() -> None:
    own = (Problem("name", "is needed"), Problem("points.0.time", "a time of day"))
    assert shown(state(BAD, own=own)) == [
        "",
        " The day is not drawn, until point 1 time is right.",
    ]


def test_a_schedule_of_expressions_that_seldom_come_is_drawn_too() -> None:
    rare = replace(DRAFT, points=(PointDraft("0 8 29 2 *", "1", "1"),))
    assert shown(state(rare))[1].startswith(" Thu  5 Mar|")


# By keys.


@pytest.fixture
def shop(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setenv("TZ", NEW_YORK)
    monkeypatch.setattr("tasktui.tui.wizard.live.SETTLE_S", 0.02)
    return Workshop(bench)


async def to_grid(shop: Workshop, pilot: Pilot[None]) -> str:
    return await shop.press(pilot, *["tab"] * 5)


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_the_strip_follows_each_key(shop: Workshop, size: tuple[int, int]) -> None:
    task = shop.task("chat", make_daily("08:00=2-4,20:00=0-1", NEW_YORK))
    per = 3 if size[0] == 100 else 2
    async with shop.running(size=size, cloning=task) as pilot:
        shown = await to_grid(shop, pilot)
        assert f"|{'-' * 8 * per}{'=' * 12 * per}{'-' * 4 * per}|" in shown
        assert "no point falls in it" in " ".join(shown.split())
        shown = await shop.press(pilot, "enter", "ctrl+u", *"0:00")
        assert f"|{'=' * 20 * per}{'-' * 4 * per}|" in shown
        shown = await shop.press(pilot, "backspace")
        assert "The day as it was, until point 1 time is right." in shown
        assert f"|{'=' * 20 * per}{'-' * 4 * per}|" in shown
        shown = await shop.press(pilot, "ctrl+u", *"2:30")
        assert "02:30 will run at 03:00" in " ".join(shown.split())


async def test_a_one_off_has_no_strip(shop: Workshop) -> None:
    task = shop.task("chat", make_daily("08:00=2-4", NEW_YORK))
    async with shop.running(cloning=task) as pilot:
        shown = await shop.press(pilot, *["tab"] * 3, "left")
        assert "00    03" not in shown


async def test_z_gives_a_point_a_zone_of_its_own(shop: Workshop) -> None:
    task = shop.task("chat", make_daily("08:00=2-4,20:00=0-1", NEW_YORK))
    async with shop.running(cloning=task) as pilot:
        await to_grid(shop, pilot)
        await shop.press(pilot, "down")
        await pilot.press("z")
        await pilot.pause()
        await pilot.press(*"tokyo", "enter")
        shown = await shop.settled(pilot)
        assert "11:00Z  at Asia/Tokyo" in shown
        assert [p.timezone for p in shop.draft.points] == ["", "Asia/Tokyo"]
        await pilot.press("z")
        await pilot.pause()
        await pilot.press(*"new york", "enter")
        await shop.settled(pilot)
        assert [p.timezone for p in shop.draft.points] == ["", ""]
        assert "at Asia/Tokyo" not in text(pilot)


async def test_points_closer_than_a_start_are_told_when_one_edits(
    shop: Workshop, bench: Bench
) -> None:
    task = shop.task("chat", make_daily("08:00=2-4,08:05=3-4,20:00=0-1", NEW_YORK))
    with bench.store() as store:
        for old, new, after in (
            (Status.IN_QUEUE, Status.STARTING, 0),
            (Status.STARTING, Status.RUNNING, 7),
        ):
            at = bench.at + timedelta(minutes=after)
            event = make_event(EventKind.STATUS_CHANGED, at=at, old=old, new=new)
            store._append(event, task.id)
    async with shop.running(editing=task, size=(100, 30)) as pilot:
        shown = await shop.press(pilot, "pageup")
        assert "08:05 comes 5 min after 08:00" in shown
        assert "a start takes 7 min" in " ".join(shown.split())


def test_settings_with_a_gap(shop: Workshop, snap_compare: Callable[..., bool]) -> None:
    plan = make_daily("02:30=0-0,08:00=2-4,12:00=4-4,20:00=0-1", NEW_YORK)
    task = shop.task("llama-70b-eu", plan)

    async def run(pilot: Pilot[None]) -> None:
        await shop.reopened(pilot, cloning=task)
        await to_grid(shop, pilot)

    assert snap_compare(shop.app, terminal_size=(80, 24), run_before=run)
