from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make import make_arming, make_daily, make_one_off, make_replicas, make_task
from tasktui.domain.schedule import Replicas
from tasktui.domain.task import Override, Pause, When
from tasktui.errors import InvalidField
from tasktui.schedule.days import Course, Hand, course, days, segments, today
from tasktui.schedule.points import in_force, wanted

NEW_YORK, BERLIN, LORD_HOWE = "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"
WEEKDAYS = frozenset(range(5))
OFFICE = make_daily("08:00=2-4,12:00=4-4,20:00=0-1", NEW_YORK, weekdays=WEEKDAYS)
THURSDAY = date(2026, 3, 5)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def steps(what: Course, day: date, timezone: str) -> list[tuple[str, str]]:
    """When each segment starts, in UTC, and its bounds."""
    (found,) = days(what, day, 1, timezone)
    return [(f"{s.start:%H:%M}", str(s.replicas)) for s in found.segments]


def test_an_ordinary_day_starts_with_what_the_day_before_left() -> None:
    assert steps(Course(OFFICE), THURSDAY, NEW_YORK) == [
        ("05:00", "0-1"),
        ("13:00", "2-4"),
        ("17:00", "4-4"),
        ("01:00", "0-1"),
    ]


def test_a_day_without_points_keeps_the_last_one() -> None:
    week = days(Course(OFFICE), THURSDAY, 7, NEW_YORK)
    assert [len(d.points) for d in week] == [3, 3, 0, 0, 3, 3, 3]
    assert [len(d.segments) for d in week] == [4, 4, 1, 1, 4, 4, 4]


def test_an_except_date_has_no_points() -> None:
    plan = make_daily("08:00=2-4,20:00=0-1", except_dates=frozenset({date(2026, 3, 6)}))
    assert [len(d.points) for d in days(Course(plan), THURSDAY, 3, "UTC")] == [2, 0, 2]


@pytest.mark.parametrize(
    ("timezone", "day", "length", "offsets"),
    [
        (NEW_YORK, "2026-03-07", 24, (-5, -5)),
        (NEW_YORK, "2026-03-08", 23, (-5, -4)),
        (NEW_YORK, "2026-11-01", 25, (-4, -5)),
        (BERLIN, "2026-03-29", 23, (1, 2)),
        (BERLIN, "2026-10-25", 25, (2, 1)),
        (LORD_HOWE, "2026-10-04", 23.5, (10.5, 11)),
        (LORD_HOWE, "2026-04-05", 24.5, (11, 10.5)),
        ("Africa/Cairo", "2026-04-23", 24, (2, 2)),
        ("Africa/Cairo", "2026-04-24", 23, (2, 3)),  # midnight itself is missing
        ("Asia/Beirut", "2026-10-24", 25, (3, 2)),  # the hour before midnight comes twice
        ("Pacific/Apia", "2011-12-29", 24, (-10, -10)),
        ("Pacific/Apia", "2011-12-30", 0, (-10, 14)),
        ("Pacific/Apia", "2011-12-31", 24, (14, 14)),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(
    timezone: str, day: str, length: float, offsets: tuple[float, float]
) -> None:
    (found,) = days(Course(OFFICE), date.fromisoformat(day), 1, timezone)
    assert found.length == timedelta(hours=length)
    assert found.offsets == tuple(timedelta(hours=o) for o in offsets)
    assert found.changes is (offsets[0] != offsets[1])


@pytest.mark.parametrize(
    ("timezone", "day", "missing"),
    [
        (NEW_YORK, "2026-03-08", [2]),
        (NEW_YORK, "2026-11-01", []),
        ("Africa/Cairo", "2026-04-24", [0]),
        (LORD_HOWE, "2026-10-04", [2]),
        ("Pacific/Apia", "2011-12-30", list(range(24))),
        ("Pacific/Apia", "2011-12-31", []),
    ],
)
def test_times_that_do_not_exist_have_no_moment(
    timezone: str, day: str, missing: list[int]
) -> None:
    (found,) = days(Course(OFFICE), date.fromisoformat(day), 1, timezone)
    moments = found.moments(24)
    assert [hour for hour, moment in enumerate(moments) if moment is None] == missing
    assert all(found.start <= m < found.end for m in moments if m is not None)


def test_of_a_time_that_exists_twice_the_first_is_meant() -> None:
    (found,) = days(Course(OFFICE), date(2026, 11, 1), 1, NEW_YORK)
    assert found.moments(24)[1:3] == [at("2026-11-01T05:00"), at("2026-11-01T07:00")]


def test_a_day_that_was_skipped_is_empty_and_its_points_fall_on_the_next_moment() -> None:
    plan = Course(make_daily("12:00=3-3", "Pacific/Apia"))
    skipped, following = days(plan, date(2011, 12, 30), 2, "Pacific/Apia")
    assert skipped.segments == ()
    assert [f"{p.at:%d %H:%M}" for p in following.points] == ["30 10:00", "30 22:00"]


def test_points_in_one_gap_are_one_change_and_the_later_wins() -> None:
    plan = Course(make_daily("02:15=1-1,02:45=2-2", NEW_YORK))
    (found,) = days(plan, date(2026, 3, 8), 1, NEW_YORK)
    assert [str(p.replicas) for p in found.points] == ["2-2"]


def test_a_point_at_midnight_belongs_to_the_day_that_it_starts() -> None:
    first, second = days(Course(make_daily("00:00=1-1")), THURSDAY, 2, "UTC")
    assert [p.at for p in (*first.points, *second.points)] == [first.start, second.start]


def test_days_may_be_those_of_another_zone() -> None:
    assert steps(Course(OFFICE), THURSDAY, "UTC") == [
        ("00:00", "4-4"),
        ("01:00", "0-1"),
        ("13:00", "2-4"),
        ("17:00", "4-4"),
    ]


def test_an_unknown_zone_is_said() -> None:
    with pytest.raises(InvalidField):
        days(Course(OFFICE), THURSDAY, 1, "Mars/Olympus")
    with pytest.raises(InvalidField):
        days(Course(make_daily(timezone="Mars/Olympus")), THURSDAY, 1, "UTC")


# What drives the replicas.


def test_before_the_activation_with_next_nothing_counts() -> None:
    armed = make_arming(at("2026-03-05T10:00"), When.NEXT)
    what = Course(make_daily("08:00=2-4,20:00=0-1"), armed)
    assert steps(what, THURSDAY, "UTC") == [("00:00", "None"), ("20:00", "0-1")]


def test_a_one_off_runs_from_its_start_to_its_end() -> None:
    plan = make_one_off("2026-03-05T15:00", end="2026-03-05T18:00")
    assert steps(Course(plan), THURSDAY, "UTC") == [
        ("00:00", "None"),
        ("15:00", "1-2"),
        ("18:00", "None"),
    ]


def test_a_task_that_is_not_armed_is_drawn_as_if_it_were_activated_now() -> None:
    now = at("2026-03-05T14:00")
    what = course(make_task(schedule=make_one_off(None)), now)
    assert steps(what, THURSDAY, "UTC") == [("00:00", "None"), ("14:00", "1-2")]


def held_task(*, override: bool = True, pause: bool = True) -> Course:
    now = at("2026-03-05T14:00")
    over = Override(make_replicas("6-6"), now, at("2026-03-05T21:00"), "op")
    stop = Pause(make_replicas("2-4"), now, None, "op")
    task = make_task(
        armed=make_arming(at("2026-03-01T00:00")),
        override=over if override else None,
        pause=stop if pause else None,
    )
    return course(task, now)


def test_an_override_stands_over_a_pause_and_both_over_the_schedule() -> None:
    first, second = days(held_task(), THURSDAY, 2, "UTC")
    assert [str(s.replicas) for s in first.segments] == ["0-1", "2-4", "6-6", "2-4"]
    assert [str(s.replicas) for s in second.segments] == ["2-4"]


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        ("2026-03-05T13:59", None),
        ("2026-03-05T14:00", Hand.OVERRIDE),
        ("2026-03-05T20:59", Hand.OVERRIDE),
        ("2026-03-05T21:00", Hand.PAUSE),
        ("2026-03-09T00:00", Hand.PAUSE),
    ],
)
def test_what_holds_is_known_for_every_moment(moment: str, why: Hand | None) -> None:
    held = held_task().held_at(at(moment))
    assert (held.why if held else None) is why


