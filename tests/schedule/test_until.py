from __future__ import annotations

from datetime import datetime

import pytest

from make import NOW
from tasktui.domain.task import Until
from tasktui.errors import InvalidField
from tasktui.schedule.until import read_time, read_until

NEW_YORK = "America/New_York"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(("text", "until"), [("next", Until.NEXT), (" Cleared ", Until.CLEARED)])
def test_the_words_are_read_as_they_are(text: str, until: Until) -> None:
    assert read_until(text, NOW, "UTC") is until


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("20:00", "UTC", "2026-03-05 20:00"),
        ("14:00", "UTC", "2026-03-06 14:00"),  # this very moment: tomorrow's
        ("8:00", "UTC", "2026-03-06 08:00"),
        ("20:00", NEW_YORK, "2026-03-06 01:00"),
        ("08:59:30", NEW_YORK, "2026-03-06 13:59:30"),
        ("2026-12-01T08:00", NEW_YORK, "2026-12-01 13:00"),
        ("2026-12-01 08:00", "UTC", "2026-12-01 08:00"),
    ],
)
def test_a_time_is_local_and_a_time_of_day_the_next_such(text: str, zone: str, at: str) -> None:
    assert read_until(text, NOW, zone) == utc(at)


@pytest.mark.parametrize(
    ("now", "text", "at"),
    [
        ("2026-03-08 05:00", "02:30", "2026-03-08 07:00"),  # does not exist: the end of the gap
        ("2026-11-01 05:00", "01:15", "2026-11-01 05:15"),  # exists twice: the first
        ("2026-11-01 05:20", "01:15", "2026-11-02 06:15"),  # never the second
    ],
)
def test_the_clock_rules_of_points_hold_for_it(now: str, text: str, at: str) -> None:
    assert read_time(text, utc(now), NEW_YORK) == utc(at)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "8", "2026-13-01T08:00", "2026-12-01"])
def test_anything_else_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(InvalidField, match="next, cleared, HH:MM"):
        read_until(text, NOW, "UTC")


@pytest.mark.parametrize("text", ["2026-03-05T13:59", "2026-03-05T14:00", "2001-01-01T08:00"])
def test_a_time_that_has_passed_is_refused(text: str) -> None:
    with pytest.raises(InvalidField, match="a time to come"):
        read_time(text, NOW, "UTC")


def test_an_unknown_zone_is_said_as_such() -> None:
    with pytest.raises(InvalidField, match="timezone"):
        read_time("08:00", NOW, "Mars/Base")
