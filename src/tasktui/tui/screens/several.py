"""What the dialog about several tasks says, and what its answer means for each. Pure.

One plan, one confirmation. The focus is on Cancel whatever the action: an answer
by reflex would reach many tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from tasktui.commands.commands import Commands
from tasktui.commands.hand import paused, resumed
from tasktui.commands.outlook import outlook
from tasktui.domain.actions import Action, refusal
from tasktui.domain.status import Status
from tasktui.domain.task import Task, When
from tasktui.errors import InvalidField
from tasktui.schedule.points import next_instant
from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.screens import stepping
from tasktui.tui.screens.dialogs import Answer, Button, Field, Question
from tasktui.tui.screens.questions import YES, point
from tasktui.tui.times import View, clock, left

MOST = 8
"""Tasks that the dialog names; of more it says how many."""

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
_ALL = {
    Action.ACTIVATE: "A One-off whose time has passed is left as it is: activate it by itself.",
    Action.DEACTIVATE: "Schedules are kept, but disarmed: no point will fire.",
    Action.ARCHIVE: "They become read-only, and their names free for others.",
    Action.RESTORE: "They come back Idle and not armed. One whose name is taken stays archived.",
    Action.DELETE: "The tasks and their events are removed for good. This cannot be undone.",
    Action.RESTART: "A few replicas at a time; the endpoints go on answering.",
    Action.OVERRIDE: "Hot: no replica restarts. Schedules are kept, and take over by themselves.",
    Action.PAUSE: "The replicas in force are frozen: no point is applied.",
    Action.RESUME: "The point in force of each applies once; nothing is replayed.",
}


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
    action: Action, tasks: Sequence[Task], left_out: Sequence[str], view: View, drain_s: float
) -> Question:
    """The plan for ``tasks``, and why others are left out."""
    count = f"{len(tasks)} task{'s' if len(tasks) > 1 else ''}"
    verb = _VERBS.get(action, str(action).capitalize())
    size = max(len(t.name) for t in tasks[:MOST])
    lines: list[Line | str] = [
        f"{t.name:<{size}}  {t.status}  {_effect(action, t, view, drain_s)}".rstrip()
        for t in tasks[:MOST]
    ]
    lines += [f"and {len(tasks) - MOST} more."] if len(tasks) > MOST else []
    lines += ["", *_sum(action, tasks), _ALL[action]]
    lines += [line(Span(f"Left out: {text}", Tone.NOTE)) for text in left_out[:MOST]]
    lines += [f"and {len(left_out) - MOST} more."] if len(left_out) > MOST else []
    return Question(
        title=f"{verb} {count}",
        lines=lines,
        actions=_buttons(action, count, verb, drain_s),
        fields=_fields(action, count, tasks[0], view),
    )


def _effect(action: Action, task: Task, view: View, drain_s: float) -> str:
    """What happens to one of them."""
    alive = len(task.progress.replicas)
    if action is Action.ACTIVATE:
        coming = next_instant(task.schedule, view.now, None)
        return f"next {point(coming, view)} {left(coming.at, view.now)}" if coming else ""
    if action is Action.ARCHIVE and task.status is Status.IDLE:
        return "at once"
    if action in {Action.ARCHIVE, Action.DEACTIVATE}:
        then = ", archived when Idle" if action is Action.ARCHIVE else ""
        if task.status is Status.NEED_STOP and action is Action.DEACTIVATE:
            return f"{_replicas(alive)}, stopped by force"
        drains = f"drains {_replicas(alive)}, up to {drain_s:g} s"
        return (drains if alive else "nothing to drain") + then
    return _replicas(alive) if action is Action.RESTART else _coming(action, task, view)


def _coming(action: Action, task: Task, view: View) -> str:
    """What is in force then, and what comes next, in the words of the plan of one task."""
    if action not in {Action.OVERRIDE, Action.PAUSE, Action.RESUME}:
        return ""
    then = task
    if action is Action.PAUSE:
        then = paused(task, view.now, "", None, "")
    elif action is Action.RESUME:
        then = resumed(task, view.now)
    before = "now " if action is Action.OVERRIDE else ""
    try:
        lines = outlook(then, view.now, clock(view, task.schedule.timezone))
    except InvalidField as error:
        return str(error)
    # Of a pause only what is frozen: a line for each task, or those left out find no room.
    shown = lines[:1] if action is Action.PAUSE else lines[:2]
    return before + ", ".join(shown).removeprefix("at once: ")


def _sum(action: Action, tasks: Sequence[Task]) -> list[str]:
    """How many replicas it is about in all, and what they hold."""
    if action not in {Action.DEACTIVATE, Action.ARCHIVE, Action.RESTART}:
        return []
    alive = [(len(t.progress.replicas), t.spec) for t in tasks]
    count = sum(n for n, _ in alive)
    if not count:
        return []
    gpus, cpus = sum(n * s.gpu for n, s in alive), sum(n * s.cpu for n, s in alive)
    held = f"{gpus:g} GPU and {cpus:g} CPU" if gpus else f"{cpus:g} CPU"
    ending = "" if action is Action.RESTART else f"; {held} become free"
    return [f"In all {_replicas(count)}{ending}."]


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


def _fields(action: Action, count: str, first: Task, view: View) -> Sequence[Field]:
    """What is asked for; a time is each task's own, by its own clock."""
    if action is Action.DELETE:
        text = f"Type delete {count} to delete them:"
        return [Field(text, lambda given: "" if given == f"delete {count}" else text)]
    if action is Action.OVERRIDE:
        asked = stepping.scale(first, view).fields
        wanted, time = (replace(f, goes_to=stepping.NEXT) for f in asked)
        return [wanted, replace(time, label=_OWN_CLOCK, goes_to=stepping.TIME)]
    if action is Action.PAUSE:
        until, note = stepping.pause(first, view).fields
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


def _replicas(count: int) -> str:
    return "1 replica" if count == 1 else f"{count} replicas"
