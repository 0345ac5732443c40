"""Until when somebody steps in, from what they write. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from tasktui.domain.task import Until
from tasktui.errors import InvalidField
from tasktui.schedule.parse import parse_moment, parse_time
from tasktui.schedule.resolve import local, resolve

TIME_RULE = "HH:MM (the next such time), or a local date and time such as 2026-12-01T08:00"

_DAYS = 3
"""Days that are tried: today's time may have passed, and a gap may move tomorrow's."""


def read_until(text: str, now: datetime, timezone: str) -> datetime | Until:
    """Read ``next``, ``cleared``, or a time in ``timezone``. Raises InvalidField."""
    word = text.strip().lower()
    if word in set(Until):
        return Until(word)
    return read_time(text, now, timezone, f"next, cleared, {TIME_RULE}")


def read_time(text: str, now: datetime, timezone: str, rule: str = TIME_RULE) -> datetime:
    """The instant of a time in ``timezone``: of a time of day, the first one after ``now``.

    Raises InvalidField for what is no time, and for one that has passed.
    """
    try:
        at = _instant(text.strip(), now, timezone)
    except InvalidField as error:
        if error.field == "timezone":
            raise
        raise InvalidField("until", text, rule) from None
    if at <= now:
        raise InvalidField("until", text, "a time to come")
    return at


def _instant(text: str, now: datetime, timezone: str) -> datetime:
    if "-" in text:
        return resolve(parse_moment(text), timezone)
    clock, today = parse_time(text), local(now, timezone).date()
    days = (today + timedelta(days=n) for n in range(_DAYS))
    found = (resolve(datetime.combine(day, clock), timezone) for day in days)
    return next(at for at in found if at > now)
