from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make import make_arming, make_daily, make_one_off, make_replicas, make_task
from tasktui.domain.schedule import Replicas
from tasktui.domain.task import Override, Pause
from tasktui.schedule.days import Course, Day, course, days
from tasktui.schedule.points import in_force
from tasktui.schedule.strip import (
    GAP,
    Glyphs,
    beside,
    bounds_of,
    cells,
    glyphs,
    hours,
    label,
    legend,
    notes,
    place,
    ruler,
    shift,
)

NEW_YORK = "America/New_York"
OFFICE = make_daily("08:00=2-4,12:00=4-4,20:00=0-1", NEW_YORK, weekdays=frozenset(range(5)))
NIGHT = "00:00=1-1,02:30=2-2,06:00=1-1"
NOW = datetime(2026, 3, 5, 19, 13, tzinfo=UTC)


def drawn(what: Course) -> Glyphs:
    return glyphs(bounds_of(what))


def one(what: Course, day: str, timezone: str) -> Day:
    return days(what, date.fromisoformat(day), 1, timezone)[0]


@pytest.mark.parametrize(
    ("plan", "day", "expected"),
    [
        (OFFICE, "2026-03-05", "--------====########----"),
        (OFFICE, "2026-03-07", "------------------------"),
        (OFFICE, "2026-03-08", "--/---------------------"),
        (OFFICE, "2026-11-01", "------------------------"),
        (make_daily("08:00=1-1", NEW_YORK), "2026-03-05", "========================"),
        (make_daily("08:00=1-1,20:00=0-0"), "2026-03-05", "........============...."),
        (make_daily(NIGHT, NEW_YORK), "2026-03-07", "---===------------------"),
        (make_daily(NIGHT, NEW_YORK), "2026-03-08", "--/===------------------"),
        (make_daily(NIGHT, NEW_YORK), "2026-11-01", "---===------------------"),
        (make_daily(NIGHT, "Europe/Berlin"), "2026-03-29", "--/===------------------"),
        (make_daily(NIGHT, "Europe/Berlin"), "2026-10-25", "---===------------------"),
        (make_daily("12:00=1-1", "Pacific/Apia"), "2011-12-30", GAP * 24),
        (make_one_off("2026-03-05T15:00", end="2026-03-05T18:00"), "2026-03-05", " " * 15 + "==="),
    ],
)
def test_a_day_in_hours(plan: Course, day: str, expected: str) -> None:
    what = Course(plan)  # type: ignore[arg-type]
    found = one(what, day, what.schedule.timezone)
    assert cells(found, 24, drawn(what)) == expected.ljust(24)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-10-04", "----/===" + "-" * 40), ("2026-04-05", "-----===" + "-" * 40)],
)
def test_half_an_hour_of_lord_howe_in_half_hours(day: str, expected: str) -> None:
    plan = make_daily("00:00=1-1,02:30=2-2,04:00=1-1", "Australia/Lord_Howe")
    what = Course(plan)
    assert cells(one(what, day, plan.timezone), 48, drawn(what)) == expected


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ("", ""),
        ("1-1", "="),
        ("1-1,2-4", "-="),
        ("4-4,0-1,2-4", "-=#"),
        ("4-4,2-4", "-="),  # the same max: by min
        ("1,2,3,4,5,6,7,8", "-~+=*%#@"),
        ("1,2,3,4,5,6,7,8,9", "123456789"),
    ],
)
def test_more_replicas_are_drawn_denser(bounds: str, expected: str) -> None:
    given_ = [make_replicas(b) for b in bounds.split(",") if b]
    found = glyphs([*given_, Replicas(0, 0)])
    running = sorted((b for b in found if not b.stopped), key=lambda b: (b.max, b.min))
    assert "".join(found[b] for b in running) == expected
    assert found[Replicas(0, 0)] == "."
    assert "".join(found.values()).isascii()


def test_a_hundred_bounds_are_drawn_too() -> None:
    found = glyphs(Replicas(n, n) for n in range(1, 101))
    assert len(found) == 101
    assert all(len(g) == 1 and g.isalnum() for b, g in found.items() if not b.stopped)


