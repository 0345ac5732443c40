"""The calendar by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from textual.pilot import Pilot

from make import make_daily, make_event, make_one_off, make_replicas
from tasktui.domain.event import EventKind
from tasktui.domain.task import Override, Task, When
from tasktui.scheduler.leader import LeaderLock
from tasktui.tui.screens.calendar import CalendarScreen
from tui.bench import CLUSTER, Bench, press, text, until

NEW_YORK = "America/New_York"
OFFICE = make_daily("08:00=2-4,12:00=4-4,20:00=0-1", NEW_YORK, weekdays=frozenset(range(5)))
SIZES = [(80, 24), (100, 30)]
TODAY = "Thu  5 Mar|"


@pytest.fixture
def task(bench: Bench) -> Task:
    """An activated task in the week in which New York's clocks change."""
    bench.at = datetime(2026, 3, 5, 19, 13, tzinfo=UTC)
    bench.launched("llama", OFFICE)
    return bench.other.call(lambda c: c.activate("llama", When.NOW))


@asynccontextmanager
async def opened(
    bench: Bench, size: tuple[int, int] = (80, 24), seen: str = TODAY
) -> AsyncIterator[Pilot[None]]:
    async with bench.app().run_test(size=size) as pilot:
        await until(pilot, "> ")
        await press(pilot, "v", seen=seen)
        yield pilot


@pytest.mark.parametrize("size", SIZES)
async def test_v_shows_a_week_and_the_points(
    bench: Bench, task: Task, size: tuple[int, int]
) -> None:
    async with opened(bench, size) as pilot:
        shown = text(pilot)
        assert f"{task.name} calendar  America/New_York  rev 1  activated" in shown
        assert f"|----//{'-' * 42}| 23 h, UTC-5 to -4" in shown
        assert "# 4-4  = 2-4  - 0-1  / does not exist" in shown
        assert "held until Mon 08:00" in shown
        assert "LAST  no point was applied yet" in shown
        assert "n next week" in shown
        await press(pilot, "G", seen=" 20  Mon 16 Mar 08:00 EDT")
        await press(pilot, "escape", seen="> llama")


async def test_it_opens_from_the_detail_page_too(bench: Bench, task: Task) -> None:
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, f"> {task.name}")
        await press(pilot, "d", seen="llama rev 1")
        await press(pilot, "v", seen=TODAY)
        await press(pilot, "q", seen="Artifact")


@pytest.mark.parametrize(("on", "back"), [("n", "p"), ("right", "left")])
async def test_weeks_are_turned_by_keys(bench: Bench, task: Task, on: str, back: str) -> None:
    async with opened(bench) as pilot:
        await press(pilot, on, seen="Thu 12 Mar|")
        assert f"{task.name} calendar  from Thu 12 Mar" in text(pilot)
        await press(pilot, on, seen="Thu 19 Mar|")
        await press(pilot, back, back, back, seen="Thu 26 Feb|")
        await press(pilot, "T", seen="< now 14:13")
        assert "from" not in text(pilot).splitlines()[2]


async def test_t_turns_the_clock(bench: Bench, task: Task) -> None:
    async with opened(bench) as pilot:
        await press(pilot, "t", "t", seen="Times are in UTC.")
        shown = text(pilot)
        assert f"{task.name} calendar  UTC" in shown
        assert "< now 19:13Z" in shown
        assert "LOCAL" not in shown


async def test_it_lives(bench: Bench, task: Task) -> None:
    async with opened(bench) as pilot:
        bench.saved(replace(task, schedule=make_daily("08:00=7-9", NEW_YORK), revision=2))
        await until(pilot, "= 7-9")
        over = Override(make_replicas("3-3"), bench.at, bench.at + timedelta(hours=2), "op")
        bench.saved(replace(bench.task("llama"), override=over))
        await until(pilot, "3-3 by hand until 16:13")
        bench.later(days=1)
        await until(pilot, "Fri  6 Mar|")
        await until(pilot, lambda: "Thu  5 Mar|" not in text(pilot))


