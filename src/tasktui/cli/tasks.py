"""Verbs that read: what there is, one task whole, what comes next.

None of them waits for Ray: they show what the scheduler last saw.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime

from tasktui.cli.details import describe_task, staleness
from tasktui.cli.output import Column, emit, note, table, width, without_room
from tasktui.cli.verbs import Call, Verb, task_name
from tasktui.commands.commands import Commands
from tasktui.commands.present import iso, task_json
from tasktui.domain.observed import ClusterView
from tasktui.domain.schedule import Instant
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.errors import InvalidField, UserError
from tasktui.runtime.daemon import State, how_to_start
from tasktui.runtime.views import SavedView, named, place
from tasktui.tui.chosen import ALWAYS, KEEP, WORDS, Chosen, Col, kept, read
from tasktui.tui.texts import texts, told
from tasktui.tui.times import View, full, left

_USUAL: Chosen = (
    Col.NAME,
    Col.STATUS,
    Col.READY,
    Col.SCHEDULE,
    Col.NEXT,
    Col.ACCESS,
    Col.REASON,
)
_TITLES = {Col.ACCESS: "ENDPOINT"}
_STAYS = frozenset({*ALWAYS, Col.REASON})
"""Columns that are cut rather than dropped where the terminal is narrow."""


def status_of(text: str) -> Status:
    """Read a status: ``Running``, ``need-stop``. Raises InvalidField."""
    plain = text.lower().replace("-", " ").strip()
    for status in Status:
        if plain == status.lower().replace("-", " "):
            return status
    raise InvalidField("status", text, ", ".join(Status))


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--status", metavar="S", type=status_of, help=f"only this one of: {', '.join(Status)}"
    )
    parser.add_argument("--all", action="store_true", help="archived tasks too")
    parser.add_argument(
        "--columns", metavar="C,C", type=read, help=f"these, in this order: {', '.join(WORDS)}"
    )
    parser.add_argument("--view", metavar="NAME", help="what a saved view of the app shows")


def _list(call: Call) -> int:
    saved = _view(call)

    def look(c: Commands) -> tuple[list[Task], View]:
        view = View(now=c.now(), cluster=c.cluster(), owner=c.owner())
        return (_of_view(c, saved, view) if saved else _asked_for(c, call.args)), view

    found, view = call.session.call(look)
    if call.json:
        emit([task_json(t, view.cluster, view.owner) for t in found])
        return 0
    if found:
        own = kept(saved.columns) if saved and saved.columns else _USUAL
        _table(found, view, call.args.columns or own)
    else:
        note(_nothing(call.args))
    if any(t.armed for t in found) and (old := _outdated(call, view.cluster, view.now)):
        note(old)
    return 0


def _view(call: Call) -> SavedView | None:
    """The saved view that was asked for. Raises UserError beside what it says itself."""
    args = call.args
    if args.view is None:
        return None
    if args.status or args.all:
        raise UserError("--view says which tasks: leave --status and --all out.")
    return named(place(call.environ), args.view)


def _asked_for(c: Commands, args: argparse.Namespace) -> list[Task]:
    found = c.tasks(args.status)
    return [*found, *c.tasks(Status.ARCHIVED)] if args.all and args.status is None else found


def _of_view(c: Commands, saved: SavedView, view: View) -> list[Task]:
    """The tasks that a view shows, in its order."""
    ids = c.seek(saved.search(), lambda task: told(task, view)).ids.tolist()
    rows: dict[int, Task] = {task.id: task for task in c.tasks_of(ids)}
    return [rows[i] for i in ids if i in rows]


def _nothing(args: argparse.Namespace) -> str:
    if args.view is not None:
        return f"No task is in view {args.view}."
    return "No tasks." if args.status is None else f"No task is {args.status}."


def _table(found: Sequence[Task], view: View, chosen: Chosen) -> None:
    columns = [Column(_TITLES.get(c, str(c)), keep=9 if c in _STAYS else KEEP[c]) for c in chosen]
    lines, cells = [texts(t, view, chosen) for t in found], width()
    table(columns, lines, cells)
    if cells is not None and chosen is not _USUAL:
        missing = ", ".join(without_room(columns, lines, cells))
        if missing:
            note(f"No room for {missing}: a wider terminal has it, and a pipe.")


def _outdated(call: Call, cluster: ClusterView, now: datetime) -> str:
    """Why the answer may be old; empty when it is not."""
    health = call.session.health()
    if health.state is not State.RUNNING:
        return f"The scheduler does not run, so this may be old: {how_to_start(health)}."
    if health.trouble:
        return f"The scheduler cannot use its database, so this may be old: {health.trouble}"
    return staleness(cluster, now)


def _show(call: Call) -> int:
    def read(c: Commands) -> tuple[Task, ClusterView, str, datetime]:
        return c.any_task(call.args.name), c.cluster(), c.owner(), c.now()

    task, cluster, owner, now = call.session.call(read)
    if call.json:
        emit(task_json(task, cluster, owner))
    else:
        describe_task(task, View(now=now, cluster=cluster, owner=owner))
    return 0


def instant_json(instant: Instant) -> dict[str, object]:
    """One point at one moment as JSON."""
    return {
        "at": iso(instant.at),
        "min": instant.replicas.min,
        "max": instant.replicas.max,
        "label": instant.label,
        "timezone": instant.timezone,
    }


def instant_text(instant: Instant, view: View) -> str:
    """One point at one moment: local, UTC, how long until then, and its replicas."""
    what = "end" if instant.ends else f"{instant.replicas} replicas"
    when = full(instant.at, view, instant.timezone)
    return f"{when}  {what}  ({left(instant.at, view.now)})"


VERBS = (
    Verb(
        name="ls",
        run=_list,
        arguments=_list_arguments,
        json=True,
        text="The scheduler's last look; it never waits for Ray. JSON always has everything.",
        examples=(
            "tasktui ls",
            "tasktui ls --status Running --json",
            "tasktui ls --columns name,status,next,holds",
            "tasktui ls --view night",
        ),
    ),
    Verb(
        name="show",
        run=_show,
        arguments=task_name,
        json=True,
        examples=("tasktui show chat", "tasktui show chat --json"),
    ),
)
