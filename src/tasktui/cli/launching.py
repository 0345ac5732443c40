"""``launch``: from flags or a file to a task, or to what it would be."""

from __future__ import annotations

import argparse
from datetime import datetime

from tasktui.cli import flags as given
from tasktui.cli.changes import activate, add_activation
from tasktui.cli.output import emit, note, say
from tasktui.cli.taskfile import read_task
from tasktui.cli.verbs import Call, Verb
from tasktui.cli.waiting import report, timeout_of
from tasktui.commands.checks import Problem, require
from tasktui.commands.planlaunch import launch_json, launch_lines
from tasktui.domain.task import TaskSpec
from tasktui.errors import UserError
from tasktui.tui.times import View, full


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="name of the task, and its route")
    given.add_flags(parser)
    parser.add_argument("--dry-run", action="store_true", help="show what would be; write nothing")
    parser.add_argument("--activate", action="store_true", help="and activate it")
    add_activation(parser)


def _launch(call: Call) -> int:
    args = call.args
    _refuse_without_activate(args)
    timeout_of(call)
    if args.dry_run:
        _plan(call)
        note("Nothing was written.")
        return 0
    spec = _spec(call)
    session = call.writer()
    problems = session.call(lambda c: c.check(spec))
    require(problems)
    warn(problems)
    task = session.call(lambda c: c.launch(spec))
    if args.activate:
        return activate(call, task.name)
    report(call, task)
    return 0


def _plan(call: Call) -> int:
    spec = _spec(call)
    made = call.session.call(lambda c: c.plans().planned_launch(spec))

    def told(at: datetime, timezone: str) -> str:
        return full(at, View(now=made.now), timezone)

    if call.json:
        emit(launch_json(made, told))
        return 0
    for text in launch_lines(made, told):
        say(text)
    return 0


def _spec(call: Call) -> TaskSpec:
    name: str | None = call.args.name
    flags = given.read(call.args)
    if flags.file is not None:
        return read_task(flags.file, name)
    if name is None:
        raise UserError("A task needs a name.", "tasktui launch NAME ..., or -f FILE.")
    spec = given.launch_spec(flags, name, call.environ)
    if not flags.set:
        return spec
    known = call.session.call(lambda c: c.artifact(spec.artifact).parameters)
    return given.with_parameters(flags, spec, known)


def _refuse_without_activate(args: argparse.Namespace) -> None:
    asked = {"--when": args.when, "--late-ok": args.late_ok, "--wait": args.wait}
    for flag, value in asked.items():
        if value and not args.activate:
            raise UserError(f"{flag} needs --activate: a launched task is Idle.")


def warn(problems: list[Problem]) -> None:
    """Say what is worth knowing but does not stop anything."""
    for problem in problems:
        if problem.warning:
            note(f"warning: {problem.message}")


VERBS = (
    Verb(
        name="launch",
        run=_launch,
        plan=_plan,
        arguments=_arguments,
        json=True,
        examples=(
            "tasktui launch now --artifact echo --one-off now --activate --wait",
            "tasktui launch chat --artifact my-model --daily '08:00=2-4,20:00=0-1' \\",
            "    --timezone Europe/Berlin --weekdays mo-fr",
            "tasktui launch bot --artifact my-llm --set max_tokens=512 --one-off now",
            "tasktui launch batch --artifact echo --one-off 2026-12-01T22:00 --replicas 1-2",
            "tasktui launch -f chat.yaml --dry-run",
        ),
    ),
)
