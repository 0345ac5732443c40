"""Step 4 as lines: what will happen, and when, before anything is written. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from tasktui.commands.outlook import outlook
from tasktui.commands.present import env_text
from tasktui.domain.artifact import Spec
from tasktui.domain.schedule import Daily, Instant, OneOff, Replicas, Schedule
from tasktui.domain.task import Arming, Task, TaskSpec, When
from tasktui.schedule.describe import describe
from tasktui.schedule.phases import applied
from tasktui.schedule.points import in_force, upcoming
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.times import clock, full
from tasktui.tui.wizard.model import Draft
from tasktui.tui.wizard.notes import LABELS, label
from tasktui.tui.wizard.parameters import summary
from tasktui.tui.wizard.state import STEP_OF, State, Step

NEXT_POINTS = 5
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
    artifact = state.artifact
    needs = artifact.spec if artifact else Spec()
    env = {**(artifact.env if artifact and not state.editing else {}), **spec.env}
    rows = [
        ("Task", f"{spec.name}, route /{spec.name}"),
        (
            "Runs",
            f"{spec.artifact}, {spec.file_path}.py, deployment name {spec.deployment_name}",
        ),
        ("Schedule", describe(spec.schedule)),
        ("Replica", f"{needs}; at the most {_most(needs, _peak(spec.schedule))}"),
        ("Params", summary(state.parameters, spec.parameters)),
        ("Packages", ", ".join(artifact.recipe.requirements) if artifact else ""),
        ("Env", env_text(env, artifact.env if artifact else {})),
    ]
    out: list[Line] = []
    for head, text in ((h, t) for h, t in rows if t):
        out += wrap(line(Span(f" {head:<9} ", Tone.DIM), text), cells, indent=" " * 11)
    return [*out, EMPTY]


def _peak(schedule: Schedule) -> int:
    if isinstance(schedule, Daily):
        return max((p.replicas.max for p in schedule.points), default=0)
    return schedule.replicas.max


def _most(needs: Spec, count: int) -> str:
    parts = [f"{count * needs.gpu:g} {needs.gpu_type or 'GPU'}"] if needs.gpu else []
    parts.append(f"{count * needs.cpu:g} CPU")
    if needs.memory_gb:
        parts.append(f"{count * needs.memory_gb:g} GB")
    parts += [f"{count * amount:g} {name}" for name, amount in needs.custom]
    return f"{count} replica{'s' if count != 1 else ''} with {', '.join(parts)}"


def _changes(state: State, cells: int) -> list[Line]:
    if not state.changes:
        return [line(Span(" Nothing is changed yet: PgUp goes to the settings.", Tone.DIM)), EMPTY]
    out = [line(Span(" WHAT CHANGES", Tone.DIM))]
    for change in state.changes:
        tone = Tone.DANGER_KEY if change.text.startswith("restarts") else Tone.GOOD
        head = line(Span(f" {change.text:<11} ", tone), Span(f"{change.field}  ", Tone.STRONG))
        out += wrap(line(*head, f"{change.old} -> {change.new}"), cells, indent=" " * 13)
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
    out = [line(Span(f" {'WHAT HAPPENS':<15} {'WHEN':<42} MIN-MAX", Tone.DIM))]
    task = state.editing
    if task is None or task.armed is None:
        rows = _unarmed(task) if task else list(_launched(spec.schedule, now))
        following = upcoming(spec.schedule, now, Arming(now, When.NOW, ""), NEXT_POINTS)
    else:
        edited = replace(task, schedule=spec.schedule)
        say = clock(state.view, spec.schedule.timezone)
        rows = [("after Apply", ", ".join(outlook(edited, now, say)))]
        following = applied(edited, now, NEXT_POINTS)
    rows += [(f"{_ordinal(i)} point", p) for i, p in enumerate(following, start=1)]
    for what, point in rows:
        out += wrap(_event(what, point, state, needs), cells, indent=" " * 17)
    return [*out, EMPTY]


_Row = tuple[str, Instant | str]


def _launched(schedule: Schedule, now: datetime) -> Iterator[_Row]:
    yield "after Launch", "Idle: nothing runs until it is activated"
    if isinstance(schedule, OneOff):
        at = in_force(schedule, now, Arming(now, When.NOW, ""))
        yield "after Activate", at or _first(schedule, now)
        return
    yield "Activate, next", _first(schedule, now)
    force = in_force(schedule, now, Arming(now, When.NOW, ""))
    text = "at once: no point is in force yet"
    if force is not None:
        runs = "nothing runs" if force.replicas.stopped else "at once"
        text = f"{runs}: {force.replicas} (point {force.label} is in force)"
    yield "Activate, now", text


def _first(schedule: Schedule, now: datetime) -> Instant | str:
    found = upcoming(schedule, now, Arming(now, When.NEXT, ""), 1)
    return found[0] if found else "never: no point comes"


def _unarmed(task: Task) -> list[_Row]:
    return [("after Apply", f"{task.status}: not activated, nothing starts")]


def _ordinal(number: int) -> str:
    return ("1st", "2nd", "3rd", "4th", "5th")[number - 1]


def _event(what: str, point: Instant | str, state: State, needs: Spec) -> Line:
    head = Span(f" {what:<15} ", Tone.STRONG)
    if isinstance(point, str):
        return line(head, point)
    when = full(point.at, state.view, point.timezone)
    if point.ends:
        return line(head, f"{when:<42} ends, disarmed")
    takes = _takes(needs, point.replicas)
    return line(head, f"{when:<42} {point.replicas!s:<7}", Span(f" {takes}", Tone.DIM))


def _takes(needs: Spec, replicas: Replicas) -> str:
    if replicas.stopped:
        return "stops"
    if needs.gpu:
        return f"{needs.gpus(replicas)} {needs.gpu_type or 'GPU'}"
    low, high = replicas.min * needs.cpu, replicas.max * needs.cpu
    return f"{low:g} CPU" if low == high else f"{low:g}-{high:g} CPU"
