"""Times as people read them: in the task's zone, in the viewer's, or in UTC. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from tasktui.commands.present import duration
from tasktui.domain.observed import ClusterView
from tasktui.errors import InvalidField
from tasktui.schedule.moments import Say, said
from tasktui.schedule.resolve import zone


class TimeBase(StrEnum):
    """Whose clock the screen shows."""

    TASK = "task zone"
    MINE = "my zone"
    UTC = "UTC"

    def next(self) -> TimeBase:
        """The one that ``t`` turns to."""
        order = list(TimeBase)
        return order[(order.index(self) + 1) % len(order)]


BASES = ("task", "mine", "utc")
"""What ``:tz`` calls the time bases, in their order."""


def base_called(word: str) -> TimeBase:
    """The time base that ``:tz`` calls ``word``, one of BASES."""
    return list(TimeBase)[BASES.index(word.lower())]


_UTC_NAMES = {"UTC", "Etc/UTC"}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What everything on screen is seen with: the moment, the clock, and the cluster."""

    now: datetime
    """Aware, UTC."""
    base: TimeBase = TimeBase.TASK
    mine: tzinfo = UTC
    """The viewer's own zone."""
    cluster: ClusterView = field(default_factory=ClusterView)
    owner: str = ""
    """Id of the store, as it stands in application names; empty: nothing was read yet."""
    stale: bool = False
    """Whether statuses are last known ones, to be dimmed."""


def zone_of(timezone: str, view: View) -> tzinfo:
    """The zone that times of a schedule in ``timezone`` are shown in; UTC for an unknown one."""
    if view.base is TimeBase.UTC:
        return UTC
    if view.base is TimeBase.MINE:
        return view.mine
    if timezone in _UTC_NAMES:
        return UTC
    try:
        return zone(timezone)
    except InvalidField:
        return UTC


def zone_name(timezone: str, view: View) -> str:
    """The name of the zone whose clock shows the times of a schedule; it may be unknown."""
    if view.base is TimeBase.MINE:
        return getattr(view.mine, "key", "UTC")
    return "UTC" if view.base is TimeBase.UTC or timezone in _UTC_NAMES else timezone


def zone_label(timezone: str, view: View) -> str:
    """Whose clock shows the times of a schedule: ``New_York``, ``CET``, nothing for UTC's ``Z``."""
    where = zone_of(timezone, view)
    if where is UTC:
        return ""
    if view.base is TimeBase.MINE:
        return view.now.astimezone(where).tzname() or ""
    return timezone.rpartition("/")[2]


def stamp(at: datetime, view: View, timezone: str) -> str:
    """Say a moment shortly: ``20:00`` today, ``Fri 08:00`` within six days, else with its date.

    Times in UTC end in ``Z``; seconds appear only where there are some.
    """
    return said(at, view.now, zone_of(timezone, view))


def clock(view: View, timezone: str) -> Say:
    """Says moments of a schedule in ``timezone`` on the clock that the screen shows."""
    return lambda at: stamp(at, view, timezone)


def dated(at: datetime, view: View) -> str:
    """Say a moment that belongs to no schedule, by the viewer's clock or in UTC.

    ``21 Feb 15:00``, or ``21 Feb 2025`` in another year: 13 cells at most.
    """
    where = UTC if view.base is TimeBase.UTC else view.mine
    there = at.astimezone(where)
    if there.year != view.now.astimezone(where).year:
        return f"{there:%d %b %Y}"
    return f"{there:%d %b %H:%M}{'Z' if where is UTC else ''}"


def full(at: datetime, view: View, timezone: str) -> str:
    """Say a moment wholly, local and in UTC: ``Thu 2026-03-05 20:00 EST = 01:00Z (+1 day)``."""
    where = zone_of(timezone, view)
    there, utc = at.astimezone(where), at.astimezone(UTC)
    clock = "%H:%M:%S" if there.second else "%H:%M"
    if where is UTC:
        return f"{utc:%a %Y-%m-%d} {utc.strftime(clock)} UTC"
    days = (utc.date() - there.date()).days
    shift = f" ({days:+d} day)" if days else ""
    local = f"{there:%a %Y-%m-%d} {there.strftime(clock)} {there:%Z}"
    return f"{local} = {utc.strftime(clock)}Z{shift}"


def left(at: datetime, now: datetime) -> str:
    """``in 5h57``, ``in 12m``, or ``now`` for what has come; seconds only under ten minutes."""
    seconds = (at - now).total_seconds()
    if seconds <= 0:
        return "now"
    if seconds < 600:
        return f"in {duration(seconds)}"
    minutes = math.ceil(seconds / 60)
    return f"in {duration(minutes * 60)}" if minutes >= 60 else f"in {minutes}m"


def elapsed(since: datetime, now: datetime) -> str:
    """How long something lasts: ``2m10``."""
    return duration(max(timedelta(0), now - since).total_seconds())
