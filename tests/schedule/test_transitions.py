from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tasktui.errors import InvalidField
from tasktui.schedule.transitions import Transition, transitions

HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def found(timezone: str, start: str, end: str) -> list[Transition]:
    return list(transitions(timezone, at(start), at(end)))


def test_a_year_of_a_zone_has_a_gap_and_a_repeated_hour() -> None:
    spring, autumn = found("Europe/Berlin", "2026-01-01", "2027-01-01")
    assert spring == Transition(at("2026-03-29T01:00"), HOUR, 2 * HOUR)
    assert autumn == Transition(at("2026-10-25T01:00"), 2 * HOUR, HOUR)
    assert (spring.gap, autumn.gap) == (True, False)


@pytest.mark.parametrize(
    ("timezone", "start", "end", "clocks"),
    [
        ("Europe/Berlin", "2026-03-01", "2026-04-01", ("2026-03-29T02:00", "2026-03-29T03:00")),
        ("Europe/Berlin", "2026-10-01", "2026-11-01", ("2026-10-25T02:00", "2026-10-25T03:00")),
        ("Africa/Cairo", "2026-04-01", "2026-05-01", ("2026-04-24T00:00", "2026-04-24T01:00")),
        (
            "Australia/Lord_Howe",
            "2026-10-01",
            "2026-11-01",
            ("2026-10-04T02:00", "2026-10-04T02:30"),
        ),
        ("Pacific/Apia", "2011-12-01", "2012-01-01", ("2011-12-30T00:00", "2011-12-31T00:00")),
    ],
)
def test_the_clocks_that_are_missing_or_come_twice(
    timezone: str, start: str, end: str, clocks: tuple[str, str]
) -> None:
    (change,) = found(timezone, start, end)
    assert change.clocks == tuple(datetime.fromisoformat(c) for c in clocks)


def test_the_beginning_is_left_out_and_the_end_counts() -> None:
    change = "2026-03-29T01:00"
    assert found("Europe/Berlin", change, "2026-03-30") == []
    assert len(found("Europe/Berlin", "2026-03-20T13:00", change)) == 1


def test_a_zone_without_changes_has_none_and_an_unknown_one_is_refused() -> None:
    assert found("Asia/Kolkata", "2020-01-01", "2036-01-01") == []
    with pytest.raises(InvalidField):
        found("Mars/Base", "2026-01-01", "2027-01-01")
