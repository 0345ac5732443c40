"""The lines around the steps: where one is, what is wrong, which keys work. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tasktui.tui.lines import Line, Span, Tone, justify, line, wrap
from tasktui.tui.wizard.notes import HELP, label
from tasktui.tui.wizard.parameters import hint, name_of
from tasktui.tui.wizard.state import State, Step

SMALL = (80, 24)
_STEPS = 70
"""Cells from which on all steps are named."""
Hint = tuple[str, str]
"""A key as it is printed, and what it does."""

_COMMON: tuple[Hint, ...] = (("Tab", "field"), ("Esc", "leave (draft kept)"), ("F1", "help"))
_TYPE: tuple[Hint, ...] = (("Enter", "accept"),)
_KEYS: dict[str, tuple[Hint, ...]] = {
    "query": (("type", "filter"), ("Up Down", "move"), ("Enter", "choose"), ("F2", "build log")),
    "resources": (("Up Down", "scroll"), ("Enter", "go on")),
    "kind": (("Left Right", "change"), ("Enter", "accept")),
    "timezone": (("Down", "list of zones"), ("Enter", "accept")),
    "points": (
        ("a", "add"),
        ("x", "delete"),
        ("y", "duplicate"),
        ("z", "zone"),
        ("w", "weekdays"),
        ("+ -", "step"),
        ("Enter", "edit"),
        ("arrows", "cell"),
    ),
    "cell": (("Enter", "accept"), ("Esc", "as it was"), ("Up Down", "row")),
    "button": (("Enter", "press"), ("Left Right", "button"), ("Up Down", "scroll")),
}


def head(state: State, cells: int) -> Line:
    """What is being done to which task, and the four steps with the present one marked."""
    title: list[Span] = [Span(" Launch task", Tone.TITLE)]
    if state.editing:
        edited = state.editing
        title = [Span(f" Edit {edited.name}", Tone.TITLE), Span(f" rev {edited.revision}")]
    if cells < _STEPS:
        short = f"step {state.step.value} of {len(Step)}: {state.step.title} "
        return justify(tuple(title), line(Span(short, Tone.STRONG)), cells)
    parts: list[Span] = []
    for step in Step:
        if parts:
            parts.append(Span(" > ", Tone.DIM))
        here = step is state.step
        text = f"({step.value}) {step.title}" if here else f"{step.value} {step.title}"
        parts.append(Span(text, Tone.SELECTED if here else Tone.PLAIN))
    return justify(tuple(title), (*parts, Span(" ")), cells)


def status(state: State, cells: int, lines: int) -> Line:
    """Errors and warnings counted, a notice, and whether the draft is safe."""
    right = line(Span(f"draft saved {state.saved} ", Tone.DIM) if state.saved else "")
    if state.said:
        return justify(line(Span(f" {state.said}", Tone.PROBLEM)), (), cells)
    if state.restored:
        return justify(line(Span(f" {state.restored}", Tone.NOTE)), right, cells)
    if cells < SMALL[0] or lines < SMALL[1]:
        return line(Span(f" {cells}x{lines}: make it 80x24 to see all", Tone.NOTE))
    if state.untouched and state.step is Step.ARTIFACT and not state.draft.artifact:
        return line(Span(" Enter takes the artifact under the cursor", Tone.DIM))
    errors = sum(not p.warning for p in state.due)
    warnings = len(state.warnings)
    text = f" {_count(errors, 'error')}, {_count(warnings, 'warning')}"
    tone = Tone.PROBLEM if errors else Tone.NOTE if warnings else Tone.DIM
    first = next(iter(state.errors_of(state.step)), None)
    told = f": {label(first.field)}" if first else ""
    return justify(line(Span(text, tone), Span(told, Tone.DIM)), right, cells)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def keys(state: State, focus: str, cells: int) -> list[Line]:
    """Two lines of keys for what has the focus; above them its help, when that is on."""
    moves: list[Hint] = []
    if state.step is not Step.SUMMARY:
        moves.append(("PgDn", "next"))
    if state.step is not Step.ARTIFACT:
        moves.append(("PgUp", "back"))
    if state.due:
        moves.append(("Ctrl-G", "next problem"))
    here = _KEYS.get(focus, _TYPE)
    if not state.untouched:
        here = (*here, ("Ctrl-O", "start over"))
    first = _hints(here, cells)
    rows = [first, _hints((*moves, *_COMMON), cells)]
    if not state.help:
        return rows
    parameter = name_of(focus)
    about = hint(state.parameters, parameter) if parameter else HELP.get(focus, HELP["points"])
    text = line(Span(f" {about}", Tone.NOTE))
    return [*wrap(text, cells, indent=" "), *rows]


def _hints(hints: Sequence[Hint], cells: int) -> Line:
    parts: list[Span] = [Span(" ")]
    used = 1
    for key, text in hints:
        size = len(key) + len(text) + 3
        if used + size > cells + 2:
            break
        parts += [Span(key, Tone.KEY), Span(f" {text}  ")]
        used += size
    return tuple(parts)
