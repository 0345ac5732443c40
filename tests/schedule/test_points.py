"""What is in force and what comes next: the vectors, and properties of the step function."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from make import NOW, make_arming, make_daily, make_one_off, make_replicas, make_task
from oracle import changes
from tasktui.domain.schedule import Daily, Point, Replicas
from tasktui.domain.task import Arming, Override, Pause, When
from tasktui.schedule.parse import parse_daily
from tasktui.schedule.points import (
    in_force,
    next_instant,
    occurrences,
    on_date,
    upcoming,
    wanted,
)
from tasktui.schedule.resolve import zone_names

WORKDAYS = frozenset(range(5))
NY = "America/New_York"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def force(schedule: Daily, now: str, armed: Arming | None = None) -> str | None:
    found = in_force(schedule, at(now), armed)
    return str(found.replicas) if found else None


def test_of_two_points_in_one_gap_the_last_is_in_force_from_its_end() -> None:
    schedule = make_daily("02:15=1-1,02:45=2-2", NY)
    instants = occurrences(schedule, at("2026-03-08T00:00"), at("2026-03-08T23:00"))
    assert [i.at for i in instants] == [at("2026-03-08T07:00")] * 2
    assert force(schedule, "2026-03-08T07:00") == "2-2"
    coming = upcoming(schedule, at("2026-03-08T00:00"), None, 1)
    assert [(i.at, str(i.replicas)) for i in coming] == [(at("2026-03-08T07:00"), "2-2")]


def test_a_repeated_hour_applies_its_points_once() -> None:
    schedule = make_daily("01:15=4-4,01:45=0-0", NY)
    instants = occurrences(schedule, at("2026-11-01T00:00"), at("2026-11-01T23:00"))
    assert [(i.at, str(i.replicas)) for i in instants] == [
        (at("2026-11-01T05:15"), "4-4"),
        (at("2026-11-01T05:45"), "0-0"),
    ]
    assert force(schedule, "2026-11-01T06:20") == "0-0"


def test_on_equal_instants_the_later_in_the_list_wins_in_winter_and_not_in_summer() -> None:
    schedule = make_daily(f"13:00=1-1@UTC,08:00=2-2@{NY}")
    assert force(schedule, "2026-03-05T13:00") == "2-2"
    assert force(schedule, "2026-03-10T12:30") == "2-2"
    assert force(schedule, "2026-03-10T13:00") == "1-1"


def test_a_day_that_did_not_exist_has_its_points_at_the_change() -> None:
    schedule = make_daily("12:00=1-1", "Pacific/Apia")
    instants = occurrences(schedule, at("2011-12-30T09:00"), at("2011-12-30T11:00"))
    assert [i.at for i in instants] == [at("2011-12-30T10:00")]


def test_over_a_weekend_and_an_except_date_the_last_point_stays_in_force() -> None:
    schedule = make_daily(
        "20:00=0-1,08:00=2-4", weekdays=WORKDAYS, except_dates=frozenset({date(2026, 3, 9)})
    )
    for now in ("2026-03-06T20:00", "2026-03-08T12:00", "2026-03-09T12:00", "2026-03-10T07:59"):
        assert force(schedule, now) == "0-1", now
    assert force(schedule, "2026-03-10T08:00") == "2-4"
    coming = next_instant(schedule, at("2026-03-08T12:00"), None)
    assert coming
    assert coming.at == at("2026-03-10T08:00")


def test_without_the_point_in_force_the_one_before_holds_at_once() -> None:
    now = "2026-03-05T14:00"
    assert force(make_daily("08:00=1-1,12:00=2-2"), now) == "2-2"
    assert force(make_daily("08:00=1-1"), now) == "1-1"


def test_with_next_nothing_is_in_force_before_the_first_point_from_the_activation_on() -> None:
    schedule = make_daily("08:00=2-4,20:00=0-1")
    armed = make_arming(at("2026-03-05T10:00"), When.NEXT)
    assert force(schedule, "2026-03-05T19:59:59", armed) is None
    assert force(schedule, "2026-03-05T20:00", armed) == "0-1"
    coming = next_instant(schedule, at("2026-03-05T10:00"), armed)
    assert coming
    assert coming.label == "20:00"


def test_with_now_the_point_of_before_the_activation_counts() -> None:
    armed = make_arming(at("2026-03-05T10:00"), When.NOW)
    assert force(make_daily("08:00=2-4,20:00=0-1"), "2026-03-05T10:00", armed) == "2-4"


def test_the_instant_in_force_never_moves_back_when_the_clock_does() -> None:
    schedule = make_daily("08:00=1-1,20:00=2-2")
    before = in_force(schedule, at("2026-03-05T20:05"), None)
    back = in_force(schedule, at("2026-03-05T20:05") - timedelta(seconds=2), None)
    assert before == back


def test_a_one_off_runs_from_its_time_to_its_end_and_ends_it() -> None:
    schedule = make_one_off("2026-03-05T15:00", "1-2", end="2026-03-05T16:00")
    armed = make_arming(NOW)
    assert in_force(schedule, NOW, armed) is None
    running = in_force(schedule, at("2026-03-05T15:00"), armed)
    assert running
    assert (str(running.replicas), running.ends) == ("1-2", False)
    over = in_force(schedule, at("2026-03-05T16:00"), armed)
    assert over
    assert over.ends
    assert [i.label for i in upcoming(schedule, NOW, armed, 5)] == ["2026-03-05 15:00", "end"]


def test_a_one_off_now_is_at_the_activation() -> None:
    armed = make_arming(NOW, When.NEXT)
    found = in_force(make_one_off(None), NOW, armed)
    assert found
    assert (found.at, found.label) == (NOW, "now")


def test_a_task_that_is_not_armed_wants_nothing() -> None:
    assert wanted(make_task(), NOW).replicas is None


def test_an_override_counts_before_a_pause_and_a_pause_before_the_schedule() -> None:
    until = NOW + timedelta(hours=1)
    pause = Pause(Replicas(3, 3), NOW, None, "op")
    override = Override(Replicas(6, 6), NOW, until, "op")
    task = make_task(armed=make_arming(), schedule=make_daily("08:00=1-1"))
    assert wanted(task, NOW).replicas == make_replicas("1")
    paused = replace(task, pause=pause)
    assert wanted(paused, NOW).replicas == make_replicas("3")
    assert wanted(paused, NOW).next_at is None
    both = replace(paused, override=override)
    assert wanted(both, NOW).replicas == make_replicas("6")
    assert wanted(both, NOW).next_at == until
    assert wanted(both, until).replicas == make_replicas("3")


# Properties.

TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", NY, "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"]
)
BOUNDS = st.integers(0, 5).map(lambda n: Replicas(n, n + 1))
POINTS = st.lists(st.builds(Point, TIMES, ZONES, BOUNDS), min_size=1, max_size=5)
SCHEDULES = POINTS.map(lambda p: Daily(tuple(p), "UTC"))
MOMENTS = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - the zone is an argument
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda d: d.replace(microsecond=0))


@given(SCHEDULES, MOMENTS)
def test_the_next_point_is_later_and_never_more_than_50_hours_ahead(
    schedule: Daily, now: datetime
) -> None:
    coming = next_instant(schedule, now, None)
    assert coming
    assert now < coming.at <= now + timedelta(hours=50)


@given(SCHEDULES, MOMENTS, st.floats(0, 0.999))
def test_the_answer_is_constant_until_the_next_change(
    schedule: Daily, now: datetime, part: float
) -> None:
    task = make_task(schedule=schedule, armed=make_arming(now - timedelta(days=30)))
    answer = wanted(task, now)
    assert answer.next_at
    between = now + (answer.next_at - now) * part
    later = wanted(task, between)
    assert (later.replicas, later.force) == (answer.replicas, answer.force)
    assert wanted(task, answer.next_at).force != answer.force


@given(SCHEDULES, MOMENTS)
def test_walking_the_occurrences_gives_the_point_in_force(schedule: Daily, now: datetime) -> None:
    passed = occurrences(schedule, now - timedelta(days=3), now)
    assert in_force(schedule, now, None) == passed[-1]


@given(SCHEDULES, MOMENTS, st.integers(1, 12))
def test_upcoming_gives_distinct_moments_in_order(
    schedule: Daily, now: datetime, count: int
) -> None:
    moments = [i.at for i in upcoming(schedule, now, None, count)]
    assert len(moments) == count
    assert moments == sorted(set(moments))


@settings(max_examples=50)
@given(st.sampled_from(zone_names()), TIMES, MOMENTS)
def test_a_point_comes_once_on_each_local_day(name: str, clock: time, now: datetime) -> None:
    schedule = Daily((Point(clock, name, Replicas(1, 1)),), name)
    found = occurrences(schedule, now, now + timedelta(days=20))
    assert 19 <= len(found) <= 21


@pytest.mark.parametrize(
    "name",
    [
        *("Asia/Beirut", "America/Asuncion", "America/Havana", "Atlantic/Azores"),
        *("Pacific/Apia", "Australia/Lord_Howe", "Africa/Casablanca", "Antarctica/Troll"),
    ],
)
def test_no_time_is_missed_where_a_changing_clock_shows_a_date_twice_or_not(name: str) -> None:
    clocks = ("23:05", "23:45", "00:00", "00:15", "00:45", "01:30", "02:30")
    schedule = Daily(
        tuple(Point(time.fromisoformat(c), name, Replicas(1, 1)) for c in clocks), name
    )
    for change in changes(name):
        for minutes in range(-150, 151, 30):
            start = change + timedelta(minutes=minutes, seconds=-1)
            for end in (start + timedelta(minutes=20), start + timedelta(hours=26)):
                day = start.date() - timedelta(days=3)
                everything = [
                    i.at
                    for n in range(8)
                    for p in schedule.points
                    for i in on_date(schedule, p, day + timedelta(days=n))
                ]
                found = [i.at for i in occurrences(schedule, start, end)]
                assert found == sorted(at for at in everything if start < at <= end)


def test_a_clock_set_back_over_midnight_has_been_a_date_further() -> None:
    """St. John's did so: on 7 November 2010 it went from 00:01 back to 23:01 of the 6th."""
    back = at("2010-11-07T02:31")
    schedule = make_daily("00:00=1-1", "America/St_Johns")
    found = occurrences(schedule, back - timedelta(minutes=5), back + timedelta(minutes=5))
    assert [i.at for i in found] == [back - timedelta(minutes=1)]


def test_an_expression_that_strikes_is_heard_again_on_the_date_before() -> None:
    schedule = parse_daily("cron(45 * * * *)=1-1", "Asia/Beirut")
    back = at("2026-10-24T21:00")  # 00:00 of the 25th becomes 23:00 of the 24th
    found = occurrences(schedule, back - timedelta(minutes=20), back + timedelta(hours=1))
    assert [i.at for i in found] == [at("2026-10-24T20:45"), at("2026-10-24T21:45")]
