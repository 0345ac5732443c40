from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from make import make_arming, make_daily, make_one_off, make_replicas, make_task
from tasktui.domain.schedule import Schedule
from tasktui.domain.task import Override
from tasktui.errors import InvalidField
from tasktui.schedule.coming import coming, listing, said
from tasktui.schedule.days import Course, course

NEW_YORK = "America/New_York"
OFFICE = make_daily("08:00=2-4,12:00=4-4,20:00=0-1", NEW_YORK, weekdays=frozenset(range(5)))
NOW = datetime(2026, 3, 5, 19, 13, tzinfo=UTC)


def notes(plan: Schedule, now: datetime, count: int) -> list[str]:
    return [f"{c.bounds} {c.note}".strip() for c in coming(Course(plan), now, count)]


def test_the_list_says_what_is_held_over_the_weekend_and_where_the_offset_is_new() -> None:
    assert notes(OFFICE, NOW, 6) == [
        "0-1",
        "2-4",
        "4-4",
        "0-1 held until Mon 08:00",
        "2-4 new UTC offset",
        "4-4",
    ]


@pytest.mark.parametrize(
    ("plan", "now", "expected"),
    [
        (make_daily("02:30=2-2", NEW_YORK), "2026-03-08T01:00", "2-2 02:30 does not exist"),
        (make_daily("01:30=2-2", NEW_YORK), "2026-11-01T01:00", "2-2 the first of two"),
        (make_daily("09:00=2-2", NEW_YORK), "2026-11-01T01:00", "2-2 new UTC offset"),
        (
            make_daily("09:00=2-2", except_dates=frozenset(date(2026, 3, d) for d in range(6, 20))),
            "2026-03-05T08:00",
            "2-2 held until 20 Mar 09:00",
        ),
        (make_one_off("2026-03-08T02:30", timezone=NEW_YORK), "2026-03-08T01:00", "1-2 02:30"),
    ],
)
def test_what_is_said_of_the_next_point(plan: Schedule, now: str, expected: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert notes(plan, moment, 1)[0].startswith(expected)


def test_the_end_of_a_one_off_is_an_end() -> None:
    plan = make_one_off("2026-03-05T20:00", end="2026-03-05T22:00")
    assert notes(plan, NOW, 5) == ["1-2", "end"]


def test_one_that_starts_now_is_to_come_while_it_is_not_activated() -> None:
    assert [c.bounds for c in coming(course(make_task(schedule=make_one_off(None)), NOW), NOW, 5)]


def test_points_that_an_override_passes_over_say_so() -> None:
    by_hand = Override(make_replicas("6-6"), NOW, NOW + timedelta(hours=9), "op")
    task = make_task(schedule=OFFICE, armed=make_arming(NOW), override=by_hand)
    rows = coming(course(task, NOW), NOW, 2)
    assert [r.note for r in rows] == ["not applied: by hand", ""]
    assert [bool(r.held) for r in rows] == [True, False]


def test_an_unknown_zone_is_said() -> None:
    with pytest.raises(InvalidField):
        coming(Course(make_daily(timezone="Mars/Olympus")), NOW, 1)


def test_the_list_is_a_table_in_local_time_and_utc() -> None:
    lines = [
        f"{a}  {b}".rstrip() for a, b in listing(coming(Course(OFFICE), NOW, 5), NEW_YORK, NOW)
    ]
    assert lines == [
        "#  LOCAL                 UTC                MIN-MAX  NOTE",
        "1  Thu  5 Mar 20:00 EST  Fri  6 Mar 01:00Z  0-1",
        "2  Fri  6 Mar 08:00 EST  Fri  6 Mar 13:00Z  2-4",
        "3  Fri  6 Mar 12:00 EST  Fri  6 Mar 17:00Z  4-4",
        "4  Fri  6 Mar 20:00 EST  Sat  7 Mar 01:00Z  0-1      held until Mon 08:00",
        "5  Mon  9 Mar 08:00 EDT  Mon  9 Mar 12:00Z  2-4      new UTC offset",
    ]


def test_in_utc_there_is_one_column_of_times() -> None:
    head, first = listing(coming(Course(OFFICE), NOW, 1), "UTC", NOW)
    assert head[0].split() == ["#", "UTC", "MIN-MAX"]
    assert first[0].startswith("1  Fri  6 Mar 01:00Z  0-1")


def test_points_with_a_zone_of_their_own_are_named_by_it() -> None:
    plan = make_daily("08:00=1-1@Asia/Tokyo,09:00=2-2", NEW_YORK)
    _, tokyo, home = listing(coming(Course(plan), NOW, 2), NEW_YORK, NOW)
    assert tokyo[0].startswith("1  Thu  5 Mar 18:00 EST  Thu  5 Mar 23:00Z")
    assert (tokyo[1], home[1]) == ("08:00 Tokyo", "")


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        ("2026-03-05T19:13", "UTC", "Thu  5 Mar 19:13Z"),
        ("2026-03-05T19:13:07", NEW_YORK, "Thu  5 Mar 14:13:07 EST"),
        ("2027-01-01T12:00", NEW_YORK, " 1 Jan 2027 07:00 EST"),
        ("2027-01-01T03:00", NEW_YORK, "Thu 31 Dec 22:00 EST"),
    ],
)
def test_a_moment_in_a_list(moment: str, zone: str, expected: str) -> None:
    assert said(datetime.fromisoformat(moment).replace(tzinfo=UTC), zone, NOW) == expected
