"""Cron expressions: what is refused, the two rules, and a slow reading of the same words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasktui.domain.schedule import CronPoint, Daily, Replicas
from tasktui.errors import InvalidField
from tasktui.schedule import cron
from tasktui.schedule.points import in_force, next_instant, occurrences, upcoming
from tasktui.schedule.resolve import local

BERLIN = "Europe/Berlin"
MINUTE = timedelta(minutes=1)
NAMES = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(
    expression: str, timezone: str = "UTC", except_dates: frozenset[date] = frozenset()
) -> Daily:
    points = (CronPoint(expression, timezone, Replicas(1, 2)),)
    return Daily(points, timezone, except_dates=except_dates)


def moments(expression: str, timezone: str, start: str, end: str) -> list[str]:
    found = occurrences(daily(expression, timezone), at(start), at(end))
    return [f"{i.at:%m-%dT%H:%M}" for i in found]


@pytest.mark.parametrize(
    ("expression", "timezone", "day", "expected"),
    [
        ("0 8 * * 1-5", BERLIN, "2026-03-06", ["03-06T07:00"]),
        ("0 8 * * 1-5", BERLIN, "2026-03-07", []),
        ("30 2 * * *", "America/New_York", "2026-03-08", ["03-08T07:00"]),
        ("15,45 2 * * *", "America/New_York", "2026-03-08", ["03-08T07:00", "03-08T07:00"]),
        ("30 1 * * *", "America/New_York", "2026-11-01", ["11-01T05:30"]),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03", ["10-03T15:30"]),
        ("30 0 * * *", "Africa/Cairo", "2026-04-23", ["04-23T22:00"]),
    ],
)
def test_a_fixed_hour_follows_the_two_rules(
    expression: str, timezone: str, day: str, expected: list[str]
) -> None:
    assert moments(expression, timezone, f"{day}T00:00", f"{day}T23:59") == expected


def test_an_expression_of_every_hour_strikes_in_both_of_a_repeated_one_and_skips_a_gap() -> None:
    autumn = moments("30 * * * *", "America/New_York", "2026-11-01T04:45", "2026-11-01T07:45")
    assert autumn == ["11-01T05:30", "11-01T06:30", "11-01T07:30"]
    spring = moments("30 * * * *", "America/New_York", "2026-03-08T05:45", "2026-03-08T08:45")
    assert spring == ["03-08T06:30", "03-08T07:30", "03-08T08:30"]


def test_a_fixed_hour_on_a_day_that_did_not_exist_comes_at_the_change() -> None:
    found = occurrences(
        daily("0 12 * * *", "Pacific/Apia"), at("2011-12-30T09:00"), at("2011-12-30T11:00")
    )
    assert [i.at for i in found] == [at("2011-12-30T10:00")]


def test_an_instant_is_labelled_by_its_clock_and_except_dates_hold() -> None:
    found = next_instant(daily("5 8 * * *", BERLIN), at("2026-03-05T00:00"), None)
    assert found
    assert found.label == "08:05"
    without = daily("5 8 * * *", BERLIN, except_dates=frozenset({date(2026, 3, 5)}))
    later = next_instant(without, at("2026-03-05T00:00"), None)
    assert later
    assert later.at == at("2026-03-06T07:05")


def test_the_last_29_february_is_found_and_so_is_the_next() -> None:
    schedule = daily("0 0 29 2 *")
    force = in_force(schedule, at("2027-06-01T00:00"), None)
    coming = upcoming(schedule, at("2097-01-01T00:00"), None, 1)
    assert force
    assert force.at == at("2024-02-29T00:00")
    assert [i.at for i in coming] == [at("2104-02-29T00:00")]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "five fields"),
        ("* * * *", "five fields"),
        ("* * * * * *", "five fields"),
        ("@daily", "five fields"),
        ("0 8 * * 1-5" + " " * 300, "256 characters"),
        ("R 8 * * *", "by chance"),
        ("H(0-5)/2 8 * * *", "by chance"),
        ("0 h * * *", "by chance"),
        ("0 8,r * * *", "by chance"),
        ("60 8 * * *", "five fields"),
        ("0 8 * * mo", "five fields"),
        ("0 8 31 2 *", "five fields"),
        ("0 8 30 2 1#1", "five fields"),
        ("\N{FULLWIDTH DIGIT ZERO} 8 * * *", "five fields"),
        ("0 8 31 4,6 *", "five fields"),
        ("0 8 29 2 mon#1", "once in 8 years"),
        ("0 8 -1 * *", "five fields"),
    ],
)
def test_what_cannot_be_read_or_never_comes_is_refused(expression: str, said: str) -> None:
    with pytest.raises(InvalidField, match=said) as caught:
        cron.check(expression, "schedule.points[1].cron")
    assert caught.value.field == "schedule.points[1].cron"


@pytest.mark.parametrize(
    "expression",
    [
        "0 8 * * thu",
        "0 8 * mar,apr fri",
        "*/15 8-18 * * 1-5",
        "0 0 l * *",
        "0 0 15w * *",
        "0 8 ? * 7",
    ],
)
def test_what_others_write_is_read(expression: str) -> None:
    cron.check(expression)


# A slow reading: walk the minutes of UTC, look at the clock, apply the two rules.

FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def values(text: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            start, stop = low, high
        else:
            start = NAMES.get(first, -1) if first in NAMES else int(first)
            stop = int(last) if dash else high if step else start
        found.update(range(start, stop + 1, int(step or 1)))
    return found


class Slow:
    """One expression, matched against a wall clock field by field."""

    def __init__(self, expression: str) -> None:
        words = expression.split()
        sets = [values(w, *bounds) for w, bounds in zip(words, FIELDS, strict=True)]
        self.minutes, self.hours, self.dates, self.months, days = sets
        self.days = {d % 7 for d in days}
        # Both given: either of them, as crontab(5) says.
        self.either = words[2] != "*" and words[4] != "*"
        self.every_hour = len(self.hours) == 24

    def matches(self, wall: datetime) -> bool:
        date_fits = wall.day in self.dates
        day_fits = wall.isoweekday() % 7 in self.days
        fits = (date_fits or day_fits) if self.either else (date_fits and day_fits)
        clock = wall.minute in self.minutes and wall.hour in self.hours
        return fits and clock and wall.month in self.months

    def walk(self, timezone: str, start: datetime, end: datetime) -> set[datetime]:
        """Instants with start < at <= end."""
        tz = ZoneInfo(timezone)
        found, shown = set(), set()
        moment = start - timedelta(hours=26)
        before = moment.astimezone(tz).replace(tzinfo=None) - MINUTE
        while moment <= end:
            wall = moment.astimezone(tz).replace(tzinfo=None)
            if self.every_hour:
                due = self.matches(wall)
            else:  # the minutes that were skipped, and this one unless it was shown before
                due, missed = False, before + MINUTE
                while missed <= wall:
                    due = due or (missed not in shown and self.matches(missed))
                    missed += MINUTE
            shown.add(wall)
            if due and moment > start:
                found.add(moment)
            before, moment = wall, moment + MINUTE
        return found


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(sorted).filter(lambda p: p[0] < p[1])
    return st.one_of(
        st.just("*"),
        st.just("*"),
        number.map(str),
        st.lists(number, min_size=2, max_size=3, unique=True).map(lambda n: ",".join(map(str, n))),
        span.map(lambda p: f"{p[0]}-{p[1]}"),
        st.integers(2, 20).map(lambda n: f"*/{n}"),
    )


EXPRESSIONS = st.tuples(*(field(*bounds) for bounds in FIELDS)).map(" ".join)
PLACES = st.sampled_from(
    [
        (BERLIN, "2026-03-29T01:00"),
        (BERLIN, "2026-10-25T01:00"),
        ("America/New_York", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T06:00"),
        ("Australia/Lord_Howe", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "2026-04-04T15:00"),
        ("Africa/Cairo", "2026-04-23T22:00"),
        ("America/Santiago", "2026-04-05T03:00"),
        ("Asia/Kathmandu", "2026-07-01T00:00"),
    ]
)


def readable(expression: str) -> bool:
    try:
        cron.check(expression)
    except InvalidField:
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS.filter(readable), PLACES, st.integers(-20 * 60, 20 * 60))
def test_it_says_what_a_slow_walk_through_the_minutes_says(
    expression: str, place: tuple[str, str], away: int
) -> None:
    timezone, change = place
    start = at(change) + away * MINUTE - timedelta(hours=6)
    end = start + timedelta(hours=12)
    found = {i.at for i in occurrences(daily(expression, timezone), start, end)}
    assert found == Slow(expression).walk(timezone, start, end)


@settings(deadline=None)
@given(EXPRESSIONS.filter(readable), st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1)))  # noqa: DTZ001
def test_the_next_one_is_later_and_nothing_lies_between(expression: str, wall: datetime) -> None:
    now = wall.replace(tzinfo=UTC, microsecond=0)
    schedule = daily(expression, BERLIN)
    found = next_instant(schedule, now, None)
    assert found
    assert found.at > now
    force = in_force(schedule, found.at - timedelta(seconds=1), None)
    assert force == in_force(schedule, now, None)
    assert in_force(schedule, found.at, None) == found
    assert local(found.at, BERLIN).second == 0


@pytest.mark.parametrize("expression", ["0 8 */2 * 0-6", "0 8 1-31 * 1", "0 8 5 * 1-7"])
def test_of_date_and_weekday_either_is_enough_also_where_one_leaves_nothing_out(
    expression: str,
) -> None:
    assert all(cron.falls(expression, date(2026, 3, day)) for day in range(1, 32))
    only = expression.replace("0-6", "*").replace("1-31", "*").replace("1-7", "*")
    assert not all(cron.falls(only, date(2026, 3, day)) for day in range(1, 32))
