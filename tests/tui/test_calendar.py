"""The calendar as lines: pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from make import make_arming, make_daily, make_event, make_one_off, make_replicas, make_task
from tasktui.domain.event import Event, EventKind
from tasktui.domain.task import Override, Pause
from tasktui.schedule.resolve import zone
from tasktui.tui.calendar import Week, as_text, last, lines, title
from tasktui.tui.lines import Line, plain, width
from tasktui.tui.times import TimeBase, View

NEW_YORK = "America/New_York"
NOW = datetime(2026, 3, 5, 19, 13, tzinfo=UTC)
OFFICE = make_daily("08:00=2-4,12:00=4-4,20:00=0-1", NEW_YORK, weekdays=frozenset(range(5)))
VIEW = View(now=NOW)


def shown(found: Sequence[Line]) -> list[str]:
    return [plain(part).rstrip() for part in found]


def page(cells: int = 79, view: View = VIEW, first: date | None = None, **task: Any) -> list[str]:
    given = {"schedule": OFFICE, "armed": make_arming(NOW - timedelta(days=9)), **task}
    found = lines(Week(make_task("llama", **given), first), view, cells)
    assert all(width(part) <= cells for part in found)
    return shown(found)


def test_a_week_with_a_transition_in_80_columns() -> None:
    assert page()[:12] == [
        "            00    03    06    09    12    15    18    21",
        " Thu  5 Mar|----------------========################--------| < now 14:13",
        " Fri  6 Mar|----------------========################--------|",
        " Sat  7 Mar|------------------------------------------------| no points",
        " Sun  8 Mar|----//------------------------------------------| 23 h, UTC-5 to -4",
        " Mon  9 Mar|----------------========################--------|",
        " Tue 10 Mar|----------------========################--------|",
        " Wed 11 Mar|----------------========################--------|",
        " # 4-4  = 2-4  - 0-1  / does not exist",
        " #   LOCAL                 UTC                MIN-MAX  NOTE",
        " 1   Thu  5 Mar 20:00 EST  Fri  6 Mar 01:00Z  0-1",
        " 2   Fri  6 Mar 08:00 EST  Fri  6 Mar 13:00Z  2-4",
    ]


def test_a_wider_terminal_has_room_for_every_note() -> None:
    assert page(99)[4].endswith("| 23 h, UTC-5 to -4, no points")
    assert len(page(118)[1].split("|")[1]) == 72
    assert page(131)[0].split()[:3] == ["00", "01", "02"]


def test_a_long_legend_is_whole() -> None:
    points = ",".join(f"{hour:02}:00={hour}-{hour + 1}" for hour in range(1, 20))
    found = " ".join(page(schedule=make_daily(points)))
    assert all(f" {hour}-{hour + 1}" in found.partition("LOCAL")[0] for hour in range(1, 20))


def test_a_narrow_one_has_an_hour_a_cell() -> None:
    assert page(60)[1] == " Thu  5 Mar|--------====########----| < now 14:13"


def test_twenty_points_are_listed() -> None:
    assert page()[-1].split()[0] == "20"


def test_other_weeks_have_no_now() -> None:
    found = page(first=date(2026, 10, 29))
    assert (
        found[4]
        == " Sun  1 Nov|------------------------------------------------| 25 h, UTC-4 to -5"
    )
    assert not any("now" in row for row in found)


@pytest.mark.parametrize(
    ("base", "first", "head"),
    [
        (TimeBase.TASK, " Thu  5 Mar|----------------=", "LOCAL"),
        (TimeBase.UTC, " Thu  5 Mar|##------------------------=", "#   UTC "),
        (TimeBase.MINE, " Thu  5 Mar|####------------------------=", "LOCAL"),
    ],
)
def test_days_and_points_follow_the_time_base(base: TimeBase, first: str, head: str) -> None:
    view = View(now=NOW, base=base, mine=zone("Europe/Berlin"))
    found = page(view=view)
    assert found[1].startswith(first)
    assert any(head in row for row in found)


def test_an_override_and_a_pause_stand_over_the_schedule() -> None:
    found = page(
        override=Override(make_replicas("1-6"), NOW, NOW + timedelta(hours=9), "op"),
        pause=Pause(make_replicas("4-4"), NOW, None, "op", "holiday \x1b[31m"),
    )
    assert found[1].startswith(" Thu  5 Mar|----------------++++++++=====######")
    assert found[2] == f" Fri  6 Mar|{'=' * 48}| paused"
    assert " 1-6 by hand until 23:13" in found
    assert r" 4-4 paused until resumed: holiday \x1b[31m" in found
    assert any(row.endswith("not applied: by hand") for row in found)


def test_a_task_that_is_not_activated_shows_what_it_would_do() -> None:
    week = Week(make_task(schedule=make_one_off(None)))
    found = shown(lines(week, VIEW, 79))
    assert found[1] == f" Thu  5 Mar|{' ' * 39}{'=' * 9}| < now 19:13Z"
    assert found[-1].split()[:6] == ["1", "Thu", "5", "Mar", "19:13Z", "1-2"]
    assert "as if activated now" in plain(title(week, VIEW))


def test_nothing_to_come_is_said() -> None:
    plan = make_one_off("2026-03-05T15:00")
    assert page(schedule=plan)[-1] == " No point is to come."


def test_an_unknown_zone_is_said_instead() -> None:
    found = page(schedule=make_daily(timezone="Mars/Olympus"))
    assert "Mars/Olympus" in found[0]
    assert "IANA" in " ".join(found)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "llama calendar  America/New_York  rev 1  activated"),
        ({"armed": None}, "llama calendar  America/New_York  rev 1  as if activated now"),
        ({"archived_at": NOW}, "llama calendar  America/New_York  rev 1  archived"),
    ],
)
def test_the_title_says_whose_clock_it_is(given: dict[str, Any], expected: str) -> None:
    task = make_task("llama", **{"schedule": OFFICE, "armed": make_arming(), **given})
    assert plain(title(Week(task), VIEW)) == expected


def test_the_title_of_another_week_has_its_first_day() -> None:
    week = Week(make_task(schedule=OFFICE), date(2026, 3, 12))
    assert "from Thu 12 Mar" in plain(title(week, VIEW))


# What was applied last.


def applied(*labels: str, kind: EventKind = EventKind.POINT_APPLIED) -> list[Event]:
    return [make_event(kind, at=NOW, reason=f"{text} ({NEW_YORK})") for text in labels]


def passed(*labels: str) -> list[Event]:
    return applied(*labels, kind=EventKind.POINT_SUPERSEDED)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], "no point was applied yet"),
        (applied("12:00 4-4"), "14:13 applied 12:00 4-4"),
        (
            [*applied("20:00 0-1"), *passed("08:00 2-4"), *applied("12:00 4-4")],
            "14:13 applied 12:00 4-4; 08:00 2-4 superseded",
        ),
        (
            [*passed("01:00 1-1", "02:00 2-2", "03:00 3-3", "04:00 4-4"), *applied("end")],
            "14:13 applied end; 4 points superseded",
        ),
        ([*applied("12:00 4-4"), make_event(), *passed("13:00 1-1")], "14:13 applied 12:00 4-4"),
    ],
)
def test_what_was_applied_last_and_what_it_superseded(events: list[Event], expected: str) -> None:
    assert plain(last(events, VIEW, NEW_YORK)) == f" LAST  {expected}"


def test_the_points_can_be_taken_away_as_text() -> None:
    head, columns, first, *rest = as_text(make_task("llama", schedule=OFFICE), VIEW).splitlines()
    assert head == "llama: Mon-Fri 08:00 2-4, 12:00 4-4, 20:00 0-1, America/New_York"
    assert columns.split() == ["#", "LOCAL", "UTC", "MIN-MAX", "NOTE"]
    assert first == "1   Thu  5 Mar 20:00 EST  Fri  6 Mar 01:00Z  0-1"
    assert len(rest) == 19
