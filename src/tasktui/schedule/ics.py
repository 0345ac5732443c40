"""Calendars as iCalendar text: dates without points out of one, the next points into one. Pure.

The library is imported when it is needed: it is slow to import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from tasktui.domain.schedule import Instant
from tasktui.errors import InvalidField
from tasktui.schedule.resolve import zone

if TYPE_CHECKING:
    from icalendar import Event

LIMIT = 2**20
"""Bytes of a calendar that is read."""
YEARS_BACK = 1
YEARS_AHEAD = 5
"""The years, around the present one, that dates are taken from."""

_FIELD = "except_dates"
_DAY = timedelta(days=1)
_LONGEST_DAYS = 366
_RULE = "a calendar in iCalendar form (.ics)"


def dates(text: str, timezone: str, today: date) -> frozenset[date]:
    """Every local date in ``timezone`` that an event of the calendar touches.

    All-day events have their own dates, timed ones those of the zone. Yearly
    events repeat. Dates are taken from last year to five years ahead. Raises
    InvalidField for what is no calendar, and for events that repeat otherwise.
    """
    if len(text.encode()) > LIMIT:
        raise InvalidField(_FIELD, "the calendar", "at most 1 MB")
    first = date(today.year - YEARS_BACK, 1, 1)
    last = date(today.year + YEARS_AHEAD, 12, 31)
    found: set[date] = set()
    for event in _events(text):
        for start, end in _spans(event, timezone, first, last):
            found.update(d for d in _touched(start, end) if first <= d <= last)
    return frozenset(found)


def _events(text: str) -> list[Event]:
    from icalendar import Calendar  # noqa: PLC0415 - slow, see above

    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError, AttributeError) as error:
        raise InvalidField(_FIELD, _start(text), f"{_RULE}: {error}") from error
    if not calendars or any(c.name != "VCALENDAR" for c in calendars):
        raise InvalidField(_FIELD, _start(text), _RULE)
    return [event for calendar in calendars for event in calendar.events]


def _start(text: str) -> str:
    return text.strip()[:40]


def _spans(
    event: Event, timezone: str, first: date, last: date
) -> Iterator[tuple[datetime, datetime]]:
    """Beginning and end (naive, local) of each time that an event comes."""
    name = str(event.get("SUMMARY", "an event"))[:60]
    try:
        start, end = (_wall(m, timezone) for m in (event.start, event.end))
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidField(_FIELD, name, f"an event with a start and an end: {error}") from error
    if not timedelta(0) <= end - start <= _LONGEST_DAYS * _DAY:
        raise InvalidField(_FIELD, name, f"events that last up to {_LONGEST_DAYS} days")
    if "RDATE" in event:
        raise InvalidField(_FIELD, name, "repeated events as a yearly rule, not as a list (RDATE)")
    if "RRULE" not in event:
        yield start, end
        return
    left_out = {_wall(m, timezone) for m in event.exdates}
    for again in _yearly(event, name, start, first, last):
        if again not in left_out:
            yield again, again + (end - start)


def _wall(at: date, timezone: str) -> datetime:
    if not isinstance(at, datetime):
        return datetime.combine(at, time())
    there = at if at.tzinfo is None else at.astimezone(zone(timezone))
    return there.replace(tzinfo=None)


def _yearly(event: Event, name: str, start: datetime, first: date, last: date) -> list[datetime]:
    from dateutil.rrule import rrulestr  # noqa: PLC0415 - as above

    rules = event.rrules
    # A rule that cannot be read is not among them.
    if not rules or not all(_is_yearly(rule) for rule in rules):
        raise InvalidField(_FIELD, name, "events that come once, or on dates of each year")
    low, high = datetime.combine(first, time()), datetime.combine(last, time.max)
    found: list[datetime] = []
    for rule in rules:
        # What was written in UTC ends in local time here: a day more or less of an end.
        text = rule.to_ical().decode().replace("Z", "")
        try:
            found += rrulestr(text, dtstart=start).between(low - _LONGEST_DAYS * _DAY, high)
        except ValueError as error:
            raise InvalidField(_FIELD, name, f"a rule that can be read: {error}") from error
    return found


def _is_yearly(rule: Mapping[str, object]) -> bool:
    frequency = rule.get("FREQ")
    within_days = {"BYHOUR", "BYMINUTE", "BYSECOND"} & {key.upper() for key in rule}
    return frequency == ["YEARLY"] and not within_days


def _touched(start: datetime, end: datetime) -> Iterator[date]:
    """The dates from the start up to the end, which is the first moment after the event."""
    day = start.date()
    yield day
    while datetime.combine(day := day + _DAY, time()) < end:
        yield day


def export(instants: Iterable[Instant], name: str) -> str:
    """A calendar with an event for each of ``instants`` of the task ``name``.

    Equal instants give equal text, so that a calendar that is read again changes nothing.
    """
    from icalendar import Calendar, Event  # noqa: PLC0415 - slow, see above

    calendar = Calendar()
    calendar.add("prodid", "-//tasktui//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for instant in instants:
        what = "end" if instant.ends else str(instant.replicas)
        event = Event()
        event.add("uid", f"{instant.at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{name}@tasktui")
        event.add("dtstamp", instant.at)
        event.add("dtstart", instant.at)
        event.add("summary", f"{name} {what}")
        event.add("description", f"{instant.label} {instant.timezone}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical()).decode()
