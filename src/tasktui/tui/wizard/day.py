"""The day strip of a Daily schedule while one types it, and what its clocks will do. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import lru_cache

from tasktui.domain.schedule import Daily
from tasktui.schedule import strip as text
from tasktui.schedule.days import Course, days, today
from tasktui.schedule.lint import AHEAD
from tasktui.schedule.transitions import transitions
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.strip import legend, strip
from tasktui.tui.wizard.notes import label
from tasktui.tui.wizard.state import State

_LABEL = 11
"""Cells of the date at the left."""
_SIDE = 7
"""Cells kept at the right for the name of the clock."""
_STEPS = (72, 48, 24)
"""Cells of the day, where there is room: 20 minutes, half an hour, or an hour each."""
_SHOWN_DAYS = 8
"""Days among which the first one with points is drawn."""


def lines(state: State, cells: int) -> list[Line]:
    """Ruler, strip, legend and notes; dim while the points cannot be read."""
    read = state.schedule
    schedule = read or state.drawn
    if not isinstance(schedule, Daily):
        return [EMPTY, *_why(state, "The day is not drawn", cells)]
    count = next((n for n in _STEPS if _LABEL + n + 2 + _SIDE <= cells), _STEPS[-1])
    out = _drawn(schedule, state.look.now, count, dim=read is None)
    if read is None:
        return [*out, *_why(state, "The day as it was", cells)]
    return [*out, *(part for note in _notes(schedule, state) for part in _wrapped(note, cells))]


def _drawn(schedule: Daily, now: datetime, count: int, *, dim: bool) -> list[Line]:
    """The next day that has points, today first, as if the task were activated already."""
    what = Course(schedule)
    found = days(what, today(now, schedule.timezone), _SHOWN_DAYS, schedule.timezone)
    day = next((d for d in found if d.points), found[0])
    glyphs = text.glyphs(text.bounds_of(what))
    edge = " " * (_LABEL + 1)
    clock = schedule.timezone.rpartition("/")[2]
    return [
        line(Span(f"{edge}{text.ruler(count)} {clock}", Tone.DIM)),
        line(
            Span(f" {text.label(day.date):<{_LABEL - 1}}", Tone.DIM),
            *strip(day, count, glyphs, now, dim=dim),
        ),
        line(Span(edge), *legend(glyphs, text.cells(day, count, glyphs))),
    ]


def _why(state: State, head: str, cells: int) -> list[Line]:
    """What is shown, and what must be put right first."""
    wrong = next((p for p in state.own if p.field in _DAY or p.field.startswith("points")), None)
    told = f"{head}, until {label(wrong.field)} is right." if wrong else f"{head}."
    return _wrapped(Span(told, Tone.DIM), cells)


_DAY = frozenset({"timezone", "days", "except_dates"})


def _wrapped(note: Span, cells: int) -> list[Line]:
    return wrap(line(Span(f" {note.text}", note.tone)), cells, indent="   ")


def _notes(schedule: Daily, state: State) -> Iterator[Span]:
    """What the store found doubtful in the points, else the next change of the clocks."""
    if state.judged != state.draft:
        return  # nobody knows yet
    doubts = [p for p in state.stored if p.field.startswith("points") and p.warning]
    for doubt in doubts:
        head = f"{label(doubt.field)}: " if "." in doubt.field else ""
        yield Span(f"! {head}{doubt.message}", Tone.NOTE)
    if doubts:
        return
    zones = dict.fromkeys((schedule.timezone, *(p.timezone for p in schedule.points)))
    for name in zones:
        yield Span(_clocks(name, today(state.look.now, "UTC")), Tone.DIM)


@lru_cache(maxsize=64)
def _clocks(timezone: str, day: date) -> str:
    """The next change of the clocks of a zone, which no point meets."""
    start = datetime.combine(day, time(), UTC)
    change = next(transitions(timezone, start, start + AHEAD), None)
    if change is None:
        return f"i The clocks of {timezone} do not change in the next {AHEAD.days} days."
    low, high = change.clocks
    what = "does not exist" if change.gap else "happens twice"
    span = f"{low:%a} {low.day} {low:%b} {low:%H:%M}-{high:%H:%M}"
    return f"i {span} {what} in {timezone}; no point falls in it."
