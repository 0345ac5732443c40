from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make import NOW
from tasktui.tui.times import (
    TimeBase,
    View,
    dated,
    elapsed,
    full,
    left,
    stamp,
    zone_label,
    zone_of,
)

NEW_YORK, BERLIN, TOKYO = "America/New_York", "Europe/Berlin", "Asia/Tokyo"


def seen(now: datetime = NOW, base: TimeBase = TimeBase.TASK, mine: str = BERLIN) -> View:
    return View(now=now, base=base, mine=ZoneInfo(mine))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_t_turns_through_three_bases() -> None:
    assert TimeBase.TASK.next() is TimeBase.MINE
    assert TimeBase.MINE.next() is TimeBase.UTC
    assert TimeBase.UTC.next() is TimeBase.TASK


@pytest.mark.parametrize(
    ("base", "shown", "label"),
    [
        (TimeBase.TASK, "20:00", "New_York"),
        (TimeBase.MINE, "Fri 02:00", "CET"),
        (TimeBase.UTC, "Fri 01:00Z", ""),
    ],
)
def test_one_moment_in_the_three_bases(base: TimeBase, shown: str, label: str) -> None:
    view = seen(base=base)
    assert stamp(at("2026-03-06 01:00"), view, NEW_YORK) == shown
    assert zone_label(NEW_YORK, view) == label


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-03-05 23:59:59", "18:59:59"),
        ("2026-03-06 05:00", "Fri 00:00"),  # midnight in New York: tomorrow
        ("2026-03-05 04:59", "Wed 23:59"),
        ("2026-03-11 14:00", "Wed 10:00"),  # six days: after the clocks went forward
        ("2026-03-12 14:00", "2026-03-12 10:00"),  # a week: the weekday would be ambiguous
        ("2026-02-26 14:00", "2026-02-26 09:00"),
    ],
)
def test_the_date_appears_when_the_day_is_not_clear(moment: str, shown: str) -> None:
    assert stamp(at(moment), seen(), NEW_YORK) == shown


def test_the_day_changes_by_the_clock_that_is_shown() -> None:
    late = at("2026-03-05 23:30")
    midnight = at("2026-03-06 00:00")
    assert stamp(midnight, seen(late), NEW_YORK) == "19:00"
    assert stamp(midnight, seen(late, TimeBase.MINE), NEW_YORK) == "01:00"
    assert stamp(midnight, seen(late, TimeBase.UTC), NEW_YORK) == "Fri 00:00Z"


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-03-08 06:59", "Sun 2026-03-08 01:59 EST = 06:59Z"),
        ("2026-03-08 07:00", "Sun 2026-03-08 03:00 EDT = 07:00Z"),  # 02:00-03:00 does not exist
        ("2026-11-01 05:30", "Sun 2026-11-01 01:30 EDT = 05:30Z"),  # the first 01:30
        ("2026-11-01 06:30", "Sun 2026-11-01 01:30 EST = 06:30Z"),  # the second one
        ("2026-03-06 01:00:30", "Thu 2026-03-05 20:00:30 EST = 01:00:30Z (+1 day)"),
    ],
)
def test_a_whole_time_names_offset_utc_and_another_day(moment: str, shown: str) -> None:
    assert full(at(moment), seen(), NEW_YORK) == shown


def test_a_whole_time_where_utc_is_a_day_behind() -> None:
    shown = full(at("2026-03-05 20:00"), seen(), TOKYO)
    assert shown == "Fri 2026-03-06 05:00 JST = 20:00Z (-1 day)"
    assert full(NOW, seen(base=TimeBase.UTC), TOKYO) == "Thu 2026-03-05 14:00 UTC"


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "Mars/Base"])
def test_utc_and_unknown_zones_are_shown_as_utc_and_say_so(zone: str) -> None:
    assert zone_of(zone, seen()) is UTC
    assert stamp(NOW, seen(), zone) == "14:00Z"
    assert full(NOW, seen(), zone) == "Thu 2026-03-05 14:00 UTC"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "now"),
        (0, "now"),
        (0.2, "in 1 s"),
        (59, "in 59 s"),
        (60, "in 1m00"),
        (599, "in 9m59"),
        (600, "in 10m"),
        (601, "in 11m"),  # never less than what is left
        (3540, "in 59m"),
        (3541, "in 1h00"),
        (21420, "in 5h57"),
        (90000, "in 1d01h"),
        (86400 * 12, "in 12d"),
    ],
)
def test_what_is_left_has_a_unit_and_no_seconds_after_ten_minutes(
    seconds: float, shown: str
) -> None:
    assert left(NOW + timedelta(seconds=seconds), NOW) == shown


@given(st.floats(0.001, 1e7))
def test_what_is_left_always_names_a_unit(seconds: float) -> None:
    assert any(unit in left(NOW + timedelta(seconds=seconds), NOW) for unit in "dhms")


def test_a_clock_that_went_back_gives_no_negative_time() -> None:
    assert elapsed(NOW + timedelta(seconds=5), NOW) == "0 s"
    assert elapsed(NOW - timedelta(seconds=130), NOW) == "2m10"


@pytest.mark.parametrize(
    ("base", "moment", "shown"),
    [
        (TimeBase.TASK, "2026-02-21 14:00", "21 Feb 15:00"),
        (TimeBase.MINE, "2026-02-21 23:30", "22 Feb 00:30"),
        (TimeBase.UTC, "2026-02-21 14:00", "21 Feb 14:00Z"),
        (TimeBase.MINE, "2025-02-21 14:00", "21 Feb 2025"),
        (TimeBase.MINE, "2025-12-31 23:30", "01 Jan 00:30"),  # this year already, in Berlin
    ],
)
def test_a_past_moment_is_said_by_the_viewers_clock(
    base: TimeBase, moment: str, shown: str
) -> None:
    assert dated(at(moment), seen(base=base)) == shown
    assert len(shown) <= 13
