"""A task as the texts of its columns: pure, for the app and for the command line.

Knows no colour, no width, and nothing that is slow to import. The app says more of the next
point (``upcoming``), and what its keys do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tasktui.commands import present
from tasktui.commands.present import allowed_actions, endpoint, marks
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.schedule.describe import short
from tasktui.tui.chosen import Chosen, Col
from tasktui.tui.times import View, clock, dated, left, stamp

NOTHING = "-"
_WAITS = ("waiting for ", "paused until ", "stopped by hand until ")
"""Reasons that end with the moment they are about."""


def timezone(task: Task) -> str:
    """The zone that the task's times are shown in."""
    return task.schedule.timezone


def badges(task: Task, view: View) -> tuple[str, ...]:
    """The badges beside the status, with times by the clock that the other columns show."""
    return marks(task, clock(view, timezone(task)))


def why(task: Task, view: View) -> str:
    """What stands beside the status, a point's time by the clock that the other columns show."""
    reason = task.progress.reason
    what = next((w for w in _WAITS if reason.text.startswith(w)), "")
    if task.status is Status.IN_QUEUE and reason.until and what:
        at = f"{what}{stamp(reason.until, view, timezone(task))}"
        progress = replace(task.progress, reason=replace(reason, text=at))
        task = replace(task, progress=progress)
    return present.why(task, view.now, live=not view.stale)


def told(task: Task, view: View) -> dict[str, str]:
    """What the filter looks at that changes with the time and the clock: ``search.TOLD``."""
    marked = " ".join(badges(task, view))
    return {"status": f"{task.status} {marked}".lower(), "reason": why(task, view).lower()}


def ready(task: Task) -> str:
    """Ready replicas of the bounds in force: ``3/2-4``."""
    p = task.progress
    if not p.replicas and (p.wanted is None or task.status in {Status.IDLE, Status.ARCHIVED}):
        return NOTHING
    return f"{task.ready}/{p.wanted or 0}"


def coming(task: Task, view: View) -> str:
    """When its replicas can change next, as it was last computed, and how long until then."""
    at = task.progress.next_at
    if at is None or task.armed is None or task.archived_at:
        return NOTHING
    return f"{stamp(at, view, timezone(task))} {left(at, view.now)}"


def access(task: Task, view: View) -> str:
    """The service URL; empty where there is none."""
    return "" if task.archived_at else endpoint(task, view.cluster)


def holds(task: Task) -> str:
    """The GPUs, or without any the CPUs, that its replicas hold."""
    from tasktui.scheduler.holding import held  # noqa: PLC0415 - a column that few show

    count, spec = held(task), task.spec
    if not count:
        return NOTHING
    return f"{count * spec.gpu:g} GPU" if spec.gpu else f"{count * spec.cpu:g} CPU"


def last_run(task: Task, view: View) -> str:
    """When it ran last."""
    at = task.progress.last_run_at
    return dated(at, view) if at else NOTHING


TEXTS: Mapping[Col, Callable[[Task, View], str]] = {
    Col.NAME: lambda task, _: task.name,
    Col.ARTIFACT: lambda task, _: task.artifact,
    Col.SPEC: lambda task, _: str(task.spec),
    Col.STATUS: lambda task, view: " ".join((str(task.status), *badges(task, view))),
    Col.READY: lambda task, _: ready(task),
    Col.SCHEDULE: lambda task, _: short(task.schedule),
    Col.NEXT: coming,
    # Where nothing is to answer: the app shows it dim.
    Col.ACCESS: lambda task, view: (task.armed and access(task, view)) or NOTHING,
    Col.CREATED: lambda task, view: dated(task.created_at, view),
    Col.ACTIONS: lambda task, _: " ".join(allowed_actions(task)),
    Col.REASON: why,
    Col.SINCE: lambda task, view: dated(task.progress.since, view),
    Col.HOLDS: lambda task, _: holds(task),
    Col.LAST_RUN: last_run,
    Col.REVISION: lambda task, _: str(task.revision),
    Col.BY: lambda task, _: task.created_by,
    Col.ZONE: lambda task, _: timezone(task),
}


def texts(task: Task, view: View, columns: Chosen) -> list[str]:
    """A row; the reason stands with the status where it has no column of its own."""
    row = [TEXTS[column](task, view) for column in columns]
    if Col.STATUS in columns and Col.REASON not in columns:
        at = columns.index(Col.STATUS)
        row[at] = f"{row[at]} {why(task, view)}".rstrip()
    return row