async def test_what_was_applied_last_stands_below(bench: Bench, task: Task) -> None:
    with bench.store() as store:
        for kind, label in (
            (EventKind.POINT_SUPERSEDED, "08:00 2-4"),
            (EventKind.POINT_APPLIED, "12:00 4-4"),
        ):
            event = make_event(kind, task="llama", at=bench.at, reason=f"{label} ({NEW_YORK})")
            store._append(event, task.id)
    async with opened(bench) as pilot:
        await until(pilot, "LAST  14:13 applied 12:00 4-4; 08:00 2-4 superseded")


async def test_a_task_that_is_deleted_meanwhile_stays_as_it_was(bench: Bench) -> None:
    bench.archived()
    async with bench.app().run_test(size=(80, 24)) as pilot:
        await press(pilot, "7", seen="> old")
        await press(pilot, "v", seen="old calendar  UTC  rev 1  archived")
        bench.other.call(lambda c: c.delete("old"))
        await press(pilot, "r", seen=TODAY)
        screen = pilot.app.screen
        assert isinstance(screen, CalendarScreen)
        await until(pilot, lambda: screen.target() is None)


async def test_a_one_off_that_is_not_activated_shows_what_it_would_do(bench: Bench) -> None:
    bench.launched("once", make_one_off(None))
    async with opened(bench) as pilot:
        shown = text(pilot)
        assert "as if activated now" in shown
        assert f"|{' ' * 29}{'=' * 19}| < now 14:00Z" in shown


async def test_an_unknown_zone_is_said(bench: Bench) -> None:
    task = bench.launched("lost")
    bench.saved(replace(task, schedule=make_daily(timezone="Mars/Olympus")))
    async with opened(bench, seen="IANA name") as pilot:
        await press(pilot, "n", "T", "s", seen="IANA name")


# Taking it away.


async def test_s_saves_the_points_in_the_state_folder(bench: Bench, task: Task) -> None:
    async with opened(bench, (132, 30)) as pilot:
        await press(pilot, "s", seen="The next 20 points are saved in ")
    saved = (bench.config.state_dir / f"{task.name}.ics").read_bytes().decode()
    assert saved.startswith("BEGIN:VCALENDAR\r\n")
    assert saved.count("BEGIN:VEVENT") == 20
    assert "DTSTART:20260306T010000Z" in saved


async def test_points_that_are_not_applied_are_not_saved(bench: Bench, task: Task) -> None:
    forever = Override(make_replicas("3-3"), bench.at, None, "op")
    bench.saved(replace(task, override=forever))
    async with opened(bench) as pilot:
        await press(pilot, "s", seen="nothing was saved")
    assert not (bench.config.state_dir / "llama.ics").exists()


async def test_c_copies_the_points_as_text(bench: Bench, task: Task) -> None:
    async with opened(bench) as pilot:
        await press(pilot, "c", seen="sent to the terminal's clipboard")
        copied = pilot.app.clipboard
    assert copied.startswith(f"{task.name}: Mon-Fri 08:00 2-4")
    assert len(copied.splitlines()) == 22


def test_a_week_with_a_transition(
    bench: Bench, task: Task, snap_compare: Callable[..., bool]
) -> None:
    over = Override(make_replicas("1-6"), bench.at, bench.at + timedelta(hours=9), "op")
    bench.saved(replace(task, override=over))
    bench.sees(replace(CLUSTER, seen_at=bench.at))
    lock = LeaderLock(bench.config.state_dir)
    lock.acquire()
    bench.ends.callback(lock.release)

    async def calendar(pilot: Pilot[None]) -> None:
        await until(pilot, "sched ok")
        await until(pilot, "> ")
        await press(pilot, "v", seen="by hand until 23:13")

    assert snap_compare(bench.app(), terminal_size=(100, 30), run_before=calendar)
