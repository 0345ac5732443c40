"""One task whole, as lines of labels and values."""

from __future__ import annotations

from datetime import datetime

from tasktui.cli.output import rows, say
from tasktui.commands.present import (
    age,
    args_text,
    by_hand,
    curl,
    dashboard,
    endpoint,
    env_text,
    marks,
    why,
)
from tasktui.domain.observed import ClusterState, ClusterView, Replica
from tasktui.domain.task import Task
from tasktui.schedule.describe import describe
from tasktui.schedule.phases import applied
from tasktui.tui.times import View, clock, elapsed, full, left

_ERROR_LINES = 12


def describe_task(task: Task, view: View) -> None:
    """Print everything that is known of a task."""
    p = task.progress
    alive = not task.archived_at
    rows(
        [
            ("Name", f"{task.name}  (revision {task.revision})"),
            ("Status", status_line(task, view)),
            ("Schedule", describe(task.schedule)),
            ("Next", _coming(task, view)),
            *by_hand(task, clock(view, task.schedule.timezone)),
            ("Replicas", f"{task.ready} ready of {p.wanted}" if p.wanted and task.armed else ""),
            ("Endpoint", endpoint(task, view.cluster) if alive else ""),
            ("Try it", curl(task, view.cluster) if p.ready else ""),
            ("Dashboard", dashboard(task, view.cluster, view.owner) if alive else ""),
            ("Artifact", f"{task.artifact}, per replica {task.spec}"),
            ("Script", f"{task.file_path}.py, {task.deployment_name}"),
            ("Parameters", args_text(task)),
            ("Environment", env_text(task.env)),
            ("Created", f"{full(task.created_at, view, task.schedule.timezone)} {_by(task)}"),
        ]
    )
    for replica in p.replicas:
        say(f"  replica {_replica(replica, view)}")
    if p.last_error:
        say("Last error:")
        for line in p.last_error.splitlines()[-_ERROR_LINES:]:
            say(f"  {line}")


def status_line(task: Task, view: View) -> str:
    """The status with its badges, and why."""
    text = why(task, view.now)
    words = " ".join((str(task.status), *marks(task, clock(view, task.schedule.timezone))))
    return f"{words}: {text}" if text else words


def staleness(cluster: ClusterView, now: datetime) -> str:
    """Why the statuses are only last known ones, and what to do; empty while all is well."""
    if cluster.state is ClusterState.CONNECTED:
        return cluster.error
    if cluster.state is ClusterState.NONE:
        return "No cluster was found, so nothing can run: tasktui cluster up, or --address URL."
    seen = f", last seen {age(cluster.seen_at, now)} ago" if cluster.seen_at else ""
    return f"Ray at {cluster.address} is {cluster.state}{seen}: {cluster.error}"


def _coming(task: Task, view: View) -> str:
    if task.armed is None or task.archived_at:
        return ""
    found = applied(task, view.now, 1)
    if not found:
        return ""
    point = found[0]
    what = "end" if point.ends else f"{point.replicas} replicas"
    return f"{what} at {full(point.at, view, point.timezone)} ({left(point.at, view.now)})"


def _by(task: Task) -> str:
    return f"by {task.created_by}"


def _replica(replica: Replica, view: View) -> str:
    parts = [replica.id, replica.state]
    if replica.node_ip:
        parts.append(f"on {replica.node_ip}")
    if replica.pid:
        parts.append(f"pid {replica.pid}")
    if replica.started_at:
        parts.append(f"for {elapsed(replica.started_at, view.now)}")
    return "  ".join(parts)
