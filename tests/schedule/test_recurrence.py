"""Rules of repeated events, beside another implementation of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from tasktui.errors import InvalidField
from tasktui.schedule.recurrence import Walk, dates, read

NAMES = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
NUMBERED = [f"{number}{name}" for number in (1, 2, 5, -1, -2) for name in NAMES]
STARTS = st.dates(date(2015, 1, 1), date(2027, 1, 1))
FIRST, LAST = date(2025, 1, 1), date(2029, 12, 31)


def texts(values: st.SearchStrategy[object], most: int = 3) -> st.SearchStrategy[list[str]]:
    return st.lists(values.map(str), min_size=1, max_size=most, unique=True)


PARTS = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]).map(lambda f: [f])},
    optional={
        "INTERVAL": texts(st.integers(1, 5), 1),
        "COUNT": texts(st.integers(1, 60), 1),
        "WKST": texts(st.sampled_from(NAMES), 1),
        # Both kinds together are read otherwise there: as days that are both.
        "BYDAY": texts(st.sampled_from(NAMES)) | texts(st.sampled_from(NUMBERED)),
        "BYMONTH": texts(st.integers(1, 12)),
        "BYMONTHDAY": texts(st.sampled_from([1, 2, 15, 28, 29, 30, 31, -1, -2, -31])),
        "BYSETPOS": texts(st.sampled_from([1, 2, -1, -3])),
    },
)


def read_or_pass(parts: dict[str, list[str]], start: date) -> list[date]:
    try:
        rule = read(parts, start)
    except InvalidField:
        assume(False)
        raise
    return list(dates(rule, start, FIRST, LAST, Walk(100_000)))


@given(PARTS, STARTS)
def test_rules_mean_what_they_mean_elsewhere(parts: dict[str, list[str]], start: date) -> None:
    found = read_or_pass(parts, start)
    assume("BYSETPOS" not in parts or {"BYDAY", "BYMONTHDAY"} & parts.keys())
    assume(found)  # the other one looks for what never comes until the year 9999
    text = ";".join(f"{k}={','.join(v)}" for k, v in parts.items())
    end = datetime.combine(LAST, time())
    if "COUNT" not in parts:  # an end, so that a rule that never comes ends, too
        text += f";UNTIL={end:%Y%m%dT%H%M%S}"
    other = rrulestr(text, dtstart=datetime.combine(start, time()))
    low = datetime.combine(FIRST, time())
    assert found == [at.date() for at in other.between(low, end, inc=True)]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({}, "YEARLY, MONTHLY"),
        ({"FREQ": ["HOURLY"]}, "YEARLY, MONTHLY"),
        ({"FREQ": ["YEARLY"], "BYWEEKNO": ["3"]}, "without BYWEEKNO"),
        ({"FREQ": ["YEARLY"], "INTERVAL": ["0"]}, "INTERVAL from 1"),
        ({"FREQ": ["YEARLY"], "COUNT": ["x"]}, "COUNT from 1"),
        ({"FREQ": ["YEARLY"], "BYDAY": ["XX"]}, "4TH"),
        ({"FREQ": ["WEEKLY"], "BYDAY": ["2MO"]}, "by month or year"),
        ({"FREQ": ["WEEKLY"], "BYMONTHDAY": ["1"]}, "not by week"),
        ({"FREQ": ["DAILY"], "BYSETPOS": ["1"]}, "by month or year"),
    ],
)
def test_what_is_not_understood_is_refused_in_words(parts: dict[str, list[str]], said: str) -> None:
    with pytest.raises(InvalidField, match=said):
        read(parts, FIRST)


def test_a_rule_that_never_comes_costs_no_more_than_another() -> None:
    walk = Walk(5_000)
    never = read({"FREQ": ["DAILY"], "BYMONTH": ["2"], "BYMONTHDAY": ["30"]}, date(1900, 1, 1))
    assert list(dates(never, date(1900, 1, 1), FIRST, LAST, walk)) == []
    assert walk.left > 4_000
    with pytest.raises(InvalidField, match="fewer events"):
        list(dates(read({"FREQ": ["DAILY"]}, FIRST), FIRST, FIRST, LAST, Walk(100)))


def test_what_is_counted_is_counted_from_its_beginning() -> None:
    start = FIRST - timedelta(days=3)
    rule = read({"FREQ": ["DAILY"], "COUNT": ["5"]}, start)
    found = list(dates(rule, start, FIRST, LAST, Walk(10_000)))
    assert found == [FIRST, FIRST + timedelta(days=1)]
