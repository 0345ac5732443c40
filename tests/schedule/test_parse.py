"""What people write becomes a schedule, or a sentence about what is wrong with it."""

from __future__ import annotations

import json
from datetime import date, datetime, time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from make import make_daily, make_one_off
from tasktui.domain.schedule import EVERY_DAY, CronPoint, Daily, OneOff, Point, Replicas, Schedule
from tasktui.errors import InvalidField
from tasktui.schedule.describe import describe, short
from tasktui.schedule.mapping import from_mapping, to_mapping
from tasktui.schedule.parse import (
    check,
    parse_daily,
    parse_dates,
    parse_moment,
    parse_one_off,
    parse_replicas,
    parse_time,
    parse_weekdays,
)

BERLIN = "Europe/Berlin"


def test_a_daily_schedule_in_one_line() -> None:
    schedule = parse_daily("08:00=2-4, 12:30=3@Asia/Tokyo ,20:00=0-1", BERLIN)
    assert schedule == make_daily("08:00=2-4,12:30=3-3@Asia/Tokyo,20:00=0-1", BERLIN)


def test_a_point_may_be_a_cron_expression_with_commas_of_its_own() -> None:
    schedule = parse_daily(
        "cron(0 8,9 * * 1-5)=2-4,20:00=0-1,CRON( 0  23 * * * )=1@Asia/Tokyo", BERLIN
    )
    assert schedule.points == (
        CronPoint("0 8,9 * * 1-5", BERLIN, Replicas(2, 4)),
        Point(time(20), BERLIN, Replicas(0, 1)),
        CronPoint("0 23 * * *", "Asia/Tokyo", Replicas(1, 1)),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cron(0 8 * * 1-5=2", "TIME=MIN-MAX|five fields"),
        ("cron(0 8 * *)=2", "five fields"),
        ("cron()=2", "five fields"),
        ("cron(0 8 31 2 *)=2", "can never occur"),
        ("cron(R 8 * * *)=2", "by chance"),
        ("cron(0 8 * * *)=1,cron(0 8 * * *)=2", "two points"),
        ("cron(0 8 * * *)=0", "at least one point"),
    ],
)
def test_an_expression_that_cannot_be_meant_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidField, match=said):
        parse_daily(text, BERLIN)


def test_a_one_off_now_and_at_a_time_with_an_end() -> None:
    assert parse_one_off("Now", "UTC", Replicas(1, 2)) == make_one_off(None)
    found = parse_one_off("2026-12-01 8:00", BERLIN, Replicas(1, 2), "2026-12-01T20:00")
    assert found == make_one_off("2026-12-01T08:00", end="2026-12-01T20:00", timezone=BERLIN)


@pytest.mark.parametrize(
    ("text", "replicas"),
    [("3", (3, 3)), ("0-0", (0, 0)), (" 2-4 ", (2, 4)), ("10000", (10000,) * 2)],
)
def test_replicas_are_one_number_or_two(text: str, replicas: tuple[int, int]) -> None:
    assert parse_replicas(text) == Replicas(*replicas)


@pytest.mark.parametrize("text", ["", "-1", "4-2", "1-2-3", "a", "1.5", "1000000", "٣"])
def test_other_replicas_are_refused(text: str) -> None:
    with pytest.raises(InvalidField, match="replicas"):
        parse_replicas(text)


@pytest.mark.parametrize(
    ("text", "clock"),
    [("08:00", time(8)), ("8:05", time(8, 5)), ("23:59:59", time(23, 59, 59)), ("00:00", time(0))],
)
def test_times_of_day(text: str, clock: time) -> None:
    assert parse_time(text) == clock


@pytest.mark.parametrize("text", ["24:00", "8", "08:60", "8:5", "08:00:60", "noon", "", "-1:00"])
def test_other_times_are_refused_with_the_rule(text: str) -> None:
    with pytest.raises(InvalidField, match="HH:MM"):
        parse_time(text)


@pytest.mark.parametrize(
    "text", ["2026-12-01", "tomorrow", "2026-13-01T08:00", "2026-02-30T08:00", "2026-12-01T25:00"]
)
def test_other_moments_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidField, match="2026-12-01T08:00"):
        parse_moment(text)


