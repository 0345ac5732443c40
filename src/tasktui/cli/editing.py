"""``edit``: a new revision of a task, each changed line marked hot or with its restarts."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace

from tasktui.cli import flags as given
from tasktui.cli.output import emit, note
from tasktui.cli.planned import said, tell
from tasktui.cli.taskfile import read_task
from tasktui.cli.verbs import Call, Verb, task_name
from tasktui.cli.waiting import report
from tasktui.commands.commands import Commands
from tasktui.commands.plan import Plan
from tasktui.commands.planwords import lines
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
    if not args.dry_run:
        call.writer()
    plan, spec = _planned(call)
    if args.dry_run:
        tell(call, plan)
        note("Nothing was written." if plan.changes else "Nothing changes.")
        return 0
    revision = plan.old.revision if args.revision is None else args.revision
    task = call.session.call(lambda c: c.edit(name, revision, spec))
    conclude_edit(call, plan, task)
    return 0


def _plan(call: Call) -> int:
    tell(call, _planned(call)[0])
    return 0


def _planned(call: Call) -> tuple[Plan, TaskSpec]:
    name: str = call.args.name
    flags = given.read(call.args)
    task, old = call.session.call(lambda c: _read(c, name))
    spec = _spec(call, flags, task, old)
    return call.session.call(lambda c: c.plans().planned_edit(name, spec, call.args.revision)), spec


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
    only_looks = call.args.dry_run or call.config.read_only  # for what is doubtful in it as it is
    if not flags.given() and not call.args.rename and not only_looks:
        raise UserError("Nothing to change was given.", "tasktui edit --help lists the flags.")
    if flags.artifact is not None:
        label = flags.artifact
        old = call.session.call(lambda c: c.moved(task, old, label))
    spec = replace(given.edited_spec(flags, old, call.environ), name=name)
    if not flags.set:
        return spec
    known = call.session.call(lambda c: c.artifact(spec.artifact).parameters)
    return given.with_parameters(flags, spec, known)


def conclude_edit(call: Call, plan: Plan, task: Task) -> None:
    """Print what an edit changed and does, and the task."""
    if call.json:
        cluster, owner = call.session.call(lambda c: (c.cluster(), c.owner()))
        emit(
            {
                "changes": [asdict(c) for c in plan.changes],
                "plan": lines(plan, said(plan)),
                "task": task_json(task, cluster, owner),
            }
        )
        return
    if not plan.changes:
        note("Nothing changes.")
        return
    tell(call, plan)
    report(call, task)


VERBS = (
    Verb(
        name="edit",
        run=_edit,
        plan=_plan,
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
