"""The next point as a cell: when, what, and in how long, in as many words as fit. Pure.

Guarantees that in 19 cells and more none of the three is cut: words that repeat
each other go first (the weekday of what comes within a day), then exactness.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tasktui.domain.task import Override, Pause, Task
from tasktui.errors import InvalidField
from tasktui.schedule.points import standing, upcoming, wanted
from tasktui.tui.lines import Line, Span, Tone, line, width
from tasktui.tui.times import View, left, stamp, zone_of

WIDE = 99
"""Cells in which everything fits."""
_DAY = timedelta(days=1)
_WEEK = 6 * _DAY


def coming(task: Task, view: View, cells: int = WIDE) -> Line:
    """The next point and how long until then; ``-`` for a task that is not armed."""
    if task.armed is None or task.archived_at:
        return line(Span("-", Tone.DIM))
    try:
        forms = list(_forms(task, view))
    except InvalidField:
        return line(Span("unknown zone", Tone.PROBLEM))
    return next((form for form in forms if width(form) <= cells), forms[-1])


def _forms(task: Task, view: View) -> Iterator[Line]:
    """The same in ever fewer cells."""
    hand, zone = standing(task, view.now), task.schedule.timezone
    if hand is not None and hand.until is None:
        yield line("paused" if isinstance(hand, Pause) else "when cleared")
    elif isinstance(hand, Pause) and hand.until is not None:
        yield line(f"paused to {stamp(hand.until, view, zone)}")
        yield from (line(f"{word} {_near(hand.until, view, zone)}") for word in ("paused to", "to"))
    elif isinstance(hand, Override) and hand.until is not None:
        then = wanted(task, hand.until)
        ends = then.force is not None and then.force.ends
        what = "end" if ends else str(then.replicas or "nothing")
        yield from _shorter(hand.until, what, view, zone)
    else:
        points = upcoming(task.schedule, view.now, task.armed, 1)
        if not points:
            yield line(Span("-", Tone.DIM))
        for point in points:
            what = "end" if point.ends else str(point.replicas)
            yield from _shorter(point.at, what, view, zone)


def _shorter(at: datetime, what: str, view: View, zone: str) -> Iterator[Line]:
    exact, near = left(at, view.now), _near(at, view, zone)
    days = (at - view.now) // _DAY
    coarse = f"in {days}d" if days else exact
    yield _said(stamp(at, view, zone), what, exact)
    yield _said(near, what, exact)
    yield _said(near, what, coarse)
    yield _said(near, what, coarse.removeprefix("in "))
    if at - view.now > _WEEK:
        yield _said(near.rpartition(" ")[0], what, coarse)


def _said(when: str, what: str, span: str) -> Line:
    return line(f"{when} {what}", Span(f" {span}", Tone.DIM))


def _near(at: datetime, view: View, zone: str) -> str:
    """``20:00`` within a day, ``Fri 20:00`` within six, else ``1 Dec 20:00``."""
    said, ahead = stamp(at, view, zone), at - view.now
    day, _, clock = said.rpartition(" ")
    if ahead < _DAY:
        return clock
    if not day[:1].isdigit():
        return said
    there = at.astimezone(zone_of(zone, view))
    return f"{there.day} {there:%b} {clock}"
