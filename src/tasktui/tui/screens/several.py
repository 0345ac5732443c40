"""What the dialog about several tasks says, and what its answer means for each. Pure.

One plan, one confirmation. The focus is on Cancel whatever the action: an answer
by reflex would reach many tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from tasktui.commands.commands import Commands
from tasktui.commands.hand import overridden, paused, resumed
from tasktui.commands.plan import Around, Plan, plan
from tasktui.commands.planmany import row, together
from tasktui.commands.steps import Step, activated, archived, restarted, restored, stopped
from tasktui.domain.actions import Action, refusal
from tasktui.domain.status import Status
from tasktui.domain.task import Arming, Task, When
from tasktui.errors import NotAllowed
from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.screens import stepping
from tasktui.tui.screens.dialogs import Answer, Button, Field, Question
from tasktui.tui.screens.questions import YES
from tasktui.tui.times import View, clock

MOST = 8
"""Tasks that the dialog names; of more it says how many."""
PLANNED = 200
"""Tasks that are planned one by one: with more a key would wait."""

Change = Callable[[Commands, Task], object]

ACTIONS = frozenset(
    {
        Action.ACTIVATE,
        Action.DEACTIVATE,
        Action.ARCHIVE,
        Action.RESTORE,
        Action.DELETE,
        Action.RESTART,
        Action.OVERRIDE,
        Action.PAUSE,
        Action.RESUME,
    }
)
"""What can be done to several tasks at once."""

_VERBS: Mapping[Action, str] = {Action.OVERRIDE: "Scale"}


def meant(action: Action, tasks: Sequence[Task]) -> Action:
    """What a key means on these tasks: X, D and P have other meanings where all allow it."""
    if all(t.archived_at for t in tasks):
        swapped = {Action.ARCHIVE: Action.RESTORE, Action.DEACTIVATE: Action.DELETE}
        return swapped.get(action, action)
    if action is Action.PAUSE and all(t.pause for t in tasks):
        return Action.RESUME
    return action


def refused(action: Action, task: Task) -> str:
    """Why a task is left out; empty where it is not."""
    if action is Action.PAUSE and task.pause is not None:
        return f"{task.name} is paused already."
    return refusal(task, action)


def question(
    action: Action, tasks: Sequence[Task], left_out: Sequence[str], view: View, around: Around
) -> Question:
    """The plan for ``tasks``, and why others are left out."""
    count = f"{len(tasks)} task{'s' if len(tasks) > 1 else ''}"
    verb = _VERBS.get(action, str(action).capitalize())
    around = replace(around, room=False)  # for each it would take too long
    plans = _plans(action, tasks, _steps(action, view, around), around)
    size = max(len(t.name) for t in tasks[:MOST])
    lines: list[Line | str] = [
        row(p, clock(view, p.old.schedule.timezone), size) for p in plans[:MOST]
    ]
    lines += [f"and {len(tasks) - MOST} more."] if len(tasks) > MOST else []
    lines += ["", *(_marked(plans, tasks) if action is not Action.OVERRIDE else ())]
    lines += [line(Span(f"Left out: {text}", Tone.NOTE)) for text in left_out[:MOST]]
    lines += [f"and {len(left_out) - MOST} more."] if len(left_out) > MOST else []

    def told(chosen: str, texts: Sequence[str]) -> Sequence[Line]:
        step = _scaling(Answer(chosen, tuple(texts)), view)
        return _marked(_plans(action, tasks, step, around), tasks)

    return Question(
        title=f"{verb} {count}",
        lines=lines,
        actions=_buttons(action, count, verb, around.config.drain_s),
        fields=_fields(action, count, tasks[0], view, around),
        told=told if action is Action.OVERRIDE else _no_more,
    )


def _plans(action: Action, tasks: Sequence[Task], step: Step, around: Around) -> list[Plan]:
    return [plan(action, t, step(t), around) for t in tasks[:PLANNED]]


def _marked(plans: Sequence[Plan], tasks: Sequence[Task]) -> list[Line]:
    """What all of them come to; what one may not want stands out."""
    told = together(plans, tasks)
    return [line(Span(t.text, Tone.NOTE if t.weighty else Tone.PLAIN)) for t in told]


def _scaling(answer: Answer, view: View) -> Step:
    """What ``answer`` to the question of replicas makes of a task."""
    return lambda t: overridden(t, view.now, "", *stepping.scaled(t, view, answer))


def _steps(action: Action, view: View, around: Around) -> Step:
    """What the action makes of a task as far as nothing was typed yet."""
    now, drain_s = view.now, around.config.drain_s
    steps: Mapping[Action, Step] = {
        Action.ACTIVATE: lambda t: _armed(t, view),
        Action.DEACTIVATE: lambda t: stopped(t, now, drain_s),
        Action.ARCHIVE: lambda t: archived(t, now, "", drain_s, when_idle=True),
        Action.RESTORE: lambda t: restored(t, now),
        Action.RESTART: restarted,
        Action.PAUSE: lambda t: paused(t, now, "", None, ""),
        Action.RESUME: lambda t: resumed(t, now),
    }
    return steps.get(action, lambda task: task)


def _armed(task: Task, view: View) -> Task:
    """The task as it waits for its next point; one that is too late stays as it is."""
    try:
        return activated(task, Arming(view.now, When.NEXT, ""))
    except NotAllowed:
        return task


def _no_more(_action: str, _texts: Sequence[str]) -> Sequence[Line]:
    return ()


def _buttons(action: Action, count: str, verb: str, drain_s: float) -> list[Button]:
    if action is Action.ACTIVATE:
        return [
            Button(str(When.NEXT), "Wait for the next point of each"),
            Button(str(When.NOW), "Start now with the points in force"),
        ]
    if action is Action.OVERRIDE:
        return [
            Button(stepping.NEXT, "Until the next point of each"),
            Button(stepping.TIME, "Until the time"),
            Button(stepping.CLEARED, "Until cleared"),
        ]
    drain = f", drain up to {drain_s:g} s" if action is Action.DEACTIVATE else ""
    return [Button(YES, f"{verb} {count}{drain}")]


def _fields(action: Action, count: str, first: Task, view: View, around: Around) -> Sequence[Field]:
    """What is asked for; a time is each task's own, by its own clock."""
    if action is Action.DELETE:
        text = f"Type delete {count} to delete them:"
        return [Field(text, lambda given: "" if given == f"delete {count}" else text)]
    if action is Action.OVERRIDE:
        asked = stepping.scale(first, view, around).fields
        wanted, time = (replace(f, goes_to=stepping.NEXT) for f in asked)
        return [wanted, replace(time, label=_OWN_CLOCK, goes_to=stepping.TIME)]
    if action is Action.PAUSE:
        until, note = stepping.pause(first, view, around).fields
        return [replace(until, label=f"Until, empty for until resumed. {_OWN_CLOCK}"), note]
    return []


