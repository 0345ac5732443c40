"""``history`` and ``rollback``: what each revision of a task changed, and the way back to one."""

from __future__ import annotations

import argparse

from tasktui.cli.editing import conclude_edit
from tasktui.cli.output import emit, note, say
from tasktui.cli.planned import plan_one, tell
from tasktui.cli.verbs import Call, Verb, task_name
from tasktui.commands.commands import Commands
from tasktui.commands.edits import Change
from tasktui.commands.plan import Plan
from tasktui.commands.present import iso
from tasktui.commands.revisions import Step
from tasktui.commands.text import clean
from tasktui.domain.task import Task


def _history(call: Call) -> int:
    name: str = call.args.name
    task, steps = call.session.call(lambda c: _read(c, name))
    if call.json:
        emit([_json(step, task) for step in steps])
        return 0
    for step in steps:
        found = step.revision
        mark = "  (now)" if found.number == task.revision else ""
        at = f"{found.at.astimezone():%Y-%m-%d %H:%M:%S%z}"
        say(clean(f"revision {found.number}  {at}  by {found.by}{mark}"))
        for change in step.changes:
            say(clean(f"  {changed(change)}", 1000))
    return 0


def _read(c: Commands, name: str) -> tuple[Task, list[Step]]:
    task = c.any_task(name)
    return task, c.history(task)


def changed(change: Change) -> str:
    """One line of a revision, marked hot or as restarting replicas."""
    mark = "restarts" if change.restarts else "hot"
    return f"{change.field}: {change.old} -> {change.new}  [{mark}]"


def _json(step: Step, task: Task) -> dict[str, object]:
    found = step.revision
    return {
        "revision": found.number,
        "at": iso(found.at),
        "by": found.by,
        "now": found.number == task.revision,
        "artifact": found.spec.artifact,
        "changes": [
            {"field": c.field, "old": c.old, "new": c.new, "restarts": c.restarts}
            for c in step.changes
        ],
    }


def _rollback_arguments(parser: argparse.ArgumentParser) -> None:
    task_name(parser)
    parser.add_argument(
        "revision", metavar="REV", nargs="?", type=int, help="which; the one before the present"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the changes; write nothing")


def _rollback(call: Call) -> int:
    args = call.args
    name: str = args.name
    revision: int | None = args.revision
    if not args.dry_run:
        call.writer()
    plan = _planned(call, name)
    if args.dry_run:
        tell(call, plan)
        note("Nothing was written." if plan.changes else "Nothing changes.")
        return 0
    conclude_edit(call, plan, call.session.call(lambda c: c.rollback(name, revision)))
    return 0


def _planned(call: Call, name: str) -> Plan:
    revision: int | None = call.args.revision
    return call.session.call(lambda c: c.plans().planned_rollback(name, revision))


VERBS = (
    Verb(
        name="history",
        run=_history,
        arguments=task_name,
        json=True,
        text="The newest fifty are kept. Values of variables are never shown.",
        examples=("tasktui history chat", "tasktui history chat --json"),
    ),
    Verb(
        name="rollback",
        run=_rollback,
        plan=plan_one(_planned),
        arguments=_rollback_arguments,
        json=True,
        text="It is an edit: schedule and replicas apply hot, the rest replaces replicas, a few\n"
        "at a time. The name stays as it is.",
        examples=("tasktui rollback chat", "tasktui rollback chat 3 --dry-run"),
    ),
)
