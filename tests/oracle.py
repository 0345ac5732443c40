"""The two rules by brute force: walk the minutes of UTC and look at the clock.

Independent of ``tasktui.schedule`` but for what is checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tasktui.schedule.resolve import resolve

MINUTE = timedelta(minutes=1)
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
LAST = datetime(2036, 1, 1, tzinfo=UTC)
_AROUND = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was checked."""

    zones: int
    transitions: int
    pairs: int
    """Of a transition and a local minute near it."""
    mismatches: tuple[tuple[str, datetime], ...]


def check(names: Iterable[str], step: timedelta) -> Tally:
    """Compare ``resolve`` around every transition of the zones, at local times ``step`` apart."""
    zones = transitions = pairs = 0
    wrong: list[tuple[str, datetime]] = []
    for name in names:
        zones += 1
        for change in changes(name):
            transitions += 1
            seen = walked(name, change)
            wall, end = min(seen), max(seen)
            while wall < end:
                pairs += 1
                # Not seen: in the gap, so the first instant after it.
                if resolve(wall, name) != seen.get(wall, change):
                    wrong.append((name, wall))
                wall += step
    return Tally(zones, transitions, pairs, tuple(wrong))


def changes(timezone: str) -> list[datetime]:
    """Moments from 2020 to 2035 at which the zone's offset changes, found by halving."""
    tz = ZoneInfo(timezone)
    found = []
    step = timedelta(days=5)
    left = FIRST
    while left < LAST:
        right = left + step
        if left.astimezone(tz).utcoffset() != right.astimezone(tz).utcoffset():
            found.append(_between(left, right, tz))
        left = right
    return found


def _between(low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        same = middle.astimezone(tz).utcoffset() == low.astimezone(tz).utcoffset()
        low, high = (middle, high) if same else (low, middle)
    return high


def walked(timezone: str, change: datetime) -> dict[datetime, datetime]:
    """First UTC minute at which each local minute shows on the clock, three hours around."""
    tz = ZoneInfo(timezone)
    seen: dict[datetime, datetime] = {}
    moment = change.replace(second=0) - _AROUND
    while moment < change + _AROUND:
        seen.setdefault(moment.astimezone(tz).replace(tzinfo=None), moment)
        moment += MINUTE
    return seen
