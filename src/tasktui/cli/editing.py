"""``edit``: a new revision of a task, each changed line marked hot or with its restarts."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace

from tasktui.cli import flags as given
from tasktui.cli.launching import warn
from tasktui.cli.output import emit, note, say
from tasktui.cli.stepping import plan_of
from tasktui.cli.taskfile import read_task
from tasktui.cli.verbs import Call, Verb, task_name
from tasktui.cli.waiting import report
from tasktui.commands.checks import require
from tasktui.commands.commands import Commands
from tasktui.commands.edits import Change
from tasktui.commands.present import task_json
from tasktui.domain.task import Task, TaskSpec
from tasktui.errors import UserError


def _arguments(parser: argparse.ArgumentParser) -> None:
    task_name(parser)
    given.add_flags(parser)
    parser.add_argument("--rename", metavar="NEW", help="only while it is Idle: it is the route")
    parser.add_argument(
        "--revision", metavar="N", type=int, help="refuse if it was edited since this revision"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the changes; write nothing")


def _edit(call: Call) -> int:
    args = call.args
    name: str = args.name
    flags = given.read(args)
    session = call.session if args.dry_run else call.writer()
    task, old = session.call(lambda c: _read(c, name))
    spec = _spec(call, flags, task, old)
    problems = session.call(lambda c: c.check(spec, editing=name))
    require(problems)
    warn(problems)
    changes = session.call(lambda c: c.changes(name, spec))
    if not args.dry_run:
        revision = task.revision if args.revision is None else args.revision
        task = session.call(lambda c: c.edit(name, revision, spec))
    now = session.call(lambda c: c.now())
    rescheduled = any(c.field == "schedule" for c in changes)
    plan = plan_of(replace(task, schedule=spec.schedule), now) if rescheduled else []
    _tell(call, changes, plan, task)
    return 0


def _read(c: Commands, name: str) -> tuple[Task, TaskSpec]:
    task = c.task(name)
    return task, c.spec_of(task)


def _spec(call: Call, flags: given.Flags, task: Task, old: TaskSpec) -> TaskSpec:
    name: str = call.args.rename or task.name
    if flags.file is not None:
        spec = read_task(flags.file)
        if spec.name != name:
            raise UserError(
                f"The file is of the task {spec.name}, not of {name}.",
                "To rename it too, add --rename.",
            )
        return spec
    if not flags.given() and not call.args.rename:
        raise UserError("Nothing to change was given.", "tasktui edit --help lists the flags.")
    if flags.artifact is not None:
        label = flags.artifact
        old = call.session.call(lambda c: c.moved(task, old, label))
    spec = replace(given.edited_spec(flags, old, call.environ), name=name)
    if not flags.set:
        return spec
    known = call.session.call(lambda c: c.artifact(spec.artifact).parameters)
    return given.with_parameters(flags, spec, known)


def _tell(call: Call, changes: Sequence[Change], plan: Sequence[str], task: Task) -> None:
    if call.json:
        cluster, owner = call.session.call(lambda c: (c.cluster(), c.owner()))
        emit(
            {
                "changes": [asdict(c) for c in changes],
                "plan": list(plan),
                "task": task_json(task, cluster, owner),
            }
        )
        return
    for change in changes:
        say(f"{change.field}: {change.old} -> {change.new}  [{change.text}]")
    if plan:
        say(", ".join(plan))
    if not changes:
        note("Nothing changes.")
    elif call.args.dry_run:
        note("Nothing was written.")
    else:
        report(call, task)


VERBS = (
    Verb(
        name="edit",
        run=_edit,
        arguments=_arguments,
        json=True,
        text="Schedule and replicas apply hot. Artifact, script, parameters and variables replace\n"
        "the replicas, a few at a time. A variable is removed with -f only.",
        examples=(
            "tasktui edit chat --daily '08:00=2-6,20:00=0-1'",
            "tasktui edit chat --artifact my-model@4 --dry-run",
            "tasktui edit chat --set max_tokens=512",
        ),
    ),
)
