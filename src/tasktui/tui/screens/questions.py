"""What each dialog says, from the task and the moment. Pure.

Numbers, not adjectives: how many replicas drain, how long it may take, which
points will not fire. Focus stands on the action only where that harms nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tasktui.commands.edits import Change
from tasktui.commands.present import duration, endpoint, moved_in
from tasktui.commands.replacing import gap
from tasktui.domain.schedule import Instant, OneOff, Replicas
from tasktui.domain.status import Badge, Status
from tasktui.domain.task import NAME_RULE, Task, When, check_name
from tasktui.errors import InvalidField
from tasktui.schedule.describe import describe
from tasktui.schedule.points import in_force, next_instant, upcoming
from tasktui.schedule.resolve import resolve
from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.screens.dialogs import Button, Field, Question
from tasktui.tui.times import View, left, stamp

BY_HAND = "by hand"
"""Answer: activate a schedule that runs nothing now, and run it by hand until its next point."""
LATE = "late"
"""Answer: start a One-off although its time has passed."""
AGAIN = "+again"
"""End of an answer: after five failed starts try again at the next point."""
YES = "yes"
_LOOKED_AT = 100
"""Points to come among which one that runs something is looked for."""


def activate(task: Task, view: View) -> Question:
    """At the next point or now; a One-off at its time, now, or late."""
    if isinstance(task.schedule, OneOff):
        return _activate_one_off(task, task.schedule, view)
    lines: list[Line | str] = [describe(task.schedule)]
    actions = []
    coming = next_instant(task.schedule, view.now, None)
    if coming and task.status is Status.IDLE:
        wait = f"Wait for {point(coming, view)} ({left(coming.at, view.now)})"
        actions.append(Button(str(When.NEXT), wait))
    elif coming:
        lines.append(f"It is armed already and waits for {point(coming, view)}.")
    force = in_force(task.schedule, view.now, None)
    by_hand = until_the_schedule_runs(task, view)
    if force and by_hand:
        lines.append(f"{point(force, view)} is in force: nothing runs before the next point.")
        actions.append(Button(BY_HAND, f"Run {by_hand} by hand until then"))
    elif force:
        actions.append(Button(str(When.NOW), f"Start now with {point(force, view)}"))
    if any(m.badge is Badge.FAILED for m in task.progress.badges):
        actions += [_again(b) for b in actions[-1:]]
    return Question(
        title=f"Activate {task.name}",
        lines=[*lines, _needs(task)],
        actions=actions,
        focus=actions[0].id if actions else "",
    )


def _again(button: Button) -> Button:
    """The same for a task that failed to start, without giving up for good."""
    return Button(f"{button.id}{AGAIN}", f"{button.label}, try again at each point")


def until_the_schedule_runs(task: Task, view: View) -> Replicas | None:
    """The replicas that a person may want now, where the point in force is 0-0.

    Those of the first point to come that runs something.
    """
    force = in_force(task.schedule, view.now, None)
    if force is None or not force.replicas.stopped:
        return None
    coming = upcoming(task.schedule, view.now, None, _LOOKED_AT)
    return next((i.replicas for i in coming if not i.replicas.stopped), None)


def _activate_one_off(task: Task, schedule: OneOff, view: View) -> Question:
    title = f"Activate {task.name}"
    lines = [describe(schedule), _needs(task)]
    at = resolve(schedule.at, schedule.timezone) if schedule.at else None
    if at is None or (at <= view.now and task.status is not Status.IDLE):
        start = Button(str(When.NOW), f"Start now with {schedule.replicas}")
        return Question(title=title, lines=lines, actions=[start], focus=start.id)
    when = stamp(at, view, schedule.timezone)
    if at > view.now:
        arm = Button(str(When.NEXT), f"Arm: starts at {when} ({left(at, view.now)})")
        return Question(title=title, lines=lines, actions=[arm], focus=arm.id)
    late = duration((view.now - at).total_seconds())
    text = line(Span(f"Its time, {when}, passed {late} ago.", Tone.PROBLEM))
    start = Button(LATE, f"Start now, {late} late")
    return Question(title=title, lines=[text, *lines], actions=[start])


def ended(task: Task, now: datetime) -> bool:
    """Whether the task is a One-off whose end has passed: it cannot be activated."""
    schedule = task.schedule
    if not isinstance(schedule, OneOff) or schedule.end is None:
        return False
    return resolve(schedule.end, schedule.timezone) <= now


def deactivate(task: Task, view: View, drain_s: float) -> Question:
    """Drain and disarm; a task that stops already is forced."""
    alive = len(task.progress.replicas)
    if task.status is Status.NEED_STOP:
        by = task.progress.stop_by
        rest = f", may drain for {duration((by - view.now).total_seconds())} more" if by else ""
        return Question(
            title=f"Stop {task.name} by force",
            lines=[f"{_count(alive)} alive{rest}.", "Requests in flight are cut off."],
            actions=[Button(YES, "Force now")],
        )
    lines: list[Line | str] = []
    if alive:
        lines.append(
            f"Drains {_count(alive)}: requests in flight get up to {drain_s:g} s, then are cut off."
        )
        url = endpoint(task, view.cluster)
        lines += [f"{url} answers no more."] if url else []
        label = f"Deactivate, drain up to {drain_s:g} s"
    else:
        lines.append("No replica runs: it is Idle at once.")
        label = "Deactivate"
    lines += [*_moved_in(task), _disarmed(task, view)]
    return Question(title=f"Deactivate {task.name}", lines=lines, actions=[Button(YES, label)])


def _moved_in(task: Task) -> list[str]:
    """That others deployed its application once, and how it could run on."""
    text = moved_in(task)
    return [text] if text else []


def archive(task: Task, view: View, drain_s: float) -> Question:
    """Put away; an active task is deactivated first."""
    away = "It becomes read-only, and its name free for others. X on tab Archived restores it."
    if task.status is Status.IDLE:
        yes = Button(YES, "Archive")
        return Question(title=f"Archive {task.name}", lines=[away], actions=[yes])
    lines: list[Line | str] = [f"It is {task.status}, and archived as soon as it is Idle."]
    label = "Archive when Idle"
    if task.status is not Status.NEED_STOP:
        alive = len(task.progress.replicas)
        drains = f"Drains {_count(alive)}, up to {drain_s:g} s."
        lines += [drains if alive else "No replica runs.", *_moved_in(task), _disarmed(task, view)]
        label = "Deactivate, archive when Idle"
    return Question(
        title=f"Archive {task.name}", lines=[*lines, away], actions=[Button(YES, label)]
    )


def restore(task: Task, taken: frozenset[str]) -> Question:
    """Bring back, under another name where its own is taken."""
    lines = ["It comes back Idle and not armed, with its schedule:", describe(task.schedule)]
    fields = []
    if task.name in taken:
        lines.append(f"Another task is called {task.name} now.")
        fields = [Field(f"New name, for example {free(task.name, taken)}:", _new_name(taken))]
    return Question(
        title=f"Restore {task.name}", lines=lines, actions=[Button(YES, "Restore")], fields=fields
    )


def free(name: str, taken: frozenset[str]) -> str:
    """A name like ``name`` that nobody has: ``chat-2``."""
    numbers = (f"{name[:58].rstrip('-')}-{n}" for n in range(2, len(taken) + 3))
    return next(n for n in numbers if n not in taken)


def _new_name(taken: frozenset[str]) -> Callable[[str], str]:
    def wrong(text: str) -> str:
        if text in taken:
            return f"{text} is taken too."
        try:
            check_name(text)
        except InvalidField:
            return f"A name is {NAME_RULE}."
        return ""

    return wrong


def delete(task: Task) -> Question:
    """Gone for good, after typing the name."""

    def wrong(text: str) -> str:
        return "" if text == task.name else f"Type its name, {task.name}, to delete it."

    return Question(
        title=f"Delete {task.name}",
        lines=["The task and its events are removed for good. This cannot be undone."],
        actions=[Button(YES, "Delete")],
        fields=[Field(f"Type its name, {task.name}, to delete it:", wrong)],
    )


def restart(task: Task, view: View) -> Question:
    """Every replica anew."""
    count = _count(len(task.progress.replicas))
    without = gap(task, task.spec, view.cluster)
    answers = "" if without else "; the endpoint goes on answering"
    return Question(
        title=f"Restart {task.name}",
        lines=[
            f"Replaces {count} by new ones, a few at a time{answers}.",
            *_note(without),
            "Its schedule is not touched.",
        ],
        actions=[Button(YES, f"Restart {count}")],
    )


def rollback(task: Task, to: int, changes: Sequence[Change], without: str = "") -> Question:
    """Back to an earlier revision: what changes, what that restarts, and who answers meanwhile."""
    lines: list[Line | str] = [f"{c.field}: {c.old} -> {c.new}  [{c.text}]" for c in changes]
    lines += _note(without)
    rest = "It becomes a new revision; the ones of now stay in its history."
    return Question(
        title=f"Roll {task.name} back to revision {to}",
        lines=[*lines, rest],
        actions=[Button(YES, f"Roll back to revision {to}")],
    )


def start_cluster(state_dir: str) -> Question:
    """A Ray cluster of our own, on this machine."""
    return Question(
        title="Start a Ray cluster on this machine",
        lines=[
            "Ray's head process on 127.0.0.1, with a token: nobody else reaches it.",
            "It takes about 1.5 GB of memory and half a minute.",
            "The banner says its stage: ports, Ray, dashboard, Serve.",
            f"It outlives this program; tasktui cluster down ends it. Its log: {state_dir}",
        ],
        actions=[Button(YES, "Start Ray")],
    )


def point(instant: Instant, view: View) -> str:
    """A point of a schedule: when, and how many replicas."""
    return f"{stamp(instant.at, view, instant.timezone)} {instant.replicas}"


def _needs(task: Task) -> str:
    return f"Each replica takes {task.spec}."


def _note(text: str) -> list[Line]:
    return [line(Span(text, Tone.NOTE))] if text else []


def _count(replicas: int) -> str:
    return "1 replica" if replicas == 1 else f"{replicas} replicas"


def _disarmed(task: Task, view: View) -> str:
    if task.armed is None:
        return "The schedule is kept."
    points = upcoming(task.schedule, view.now, task.armed, 3)
    if not points:
        return "The schedule is kept, but disarmed."
    names = ", ".join(stamp(p.at, view, p.timezone) for p in points)
    return f"The schedule is kept, but disarmed: {names} will not fire."
