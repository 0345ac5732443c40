"""What a schedule is warned about, and what not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from make import make_daily, make_one_off
from tasktui.domain.schedule import CronPoint, Daily, Replicas, Schedule
from tasktui.schedule.lint import Severity, doubtful, lint
from tasktui.schedule.parse import parse_daily

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def texts(schedule: Schedule, start: timedelta | None = None) -> list[str]:
    return [f.text for f in lint(schedule, NOW, start)]


def test_an_ordinary_schedule_is_not_doubtful() -> None:
    assert lint(make_daily("08:00=2-4,20:00=0-1", BERLIN), NOW, timedelta(minutes=10)) == []
    assert lint(make_one_off("2026-06-01T08:00", timezone=BERLIN), NOW) == []
    assert lint(make_one_off(None), NOW) == []


def test_a_time_in_a_gap_and_in_a_repeated_hour_is_told_with_what_it_does() -> None:
    spring, autumn, *_ = texts(make_daily("02:30=1-1,08:00=2-2", BERLIN))
    assert spring == (
        "Sun 29 Mar 02:00-03:00 does not exist in Europe/Berlin; 02:30 will run at 03:00"
    )
    assert (
        autumn == "Sun 25 Oct 02:00-03:00 happens twice in Europe/Berlin; 02:30 runs the first time"
    )


@pytest.mark.parametrize(
    ("schedule", "count"),
    [
        (make_daily("02:00=1-1", BERLIN), 3),
        (make_daily("03:00=1-1,01:59=2-2", BERLIN), 0),
        (make_daily("02:30=1-1", BERLIN, weekdays=frozenset(range(5))), 0),
        (make_daily("02:30=1-1", BERLIN, except_dates=frozenset({date(2026, 3, 29)})), 2),
        (make_daily("02:30=1-1", "Asia/Kolkata"), 0),
        (parse_daily("cron(*/20 2 * * *)=1", BERLIN), 3),
        (parse_daily("cron(30 * * * *)=1", BERLIN), 0),
        (make_one_off("2026-03-29T02:30", timezone=BERLIN), 1),
        (make_one_off("2026-03-28T08:00", end="2026-10-25T02:59", timezone=BERLIN), 1),
    ],
)
def test_only_times_that_really_fall_there_are_told(schedule: Schedule, count: int) -> None:
    assert len(lint(schedule, NOW)) == count


def test_two_points_of_two_zones_that_meet_are_told_with_the_first_date() -> None:
    (found,) = texts(make_daily("12:00=1-1@UTC,08:00=2-2@America/New_York"))
    assert found == (
        "12:00 UTC and 08:00 America/New_York come at the same moment on Sun 8 Mar 2026; "
        "the later in the list counts: 2-2"
    )
    assert texts(make_daily("11:00=1-1@UTC,08:00=2-2@America/New_York")) == []


def test_two_points_in_one_gap_meet_too() -> None:
    found = texts(make_daily("02:15=1-1,02:45=2-2", BERLIN))
    assert any("come at the same moment on Sun 29 Mar 2026" in t for t in found)


def test_a_point_that_another_one_always_replaces_never_counts() -> None:
    (found,) = lint(parse_daily("08:00=1,20:00=0,cron(0 8 * * *)=2", "UTC"), NOW)
    assert (found.where, found.severity) == ("schedule.points[1]", Severity.WARNING)
    assert "08:00 UTC never counts" in found.text


def test_a_point_that_does_not_come_is_told_with_how_far_was_looked() -> None:
    (found,) = lint(parse_daily("08:00=1,cron(0 0 29 2 *)=2", "UTC"), NOW)
    assert found.where == "schedule.points[2]"
    assert found.text == "cron(0 0 29 2 *) UTC does not come until 2027-04-08"


def test_points_closer_than_a_start_takes_are_told_once_a_pair() -> None:
    schedule = make_daily("08:00=1-1,08:10=2-2,20:00=0-0")
    assert texts(schedule) == []
    assert texts(schedule, timedelta(minutes=10)) == []
    assert texts(schedule, timedelta(minutes=12)) == [
        "08:10 comes 10 min after 08:00 (Fri 6 Mar); a start takes 12 min"
    ]


def test_a_stop_may_follow_itself_and_equal_bounds_change_nothing() -> None:
    assert texts(make_daily("08:00=0-0,08:10=2-2,08:20=2-2"), timedelta(hours=1)) == []


def test_weekdays_beside_expressions_alone_have_no_effect() -> None:
    schedule = parse_daily("cron(0 8 * * *)=1", "UTC", weekdays=frozenset({1}))
    assert texts(schedule) == ["the weekdays have no effect: a cron expression names its own"]


@pytest.mark.parametrize(
    ("schedule", "where"),
    [
        (make_daily("08:00=1-1", "Mars/Base"), "schedule.timezone"),
        (make_daily("08:00=1-1,09:00=1-1@Mars/Base"), "schedule.points[2]"),
        (make_one_off(timezone="Mars/Base"), "schedule.timezone"),
        (make_daily("08:00=0-0"), "schedule.points"),
    ],
)
def test_what_entry_refuses_is_an_error_here(schedule: Schedule, where: str) -> None:
    found = lint(schedule, NOW)
    assert (found[0].where, found[0].severity) == (where, Severity.ERROR)
    assert doubtful(found[:1]) == []


def test_expressions_of_every_minute_end_the_look_and_not_the_program() -> None:
    points = tuple(CronPoint(f"*/{n} * * * *", "UTC", Replicas(n, n)) for n in range(1, 5))
    found = lint(Daily(points, "UTC"), NOW, timedelta(minutes=1))
    assert any("same moment" in f.text for f in found)
