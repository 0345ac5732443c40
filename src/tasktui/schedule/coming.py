"""The points to come as people read them: local time, UTC, bounds, and what to know. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tasktui.domain.artifact import Spec
from tasktui.domain.schedule import Instant
from tasktui.schedule.days import Course, Held
from tasktui.schedule.points import upcoming
from tasktui.schedule.resolve import local, zone

NO_GPU = Spec()
HEAD = ("#", "LOCAL", "UTC", "MIN-MAX", "GPUS")


@dataclass(frozen=True, slots=True)
class Coming:
    """One point at one moment, and what is worth knowing about it."""

    instant: Instant
    notes: tuple[str, ...] = ()
    held: Held | None = None
    """What stands over the schedule then: the point is not applied."""

    @property
    def note(self) -> str:
        """The notes in one line."""
        return ", ".join((f"not applied: {self.held.why}",) if self.held else self.notes)

    @property
    def bounds(self) -> str:
        """``2-4``, or ``end``."""
        return "end" if self.instant.ends else str(self.instant.replicas)


def coming(what: Course, now: datetime, count: int) -> list[Coming]:
    """The next ``count`` points. Raises InvalidField for an unknown zone."""
    found = upcoming(what.schedule, now, what.armed, count + 1)
    before = [now, *(i.at for i in found)]
    after: list[Instant | None] = [*found[1:], None]
    rows = [
        Coming(i, tuple(_notes(i, earlier, later)), what.held_at(i.at))
        for i, earlier, later in zip(found, before, after, strict=False)
    ]
    return rows[:count]


def _notes(instant: Instant, earlier: datetime, later: Instant | None) -> Iterator[str]:
    clock = "" if instant.ends else _clock(instant)
    if clock:
        yield clock
    elif _offset(instant, earlier) != _offset(instant, instant.at):
        yield "new UTC offset"
    if later is not None and _days(instant, later) > 1:
        there = local(later.at, instant.timezone)
        day = f"{there:%a}" if _days(instant, later) < 7 else f"{there.day} {there:%b}"
        yield f"held until {day} {there:%H:%M}"


def _clock(instant: Instant) -> str:
    """Whether its time is missing or there twice on that day."""
    there = instant.at.astimezone(zone(instant.timezone))
    time = instant.label.rpartition(" ")[2]
    if ":" in time and not f"{there:%H:%M:%S}".startswith(time):
        return f"{time} does not exist"
    return "the first of two" if there.replace(fold=1).utcoffset() != there.utcoffset() else ""


def _offset(instant: Instant, at: datetime) -> timedelta | None:
    return at.astimezone(zone(instant.timezone)).utcoffset()


def _days(one: Instant, other: Instant) -> int:
    """How many dates lie between two points, by the clock of the first."""
    return (local(other.at, one.timezone).date() - local(one.at, one.timezone).date()).days


def listing(
    rows: Sequence[Coming], timezone: str, now: datetime, needs: Spec = NO_GPU
) -> list[tuple[str, str]]:
    """Lines of a table with their notes, its head first; local times by the clock of ``timezone``.

    Points with a zone of their own are noted. GPUs have a column where a replica needs some.
    """
    table = [list(HEAD)]
    for n, row in enumerate(rows, start=1):
        at, gpus = row.instant.at, needs.gpus(row.instant.replicas)
        table.append([str(n), said(at, timezone, now), said(at, "UTC", now), row.bounds, gpus])
    without = {"LOCAL"} if timezone == "UTC" else set()
    without |= set() if needs.gpu else {"GPUS"}
    shown = [place for place, title in enumerate(HEAD) if title not in without]
    table = [[line[place] for place in shown] for line in table]
    sizes = [max(len(t) for t in column) for column in zip(*table, strict=True)]
    lines = ["  ".join(t.ljust(s) for t, s in zip(line, sizes, strict=True)) for line in table]
    return list(zip(lines, ["NOTE", *(_noted(r, timezone) for r in rows)], strict=True))


def _noted(row: Coming, timezone: str) -> str:
    instant = row.instant
    own = "" if timezone in {instant.timezone, "UTC"} else instant.timezone
    label = f"{instant.label} {own.rpartition('/')[2]}" if own and not instant.ends else ""
    return ", ".join(part for part in (label, row.note) if part)


def said(at: datetime, timezone: str, now: datetime) -> str:
    """A moment in a list: ``Thu  5 Mar 20:00 EST``, ``Z`` for UTC; a year that is another."""
    there = at.astimezone(UTC if timezone == "UTC" else zone(timezone))
    clock = f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
    name = "Z" if timezone == "UTC" else f" {there:%Z}"
    day = f"{there:%a} {there.day:2d} {there:%b}"
    if there.year != now.astimezone(there.tzinfo).year:
        day = f"{there.day:2d} {there:%b %Y}"
    return f"{day} {clock}{name}"
