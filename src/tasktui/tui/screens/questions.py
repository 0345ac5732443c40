"""What each dialog says, from the task and the moment. Pure.

Numbers, not adjectives: how many replicas drain, how long it may take, which
points will not fire. Focus stands on the action only where that harms nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from tasktui.commands.hand import overridden
from tasktui.commands.plan import Around, Plan, plan
from tasktui.commands.planwords import counted, told_of
from tasktui.commands.present import duration
from tasktui.commands.steps import activated, archived, restarted, restored, stopped
from tasktui.domain.actions import Action
from tasktui.domain.schedule import Instant, OneOff, Replicas
from tasktui.domain.status import Badge, Status
from tasktui.domain.task import NAME_RULE, Arming, Task, Until, When, check_name
from tasktui.errors import InvalidField
from tasktui.schedule.describe import describe
from tasktui.schedule.points import in_force, next_instant, upcoming
from tasktui.schedule.resolve import resolve
from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.screens.dialogs import Button, Field, Question
from tasktui.tui.times import View, clock, left, stamp

BY_HAND = "by hand"
"""Answer: activate a schedule that runs nothing now, and run it by hand until its next point."""
LATE = "late"
"""Answer: start a One-off although its time has passed."""
AGAIN = "+again"
"""End of an answer: after five failed starts try again at the next point."""
YES = "yes"
_LOOKED_AT = 100
"""Points to come among which one that runs something is looked for."""


def activate(task: Task, view: View, around: Around) -> Question:
    """At the next point or now; a One-off at its time, now, or late."""
    if isinstance(task.schedule, OneOff):
        question = _activate_one_off(task, task.schedule, view)
    else:
        question = _activate_daily(task, view)

    def told(action: str, _: Sequence[str]) -> Sequence[Line]:
        return plan_lines(plan(Action.ACTIVATE, task, armed_by(action, task, view), around), view)

    return replace(question, told=told)


def armed_by(answer: str, task: Task, view: View) -> Task:
    """The task as this answer of ``activate`` leaves it."""
    chosen = answer.removesuffix(AGAIN)
    when = When.NEXT if chosen == str(When.NEXT) else When.NOW
    new = activated(task, Arming(view.now, when, "", chosen != answer), late_ok=chosen == LATE)
    waiting = until_the_schedule_runs(task, view) if chosen == BY_HAND else None
    return overridden(new, view.now, "", waiting, Until.NEXT) if waiting else new


def _activate_daily(task: Task, view: View) -> Question:
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
        lines=lines,
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
    lines = [describe(schedule)]
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


def deactivate(task: Task, view: View, around: Around) -> Question:
    """Drain and disarm; a task that stops already is forced."""
    drain_s = around.config.drain_s
    new = stopped(task, view.now, drain_s)
    lines = plan_lines(plan(Action.DEACTIVATE, task, new, around), view)
    if task.status is Status.NEED_STOP:
        title, label = f"Stop {task.name} by force", "Force now"
    else:
        drain = f", drain up to {drain_s:g} s" if task.progress.replicas else ""
        title, label = f"Deactivate {task.name}", f"Deactivate{drain}"
    return Question(title=title, lines=lines, actions=[Button(YES, label)])


def archive(task: Task, view: View, around: Around) -> Question:
    """Put away; an active task is deactivated first."""
    new = archived(task, view.now, "", around.config.drain_s, when_idle=True)
    label = "Deactivate, archive when Idle"
    if task.status in {Status.IDLE, Status.NEED_STOP}:
        label = "Archive" if task.status is Status.IDLE else "Archive when Idle"
    return Question(
        title=f"Archive {task.name}",
        lines=plan_lines(plan(Action.ARCHIVE, task, new, around), view),
        actions=[Button(YES, label)],
    )


def restore(task: Task, view: View, around: Around, taken: frozenset[str]) -> Question:
    """Bring back, under another name where its own is taken."""
    lines = plan_lines(plan(Action.RESTORE, task, restored(task, view.now), around), view)
    fields = []
    if task.name in taken:
        lines.append(line(f"Another task is called {task.name} now."))
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


def delete(task: Task, view: View, around: Around) -> Question:
    """Gone for good, after typing the name."""

    def wrong(text: str) -> str:
        return "" if text == task.name else f"Type its name, {task.name}, to delete it."

    return Question(
        title=f"Delete {task.name}",
        lines=plan_lines(plan(Action.DELETE, task, task, around), view),
        actions=[Button(YES, "Delete")],
        fields=[Field(f"Type its name, {task.name}, to delete it:", wrong)],
    )


def restart(task: Task, view: View, around: Around) -> Question:
    """Every replica anew."""
    made = plan(Action.RESTART, task, restarted(task), around)
    return Question(
        title=f"Restart {task.name}",
        lines=plan_lines(made, view),
        actions=[Button(YES, f"Restart {counted(made.replicas)}")],
    )


def rollback(made: Plan, to: int, view: View) -> Question:
    """Back to an earlier revision: what changes, what that restarts, and who answers meanwhile."""
    return Question(
        title=f"Roll {made.old.name} back to revision {to}",
        lines=plan_lines(made, view),
        actions=[Button(YES, f"Roll back to revision {to}")],
    )


def plan_lines(made: Plan, view: View) -> list[Line]:
    """A plan as lines of a dialog: what one may not want stands out."""
    told = told_of(made, clock(view, made.new.schedule.timezone))
    return [line(Span(t.text, Tone.NOTE if t.weighty else Tone.PLAIN)) for t in told]


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
