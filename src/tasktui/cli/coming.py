"""``next``: what the schedule of a task will do, as lines, as a week, or as a calendar file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime

from tasktui.cli.output import emit, note, say
from tasktui.cli.tasks import instant_json, instant_text
from tasktui.cli.verbs import Call, Verb, add_count, task_name
from tasktui.domain.artifact import Spec
from tasktui.domain.schedule import Instant
from tasktui.domain.task import Task
from tasktui.schedule import strip
from tasktui.schedule.coming import Coming, coming, listing
from tasktui.schedule.days import Course, course, days, today
from tasktui.schedule.describe import describe
from tasktui.schedule.ics import export
from tasktui.schedule.phases import applied
from tasktui.tui.times import View

_CELLS = 48
"""Characters of a day: half an hour each."""
_NOTES = 60
"""Characters of the notes beside it."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    task_name(parser)
    add_count(parser, 5, "how many")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--week", action="store_true", help="draw the next seven days, too")
    shown.add_argument("--ics", action="store_true", help="as a calendar file (RFC 5545)")


def _next(call: Call) -> int:
    task, now = call.session.call(lambda c: (c.task(call.args.name), c.now()))
    what = course(task, now)
    found = coming(what, now, call.args.n)
    # One that is not activated would do all of them.
    points = applied(task, now, call.args.n) if task.armed else [c.instant for c in found]
    if call.json:
        emit([instant_json(i) for i in points])
        return 0
    if call.args.ics:
        _ics(points, task)
    elif call.args.week:
        _week(what, found, now, task.spec)
    else:
        for instant in points:
            say(instant_text(instant, View(now=now)))
    _beside(task, found)
    return 0


def _ics(points: Sequence[Instant], task: Task) -> None:
    print(export(points, task.name), end="")


def _week(what: Course, rows: Sequence[Coming], now: datetime, needs: Spec) -> None:
    """Seven days by the clock of the schedule, and the points below."""
    zone = what.schedule.timezone
    drawn = strip.glyphs(strip.bounds_of(what))
    say(f"{'':11}{strip.ruler(_CELLS)} {zone}")
    week = days(what, today(now, zone), 7, zone)
    shown = ""
    for day in week:
        cells = strip.cells(day, _CELLS, drawn)
        told = strip.beside(day, what, now, _NOTES)
        say(f"{strip.label(day.date)}|{cells}| {told}".rstrip())
        shown += cells
    say(f"{'':11}{strip.legend(drawn, shown)}")
    for line, told in listing(rows, zone, now, needs) if rows else ():
        say(f"{line}  {told}".rstrip())


def _beside(task: Task, found: Sequence[Coming]) -> None:
    """What the list does not say."""
    if not found:
        note(f"Nothing is to come: {describe(task.schedule)}.")
    elif task.armed is None:
        note(f"{task.name} is not activated: this is what its schedule would do.")
    elif held := [c.held for c in found if c.held]:
        note(f"{len(held)} of the next {len(found)} points will not be applied: {held[0].why}.")


VERBS = (
    Verb(
        name="next",
        run=_next,
        arguments=_arguments,
        json=True,
        text="Points that an override or a pause passes over are left out; --week names them.",
        examples=(
            "tasktui next chat -n 10",
            "tasktui next chat --week",
            "tasktui next chat -n 20 --ics",
        ),
    ),
)
