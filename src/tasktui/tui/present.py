"""A task as cells of the table: pure, from the task, the moment and the cluster."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from rich.cells import cell_len

from tasktui.domain.actions import refusal
from tasktui.domain.search import terms
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.schedule.describe import short
from tasktui.schedule.searched import searched
from tasktui.tui import texts
from tasktui.tui.chosen import Col
from tasktui.tui.columns import GAP, Placed
from tasktui.tui.keys import rows
from tasktui.tui.lines import Line, Span, Tone, fit, line, width
from tasktui.tui.palette import STATUS_TONES
from tasktui.tui.texts import NOTHING, badges, timezone, told, why
from tasktui.tui.times import View, dated
from tasktui.tui.upcoming import coming

_WHOLE = {Col.SPEC, Col.NEXT}
"""Columns of numbers with units: cut between their parts, never inside one."""
_NAMES = {Col.NAME, Col.ARTIFACT}
"""Columns of names: cut in their middle."""
_QUIET = (Col.SINCE, Col.LAST_RUN, Col.REVISION, Col.BY, Col.ZONE)
"""Columns that nobody looks at first."""


def name(task: Task, view: View) -> Line:  # noqa: ARG001 - all cells have one signature
    """The task's name."""
    return line(Span(task.name, Tone.STRONG))


def artifact(task: Task, view: View) -> Line:  # noqa: ARG001
    """The artifact's label."""
    return line(task.artifact)


def spec(task: Task, view: View) -> Line:  # noqa: ARG001
    """Resources of one replica."""
    return tuple(Span(part) for part in re.split(r"(?= \d)", str(task.spec)))


def status(task: Task, view: View) -> Line:
    """The status word, its badges, and why."""
    text = why(task, view)
    return (*state(task, view), Span(f" {text}", Tone.DIM)) if text else state(task, view)


def state(task: Task, view: View) -> Line:
    """The status word and its badges alone."""
    tone = Tone.DIM if view.stale else STATUS_TONES[task.status]
    parts: list[Span] = [Span(str(task.status), tone)]
    for mark in badges(task, view):
        kind = Tone.PROBLEM if mark.startswith("!") else Tone.NOTE
        parts.append(Span(f" {mark}", Tone.DIM if view.stale else kind))
    return tuple(parts)


def ready(task: Task, view: View) -> Line:
    """Ready replicas of the bounds in force: ``3/2-4``."""
    text, wanted = texts.ready(task), task.progress.wanted
    if text == NOTHING:
        return line(Span(text, Tone.DIM))
    short_of = wanted is not None and task.ready < wanted.min
    calm = view.stale or not (short_of and task.status is Status.RUNNING)
    return line(Span(text, Tone.PLAIN if calm else Tone.PROBLEM))


def schedule(task: Task, view: View) -> Line:  # noqa: ARG001
    """The schedule's kind and number of points."""
    return line(short(task.schedule))


def access(task: Task, view: View) -> Line:
    """The service URL, dim while nothing answers there."""
    url = texts.access(task, view)
    answers = task.status is Status.RUNNING and not view.stale
    return line(Span(url or NOTHING, Tone.PLAIN if url and answers else Tone.DIM))


def created(task: Task, view: View) -> Line:
    """When the task was created."""
    return line(Span(dated(task.created_at, view), Tone.DIM))


def actions(task: Task, view: View) -> Line:  # noqa: ARG001
    """Keys of the actions that apply."""
    keys = [k.shown for k in rows() if k.action and not refusal(task, k.action)]
    return line(Span(" ".join(dict.fromkeys(keys)), Tone.DIM))


def _quiet(column: Col) -> Callable[[Task, View], Line]:
    """The column's text, dim."""
    return lambda task, view: line(Span(texts.TEXTS[column](task, view), Tone.DIM))


CELLS: Mapping[str, Callable[[Task, View], Line]] = {
    Col.NAME: name,
    Col.ARTIFACT: artifact,
    Col.SPEC: spec,
    Col.STATUS: status,
    Col.READY: ready,
    Col.SCHEDULE: schedule,
    Col.NEXT: coming,
    Col.ACCESS: access,
    Col.CREATED: created,
    Col.ACTIONS: actions,
    Col.REASON: lambda task, view: line(why(task, view)),
    Col.HOLDS: lambda task, _: line(texts.holds(task)),
    **{column: _quiet(column) for column in _QUIET},
}
_STATE = {**CELLS, Col.STATUS: state}
"""The same where the reason has a column of its own."""


def wants(tasks: Sequence[Task], view: View, longest: tuple[int, int] = (0, 0)) -> dict[str, int]:
    """How wide the content of each column is: of these tasks, and of ``longest``.

    Those are the cells of the longest name and of the longest artifact of all.
    """
    name = max(_longest(t.name for t in tasks), longest[0])
    base = len(view.cluster.serve_url)
    return {
        Col.NAME: name,
        Col.ARTIFACT: max(_longest(t.artifact for t in tasks), longest[1]),
        Col.SPEC: _longest(str(t.spec) for t in tasks),
        Col.READY: len("READY/MIN-MAX"),
        Col.NEXT: 24,
        Col.ACCESS: base + 1 + name if base else 22,
        Col.BY: _longest(t.created_by for t in tasks),
        Col.ZONE: _longest(timezone(t) for t in tasks),
        Col.REASON: 60,
    }


def _longest(texts: Iterable[str]) -> int:
    return max((cell_len(t) for t in texts), default=0)


def row(task: Task, view: View, columns: Sequence[Placed], ellipsis: str) -> Line:
    """One row of the table, without the cursor's mark: each column cut or padded to its width."""
    cells = _STATE if any(place.id is Col.REASON for place in columns) else CELLS
    parts: list[Span] = []
    for place in columns:
        next_point = place.id is Col.NEXT
        cell = coming(task, view, place.width) if next_point else cells[place.id](task, view)
        if place.id in _WHOLE:
            cell = _whole_parts(cell, place.width, ellipsis)
        parts.extend(fit(cell, place.width, ellipsis=ellipsis, middle=place.id in _NAMES))
        parts.append(Span(" " * GAP))
    return tuple(parts[:-1])


def _whole_parts(cell: Line, cells: int, ellipsis: str) -> Line:
    """The leading parts that fit: ``in 2…`` of ``in 23h00`` would be a lie."""
    while width(cell) > cells and len(cell) > 1:
        cell = (*cell[:-2], Span(cell[-2].text + ellipsis, cell[-2].tone))
    return cell


def head(columns: Sequence[Placed], ordered: str = "", arrow: str = "") -> Line:
    """The titles of the columns, with an arrow at the one that rows are ordered by."""
    signs = (f" {arrow}" if p.id == ordered else "" for p in columns)
    titles = (
        (p.title[: p.width - len(sign)] + sign).ljust(p.width)
        for p, sign in zip(columns, signs, strict=True)
    )
    return line(Span((" " * GAP).join(titles), Tone.DIM))


def searchable(task: Task, view: View) -> dict[str, str]:
    """What the filter looks at, by column name, in lower case."""
    return {**searched(task), **told(task, view)}


def matches(task: Task, view: View, query: str) -> bool:
    """Whether the task passes the filter: every word, ``!word`` absent, ``column:word`` there."""
    return passes(searchable(task, view), query)


def passes(fields: Mapping[str, str], query: str) -> bool:
    """``matches``, for what a task's ``searchable`` is known to be."""
    return all(term.holds(fields) for term in terms(query))