@pytest.mark.parametrize(
    ("count", "start"),
    [(24, "00 03 06"), (48, "00    03    06"), (72, "00 01 02"), (96, "00  01  02"), (12, "00 06")],
)
def test_the_ruler_is_as_long_as_the_strip(count: int, start: str) -> None:
    assert ruler(count).startswith(start)
    assert len(ruler(count)) == count
    assert ruler(count).index("18") == count * 18 // 24


def test_the_legend_names_what_the_strips_show() -> None:
    found = drawn(Course(OFFICE))
    assert legend(found, "--==##") == "# 4-4  = 2-4  - 0-1"
    assert legend(found, "-/.") == "# 4-4  = 2-4  - 0-1  . stopped  / does not exist"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-03-05", []),
        ("2026-03-07", ["no points"]),
        ("2026-03-08", ["23 h", "UTC-5 to -4", "no points"]),
        ("2026-11-01", ["25 h", "UTC-4 to -5", "no points"]),
    ],
)
def test_what_is_said_beside_a_day(day: str, expected: list[str]) -> None:
    what = Course(OFFICE)
    assert notes(one(what, day, NEW_YORK), what) == expected


def test_days_that_somebody_stepped_into_say_so() -> None:
    task = make_task(
        schedule=OFFICE,
        armed=make_arming(NOW - timedelta(days=9)),
        override=Override(make_replicas("4-4"), NOW, NOW + timedelta(hours=9), "op"),
        pause=Pause(make_replicas("4-4"), NOW, NOW + timedelta(hours=40), "op"),
    )
    what = course(task, NOW)
    week = days(what, date(2026, 3, 4), 4, NEW_YORK)
    said = [notes(day, what) for day in week]
    assert said == [[], ["by hand", "paused"], ["paused"], ["paused", "no points"]]
    assert make_replicas("4-4") in drawn(what)


@pytest.mark.parametrize(
    ("day", "room", "expected"),
    [
        ("2026-03-05", 40, "< now 14:13"),
        ("2026-03-05", 5, ""),
        ("2026-03-08", 40, "23 h, UTC-5 to -4, no points"),
        ("2026-03-08", 17, "23 h, UTC-5 to -4"),
        ("2026-03-08", 16, "23 h, no points"),
    ],
)
def test_notes_are_shown_whole_or_not_at_all(day: str, room: int, expected: str) -> None:
    what = Course(OFFICE)
    assert beside(one(what, day, NEW_YORK), what, NOW, room) == expected


def test_utc_is_marked() -> None:
    what = Course(OFFICE)
    assert beside(one(what, "2026-03-05", "UTC"), what, NOW, 40) == "< now 19:13Z"


@pytest.mark.parametrize(
    ("day", "now", "cell"),
    [
        ("2026-03-05", "2026-03-05T05:00", 0),
        ("2026-03-05", "2026-03-06T04:59:59", 47),
        ("2026-03-05", "2026-03-06T05:00", None),
        ("2026-03-08", "2026-03-08T07:00", 6),  # 03:00, the hour before does not exist
        ("2026-11-01", "2026-11-01T06:20", 2),  # 01:20 again
    ],
)
def test_now_lies_in_the_cell_of_its_clock(day: str, now: str, cell: int | None) -> None:
    found = one(Course(OFFICE), day, NEW_YORK)
    assert place(found, 48, datetime.fromisoformat(now).replace(tzinfo=UTC)) == cell


def test_small_words() -> None:
    assert label(date(2026, 3, 5)) == "Thu  5 Mar"
    assert hours(timedelta(hours=23.5)) == "23.5"
    assert shift((timedelta(hours=10.5), timedelta(hours=11))) == "UTC+10:30 to +11"
    assert shift((timedelta(hours=-10), timedelta(hours=14))) == "UTC-10 to +14"


@given(
    st.sampled_from([24, 48, 72, 96]),
    st.sampled_from([NEW_YORK, "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo"]),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
def test_each_cell_is_what_is_in_force_when_its_time_begins(
    count: int, zone: str, day: date
) -> None:
    plan = make_daily("00:15=1-1,02:30=0-0,09:40=2-3,13:00=4-4@America/New_York", zone)
    what = Course(plan)
    (found,) = days(what, day, 1, zone)
    text = cells(found, count, drawn(what))
    assert len(text) == count
    for glyph, moment in zip(text, found.moments(count), strict=True):
        force = in_force(plan, moment, None) if moment else None
        assert glyph == (GAP if moment is None else force and drawn(what)[force.replicas])
