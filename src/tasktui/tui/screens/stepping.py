"""What the dialogs of override and pause ask, and what their answers mean. Pure.

What each action would do is told by its plan, in the lines that the command line prints too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tasktui.commands.hand import NOTE_SIZE, cleared, overridden, paused, resumed
from tasktui.commands.outlook import outlook
from tasktui.commands.plan import Around, plan
from tasktui.commands.present import by_hand
from tasktui.domain.actions import Action
from tasktui.domain.schedule import Replicas
from tasktui.domain.task import Task, Until
from tasktui.errors import InvalidField
from tasktui.schedule.parse import parse_replicas
from tasktui.schedule.points import next_instant
from tasktui.schedule.until import read_time
from tasktui.tui.lines import Line
from tasktui.tui.screens.dialogs import Answer, Button, Field, Question
from tasktui.tui.screens.questions import YES, plan_lines
from tasktui.tui.times import View, clock, stamp

NEXT = "next"
TIME = "time"
CLEARED = "cleared"
CLEAR = "clear"
"""Answer: end the override."""
_SETS = frozenset({NEXT, TIME, CLEARED})


def scale(task: Task, view: View, around: Around) -> Question:
    """Replicas by hand: until the next point, a time, or cleared. Raises InvalidField."""
    zone = task.schedule.timezone
    following = next_instant(task.schedule, view.now, task.armed)
    actions = [Button(TIME, "Until the time"), Button(CLEARED, "Until cleared")]
    if following is not None:
        at = stamp(following.at, view, zone)
        actions.insert(0, Button(NEXT, f"Until {at}, the next point"))
    if task.override is not None:
        actions.append(Button(CLEAR, "Clear the override"))

    def told(action: str, texts: Sequence[str]) -> Sequence[Line]:
        if action == CLEAR:
            return plan_lines(plan(Action.CLEAR, task, cleared(task, view.now), around), view)
        bounds, until = scaled(task, view, Answer(action, tuple(texts)))
        new = overridden(task, view.now, "", bounds, until)
        return plan_lines(plan(Action.OVERRIDE, task, new, around), view)

    return Question(
        title=f"Scale {task.name} by hand",
        lines=[_now(task, view)],
        actions=actions,
        fields=[
            Field(
                "Replicas, such as 4-4, or 3 for 3-3; 0 stops it by hand:",
                _wrong(parse_replicas),
                wanted_by=_SETS,
                goes_to=actions[0].id if following else CLEARED,
            ),
            Field(
                f"For the time: 22:30, or 2026-12-01T08:00, in {zone}:",
                _wrong(lambda text: read_time(text, view.now, zone)),
                wanted_by=frozenset({TIME}),
                goes_to=TIME,
            ),
        ],
        told=told,
    )


def scaled(task: Task, view: View, answer: Answer) -> tuple[Replicas, datetime | Until]:
    """What was asked for. The next point is the one that the question named.

    Raises InvalidField.
    """
    bounds, time = answer.texts
    if answer.action == TIME:
        return parse_replicas(bounds), read_time(time, view.now, task.schedule.timezone)
    if answer.action == CLEARED:
        return parse_replicas(bounds), Until.CLEARED
    following = next_instant(task.schedule, view.now, task.armed)
    return parse_replicas(bounds), following.at if following else Until.CLEARED


def clear(task: Task, view: View, around: Around) -> Question:
    """End the override."""
    made = plan(Action.CLEAR, task, cleared(task, view.now), around)
    return Question(
        title=f"Clear the override of {task.name}",
        lines=[_now(task, view), *plan_lines(made, view)],
        actions=[Button(CLEAR, "Clear the override")],
    )


def pause(task: Task, view: View, around: Around) -> Question:
    """Freeze what is in force, with an end and a note if one likes."""
    zone = task.schedule.timezone

    def told(_: str, texts: Sequence[str]) -> Sequence[Line]:
        until, note = pausing(task, view, Answer(YES, tuple(texts)))
        new = paused(task, view.now, "", until, note)
        return plan_lines(plan(Action.PAUSE, task, new, around), view)

    return Question(
        title=f"Pause {task.name}",
        lines=[_now(task, view)],
        actions=[Button(YES, "Pause")],
        fields=[
            Field(
                f"Until, empty for until resumed: 22:30, or 2026-12-01T08:00, in {zone}:",
                _wrong(lambda text: text and read_time(text, view.now, zone)),
                goes_to=YES,
            ),
            Field("Note, for whoever looks at it; may be empty:", _wrong_note, goes_to=YES),
        ],
        told=told,
    )


def pausing(task: Task, view: View, answer: Answer) -> tuple[datetime | None, str]:
    """Until when, and the note. Raises InvalidField."""
    time, note = answer.texts
    return read_time(time, view.now, task.schedule.timezone) if time else None, note


def resume(task: Task, view: View, around: Around) -> Question:
    """End the pause."""
    made = plan(Action.RESUME, task, resumed(task, view.now), around)
    return Question(
        title=f"Resume {task.name}",
        lines=[
            *(f"{label}: {text}" for label, text in by_hand(task, _clock(task, view))),
            *plan_lines(made, view),
        ],
        actions=[Button(YES, "Resume")],
    )


def _now(task: Task, view: View) -> str:
    ahead = outlook(task, view.now, _clock(task, view))
    return f"Now: {', '.join(ahead).removeprefix('at once: ')}"


def _clock(task: Task, view: View) -> Callable[[datetime], str]:
    return clock(view, task.schedule.timezone)


def _wrong(read: Callable[[str], object]) -> Callable[[str], str]:
    """What is wrong with a text that ``read`` reads."""

    def wrong(text: str) -> str:
        try:
            read(text)
        except InvalidField as error:
            return f"{error.field}: {error.allowed}."
        return ""

    return wrong


def _wrong_note(text: str) -> str:
    return "" if len(text) <= NOTE_SIZE else f"note: at most {NOTE_SIZE} characters."
