"""Verbs that start, stop and put away a task."""

from __future__ import annotations

import argparse

from tasktui.cli.app import interactive
from tasktui.cli.output import emit, note, say
from tasktui.cli.planned import plan_each, said
from tasktui.cli.several import on_each, task_names
from tasktui.cli.verbs import Call, Verb
from tasktui.cli.waiting import add_wait, conclude, report, timeout_of
from tasktui.commands.commands import Commands
from tasktui.commands.plan import Plan
from tasktui.commands.planwords import lines
from tasktui.commands.present import moved_in
from tasktui.commands.steps import restarted
from tasktui.domain.actions import Action, refusal
from tasktui.domain.status import Status
from tasktui.domain.task import Task, When
from tasktui.errors import NotAllowed, NotFound, UserError


def activate(call: Call, name: str) -> int:
    """Arm a task as the flags of ``activate`` say, and wait where they say so."""
    args = call.args
    timeout_s = timeout_of(call)
    when = When(args.when or When.NEXT)
    task = call.writer().call(
        lambda c: c.activate(name, when, late_ok=args.late_ok, again=args.try_again)
    )
    if args.wait:
        return conclude(call, task, Status.RUNNING, timeout_s)
    report(call, task)
    return 0


def add_activation(parser: argparse.ArgumentParser) -> None:
    """Take what ``activate`` takes besides the name."""
    parser.add_argument(
        "--when",
        choices=[str(w) for w in When],
        help="next: at the first scheduled time (default); now: at once, with the point in force",
    )
    parser.add_argument(
        "--late-ok", action="store_true", help="start a One-off whose time has passed"
    )
    parser.add_argument(
        "--try-again",
        action="store_true",
        help="Daily: after five failed starts try again at the next point, do not give up",
    )
    add_wait(parser, "Running")


def _activate_arguments(parser: argparse.ArgumentParser) -> None:
    task_names(parser)
    add_activation(parser)


def _activate(call: Call) -> int:
    return activate(call, call.args.name)


def _activating(call: Call, name: str) -> Plan:
    args = call.args
    when = When(args.when or When.NEXT)
    return call.session.call(
        lambda c: c.plans().planned(
            name, Action.ACTIVATE, c.activating(when, late_ok=args.late_ok, again=args.try_again)
        )
    )


def _deactivate_arguments(parser: argparse.ArgumentParser) -> None:
    task_names(parser)
    parser.add_argument("--force", action="store_true", help="do not wait for requests in flight")
    add_wait(parser, "Idle")


def _deactivate(call: Call) -> int:
    args = call.args
    timeout_s = timeout_of(call)
    task = call.writer().call(lambda c: c.deactivate(args.name, force=args.force))
    if text := moved_in(task):
        note(text)
    if args.wait:
        return conclude(call, task, Status.IDLE, timeout_s)
    report(call, task)
    return 0


def _deactivating(call: Call, name: str) -> Plan:
    step = call.session.call(lambda c: c.stopping(force=call.args.force))
    return call.session.call(lambda c: c.plans().planned(name, Action.DEACTIVATE, step))


def _archive_arguments(parser: argparse.ArgumentParser) -> None:
    task_names(parser)
    parser.add_argument(
        "--when-idle", action="store_true", help="deactivate it now, archive it when it is Idle"
    )


def _archive(call: Call) -> int:
    args = call.args
    return _done(call, call.writer().call(lambda c: c.archive(args.name, when_idle=args.when_idle)))


def _archiving(call: Call, name: str) -> Plan:
    step = call.session.call(lambda c: c.archiving(when_idle=call.args.when_idle))
    return call.session.call(lambda c: c.plans().planned(name, Action.ARCHIVE, step))


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    task_names(parser)
    parser.add_argument("--name", dest="new_name", metavar="NEW", help="when its name is taken")


def _restore(call: Call) -> int:
    args = call.args
    return _done(call, call.writer().call(lambda c: c.restore(args.name, args.new_name)))


def _restoring(call: Call, name: str) -> Plan:
    new_name: str | None = call.args.new_name
    return call.session.call(lambda c: c.plans().planned_restore(name, new_name))


def _restart(call: Call) -> int:
    return _done(call, call.writer().call(lambda c: c.restart(call.args.name)))


def _restarting(call: Call, name: str) -> Plan:
    return call.session.call(lambda c: c.plans().planned(name, Action.RESTART, restarted))


def _done(call: Call, task: Task) -> int:
    report(call, task)
    return 0


def _delete_arguments(parser: argparse.ArgumentParser) -> None:
    task_names(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _delete(call: Call) -> int:
    name: str = call.args.name
    session = call.writer()
    plan = _deleting(call, name)
    if not call.args.yes:
        _confirm(plan)
    session.call(lambda c: c.delete(name))
    if call.json:
        emit({"deleted": name})
    else:
        say(f"{name} is deleted, with its events.")
    return 0


def _require_deletable(c: Commands, name: str) -> None:
    """Say before asking why a task cannot be deleted. Raises NotFound or NotAllowed."""
    try:
        c.task(name, archived=True)
    except NotFound:
        raise NotAllowed(refusal(c.task(name), Action.DELETE)) from None


def _deleting(call: Call, name: str) -> Plan:
    call.session.call(lambda c: _require_deletable(c, name))
    return call.session.call(lambda c: c.plans().planned(name, Action.DELETE, lambda t: t))


def _confirm(plan: Plan) -> None:
    """Ask for the name. Raises UserError when it is not given, or nobody can be asked."""
    name = plan.old.name
    if not interactive():
        raise UserError(
            f"Deleting {name} cannot be undone, and there is no terminal to ask.",
            "Repeat it with --yes.",
        )
    for text in lines(plan, said(plan)):
        note(text)
    note(f"Type its name, {name}, to delete it:")
    try:
        typed = input()
    except EOFError:
        typed = ""
    if typed.strip() != name:
        raise UserError(f"That is not {name}: nothing was deleted.")


VERBS = (
    Verb(
        name="activate",
        run=on_each(_activate),
        plan=plan_each(_activating),
        arguments=_activate_arguments,
        json=True,
        examples=(
            "tasktui activate chat",
            "tasktui activate chat --when now --wait --timeout 300",
        ),
    ),
    Verb(
        name="deactivate",
        run=on_each(_deactivate),
        plan=plan_each(_deactivating),
        arguments=_deactivate_arguments,
        json=True,
        text="Requests in flight may end (60 s, drain_s). A second deactivate cuts that short.",
        examples=(
            "tasktui deactivate chat --wait",
            "tasktui deactivate chat --force",
            "tasktui deactivate chat chat-eu chat-us",
        ),
    ),
    Verb(
        name="restart",
        run=on_each(_restart),
        plan=plan_each(_restarting),
        arguments=task_names,
        json=True,
        examples=("tasktui restart chat", "tasktui restart chat chat-eu chat-us"),
    ),
    Verb(
        name="archive",
        run=on_each(_archive),
        plan=plan_each(_archiving),
        arguments=_archive_arguments,
        json=True,
        examples=("tasktui archive chat", "tasktui archive chat --when-idle"),
    ),
    Verb(
        name="restore",
        run=on_each(_restore),
        plan=plan_each(_restoring),
        arguments=_restore_arguments,
        json=True,
        examples=("tasktui restore chat", "tasktui restore chat --name chat-2"),
    ),
    Verb(
        name="rm",
        run=on_each(_delete),
        plan=plan_each(_deleting),
        arguments=_delete_arguments,
        json=True,
        examples=("tasktui rm chat", "tasktui rm chat --yes"),
    ),
)
