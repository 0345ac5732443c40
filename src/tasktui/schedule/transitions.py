"""When the clocks of a zone change: times that do not exist, and times that come twice. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tasktui.schedule.resolve import change_between, zone

_DAY = timedelta(days=1)
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of a zone's offset."""

    at: datetime
    """The first instant (UTC) with the new offset."""
    before: timedelta
    """Offset from UTC until then."""
    after: timedelta

    @property
    def gap(self) -> bool:
        """Whether local times are missing; otherwise some come twice."""
        return self.after > self.before

    @property
    def clocks(self) -> tuple[datetime, datetime]:
        """The local times (naive) that are missing or come twice: from the first to the second."""
        here = self.at.replace(tzinfo=None)
        low, high = sorted((self.before, self.after))
        return here + low, here + high


def transitions(timezone: str, start: datetime, end: datetime) -> Iterator[Transition]:
    """Changes with start < at <= end (aware), ascending. Raises InvalidField.

    Two changes within one day would be seen as one: no zone does that.
    """
    tz = zone(timezone)
    left = start.astimezone(UTC).replace(microsecond=0)
    while left < end:
        right = min(left + _DAY, end)
        before, after = (m.astimezone(tz).utcoffset() or _NONE for m in (left, right))
        if before != after:
            yield Transition(change_between(left, right, tz), before, after)
        left = right
