"""Verbs that step in over a schedule for a while, and back."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime

from tasktui.cli.output import emit, note, say
from tasktui.cli.several import on_each, task_names
from tasktui.cli.verbs import Call, Verb, task_name
from tasktui.cli.waiting import report
from tasktui.commands.commands import Commands
from tasktui.commands.outlook import outlook
from tasktui.commands.steps import Step
from tasktui.domain.actions import Action
from tasktui.domain.task import Task, Until
from tasktui.errors import UserError
from tasktui.schedule.parse import parse_replicas
from tasktui.schedule.points import next_instant
from tasktui.schedule.until import read_time, read_until
from tasktui.tui.times import View, clock


def plan_of(task: Task, now: datetime) -> list[str]:
    """What is in force of ``task``, until when, and what comes then, in the task's zone."""
    return outlook(task, now, clock(View(now=now), task.schedule.timezone))


def _add_dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="show what would be in force")


def _carry_out(
    call: Call, action: Action, step: Callable[[Commands], Step], act: Callable[[Commands], Task]
) -> int:
    """Do it, or only show it, and say what is in force then."""
    dry: bool = call.args.dry_run
    name: str = call.args.name
    session = call.session if dry else call.writer()
    task, now = session.call(
        lambda c: (c.would(name, action, step(c)) if dry else act(c), c.now()),
    )
    lines = plan_of(task, now)
    if not call.json:
        for text in lines:
            say(text)
    elif dry:
        emit({"plan": lines})
    if dry:
        note("Nothing was written.")
    else:
        report(call, task)
    return 0


def _scale_arguments(parser: argparse.ArgumentParser) -> None:
    task_name(parser)
    add = parser.add_argument
    add("replicas", metavar="REPLICAS", nargs="?", help="2-4, or 3 for 3-3; 0 stops it by hand")
    add("--until", metavar="WHEN", help="next (point; default), cleared, or a time")
    add("--clear", action="store_true", help="end the override: the schedule applies at once")
    _add_dry_run(parser)


def _scale(call: Call) -> int:
    args = call.args
    name: str = args.name
    if args.clear:
        if args.replicas is not None or args.until is not None:
            raise UserError("--clear ends the override: it takes neither replicas nor --until.")
        return _carry_out(call, Action.CLEAR, lambda c: c.clearing(), lambda c: c.clear(name))
    if args.replicas is None:
        raise UserError(
            "Which replicas? None were given.", "tasktui scale NAME 2-4, or --clear to end it."
        )
    bounds = parse_replicas(args.replicas)
    until = _until(call, args.until)
    if until is Until.NEXT and not call.session.call(lambda c: _comes(c, name)):
        note("No point comes: it stands until it is cleared.")
    return _carry_out(
        call,
        Action.OVERRIDE,
        lambda c: c.scaling(bounds, until),
        lambda c: c.scale(name, bounds, until),
    )


def _comes(c: Commands, name: str) -> bool:
    """Whether a point of the schedule is to come."""
    task = c.task(name)
    return next_instant(task.schedule, c.now(), task.armed) is not None


def _until(call: Call, text: str | None) -> datetime | Until:
    if text is None:
        return Until.NEXT
    now, zone = call.session.call(lambda c: _clock(c, call.args.name))
    return read_until(text, now, zone)


def _clock(c: Commands, name: str) -> tuple[datetime, str]:
    return c.now(), c.task(name).schedule.timezone


def _pause_arguments(parser: argparse.ArgumentParser) -> None:
    task_names(parser)
    add = parser.add_argument
    add("--until", metavar="TIME", help="when it resumes by itself; until resumed")
    add("--note", metavar="TEXT", default="", help="why, for whoever looks at it")
    _add_dry_run(parser)


def _pause(call: Call) -> int:
    args = call.args
    name: str = args.name
    until = None
    if args.until is not None:
        now, zone = call.session.call(lambda c: _clock(c, name))
        until = read_time(args.until, now, zone)
    return _carry_out(
        call,
        Action.PAUSE,
        lambda c: c.pausing(until, args.note),
        lambda c: c.pause(name, until, args.note),
    )


def _resume_arguments(parser: argparse.ArgumentParser) -> None:
    task_names(parser)
    _add_dry_run(parser)


def _resume(call: Call) -> int:
    name: str = call.args.name
    return _carry_out(call, Action.RESUME, lambda c: c.resuming(), lambda c: c.resume(name))


_TIMES = """\
A time is HH:MM in the task's zone (the next such time), or a local date and time
such as 2026-12-01T08:00."""

VERBS = (
    Verb(
        name="scale",
        run=_scale,
        arguments=_scale_arguments,
        json=True,
        text=f"Hot: no replica restarts. The schedule takes over again by itself.\n{_TIMES}",
        examples=(
            "tasktui scale chat 4-4",
            "tasktui scale chat 4-8 --until 22:30 --dry-run",
            "tasktui scale chat 0 --until cleared",
            "tasktui scale chat --clear",
        ),
    ),
    Verb(
        name="pause",
        run=on_each(_pause),
        arguments=_pause_arguments,
        json=True,
        text=_TIMES,
        examples=(
            "tasktui pause chat",
            "tasktui pause chat --until 2026-12-27T06:00 --note 'quiet days'",
        ),
    ),
    Verb(
        name="resume",
        run=on_each(_resume),
        arguments=_resume_arguments,
        json=True,
        examples=("tasktui resume chat", "tasktui resume chat chat-eu"),
    ),
)