_OWN_CLOCK = "A time: 22:30, or 2026-12-01T08:00, in each task's own zone:"


def change(action: Action, answer: Answer, view: View) -> Change:
    """What to do with each task. What it returns raises TasktuiError."""
    if action is Action.ACTIVATE:
        when = When(answer.action)
        return lambda c, t: c.activate(t.name, when, action_id=_id())
    if action is Action.OVERRIDE:
        return lambda c, t: _scale(c, t, answer, view)
    if action is Action.PAUSE:
        return lambda c, t: c.pause(t.name, *stepping.pausing(t, view, answer), action_id=_id())
    return _PLAIN[action]


def _scale(c: Commands, task: Task, answer: Answer, view: View) -> object:
    bounds, until = stepping.scaled(task, view, answer)
    return c.scale(task.name, bounds, until, action_id=_id())


def _id() -> str:
    return str(uuid4())


_PLAIN: Mapping[Action, Change] = {
    Action.DEACTIVATE: lambda c, t: c.deactivate(
        t.name, force=t.status is Status.NEED_STOP, action_id=_id()
    ),
    Action.ARCHIVE: lambda c, t: c.archive(
        t.name, when_idle=t.status is not Status.IDLE, action_id=_id()
    ),
    Action.RESTORE: lambda c, t: c.restore(t.name, action_id=_id()),
    Action.DELETE: lambda c, t: c.delete(t.name),
    Action.RESTART: lambda c, t: c.restart(t.name, action_id=_id()),
    Action.RESUME: lambda c, t: c.resume(t.name, action_id=_id()),
}
