"""The calendar of one task as lines: a week of days and the points to come. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tasktui.commands.text import clean
from tasktui.domain.event import Event, EventKind
from tasktui.domain.task import Task
from tasktui.errors import InvalidField
from tasktui.schedule import strip as text
from tasktui.schedule.coming import coming, listing
from tasktui.schedule.days import Course, Hand, Held, course, days, today
from tasktui.schedule.describe import describe
from tasktui.tui.lines import Line, Span, Tone, line, wrap
from tasktui.tui.strip import legend, strip
from tasktui.tui.times import View, stamp, zone_name

WEEK = 7
POINTS = 20
_LABEL = 11
"""Cells of the date at the left."""
_SIDE = 18
"""Cells kept for the notes at the right."""
_STEPS = (96, 72, 48, 24)
"""Cells of a day, where there is room: 15, 20, 30 or 60 minutes each."""
_NAMED = 3
"""Superseded points named one by one."""


@dataclass(frozen=True, slots=True)
class Week:
    """What the calendar shows of a task."""

    task: Task
    first: date | None = None
    """The first day; None for today, whatever day that is."""


def lines(week: Week, view: View, cells: int) -> list[Line]:
    """Ruler, a line for each day, the legend, what stands over the schedule, the next points."""
    task = week.task
    zone = zone_name(task.schedule.timezone, view)
    what = course(task, view.now)
    try:
        return [
            *_days(week, what, view, cells),
            *(wrap(line(_over(h, view, task)), cells)[0] for h in what.held),
            *_points(listing(coming(what, view.now, POINTS), zone, view.now, task.spec), cells),
        ]
    except InvalidField as error:
        return wrap(line(Span(f" {error}", Tone.PROBLEM)), cells, indent=" ")


def _days(week: Week, what: Course, view: View, cells: int) -> Iterator[Line]:
    zone = zone_name(week.task.schedule.timezone, view)
    count = next((n for n in _STEPS if _LABEL + n + 2 + _SIDE <= cells), _STEPS[-1])
    first = week.first or today(view.now, zone)
    found = days(what, first, WEEK, zone)
    drawn = text.glyphs(text.bounds_of(what))
    yield line(Span(f"{'':{_LABEL + 1}}{text.ruler(count)}", Tone.DIM))
    for day in found:
        here = text.place(day, 1, view.now) is not None
        label = Span(f" {text.label(day.date):<{_LABEL - 1}}", Tone.STRONG if here else Tone.PLAIN)
        told = text.beside(day, what, view.now, cells - _LABEL - count - 3)
        note = Span(f" {told}", Tone.STRONG if here else Tone.NOTE)
        yield line(label, *strip(day, count, drawn, view.now), note)
    shown = "".join(text.cells(d, count, drawn) for d in found)
    yield from wrap(line(" ", *legend(drawn, shown)), cells, indent=" ")


def _over(held: Held, view: View, task: Task) -> Span:
    until = f"until {stamp(held.until, view, task.schedule.timezone)}" if held.until else ""
    end = until or ("until cleared" if held.why is Hand.OVERRIDE else "until resumed")
    note = f": {clean(task.pause.note, 200)}" if task.pause and held.why is Hand.PAUSE else ""
    bounds = held.replicas or "nothing"
    return Span(f" {bounds} {held.why} {end}{note.rstrip(': ')}", Tone.NOTE)


def _points(rows: Sequence[tuple[str, str]], cells: int) -> Iterator[Line]:
    head, *table = rows
    if not table:
        yield line(Span(" No point is to come.", Tone.DIM))
        return
    yield line(Span(f" {'  '.join(head)}", Tone.DIM))
    for written, note in table:
        indent = " " * (len(written) + 3)
        yield from wrap(line(f" {written}  ", Span(note, Tone.NOTE)), cells, indent=indent)


def title(week: Week, view: View) -> Line:
    """Whose calendar it is, by which clock, and whether the schedule drives the task."""
    task = week.task
    armed = "activated" if task.armed else "as if activated now"
    if task.archived_at:
        armed = "archived"
    zone = zone_name(task.schedule.timezone, view)
    first = f"from {text.label(week.first)}  " if week.first else ""
    return line(
        Span(f"{clean(task.name, 63)} ", Tone.TITLE),
        Span(f"calendar  {first}{zone}  rev {task.revision}  {armed}", Tone.DIM),
    )


def last(events: Sequence[Event], view: View, timezone: str) -> Line:
    """What was applied last and what it superseded; ``events`` are the oldest first."""
    points = [e for e in events if e.kind in {EventKind.POINT_APPLIED, EventKind.POINT_SUPERSEDED}]
    while points and points[-1].kind is EventKind.POINT_SUPERSEDED:
        points.pop()
    if not points:
        return line(Span(" LAST  no point was applied yet", Tone.DIM))
    applied = points.pop()
    passed: list[Event] = []
    while points and points[-1].kind is EventKind.POINT_SUPERSEDED:
        passed.insert(0, points.pop())
    words = f"{stamp(applied.at, view, timezone)} applied {_what(applied)}"
    return line(Span(" LAST  ", Tone.DIM), words, Span(_superseded(passed), Tone.NOTE))


def _superseded(passed: Sequence[Event]) -> str:
    if not passed:
        return ""
    if len(passed) > _NAMED:
        return f"; {len(passed)} points superseded"
    return f"; {', '.join(_what(e) for e in passed)} superseded"


def _what(event: Event) -> str:
    """``12:00 4-4``: the reason without its zone."""
    return clean(event.reason, 100).partition(" (")[0]


def as_text(task: Task, view: View) -> str:
    """The next points as lines of text, to be taken away. Raises InvalidField."""
    zone = zone_name(task.schedule.timezone, view)
    rows = listing(coming(course(task, view.now), view.now, POINTS), zone, view.now, task.spec)
    told = [f"{task.name}: {describe(task.schedule)}", *(f"{a}  {b}".rstrip() for a, b in rows)]
    return "\n".join(told) + "\n"
