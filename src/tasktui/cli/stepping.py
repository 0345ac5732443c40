"""Verbs that step in over a schedule for a while, and back."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime

from tasktui.cli.output import note
from tasktui.cli.planned import Make, plan_each, plan_one, tell
from tasktui.cli.several import on_each, task_names
from tasktui.cli.verbs import Call, Verb, task_name
from tasktui.cli.waiting import report
from tasktui.commands.commands import Commands
from tasktui.commands.plan import Plan
from tasktui.domain.actions import Action
from tasktui.domain.schedule import Replicas
from tasktui.domain.task import Task, Until
from tasktui.errors import UserError
from tasktui.schedule.parse import parse_replicas
from tasktui.schedule.points import next_instant
from tasktui.schedule.until import read_time, read_until


def _add_dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="show what would be in force")


def _carry_out(call: Call, make: Make, act: Callable[[Commands], Task]) -> int:
    """Do it, or only show it, and say what is in force then."""
    dry: bool = call.args.dry_run
    if not dry:
        call.writer()
    plan = make(call, call.args.name)
    if dry:
        tell(call, plan)
        note("Nothing was written.")
        return 0
    task = call.session.call(act)
    if not call.json:
        tell(call, plan)
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
        return _carry_out(call, _scaling, lambda c: c.clear(name))
    return _carry_out(call, _scaling, lambda c: c.scale(name, *_asked(call)))


def _scaling(call: Call, name: str) -> Plan:
    args = call.args
    if not args.clear:
        bounds, until = _asked(call)
        if until is Until.NEXT and not call.session.call(lambda c: _comes(c, name)):
            note("No point comes: it stands until it is cleared.")
        return call.session.call(
            lambda c: c.plans().planned(name, Action.OVERRIDE, c.scaling(bounds, until))
        )
    if args.replicas is not None or args.until is not None:
        raise UserError("--clear ends the override: it takes neither replicas nor --until.")
    return call.session.call(lambda c: c.plans().planned(name, Action.CLEAR, c.clearing()))


def _asked(call: Call) -> tuple[Replicas, datetime | Until]:
    """Replicas, and until when. Raises UserError, InvalidField."""
    if call.args.replicas is None:
        raise UserError(
            "Which replicas? None were given.", "tasktui scale NAME 2-4, or --clear to end it."
        )
    return parse_replicas(call.args.replicas), _until(call, call.args.until)


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
    name: str = call.args.name
    return _carry_out(call, _pausing, lambda c: c.pause(name, *_frozen(call, name)))


def _pausing(call: Call, name: str) -> Plan:
    until, text = _frozen(call, name)
    return call.session.call(
        lambda c: c.plans().planned(name, Action.PAUSE, c.pausing(until, text))
    )


def _frozen(call: Call, name: str) -> tuple[datetime | None, str]:
    """Until when, and the note. Raises NotFound, InvalidField."""
    if call.args.until is None:
        return None, call.args.note
    now, zone = call.session.call(lambda c: _clock(c, name))
    return read_time(call.args.until, now, zone), call.args.note


def _resume_arguments(parser: argparse.ArgumentParser) -> None:
    task_names(parser)
    _add_dry_run(parser)


def _resume(call: Call) -> int:
    name: str = call.args.name
    return _carry_out(call, _resuming, lambda c: c.resume(name))


def _resuming(call: Call, name: str) -> Plan:
    return call.session.call(lambda c: c.plans().planned(name, Action.RESUME, c.resuming()))


_TIMES = """\
A time is HH:MM in the task's zone (the next such time), or a local date and time
such as 2026-12-01T08:00."""

VERBS = (
    Verb(
        name="scale",
        run=_scale,
        plan=plan_one(_scaling),
        arguments=_scale_arguments,
        json=True,
        text="Hot, but where an application that came from elsewhere has a fixed number of\n"
        "replicas: plan says so. The schedule takes over again by itself.\n"
        f"{_TIMES}",
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
        plan=plan_each(_pausing),
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
        plan=plan_each(_resuming),
        arguments=_resume_arguments,
        json=True,
        examples=("tasktui resume chat", "tasktui resume chat chat-eu"),
    ),
)
