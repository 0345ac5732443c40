"""Calendars as iCalendar text: dates without points out of one, the next points into one. Pure.

The library is imported when it is needed: it is slow to import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from tasktui.domain.schedule import Instant
from tasktui.errors import InvalidField
from tasktui.schedule import recurrence
from tasktui.schedule.recurrence import Walk
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
_OFTEN_DAYS = 2 * 366
"""How far ahead events are followed that come more often than yearly."""
_MOST_DAYS = 1_000_000
"""Days walked for one calendar: about a second, whatever is in it."""
_RULE = "a calendar in iCalendar form (.ics)"


def dates(text: str, timezone: str, today: date) -> frozenset[date]:
    """Every local date in ``timezone`` that an event of the calendar touches.

    All-day events have their own dates, timed ones those of the zone. Dates are
    taken from last year to five years ahead; of events that come more often than
    yearly, to two years ahead. Raises InvalidField for what is no calendar, for
    rules that are not understood, and where too much repeats.
    """
    if len(text.encode()) > LIMIT:
        raise InvalidField(_FIELD, "the calendar", "at most 1 MB")
    first, last = _first(today), _last(today)
    found: set[date] = set()
    walk = Walk(_MOST_DAYS)
    for event in _events(text):
        for start, end in _spans(event, timezone, today, walk):
            found.update(d for d in _touched(start, end) if first <= d <= last)
    return frozenset(found)


def _first(today: date) -> date:
    return date(today.year - YEARS_BACK, 1, 1)


def _last(today: date) -> date:
    return date(today.year + YEARS_AHEAD, 12, 31)


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
    event: Event, timezone: str, today: date, walk: Walk
) -> Iterator[tuple[datetime, datetime]]:
    """Beginning and end (naive, local) of each time that an event comes."""
    name = str(event.get("SUMMARY", "an event"))[:60]
    try:
        start, end = (_wall(m, timezone) for m in (event.start, event.end))
    except (ValueError, AttributeError, TypeError, OverflowError) as error:
        raise InvalidField(_FIELD, name, f"an event with a start and an end: {error}") from error
    if not timedelta(0) <= end - start <= _LONGEST_DAYS * _DAY:
        raise InvalidField(_FIELD, name, f"events that last up to {_LONGEST_DAYS} days")
    if "RDATE" in event:
        raise InvalidField(_FIELD, name, "repeated events as a rule (RRULE), not a list (RDATE)")
    try:
        for at in _beginnings(event, today, walk):
            again = _wall(at, timezone)
            walk.spend((end - start).days + 1)
            yield again, again + (end - start)
    except InvalidField as error:
        raise InvalidField(_FIELD, name, error.allowed) from error


def _wall(at: date, timezone: str) -> datetime:
    if not isinstance(at, datetime):
        return datetime.combine(at, time())
    there = at if at.tzinfo is None else at.astimezone(zone(timezone))
    return there.replace(tzinfo=None)


def _beginnings(event: Event, today: date, walk: Walk) -> Iterator[date]:
    """When it begins each time, as its own start: a date, or a moment of its own zone."""
    if "RRULE" not in event:
        yield event.start
        return
    # A rule that cannot be read is not among them.
    if not event.rrules:
        raise InvalidField("rrule", str(event["RRULE"]), "a rule (RRULE) that can be read")
    left_out = set(event.exdates)
    for parts in event.rrules:
        yield from (at for at in _repeated(event.start, parts, today, walk) if at not in left_out)


def _repeated(
    start: date, parts: Mapping[str, list[object]], today: date, walk: Walk
) -> Iterator[date]:
    day = start.date() if isinstance(start, datetime) else start
    rule = recurrence.read(parts, day)
    yearly = rule.every is recurrence.Every.YEAR
    last = _last(today) if yearly else today + _OFTEN_DAYS * _DAY
    until = _until(parts, start)
    for again in recurrence.dates(rule, day, _first(today) - _LONGEST_DAYS * _DAY, last, walk):
        at = datetime.combine(again, start.timetz()) if isinstance(start, datetime) else again
        if until is not None and _naive(at) > until:
            return
        yield at


def _until(parts: Mapping[str, list[object]], start: date) -> datetime | None:
    """The last moment at which it may begin, by the clock of its start; None for no end."""
    end = next(iter(parts.get("UNTIL", [])), None)
    if not isinstance(end, datetime):
        return datetime.combine(end, time.max) if isinstance(end, date) else None
    where = start.tzinfo if isinstance(start, datetime) else None
    return (end.astimezone(where) if where and end.tzinfo else end).replace(tzinfo=None)


def _naive(at: date) -> datetime:
    if isinstance(at, datetime):
        return at.replace(tzinfo=None)
    return datetime.combine(at, time())


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