@pytest.mark.parametrize("text", ["2026-12-01T08:00Z", "2026-12-01T08:00+01:00"])
def test_an_offset_is_refused_since_the_zone_stands_beside_it(text: str) -> None:
    with pytest.raises(InvalidField, match="without an offset"):
        parse_moment(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", EVERY_DAY),
        ("mo-fr", frozenset(range(5))),
        ("Sat Sun", frozenset({5, 6})),
        ("fr-mo", frozenset({4, 5, 6, 0})),
        ("Monday,wed", frozenset({0, 2})),
    ],
)
def test_weekdays(text: str, days: frozenset[int]) -> None:
    assert parse_weekdays(text) == days


@pytest.mark.parametrize("text", ["xx", "m", "mo-", "mo-xx", "1-5"])
def test_other_weekdays_are_refused(text: str) -> None:
    with pytest.raises(InvalidField, match="mo-fr"):
        parse_weekdays(text)


def test_dates_are_iso() -> None:
    assert parse_dates(["2026-12-24"]) == {date(2026, 12, 24)}
    with pytest.raises(InvalidField, match="24\\.12"):
        parse_dates(["24.12.2026"])


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        (Daily((), "UTC"), "points"),
        (make_daily("08:00=0-0,20:00=0-0"), "points"),
        (make_daily("08:00=1-1,08:00=2-2"), "points"),
        (make_daily("08:00=1-1", "Europe/Nowhere"), "timezone"),
        (make_daily("08:00=1-1@Mars/Base"), "points"),
        (make_daily("08:00=1-1", weekdays=frozenset()), "weekdays"),
        (
            make_daily(",".join(f"{h:02d}:{m:02d}=1-1" for h in range(24) for m in range(5))),
            "points",
        ),
        (make_one_off(None, "0-0"), "replicas"),
        (make_one_off("2026-03-05T15:00", end="2026-03-05T15:00"), "end"),
    ],
)
def test_a_schedule_that_cannot_be_meant_is_refused(schedule: Schedule, field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        check(schedule)
    assert caught.value.field == f"schedule.{field}"


def test_the_same_time_in_two_zones_is_two_points() -> None:
    check(make_daily("08:00=1-1,08:00=2-2@Asia/Tokyo"))


FILE = """
type: daily
timezone: Europe/Berlin
weekdays: mo-fr
except_dates: [2026-12-24, "2026-12-25"]
points:
  - {time: "08:00", replicas: "2-4"}
  - {time: "12:30", replicas: 4, timezone: America/New_York}
  - {cron: "0 18 * * 1-5", replicas: 1-2, timezone: Asia/Tokyo}
"""


def test_a_schedule_in_a_file() -> None:
    found = from_mapping(yaml.safe_load(FILE))
    assert found == parse_daily(
        "08:00=2-4,12:30=4-4@America/New_York,cron(0 18 * * 1-5)=1-2@Asia/Tokyo",
        BERLIN,
        weekdays=frozenset(range(5)),
        except_dates=frozenset({date(2026, 12, 24), date(2026, 12, 25)}),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{type: daily, points: [{time: 17:15, replicas: 1}]}", '"17:15"'),
        ("{type: daily, points: [{time: '17:15', replicas: 1}], zone: UTC}", "zone"),
        ("{type: daily, points: [{at: '17:15'}]}", "at"),
        ("{type: daily, points: 5}", "list"),
        ("{type: daily}", "list"),
        ("{type: daily, points: ['08:00=1']}", "mapping"),
        ("{type: weekly}", "one-off or daily"),
        ("[]", "mapping"),
        ("{type: one-off, at: soon}", "2026-12-01T08:00"),
        ("{type: one-off, at: 2026-12-01T08:00:00Z}", "without an offset"),
        ("{type: one-off, timezone: 5}", "quotes"),
        ("{type: one-off, replicas: yes}", "quotes"),
        ("{type: one-off, replicas: 3-1}", "min must not be above max"),
        ("{type: one-off, points: []}", "points"),
        ("{type: daily, points: [{cron: '0 8 * *', replicas: 1}]}", "points[1].cron"),
        ("{type: daily, points: [{cron: 8, replicas: 1}]}", "in quotes"),
        ("{type: daily, points: [{cron: '0 8 * * *', time: '08:00', replicas: 1}]}", "one of the"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(text: str, said: str) -> None:
    with pytest.raises(InvalidField) as caught:
        from_mapping(yaml.safe_load(text))
    assert said in str(caught.value)


def test_a_full_date_and_time_that_yaml_reads_itself_is_accepted() -> None:
    found = from_mapping(yaml.safe_load("{type: one-off, at: 2026-12-01T08:00:00, replicas: 1}"))
    assert found == make_one_off("2026-12-01T08:00", "1-1")


CLOCKS = st.times().map(lambda t: t.replace(microsecond=0))
ZONES = st.sampled_from(["UTC", BERLIN])
EXPRESSIONS = st.sampled_from(["0 8 * * 1-5", "*/5 1,2 l * *"])
DAILIES = st.builds(
    Daily,
    st.lists(
        st.builds(Point, CLOCKS, ZONES, st.just(Replicas(1, 2)))
        | st.builds(CronPoint, EXPRESSIONS, ZONES, st.just(Replicas(1, 1))),
        min_size=1,
        max_size=5,
        unique_by=lambda p: (p.label, p.timezone),
    ).map(tuple),
    st.sampled_from(["UTC", BERLIN]),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(st.dates(), max_size=3),
)
ONE_OFFS = st.builds(
    OneOff,
    st.none() | st.datetimes(datetime(1900, 1, 1)).map(lambda d: d.replace(microsecond=0)),  # noqa: DTZ001
    st.just(BERLIN),
    st.just(Replicas(1, 3)),
)


@settings(deadline=None)  # the first expression imports its library
@given(DAILIES | ONE_OFFS)
def test_a_schedule_written_to_json_or_yaml_and_read_again_is_the_same(schedule: Schedule) -> None:
    body = to_mapping(schedule)
    assert from_mapping(json.loads(json.dumps(body))) == schedule
    assert from_mapping(yaml.safe_load(yaml.safe_dump(body))) == schedule


@pytest.mark.parametrize(
    ("schedule", "phrase", "narrow"),
    [
        (
            make_daily("08:00=2-4,20:00=0-1", BERLIN),
            "Daily 08:00 2-4, 20:00 0-1, Europe/Berlin",
            "Daily 2",
        ),
        (
            make_daily("08:00=1-1", weekdays=frozenset({0, 2, 3, 4})),
            "Mon, Wed-Fri 08:00 1-1, UTC",
            "Daily 1",
        ),
        (
            make_daily("08:00=1-1@Asia/Tokyo", except_dates=frozenset({date(2026, 1, 1)})),
            "Daily 08:00 1-1 Asia/Tokyo, UTC, except 1 date",
            "Daily 1",
        ),
        (
            parse_daily("08:00=1,cron(0 20 * * 5)=2", "UTC", weekdays=frozenset({0})),
            "Mon 08:00 1-1, cron(0 20 * * 5) 2-2, UTC",
            "Daily 2",
        ),
        (
            parse_daily("cron(0 20 * * 5)=2", "UTC", weekdays=frozenset({0})),
            "Daily cron(0 20 * * 5) 2-2, UTC",
            "Daily 1",
        ),
        (make_one_off(None), "One-off now 1-2", "One-off"),
        (make_one_off("2026-03-05T15:00"), "One-off 2026-03-05 15:00 1-2, UTC", "One-off"),
        (
            make_one_off("2026-03-05T15:00:30", end="2026-03-06T00:00"),
            "One-off 2026-03-05 15:00:30 until 2026-03-06 00:00 1-2, UTC",
            "One-off",
        ),
    ],
)
def test_a_schedule_in_one_phrase(schedule: Schedule, phrase: str, narrow: str) -> None:
    assert (describe(schedule), short(schedule)) == (phrase, narrow)
