"""Step 4 as lines: what will happen, and when, before anything is written. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tasktui.commands.outlook import outlook
from tasktui.commands.planlaunch import HEADS, NEXT_POINTS, Row, about, events, points
from tasktui.commands.planwords import changed, outcome
from tasktui.domain.artifact import Spec
from tasktui.domain.task import Arming, Task, TaskSpec, When
from tasktui.schedule.phases import applied
from tasktui.schedule.points import upcoming
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.times import clock, full
from tasktui.tui.wizard.model import Draft
from tasktui.tui.wizard.notes import LABELS, label
from tasktui.tui.wizard.state import STEP_OF, State, Step

_COMPARED = ("artifact", "parameters", "kind", "points", *LABELS)


def lines(state: State, cells: int) -> list[Line]:
    """The whole step."""
    out: list[Line] = []
    if state.refused:
        out += wrap(line(Span(f" Refused: {state.refused}", Tone.PROBLEM)), cells, indent="   ")
        out.append(EMPTY)
    if state.theirs is not None:
        out += _stale(state, state.theirs, cells)
    spec = state.spec
    if spec is None or state.errors:
        out += _open_ends(state, cells)
    if spec is None:
        return out
    out += _task(state, spec, cells)
    if state.editing is not None:
        out += _changes(state, cells)
    out += _events(state, spec, cells)
    for problem in state.warnings:
        head = f"{label(problem.field)}: " if problem.field.startswith("points.") else ""
        out += wrap(line(Span(f" ! {head}{problem.message}", Tone.NOTE)), cells, indent="   ")
    return out


def _open_ends(state: State, cells: int) -> list[Line]:
    out = [line(Span(" Not ready yet:", Tone.PROBLEM))]
    for problem in state.errors:
        step = STEP_OF.get(problem.field, Step.SETTINGS)
        text = f"   step {step.value}, {label(problem.field)}: {problem.message}"
        out += wrap(line(Span(text, Tone.PROBLEM)), cells, indent="     ")
    return [*out, EMPTY]


def _task(state: State, spec: TaskSpec, cells: int) -> list[Line]:
    out: list[Line] = []
    for head, text in about(spec, state.artifact, edited=state.editing is not None):
        out += wrap(line(Span(f" {head:<9} ", Tone.DIM), text), cells, indent=" " * 11)
    return [*out, EMPTY]


def _changes(state: State, cells: int) -> list[Line]:
    if not state.changes:
        return [line(Span(" Nothing is changed yet: PgUp goes to the settings.", Tone.DIM)), EMPTY]
    out = [line(Span(" WHAT CHANGES", Tone.DIM))]
    for change in state.changes:
        tone = Tone.GOOD if change.hot else Tone.DANGER_KEY
        text, _, mark = changed(change).rpartition("  ")
        out += wrap(line(f" {text}  ", Span(mark, tone)), cells, indent=" " * 3)
    known = {problem.message for problem in state.warnings}
    for told in outcome(state.plan) if state.plan else ():
        if told.text not in known:
            tone = Tone.NOTE if told.weighty else Tone.PLAIN
            out += wrap(line(Span(f" {told.text}", tone)), cells, indent=" " * 3)
    return [*out, EMPTY]


def _stale(state: State, theirs: Task, cells: int) -> list[Line]:
    text = (
        f" {theirs.name} was edited meanwhile (now revision {theirs.revision}). "
        "Nothing is overwritten: take theirs as the base, and your changes are put on top."
    )
    out = wrap(line(Span(text, Tone.PROBLEM)), cells, indent=" ")
    for field, base, mine, other in differences(state.base, state.draft, state.their_draft):
        head = Span(f"   {field}: ", Tone.STRONG)
        parts = line(head, f"was {base}, theirs {other}, yours {mine}")
        out += wrap(parts, cells, indent="     ")
    return [*out, EMPTY]


def differences(base: Draft, mine: Draft, theirs: Draft) -> list[tuple[str, str, str, str]]:
    """Fields that either side changed: label, as it was, mine, theirs."""
    rows = []
    for name in _COMPARED:
        old, own, other = (_shown(d, name) for d in (base, mine, theirs))
        if old != own or old != other:
            rows.append((label(name), old, own, other))
    return rows


def _shown(draft: Draft, name: str) -> str:
    if name == "points":
        return ", ".join(f"{p.time} {p.min}-{p.max} {p.timezone}".strip() for p in draft.points)
    if name == "parameters":
        return ", ".join(f"{n}={text}" for n, text in draft.parameters) or "-"
    return str(getattr(draft, name)) or "-"


def _events(state: State, spec: TaskSpec, cells: int) -> list[Line]:
    now, needs = state.look.now, state.artifact.spec if state.artifact else Spec()
    out = [line(Span(f" {HEADS}", Tone.DIM))]
    for what, text in _rows(state, spec, now, needs):
        out += wrap(line(Span(f" {what:<15} ", Tone.STRONG), text), cells, indent=" " * 17)
    return [*out, EMPTY]


def _rows(state: State, spec: TaskSpec, now: datetime, needs: Spec) -> list[Row]:
    def say(at: datetime, timezone: str) -> str:
        return full(at, state.view, timezone)

    task = state.editing
    if task is None:
        return events(spec.schedule, needs, now, say)
    if task.armed is None:
        following = upcoming(spec.schedule, now, Arming(now, When.NOW, ""), NEXT_POINTS)
        first = ("after Apply", f"{task.status}: not activated, nothing starts")
        return [first, *points(following, needs, say)]
    edited = replace(task, schedule=spec.schedule)
    ahead = outlook(edited, now, clock(state.view, spec.schedule.timezone))
    following = applied(edited, now, NEXT_POINTS)
    return [("after Apply", ", ".join(ahead)), *points(following, needs, say)]
