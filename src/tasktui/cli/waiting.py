"""Waits for a status: what a task must have become, or can not become any more.

``decide`` is pure; the rest watches the database and prints what changes.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tasktui.cli.details import staleness, status_line
from tasktui.cli.output import emit, note, say
from tasktui.cli.tasks import status_of
from tasktui.cli.verbs import Call, Verb, task_name
from tasktui.commands.present import endpoint, task_json
from tasktui.domain.status import Badge, Status
from tasktui.domain.task import Task, TaskId
from tasktui.errors import NotFound, UserError
from tasktui.runtime.daemon import State, how_to_start
from tasktui.runtime.session import Session
from tasktui.tui.times import View

REACHED = 0
FAILED = 3
ARCHIVED = 4
TIMED_OUT = 124

FOREVER = float("inf")
_LOOK_S = 0.5
"""How often a task is looked at though nobody told of a change."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a wait ended."""

    code: int
    text: str = ""
    """Why, in a sentence; empty when the status was reached."""


def decide(task: Task, goal: Status) -> Outcome | None:
    """How the wait for ``goal`` ended; None while it may still be reached."""
    if task.status is goal:
        return Outcome(REACHED)
    if task.status is Status.ARCHIVED:
        return Outcome(ARCHIVED, f"{task.name} was archived.")
    if task.status is Status.IDLE:
        return _idle(task, goal)
    if task.status is Status.NEED_STOP and not _after_stop(task, goal):
        return Outcome(FAILED, f"{task.name} is being stopped, so it will not be {goal}.")
    return None


def _idle(task: Task, goal: Status) -> Outcome | None:
    if any(m.badge is Badge.FAILED for m in task.progress.badges):
        last = [x.strip() for x in task.progress.last_error.splitlines() if x.strip()]
        why = last[-1] if last else task.progress.reason.text
        return Outcome(FAILED, f"{task.name} failed and is Idle: {why}".rstrip(": "))
    if goal is Status.ARCHIVED and task.archive_when_idle:
        return None
    why = task.progress.reason.text
    return Outcome(
        FAILED, f"{task.name} is Idle, so it will not be {goal} by itself. {why}".strip()
    )


def _after_stop(task: Task, goal: Status) -> bool:
    return goal is Status.IDLE or (goal is Status.ARCHIVED and task.archive_when_idle)


def wait_for(
    session: Session,
    task: Task,
    goal: Status,
    timeout_s: float = FOREVER,
    tell: Callable[[str], None] | None = None,
) -> Outcome:
    """Wait until the task has the status ``goal``, or can not reach it any more.

    Starts the scheduler where none runs: without it nothing would change.
    ``tell`` gets the status and its reason at each look; the default prints changes.
    """
    tell = tell or Teller()
    changed = threading.Event()
    watcher = session.watch(changed.set)
    session.start_scheduler()
    end = time.monotonic() + timeout_s
    try:
        while True:
            found = current(session, task.id)
            outcome = decide(found, goal) if found else _deleted(task)
            if outcome is not None:
                return outcome
            if found is not None:
                tell(f"{found.name}  {found.status}  {found.progress.reason.text}".rstrip())
            left = end - time.monotonic()
            if left <= 0:
                what = found or task
                return Outcome(
                    TIMED_OUT, f"{what.name} is {what.status} after {timeout_s:g} s, not {goal}."
                )
            changed.wait(min(left, _LOOK_S))
            changed.clear()
    finally:
        watcher.stop()


def current(session: Session, key: TaskId) -> Task | None:
    """The task with this id as it is now, under whatever name; None when it was deleted."""
    try:
        return session.call(lambda c: c.task_by_id(key))
    except NotFound:
        return None


def _deleted(task: Task) -> Outcome:
    return Outcome(ARCHIVED, f"{task.name} was deleted.")


class Teller:
    """Says on a terminal how far a task is, each thing once."""

    def __init__(self) -> None:
        self._told = ""

    def __call__(self, text: str) -> None:
        """Say ``text`` unless it was the last thing said."""
        if text != self._told and sys.stderr.isatty():
            note(text)
        self._told = text


def conclude(call: Call, task: Task, goal: Status, timeout_s: float = FOREVER) -> int:
    """Wait, print how it ended, and return the exit code."""
    session = call.session
    outcome = wait_for(session, task, goal, timeout_s)
    if outcome.text:
        note(f"tasktui: {outcome.text}")
    if outcome.code == TIMED_OUT:
        old = session.call(lambda c: staleness(c.cluster(), c.now()))
        note(f"  {old}" if old else f"  tasktui show {task.name} says more.")
    report(call, current(session, task.id) or task)
    return outcome.code


def report(call: Call, task: Task) -> None:
    """Print the task after a change: one line, or JSON."""
    cluster, owner, now = call.session.call(lambda c: (c.cluster(), c.owner(), c.now()))
    if call.json:
        emit(task_json(task, cluster, owner))
        return
    health = call.session.health()
    if task.armed and health.kept_apart and health.state is State.DOWN:
        note(f"The scheduler does not run: {how_to_start(health)}.")
    url = endpoint(task, cluster) if task.progress.ready else ""
    line = f"{task.name}  {status_line(task, View(now=now))}"
    say(f"{line}  {url}".rstrip())


def seconds(text: str) -> float:
    """Read a time-out. Raises UserError."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < FOREVER:
        raise UserError(f"{text!r} is not a time-out.", "Give seconds, 0 or more.")
    return number


def add_wait(parser: argparse.ArgumentParser, what: str) -> None:
    """Take ``--wait`` and ``--timeout``."""
    parser.add_argument("--wait", action="store_true", help=f"return when it is {what}")
    add_timeout(parser, "with --wait: give up after so many seconds")


def add_timeout(parser: argparse.ArgumentParser, text: str) -> None:
    """Take ``--timeout``."""
    parser.add_argument(
        "--timeout", metavar="S", type=seconds, default=None, help=f"{text}; exit code 124"
    )


def timeout_of(call: Call) -> float:
    """The time-out asked for, without end when none was. Raises UserError without ``--wait``."""
    given: float | None = call.args.timeout
    if given is not None and not getattr(call.args, "wait", True):
        raise UserError("--timeout says how long to wait: it needs --wait.")
    return FOREVER if given is None else given


def _wait_arguments(parser: argparse.ArgumentParser) -> None:
    task_name(parser)
    parser.add_argument(
        "--for",
        dest="goal",
        metavar="STATUS",
        type=status_of,
        default=Status.RUNNING,
        help=f"one of {', '.join(Status)} (Running)",
    )
    add_timeout(parser, "give up after so many seconds")


def _wait(call: Call) -> int:
    task = call.session.call(lambda c: c.any_task(call.args.name))
    return conclude(call, task, call.args.goal, timeout_of(call))


VERBS = (
    Verb(
        name="wait",
        run=_wait,
        arguments=_wait_arguments,
        json=True,
        text="Exit codes: 0 reached, 3 the task failed or can not get there any more,\n"
        "4 it was archived or deleted, 124 out of time.",
        examples=(
            "tasktui wait chat --for Running --timeout 300",
            "tasktui wait chat --for Idle",
        ),
    ),
)
