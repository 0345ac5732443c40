"""A plan as the command line tells it: in lines, or as JSON."""

from __future__ import annotations

from collections.abc import Callable

from tasktui.cli.output import complain, emit, say
from tasktui.cli.verbs import Call, Run
from tasktui.commands.bulk import each
from tasktui.commands.plan import Plan
from tasktui.commands.planmany import lines_of
from tasktui.commands.planwords import lines, plan_json
from tasktui.schedule.moments import Say
from tasktui.tui.times import View, clock

Make = Callable[[Call, str], Plan]
"""Plans a verb on the task of that name. Raises what the verb raises."""


def tell(call: Call, plan: Plan) -> None:
    """Print the plan of one task."""
    if call.json:
        emit(plan_json(plan, said(plan)))
        return
    for text in lines(plan, said(plan)):
        say(text)


def said(plan: Plan) -> Say:
    """Says moments in the task's own zone."""
    return clock(View(now=plan.around.now), plan.new.schedule.timezone)


def plan_one(make: Make) -> Run:
    """Print the plan of ``args.name``."""

    def run(call: Call) -> int:
        tell(call, make(call, call.args.name))
        return 0

    return run


def plan_each(make: Make) -> Run:
    """Print the plans of ``args.names``; one that is refused keeps none of the others from it."""

    def run(call: Call) -> int:
        names = list(dict.fromkeys(call.args.names))
        if len(names) == 1:
            tell(call, make(call, names[0]))
            return 0
        results = each(names, lambda name: make(call, name))
        plans = [r.value for r in results if r.value is not None]
        if call.json:
            emit([plan_json(p, said(p)) for p in plans])
        elif plans:
            for text in lines_of(plans, {p.old.name: said(p) for p in plans}):
                say(text)
        failed = [r.error for r in results if r.error]
        for error in failed:
            complain(error, as_json=call.json)
        return failed[0].exit_code if failed else 0

    return run
