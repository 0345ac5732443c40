"""Dates out of calendars, and calendars out of points."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from make import make_daily
from tasktui.domain.schedule import Instant, Replicas
from tasktui.errors import InvalidField
from tasktui.schedule.ics import LIMIT, dates, export
from tasktui.schedule.points import upcoming

TODAY = date(2026, 3, 5)
BERLIN = "Europe/Berlin"


def calendar(*events: str) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}", "DTSTAMP:20260101T000000Z", "SUMMARY:Holiday"]
        lines += [*event.split("|"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def said(*events: str, timezone: str = BERLIN) -> list[str]:
    return sorted(d.isoformat() for d in dates(calendar(*events), timezone, TODAY))


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART;VALUE=DATE:20261224", ["2026-12-24"]),
        ("DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20261225", ["2026-12-24"]),
        (
            "DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20261227",
            ["2026-12-24", "2026-12-25", "2026-12-26"],
        ),
        ("DTSTART;VALUE=DATE:20261224|DURATION:P2D", ["2026-12-24", "2026-12-25"]),
        ("DTSTART:20261224T100000|DTEND:20261224T120000", ["2026-12-24"]),
        ("DTSTART:20261224T100000|DTEND:20261225T000000", ["2026-12-24"]),
        ("DTSTART:20261224T220000Z|DTEND:20261224T233000Z", ["2026-12-24", "2026-12-25"]),
        (
            "DTSTART;TZID=America/New_York:20261224T200000|DTEND;TZID=America/New_York:20261224T210000",
            ["2026-12-25"],
        ),
        ("DTSTART;VALUE=DATE:20200101", []),
        ("DTSTART;VALUE=DATE:20400101", []),
    ],
)
def test_an_event_is_every_local_date_that_it_touches(event: str, expected: list[str]) -> None:
    assert said(event) == expected


def test_yearly_events_repeat_five_years_ahead() -> None:
    found = said("DTSTART;VALUE=DATE:20101225|DTEND;VALUE=DATE:20101227|RRULE:FREQ=YEARLY")
    assert found[:2] == ["2025-12-25", "2025-12-26"]
    assert found[-2:] == ["2031-12-25", "2031-12-26"]
    assert len(found) == 14


def test_rules_of_a_weekday_ends_and_exceptions_hold() -> None:
    thanksgiving = "DTSTART;VALUE=DATE:20201126|RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"
    assert "2026-11-26" in said(thanksgiving)
    until = "DTSTART;VALUE=DATE:20201226|RRULE:FREQ=YEARLY;UNTIL=20261231T000000Z"
    assert said(until) == ["2025-12-26", "2026-12-26"]
    without = "DTSTART;VALUE=DATE:20251226|RRULE:FREQ=YEARLY;COUNT=2|EXDATE;VALUE=DATE:20261226"
    assert said(without) == ["2025-12-26"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            "DTSTART;VALUE=DATE:20260305|RRULE:FREQ=WEEKLY;COUNT=3",
            ["2026-03-05", "2026-03-12", "2026-03-19"],
        ),
        (
            "DTSTART;VALUE=DATE:20260327|RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20260531",
            ["2026-03-27", "2026-04-24", "2026-05-29"],
        ),
        (
            "DTSTART;VALUE=DATE:20260305|DTEND;VALUE=DATE:20260307|RRULE:FREQ=DAILY;INTERVAL=4;COUNT=2",
            ["2026-03-05", "2026-03-06", "2026-03-09", "2026-03-10"],
        ),
        (  # the rule is that of the event's own zone
            "DTSTART;TZID=America/New_York:20260303T200000|RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=2",
            ["2026-03-04", "2026-03-11"],
        ),
        (
            "DTSTART:20260305T10Z|RRULE:FREQ=DAILY;UNTIL=20260306T10Z|EXDATE:20260305T10Z".replace(
                "T10Z", "T100000Z"
            ),
            ["2026-03-06"],
        ),
    ],
)
def test_events_that_come_by_day_week_or_month_are_followed(
    event: str, expected: list[str]
) -> None:
    assert said(event) == expected


def test_what_comes_more_often_than_yearly_is_followed_two_years_ahead() -> None:
    found = said("DTSTART;VALUE=DATE:20200101|RRULE:FREQ=WEEKLY")
    assert (found[0], found[-1], len(found)) == ("2025-01-01", "2028-03-01", 166)


def test_a_hostile_calendar_is_refused_after_a_bounded_walk() -> None:
    never = "DTSTART;VALUE=DATE:19000101|RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"
    assert said(never) == []
    counted = "DTSTART;VALUE=DATE:00010101|RRULE:FREQ=DAILY;INTERVAL=9999;COUNT=1000000"
    longest = "DTSTART;VALUE=DATE:20250101|DTEND;VALUE=DATE:20260101|RRULE:FREQ=DAILY"
    for event in (counted, longest):
        with pytest.raises(InvalidField, match="fewer events"):
            said(*[event] * 5)


def test_a_calendar_without_events_has_no_dates_and_two_in_one_file_count() -> None:
    assert said() == []
    both = calendar("DTSTART;VALUE=DATE:20261224") + calendar("DTSTART;VALUE=DATE:20261231")
    assert len(dates(both, BERLIN, TODAY)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        "BEGIN:VCALENDAR\r\n",
        "{}",
        "\x00\x01",
        calendar("DTEND;VALUE=DATE:20261225"),
        calendar("DTSTART:soon"),
        calendar("DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20261220"),
        calendar("DTSTART;VALUE=DATE:20200101|DTEND;VALUE=DATE:20300101"),
        calendar("DTSTART;VALUE=DATE:20261224|RRULE:FREQ=HOURLY"),
        calendar("DTSTART:00010101T000000Z|DTEND:99991231T235959Z"),
        calendar("DTSTART;VALUE=DATE:20261224|RRULE:FREQ=YEARLY;BYSECOND=1"),
        calendar("DTSTART;VALUE=DATE:20261224|RRULE:FREQ=YEARLY;BYMONTH=1;BYSETPOS=400"),
        calendar("DTSTART;VALUE=DATE:20261224|RRULE:nonsense"),
        calendar("DTSTART;VALUE=DATE:20261224|RDATE;VALUE=DATE:20271224"),
    ],
)
def test_what_cannot_be_taken_as_dates_is_refused_in_words(text: str) -> None:
    with pytest.raises(InvalidField, match="except_dates"):
        dates(text, BERLIN, TODAY)


def test_more_than_a_megabyte_is_not_read() -> None:
    with pytest.raises(InvalidField, match="1 MB"):
        dates("x" * (LIMIT + 1), BERLIN, TODAY)


def test_the_next_points_as_a_calendar_that_others_read() -> None:
    now = datetime(2026, 3, 5, 14, tzinfo=UTC)
    points = upcoming(make_daily("08:00=2-4,20:00=0-1", BERLIN), now, None, 2)
    text = export(points, "chat")
    read = Calendar.from_ical(text)
    found = [(e.start, str(e["SUMMARY"]), str(e["DESCRIPTION"])) for e in read.events]
    assert found == [
        (datetime(2026, 3, 5, 19, tzinfo=UTC), "chat 0-1", "20:00 Europe/Berlin"),
        (datetime(2026, 3, 6, 7, tzinfo=UTC), "chat 2-4", "08:00 Europe/Berlin"),
    ]
    assert len({str(e["UID"]) for e in read.events}) == 2
    assert export(points, "chat") == text
    assert text.endswith("END:VCALENDAR\r\n")


def test_an_end_says_so_and_no_points_are_an_empty_calendar() -> None:
    end = Instant(datetime(2026, 3, 5, 15, tzinfo=UTC), Replicas(0, 0), "end", "UTC", ends=True)
    assert "SUMMARY:chat end" in export([end], "chat")
    assert Calendar.from_ical(export([], "chat")).events == []
