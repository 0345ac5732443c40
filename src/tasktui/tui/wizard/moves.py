"""What follows from what a user does: one state of the wizard to the next. Pure."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

from tasktui.domain.schedule import Schedule
from tasktui.domain.task import Task, TaskSpec
from tasktui.tui.wizard.look import Verdict
from tasktui.tui.wizard.model import Draft, from_spec, merge
from tasktui.tui.wizard.rules import problems
from tasktui.tui.wizard.state import STEP_OF, State, Step

_TASK = frozenset({"artifact", "name", "file_path", "deployment_name", "parameters", "env"})
"""Fields of a draft that are not the schedule's."""


def kept_schedule(state: State) -> Schedule | None:
    """The schedule that may lie in the past: that of the task that is edited."""
    return state.editing.schedule if state.editing else None


def told(state: State) -> State:
    """With what is wrong of the present draft, as far as that goes without the store."""
    keep = kept_schedule(state)
    found = problems(state.draft, state.look.now, state.parameters, keep=keep)
    return replace(state, own=tuple(found))


def typed(state: State, draft: Draft) -> State:
    """Another draft: judged at once as far as that goes without the store."""
    changed = {
        f.name for f in fields(Draft) if getattr(draft, f.name) != getattr(state.draft, f.name)
    }
    if not changed <= _TASK:
        changed |= {f.name for f in fields(Draft)} - _TASK
    return told(
        replace(
            state,
            draft=draft,
            drawn=state.schedule or state.drawn,
            stored=tuple(p for p in state.stored if p.field.partition(".")[0] not in changed),
            restored="",
            said="",
            refused="",
        )
    )


def judged(state: State, verdict: Verdict, saved: str) -> State:
    """What the store says of the present draft; ``saved`` is when it was kept."""
    return told(
        replace(
            state,
            look=verdict.look,
            stored=verdict.problems,
            judged=state.draft,
            plan=verdict.plan,
            saved=saved,
        )
    )


def at(state: State, now: datetime) -> State:
    """Time went on: what was to come may have passed."""
    return told(replace(state, look=replace(state.look, now=now)))


def forward(state: State) -> tuple[State, str]:
    """The next step, or the same one with the field that must be put right first."""
    errors = state.errors_of(state.step)
    if errors:
        first = errors[0]
        return replace(state, said=f"First: {first.message}"), first.field
    if state.step is Step.SUMMARY:
        return state, ""
    return replace(state, step=Step(state.step + 1), said=""), ""


def backward(state: State) -> State:
    """The step before; the first one has none."""
    return replace(state, step=Step(max(1, state.step - 1)), said="", refused="")


def to_first_error(state: State) -> tuple[State, str]:
    """The step and the field of the first error, if there is any."""
    errors = state.errors
    if not errors:
        return state, ""
    first = min(errors, key=lambda p: STEP_OF.get(p.field, Step.SETTINGS))
    step = STEP_OF.get(first.field, Step.SETTINGS)
    return replace(state, step=step, said=f"First: {first.message}"), first.field


def to_next_problem(state: State, here: str) -> tuple[State, str]:
    """The step and the field of the problem after the one at ``here``: errors, then warnings."""
    due = state.due
    found = [p.field for p in due]
    if not found:
        return replace(state, said="Nothing is wrong, and nothing is doubtful."), ""
    at = next((i for i, field in enumerate(found) if field in {here, here.rpartition(".")[0]}), -1)
    problem = due[(at + 1) % len(due)]
    # Variables have no field beside which it could stand.
    said = problem.message if problem.field == "env" else ""
    step = STEP_OF.get(problem.field, Step.SETTINGS)
    return replace(state, step=step, said=said), problem.field


def stale(state: State, theirs: Task, spec: TaskSpec) -> State:
    """Somebody else edited the task: both versions are shown."""
    return replace(state, theirs=theirs, their_draft=from_spec(spec), step=Step.SUMMARY, said="")


def rebased(state: State) -> State:
    """Their version as the base, with what was changed here put on top."""
    theirs = state.their_draft
    draft = merge(state.base, state.draft, theirs)
    fresh = replace(state, editing=state.theirs, theirs=None, base=theirs, refused="")
    return typed(replace(fresh, stored=(), plan=None), draft)
