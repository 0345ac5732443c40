"""Local times to instants: the vectors, and the two rules over every zone there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle import MINUTE, check
from tasktui.errors import InvalidField
from tasktui.schedule.resolve import local, resolve, zone, zone_names

QUARTERS = timedelta(minutes=13)
"""About every quarter of an hour, at changing minutes."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "timezone", "instant"),
    [
        ("2026-03-08T02:30", "America/New_York", "2026-03-08T07:00"),
        ("2026-03-29T02:15", "Europe/Berlin", "2026-03-29T01:00"),
        ("2026-04-24T00:30", "Africa/Cairo", "2026-04-23T22:00"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:30"),
        ("2026-03-08T02:15", "America/New_York", "2026-03-08T07:00"),
        ("2026-03-08T02:45", "America/New_York", "2026-03-08T07:00"),
        ("2026-03-08T03:00", "America/New_York", "2026-03-08T07:00"),
        ("2026-03-08T01:59:59", "America/New_York", "2026-03-08T06:59:59"),
        ("2026-11-01T01:15", "America/New_York", "2026-11-01T05:15"),
        ("2026-11-01T01:45", "America/New_York", "2026-11-01T05:45"),
        ("2026-11-01T02:00", "America/New_York", "2026-11-01T07:00"),
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T10:00"),
        ("2026-07-01T12:00", "UTC", "2026-07-01T12:00"),
        ("2026-07-01T12:00", "Asia/Kathmandu", "2026-07-01T06:15"),
    ],
)
def test_a_wall_clock_time_is_one_instant(wall: str, timezone: str, instant: str) -> None:
    assert resolve(datetime.fromisoformat(wall), timezone) == at(instant)


def test_an_unknown_zone_names_close_ones() -> None:
    with pytest.raises(InvalidField, match="Europe/Berlin"):
        zone("Europe/Berlinn")


@pytest.mark.parametrize("name", ["", "localtime", "../etc/passwd", "/UTC", "europe/berlin"])
def test_what_is_no_name_of_the_package_is_refused(name: str) -> None:
    with pytest.raises(InvalidField, match="IANA name"):
        zone(name)


@pytest.mark.parametrize("letter", sorted({name[0] for name in zone_names()}))
def test_every_transition_of_every_zone_keeps_the_two_rules(letter: str) -> None:
    found = check((n for n in zone_names() if n[0] == letter), QUARTERS)
    assert found.mismatches == ()


def test_the_oracle_meets_gaps_and_repeated_hours() -> None:
    found = check(["Europe/Berlin", "Asia/Kolkata"], MINUTE)
    assert (found.zones, found.transitions) == (2, 32)
    assert found.pairs == 16 * 419 + 16 * 299
    assert found.mismatches == ()


@given(
    st.sampled_from(zone_names()),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - local times
)
def test_a_time_that_exists_reads_the_same_at_its_instant(name: str, wall: datetime) -> None:
    wall = wall.replace(microsecond=0)
    there = local(resolve(wall, name), name)
    assert there >= wall
    if there != wall:  # in a gap
        assert there - wall < timedelta(hours=25)
