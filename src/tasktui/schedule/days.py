"""A day of a zone as a step function: what a schedule wants from midnight to midnight. Pure.

Guarantees that days follow each other without a hole, whatever the clocks do,
and that a day's segments are what ``points.in_force`` says at each moment of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from tasktui.domain.schedule import Instant, Replicas, Schedule
from tasktui.domain.task import Arming, Task, When
from tasktui.schedule.points import in_force, occurrences
from tasktui.schedule.resolve import local, resolve, zone

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_TICK = timedelta(microseconds=1)


class Hand(StrEnum):
    """Why the schedule does not decide for a while."""

    OVERRIDE = "by hand"
    PAUSE = "paused"


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch in which the schedule does not decide."""

    why: Hand
    replicas: Replicas | None
    since: datetime
    until: datetime | None
    """None: until somebody ends it."""

    def at(self, moment: datetime) -> bool:
        """Whether it holds then."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Course:
    """What drives the replicas: a schedule as it was activated, and what stands over it."""

    schedule: Schedule
    armed: Arming | None = None
    held: tuple[Held, ...] = ()
    """The first one that holds counts."""

    def held_at(self, moment: datetime) -> Held | None:
        """What stands over the schedule then."""
        return next((h for h in self.held if h.at(moment)), None)

    def wanted(self, moment: datetime) -> Replicas | None:
        """The replicas wanted then; None: nothing runs."""
        held = self.held_at(moment)
        return held.replicas if held else _bounds(in_force(self.schedule, moment, self.armed))


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch with the same replicas: start <= moment < end."""

    start: datetime
    end: datetime
    replicas: Replicas | None
    """None: nothing runs, since no point is in force yet or the schedule has ended."""


@dataclass(frozen=True, slots=True)
class Day:
    """One date of one zone."""

    date: date
    timezone: str
    start: datetime
    """Its first moment, UTC."""
    end: datetime
    """The first moment of the next date."""
    segments: tuple[Segment, ...]
    """From start to end, without a hole. Empty for a date that the zone skipped."""
    points: tuple[Instant, ...]
    """What comes into force in it; of equal moments the one that wins."""
    offsets: tuple[timedelta, timedelta]
    """From UTC, at the end of the date before and at its own end."""

    @property
    def length(self) -> timedelta:
        """How long it really is: 23, 24 or 25 hours, or what else the zone made of it."""
        return self.end - self.start

    @property
    def changes(self) -> bool:
        """Whether the zone's offset changes in it."""
        return self.offsets[0] != self.offsets[1]

    def at(self, moment: datetime) -> Replicas | None:
        """The replicas wanted at a moment of this day."""
        return next((s.replicas for s in self.segments if s.start <= moment < s.end), None)

    def moments(self, count: int) -> list[datetime | None]:
        """The instants of ``count`` equal steps of the clock from 00:00 to 24:00.

        None for a time that does not exist; the first one of a time that exists twice.
        """
        midnight = datetime.combine(self.date, time())
        clocks = [midnight + n * _DAY / count for n in range(count)]
        if not self.changes:
            offset = self.offsets[0]
            return [(c - offset).replace(tzinfo=UTC) for c in clocks]
        found = [resolve(c, self.timezone) for c in clocks]
        return [
            at if local(at, self.timezone) == c else None
            for at, c in zip(found, clocks, strict=True)
        ]


def course(task: Task, now: datetime) -> Course:
    """What drives a task; one that is not armed as if it were activated ``now``."""
    if task.armed is None:
        # Just after now, so that a One-off "now" is still to come.
        return Course(task.schedule, Arming(now + _TICK, When.NOW, ""))
    held = []
    if task.override is not None:
        by_hand = task.override
        held.append(Held(Hand.OVERRIDE, by_hand.replicas, by_hand.since, by_hand.until))
    if task.pause is not None:
        pause = task.pause
        held.append(Held(Hand.PAUSE, pause.frozen, pause.since, pause.until))
    return Course(task.schedule, task.armed, tuple(held))


def days(what: Course, first: date, count: int, timezone: str) -> list[Day]:
    """``count`` dates from ``first`` on, by the clock of ``timezone``.

    Raises InvalidField for an unknown zone, its own or one of the schedule.
    """
    before, *starts = [_midnight(first + n * _DAY, timezone) for n in range(-1, count + 1)]
    offsets = [_closing(a, b, timezone) for a, b in pairwise([before, *starts])]
    pieces = segments(what, starts[0], starts[-1])
    points = _winners(occurrences(what.schedule, starts[0] - _SECOND, starts[-1], what.armed))
    return [
        Day(
            date=first + n * _DAY,
            timezone=timezone,
            start=start,
            end=end,
            segments=tuple(_cut(pieces, start, end)),
            points=tuple(p for p in points if start <= p.at < end),
            offsets=(offsets[n], offsets[n + 1]),
        )
        for n, (start, end) in enumerate(pairwise(starts))
    ]


def segments(what: Course, start: datetime, end: datetime) -> tuple[Segment, ...]:
    """The steps between two moments: they touch, and neighbours differ. Empty for no time."""
    edges = {start, end}
    edges.update(i.at for i in occurrences(what.schedule, start, end, what.armed))
    edges.update(at for h in what.held for at in (h.since, h.until) if at and start < at < end)
    found: list[Segment] = []
    ordered = sorted(edges)
    for since, until in pairwise(ordered):
        wanted = what.wanted(since)
        if found and found[-1].replicas == wanted:
            found[-1] = Segment(found[-1].start, until, wanted)
        else:
            found.append(Segment(since, until, wanted))
    return tuple(found)


def today(now: datetime, timezone: str) -> date:
    """The date of a moment by the clock of ``timezone``."""
    return local(now, timezone).date()


def _midnight(day: date, timezone: str) -> datetime:
    return resolve(datetime.combine(day, time()), timezone)


def _closing(start: datetime, end: datetime, timezone: str) -> timedelta:
    """The offset at the end of a date; a date that was skipped ends with the new one."""
    last = end - _SECOND if end > start else end
    return last.astimezone(zone(timezone)).utcoffset() or timedelta(0)


def _cut(pieces: Sequence[Segment], start: datetime, end: datetime) -> Iterator[Segment]:
    for piece in pieces:
        since, until = max(piece.start, start), min(piece.end, end)
        if since < until:
            yield Segment(since, until, piece.replicas)


def _winners(instants: Sequence[Instant]) -> list[Instant]:
    return list({i.at: i for i in instants}.values())


def _bounds(force: Instant | None) -> Replicas | None:
    return None if force is None or force.ends else force.replicas
