"""Verbs that read: what there is, one task whole, what comes next.

None of them waits for Ray: they show what the scheduler last saw.
"""

from __future__ import annotations

import argparse
from datetime import datetime

from tasktui.cli.details import describe_task, staleness
from tasktui.cli.output import Column, emit, note, table, width
from tasktui.cli.verbs import Call, Verb, task_name
from tasktui.commands.commands import Commands
from tasktui.commands.present import (
    endpoint,
    iso,
    marks,
    task_json,
    why,
)
from tasktui.domain.observed import ClusterView
from tasktui.domain.schedule import Instant
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.errors import InvalidField
from tasktui.runtime.daemon import State, how_to_start
from tasktui.schedule.describe import short
from tasktui.tui.times import View, clock, full, left, stamp

_COLUMNS = (
    Column("NAME"),
    Column("STATUS"),
    Column("READY", 7),
    Column("SCHEDULE", 4),
    Column("NEXT", 5),
    Column("ENDPOINT", 3),
    Column("REASON"),
)


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


def _list(call: Call) -> int:
    status: Status | None = call.args.status

    def read(c: Commands) -> tuple[list[Task], ClusterView, str, datetime]:
        found = c.tasks(status)
        if call.args.all and status is None:
            found += c.tasks(Status.ARCHIVED)
        return found, c.cluster(), c.owner(), c.now()

    found, cluster, owner, now = call.session.call(read)
    if call.json:
        emit([task_json(t, cluster, owner) for t in found])
        return 0
    view = View(now=now, cluster=cluster, owner=owner)
    if found:
        table(_COLUMNS, [_row(t, view) for t in found], width())
    else:
        note("No tasks." if status is None else f"No task is {status}.")
    if any(t.armed for t in found) and (old := _outdated(call, cluster, now)):
        note(old)
    return 0


def _outdated(call: Call, cluster: ClusterView, now: datetime) -> str:
    """Why the answer may be old; empty when it is not."""
    health = call.session.health()
    if health.state is not State.RUNNING:
        return f"The scheduler does not run, so this may be old: {how_to_start(health)}."
    if health.trouble:
        return f"The scheduler cannot use its database, so this may be old: {health.trouble}"
    return staleness(cluster, now)


def _row(task: Task, view: View) -> list[str]:
    p = task.progress
    active = task.armed is not None and not task.archived_at
    return [
        task.name,
        " ".join((str(task.status), *marks(task, clock(view, task.schedule.timezone)))),
        f"{task.ready}/{p.wanted}" if p.replicas or (p.wanted and active) else "-",
        short(task.schedule),
        f"{stamp(p.next_at, view, task.schedule.timezone)} {left(p.next_at, view.now)}"
        if p.next_at and active
        else "-",
        endpoint(task, view.cluster) or "-" if active else "-",
        why(task, view.now),
    ]


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
        text="The scheduler's last look; it never waits for Ray.",
        examples=("tasktui ls", "tasktui ls --status Running --json", "tasktui ls --all"),
    ),
    Verb(
        name="show",
        run=_show,
        arguments=task_name,
        json=True,
        examples=("tasktui show chat", "tasktui show chat --json"),
    ),
)
