"""Builders with boring defaults: a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from tasktui.commands.plan import Around, serving
from tasktui.config import Config
from tasktui.domain.artifact import Artifact, ArtifactId, ArtifactKind, Spec
from tasktui.domain.event import Event, EventKind
from tasktui.domain.observed import (
    App,
    AppStatus,
    ClusterState,
    ClusterView,
    Node,
    Observed,
    Replica,
    Resources,
)
from tasktui.domain.schedule import Daily, OneOff, Point, Replicas
from tasktui.domain.service import Ours, Service, app_name
from tasktui.domain.status import Status
from tasktui.domain.task import Arming, Progress, Task, TaskId, When

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
OWNER = "0a1b2c"
OURS = Ours(OWNER)
DIGEST = "d" * 64


def make_replicas(text: str) -> Replicas:
    """``2-4`` or ``3``."""
    low, _, high = text.partition("-")
    return Replicas(int(low), int(high or low))


def make_point(text: str, timezone: str = "UTC") -> Point:
    """``08:00=2-4``, with ``@Asia/Tokyo`` for a zone of its own."""
    rule, _, zone = text.partition("@")
    at, _, replicas = rule.partition("=")
    return Point(time.fromisoformat(at), zone or timezone, make_replicas(replicas))


def make_daily(text: str = "08:00=2-4,20:00=0-1", timezone: str = "UTC", **kw: Any) -> Daily:
    points = tuple(make_point(p.strip(), timezone) for p in text.split(","))
    return Daily(points=points, timezone=timezone, **kw)


def make_one_off(
    at: datetime | str | None = "2026-03-05T15:00", replicas: str = "1-2", **kw: Any
) -> OneOff:
    when = datetime.fromisoformat(at) if isinstance(at, str) else at
    end = kw.pop("end", None)
    end = datetime.fromisoformat(end) if isinstance(end, str) else end
    return OneOff(at=when, replicas=make_replicas(replicas), end=end, **{"timezone": "UTC", **kw})


def make_arming(at: datetime = NOW, when: When = When.NOW, by: str = "op") -> Arming:
    return Arming(at=at, when=when, by=by)


def make_progress(status: Status = Status.IDLE, **kw: Any) -> Progress:
    return Progress(**{"status": status, "since": NOW, **kw})


def make_task(name: str = "chat", *, status: Status = Status.IDLE, **kw: Any) -> Task:
    """An Idle, unarmed task on ``echo``; ``status`` sets only that of its progress."""
    defaults: dict[str, Any] = {
        "id": TaskId(1),
        "name": name,
        "revision": 1,
        "generation": 1,
        "artifact_id": ArtifactId(1),
        "artifact": "echo",
        "kind": ArtifactKind.OFFICIAL,
        "digest": DIGEST,
        "spec": Spec(),
        "scaled": "Echo",
        "autoscaling": {},
        "file_path": "serve",
        "deployment_name": "app",
        "schedule": make_daily(),
        "env": {},
        "created_at": NOW,
        "created_by": "op",
        "progress": make_progress(status),
    }
    return Task(**{**defaults, **kw})


def make_artifact(name: str = "echo", **kw: Any) -> Artifact:
    defaults: dict[str, Any] = {
        "id": ArtifactId(1),
        "name": name,
        "version": 1,
        "kind": ArtifactKind.OFFICIAL,
        "digest": DIGEST,
        "size": 1000,
        "file_path": "serve",
        "deployment_name": "app",
        "scaled": "Echo",
        "files": ("serve.py",),
        "created_at": NOW,
        "created_by": "op",
    }
    return Artifact(**{**defaults, **kw})


def make_around(*tasks: Task, **kw: Any) -> Around:
    """What stands beside a task whose change is planned, on a cluster that answers."""
    defaults: dict[str, Any] = {
        "now": NOW,
        "config": Config(state_dir=Path()),
        "cluster": ClusterView(state=ClusterState.CONNECTED, serve_url="http://127.0.0.1:8000"),
        "tasks": tasks,
        "serving": serving(tasks, NOW),
    }
    return Around(**{**defaults, **kw})


def make_event(kind: EventKind = EventKind.NOTICE, **kw: Any) -> Event:
    return Event(**{"at": NOW, "task": "chat", "kind": kind, "actor": "op (cli)", **kw})


def make_service(name: str = "chat", replicas: str = "1-2", **kw: Any) -> Service:
    defaults: dict[str, Any] = {
        "app": app_name(OWNER, name),
        "route": f"/{name}",
        "import_path": "serve:app",
        "digest": DIGEST,
        "scaled": "Echo",
        "replicas": make_replicas(replicas),
        "spec": Spec(),
        "autoscaling": {},
        "env": {},
    }
    return Service(**{**defaults, **kw})


def make_replica(id: str = "r1", state: str = "RUNNING", **kw: Any) -> Replica:  # noqa: A002 - the field's name
    return Replica(**{"id": id, "deployment": "Echo", "state": state, **kw})


def make_app(name: str = "chat", status: AppStatus = AppStatus.RUNNING, **kw: Any) -> App:
    """The application of the task ``name``; give ``app`` for a name that is not ours."""
    defaults: dict[str, Any] = {
        "name": kw.pop("app", app_name(OWNER, name)),
        "status": status,
        "route": f"/{name}",
        "deployments": ("Echo",),
        "replicas": (make_replica(),) if status is AppStatus.RUNNING else (),
        "since": NOW,
    }
    return App(**{**defaults, **kw})


def make_node(name: str = "node-1", *, cpu: float = 8, gpu: float = 0, **kw: Any) -> Node:
    defaults: dict[str, Any] = {
        "id": name,
        "name": name,
        "total": Resources(cpu=cpu, memory_gb=32, gpu=gpu),
        "used": Resources(),
    }
    return Node(**{**defaults, **kw})


def make_observed(*apps: App, **kw: Any) -> Observed:
    defaults: dict[str, Any] = {
        "at": NOW,
        "session": "session_1",
        "ray_version": "2.60.0",
        "apps": {app.name: app for app in apps},
        "nodes": (make_node(),),
        "serve_url": "http://127.0.0.1:8000",
    }
    return Observed(**{**defaults, **kw})