def test_today_is_the_date_of_the_zone() -> None:
    assert today(at("2026-03-05T03:00"), NEW_YORK) == date(2026, 3, 4)


# Properties.

ZONES = st.sampled_from([NEW_YORK, BERLIN, LORD_HOWE, "UTC", "Africa/Cairo", "Asia/Beirut"])
POINTS = st.sampled_from(
    [
        "08:00=2-4,12:00=4-4,20:00=0-1",
        "00:00=0-0,02:15=1-1,02:45=3-3@Europe/Berlin",
        "23:59:59=1-1,01:30=0-0@Australia/Lord_Howe",
        "13:00=5-5,08:00=1-1@America/New_York",
    ]
)
DATES = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(POINTS, ZONES, ZONES, DATES, st.integers(0, 24 * 60 * 60 - 1))
def test_a_day_says_at_each_moment_what_is_in_force(
    points: str, zone: str, shown: str, day: date, second: int
) -> None:
    plan = make_daily(points, zone, weekdays=frozenset({0, 2, 3, 6}))
    (found,) = days(Course(plan), day, 1, shown)
    moment = found.start + timedelta(seconds=second)
    if moment < found.end:
        force = in_force(plan, moment, None)
        assert found.at(moment) == (force.replicas if force else None)


@given(POINTS, ZONES, DATES)
def test_days_touch_and_their_segments_fill_them(points: str, zone: str, day: date) -> None:
    week = days(Course(make_daily(points, zone)), day, 7, zone)
    for one, other in pairwise(week):
        assert one.end == other.start
    for found in week:
        assert found.segments[0].start == found.start
        assert found.segments[-1].end == found.end
        for a, b in pairwise(found.segments):
            assert a.end == b.start
            assert a.replicas != b.replicas


@given(st.integers(0, 3 * 24 * 3600))
def test_a_held_task_is_drawn_as_the_scheduler_wants_it(second: int) -> None:
    since = at("2026-03-05T14:00")
    moment = since + timedelta(seconds=second)
    task = make_task(
        armed=make_arming(at("2026-03-01T00:00")),
        override=Override(Replicas(6, 6), since, since + timedelta(hours=7), "op"),
        pause=Pause(Replicas(2, 4), since, since + timedelta(hours=50), "op"),
    )
    assert course(task, since).wanted(moment) == wanted(task, moment).replicas


def test_no_time_has_no_segments() -> None:
    now = at("2026-03-05T14:00")
    assert segments(Course(OFFICE), now, now) == ()
