"""The grid of points as lines, and what its keys do to the points. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from tasktui.commands.checks import Problem
from tasktui.domain.artifact import Spec
from tasktui.domain.schedule import Replicas
from tasktui.schedule.coming import NO_GPU
from tasktui.tui.lines import Line, Span, Tone, fit, line, width
from tasktui.tui.wizard.model import PointDraft
from tasktui.tui.wizard.notes import today_utc
from tasktui.tui.wizard.rules import read_time
from tasktui.tui.wizard.state import State

COLUMNS = ("time", "min", "max")
PLACES = (8, 18, 24)
"""First cell of each column."""
WIDTHS = (9, 5, 5)
HEAD = 1
"""Lines above the points."""
_UTC = 15
"""Cells of today's time in UTC, where something follows it."""
_NOTE = 31
"""First cell of what stands beside a point."""
_QUARTER = timedelta(minutes=15)
_ANY_DAY = date(2000, 1, 2)

Points = tuple[PointDraft, ...]


def lines(state: State, cursor: tuple[int, int] | None, cells: int) -> list[Line]:
    """Head, a line for each point, and the line that adds one."""
    draft = state.draft
    head = f"    #   {'TIME':<10}{'MIN':<6}{'MAX':<7}{'TODAY IN UTC':<{_UTC}}"
    out = [line(Span(f"{head}{'GPUS' if _needs(state).gpu else ''}".rstrip(), Tone.DIM))]
    for row, point in enumerate(draft.points):
        here = cursor[1] if cursor and cursor[0] == row else None
        shown = _row(state, row, point, here)
        doubt = state.problems.get(f"points.{row}")
        if doubt is not None:
            whole_row = (*shown, Span(f"  ! {doubt.message}", Tone.NOTE))
            fits = width(whole_row) <= cells
            shown = whole_row if fits else (*shown, Span("  ! see below", Tone.NOTE))
        out.append(shown)
    last = cursor is not None and cursor[0] == len(draft.points)
    mark = Span(f"  {'>' if last else ' '} +   ", Tone.STRONG if last else Tone.PLAIN)
    whole = state.problems.get("points")
    told = Span(f"   {whole.message}" if whole and not whole.warning else "", Tone.PROBLEM)
    out.append(line(mark, Span("add a point", Tone.SELECTED if last else Tone.DIM), told))
    return [fit(text, cells) if cells > 0 else text for text in out]


def _row(state: State, row: int, point: PointDraft, here: int | None) -> Line:
    found = {c: state.problems.get(f"points.{row}.{c}") for c in (*COLUMNS, "timezone")}
    mark = "  " if here is None else " >"
    parts = [Span(f" {mark} {row + 1:<4}", Tone.STRONG if here is not None else Tone.PLAIN)]
    for i, column in enumerate(COLUMNS):
        tone = Tone.PROBLEM if found[column] else Tone.PLAIN
        text = getattr(point, column)
        shown = fit(line(text or "_"), WIDTHS[i])
        parts += [Span(s.text, Tone.SELECTED if here == i else tone) for s in shown]
        parts.append(Span(" "))
    parts.append(Span(" " * (_NOTE - PLACES[-1] - WIDTHS[-1] - 1)))
    return (*parts, *_beside(state, point, found))


def _beside(state: State, point: PointDraft, found: dict[str, Problem | None]) -> Line:
    for column, problem in found.items():
        if problem is not None:
            # "max must be at least 2" says by itself which cell it means.
            named = column == "time" or problem.message.startswith(column)
            text = problem.message if named else f"{column}: {problem.message}"
            return line(Span(text, Tone.PROBLEM))
    utc = today_utc(point, state.draft.timezone, state.look.now)
    gpus = _gpus(_needs(state), point)
    if gpus:
        utc = f"{utc:<{_UTC}}{gpus:<7}".rstrip()
    own = f"  at {point.timezone}" if point.timezone else ""
    stops = "  stops" if point.max.strip() == "0" else ""
    return line(Span(f"{utc}{own}{stops}", Tone.DIM))


def _needs(state: State) -> Spec:
    return state.artifact.spec if state.artifact else NO_GPU


def _gpus(needs: Spec, point: PointDraft) -> str:
    """What its replicas need; empty for no GPU, and while the numbers cannot be read."""
    bounds = (point.min.strip(), point.max.strip())
    if not all(text.isdecimal() and len(text) < 7 for text in bounds):
        return ""
    low, high = map(int, bounds)
    return needs.gpus(Replicas(low, high)) if low <= high else ""


def added(points: Points, at: int) -> Points:
    """The points with a new one at ``at``: without a time, with the replicas of the one above."""
    above = points[at - 1] if at else PointDraft("", "1", "1")
    return (*points[:at], replace(above, time=""), *points[at:])


def stepped(point: PointDraft, column: str, by: int) -> PointDraft:
    """A quarter of an hour or one replica more or less; nonsense stays as it is."""
    if column == "time":
        at = read_time(point.time)
        if at is None:
            return point
        moved = datetime.combine(_ANY_DAY, at) + by * _QUARTER
        return replace(point, time=f"{moved:%H:%M:%S}" if moved.second else f"{moved:%H:%M}")
    text = point.min if column == "min" else point.max
    if not text.strip().isdecimal():
        return point
    number = str(max(0, int(text) + by))
    return replace(point, min=number) if column == "min" else replace(point, max=number)
