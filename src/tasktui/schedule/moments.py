"""A moment as people say it, on one clock. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

Say = Callable[[datetime], str]
"""Says a moment on the clock that a face shows."""


def said(at: datetime, now: datetime, where: tzinfo) -> str:
    """``20:00`` today, ``Fri 08:00`` within six days, else with its date.

    Times in UTC end in ``Z``; seconds appear only where there are some.
    """
    there = at.astimezone(where)
    suffix = "Z" if where is UTC else ""
    clock = f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
    days = (there.date() - now.astimezone(where).date()).days
    if days == 0:
        return clock + suffix
    if abs(days) <= 6:
        return f"{there:%a} {clock}{suffix}"
    return f"{there:%Y-%m-%d} {clock}{suffix}"
