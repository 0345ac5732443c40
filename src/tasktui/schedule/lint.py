"""What is worth knowing about a schedule before it surprises: it is obeyed all the same. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from tasktui.domain.schedule import EVERY_DAY, AnyPoint, Daily, OneOff, Point, Schedule
from tasktui.errors import InvalidField
from tasktui.schedule import cron
from tasktui.schedule.describe import written
from tasktui.schedule.points import on_date
from tasktui.schedule.resolve import local, zone
from tasktui.schedule.transitions import Transition, transitions

AHEAD = timedelta(days=400)
"""How far is looked: over a year, so that every change of the clocks is met."""
_DAY = timedelta(days=1)
_MOST = 8_000
"""Instants that are looked at: an expression that comes every minute ends the look earlier."""


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """It cannot be meant, and is refused at entry."""
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is worth knowing."""

    severity: Severity
    where: str
    """``schedule.points[2]``, counted from 1, or another part of the schedule."""
    text: str
    """A sentence without its stop."""


def lint(schedule: Schedule, now: datetime, start: timedelta | None = None) -> list[Finding]:
    """Everything worth knowing about ``schedule`` in the 400 days after ``now`` (aware).

    ``start`` is how long a start takes, where that was measured. Takes some
    milliseconds for each point.
    """
    unknown = list(_unknown_zones(schedule))
    if unknown:
        return unknown
    if isinstance(schedule, OneOff):
        return list(_one_off(schedule, now))
    return [*_stopped(schedule), *_clocks(schedule, now), *_meetings(schedule, now, start)]


def _warn(where: str, text: str) -> Finding:
    return Finding(Severity.WARNING, where, text)


def _place(index: int) -> str:
    return f"schedule.points[{index + 1}]"


def _unknown_zones(schedule: Schedule) -> Iterator[Finding]:
    named = [("schedule.timezone", schedule.timezone)]
    if isinstance(schedule, Daily):
        named += [(_place(i), p.timezone) for i, p in enumerate(schedule.points)]
    for where, name in dict.fromkeys(named):
        try:
            zone(name)
        except InvalidField as error:
            yield Finding(Severity.ERROR, where, f"the timezone {name} is unknown: {error.allowed}")


def _stopped(schedule: Daily) -> Iterator[Finding]:
    if all(p.replicas.stopped for p in schedule.points):
        yield Finding(Severity.ERROR, "schedule.points", "every point is 0-0: nothing would run")
    if schedule.weekdays != EVERY_DAY and not any(isinstance(p, Point) for p in schedule.points):
        text = "the weekdays have no effect: a cron expression names its own"
        yield _warn("schedule.weekdays", text)


def _one_off(schedule: OneOff, now: datetime) -> Iterator[Finding]:
    for where, wall in (("schedule.at", schedule.at), ("schedule.end", schedule.end)):
        if wall is not None:
            # A little wider than the day: the wall clock may be many hours from UTC.
            near = wall.replace(tzinfo=now.tzinfo)
            for change in transitions(schedule.timezone, near - 2 * _DAY, near + 2 * _DAY):
                yield from _odd(where, change, schedule.timezone, [wall])


def _clocks(schedule: Daily, now: datetime) -> Iterator[Finding]:
    names = {p.timezone for p in schedule.points}
    changes = {name: list(transitions(name, now, now + AHEAD)) for name in names}
    for index, point in enumerate(schedule.points):
        for change in changes[point.timezone]:
            days = sorted({wall.date() for wall in change.clocks})
            walls = [wall for day in days for wall in _walls(schedule, point, day)]
            yield from _odd(_place(index), change, point.timezone, walls)


def _walls(schedule: Daily, point: AnyPoint, day: date) -> list[datetime]:
    """Local times of a point on a date that the changes of the clocks can move."""
    if not on_date(schedule, point, day):
        return []
    if isinstance(point, Point):
        return [datetime.combine(day, point.time)]
    if cron.strikes_hourly(point.expression):
        return []
    return [wall for wall, _ in cron.instants(point.expression, point.timezone, day)]


def _odd(
    where: str, change: Transition, timezone: str, walls: Iterable[datetime]
) -> Iterator[Finding]:
    """At most one finding: the first of the times that are missing or come twice."""
    low, high = change.clocks
    wall = next((w for w in walls if low <= w < high), None)
    if wall is None:
        return
    span = f"{_day(low)} {low:%H:%M}-{high:%H:%M}"
    clock = f"{wall:%H:%M:%S}" if wall.second else f"{wall:%H:%M}"
    if change.gap:
        yield _warn(where, f"{span} does not exist in {timezone}; {clock} will run at {high:%H:%M}")
    else:
        yield _warn(where, f"{span} happens twice in {timezone}; {clock} runs the first time")


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b}"


def _meetings(schedule: Daily, now: datetime, start: timedelta | None) -> Iterator[Finding]:
    """Points that never come or never count, that fall together, or that follow too soon."""
    moments, until = _walk(schedule, now)
    winners = {at: max(points) for at, points in moments.items()}
    named = [f"{written(p)} {p.timezone}" for p in schedule.points]
    seen = {i for points in moments.values() for i in points}
    reached = set(winners.values())
    for index, name in enumerate(named):
        if index not in seen:
            yield _warn(_place(index), f"{name} does not come until {until:%Y-%m-%d}")
        elif index not in reached:
            text = f"{name} never counts: a later point always comes at the same moment"
            yield _warn(_place(index), text)
    met: set[tuple[int, int]] = set()
    for at, points in moments.items():
        winner = winners[at]
        for loser in sorted(set(points) - {winner}):
            if loser in reached and (loser, winner) not in met:
                met.add((loser, winner))
                yield _warn(_place(winner), _together(named, loser, winner, at, schedule))
    if start:
        yield from _too_soon(schedule, winners, start)


def _walk(schedule: Daily, now: datetime) -> tuple[Mapping[datetime, list[int]], date]:
    """Which points come at each moment after ``now``, ascending, and up to which date."""
    found: dict[datetime, list[int]] = {}
    day = local(now, schedule.timezone).date() - _DAY
    end = day + AHEAD
    while day < end and len(found) < _MOST:
        for index, point in enumerate(schedule.points):
            for instant in on_date(schedule, point, day):
                if instant.at > now:
                    found.setdefault(instant.at, []).append(index)
        day += _DAY
    return dict(sorted(found.items())), day


def _together(named: Sequence[str], loser: int, winner: int, at: datetime, schedule: Daily) -> str:
    there = local(at, schedule.points[winner].timezone)
    return (
        f"{named[loser]} and {named[winner]} come at the same moment "
        f"on {_day(there)} {there.year}; the later in the list counts: "
        f"{schedule.points[winner].replicas}"
    )


def _too_soon(
    schedule: Daily, winners: Mapping[datetime, int], start: timedelta
) -> Iterator[Finding]:
    met: set[tuple[int, int]] = set()
    for (at, first), (later, second) in pairwise(winners.items()):
        one, other = schedule.points[first], schedule.points[second]
        changes = one.replicas != other.replicas and not one.replicas.stopped
        if later - at < start and changes and (first, second) not in met:
            met.add((first, second))
            there = local(later, other.timezone)
            yield _warn(
                _place(second),
                f"{written(other)} comes {_long(later - at)} after {written(one)} "
                f"({_day(there)}); a start takes {_long(start)}",
            )


def _long(span: timedelta) -> str:
    seconds = span.total_seconds()
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def doubtful(findings: Iterable[Finding]) -> list[Finding]:
    """Those that do not refuse the schedule."""
    return [f for f in findings if f.severity is not Severity.ERROR]
