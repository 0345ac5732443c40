"""A verb on several tasks: on each by itself, as the keys do with marked ones.

Guarantees that a task that it fails for keeps none of the others from it: each
has its answer or its complaint, and the exit code is the first one that is not 0.
"""

from __future__ import annotations

import argparse

from tasktui.cli.output import complain, note
from tasktui.cli.verbs import Call, Run
from tasktui.commands.bulk import each
from tasktui.errors import UserError


def task_names(parser: argparse.ArgumentParser) -> None:
    """Take the names of tasks, one or more."""
    parser.add_argument("names", metavar="NAME", nargs="+", help="name of the task, or several")


def on_each(run: Run) -> Run:
    """Make of a verb on ``args.name`` one on each of ``args.names``. An error of one alone raises.

    With ``--json`` each answer is a document of its own.
    """

    def one(call: Call, name: str) -> int:
        call.args.name = name
        return run(call)

    def all_(call: Call) -> int:
        names = tuple(dict.fromkeys(call.args.names))
        if len(names) == 1:
            return one(call, names[0])
        _require_for_many(call)
        results = each(names, lambda name: one(call, name))
        failed = [r.error for r in results if r.error]
        for error in failed:
            complain(error, as_json=call.json)
        if failed and not call.json:
            note(f"tasktui: {len(names) - len(failed)} of {len(names)} tasks done.")
        codes = (r.error.exit_code if r.error else r.value or 0 for r in results)
        return next((code for code in codes if code), 0)

    return all_


def _require_for_many(call: Call) -> None:
    """Raise UserError for what makes sense for one task only."""
    if getattr(call.args, "wait", False):
        raise UserError(
            "--wait is for one task: the others would begin only when that is done.",
            "Leave it out, then: tasktui wait NAME, for each.",
        )
    if getattr(call.args, "new_name", None):
        raise UserError("--name is for one task: two cannot have one name.")
