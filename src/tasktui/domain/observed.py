"""What Ray reports: one consistent look at the cluster.

An error is never read as "no applications": without an answer there is no
``Observed`` at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from tasktui.domain.artifact import Custom
from tasktui.domain.recipe import EMPTY

NO_SHAPES: Mapping[str, Mapping[str, object]] = MappingProxyType({})


class AppStatus(StrEnum):
    """Ray Serve's own words."""

    NOT_STARTED = "NOT_STARTED"
    DEPLOYING = "DEPLOYING"
    RUNNING = "RUNNING"
    UNHEALTHY = "UNHEALTHY"
    DEPLOY_FAILED = "DEPLOY_FAILED"
    DELETING = "DELETING"
    UNKNOWN = "UNKNOWN"
    """Anything a newer Ray may say."""


class Source(StrEnum):
    """How an application came to the cluster."""

    DECLARATIVE = "declarative"
    IMPERATIVE = "imperative"


SERVING = frozenset({"RUNNING", "RECOVERING", "PENDING_MIGRATION"})
"""RECOVERING: a new Serve controller looks at it again. PENDING_MIGRATION: its node is to go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One replica as Ray shows it."""

    id: str
    deployment: str
    state: str
    """STARTING, RUNNING, STOPPING, ... in Ray's own words."""
    node: str = ""
    """Node id."""
    node_ip: str = ""
    actor: str = ""
    pid: int | None = None
    started_at: datetime | None = None
    log_file: str = ""

    @property
    def ready(self) -> bool:
        """Whether it answers requests."""
        return self.state in SERVING


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One Ray Serve application."""

    name: str
    status: AppStatus
    message: str = ""
    """Ray's message, or the first one of its deployments where its own says nothing. Untrusted
    text."""
    source: Source = Source.DECLARATIVE
    route: str = ""
    config: Mapping[str, object] = field(default_factory=lambda: EMPTY)
    """``deployed_app_config`` as it came; may hold secrets: never log it."""
    deployments: tuple[str, ...] = ()
    """Names; empty while Ray still builds the application."""
    shapes: Mapping[str, Mapping[str, object]] = field(
        default_factory=lambda: NO_SHAPES, repr=False
    )
    """What each deployment is configured as, code included, in Ray's own form; as ``config``."""
    ingress: str = ""
    """The deployment that requests come to; empty where Ray does not tell."""
    replicas: tuple[Replica, ...] = ()
    since: datetime | None = None
    """When it was last deployed."""


@dataclass(frozen=True, slots=True)
class Resources:
    """Amounts on a node."""

    cpu: float = 0.0
    memory_gb: float = 0.0
    gpu: float = 0.0
    custom: Custom = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One living node and what is used of it."""

    id: str
    name: str
    total: Resources
    used: Resources
    gpu_type: str = ""
    head: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One look at the cluster, taken at ``at``."""

    at: datetime
    session: str
    """Changes when the head restarts: the sign that Ray's state is gone."""
    ray_version: str
    apps: Mapping[str, App]
    nodes: tuple[Node, ...] = ()
    serve_url: str = ""
    """``http://127.0.0.1:8000``; empty while Serve is not started."""
    autoscaler: bool = False
    """Whether Ray's own autoscaler grows this cluster."""
    open: bool = False
    """Whether it asks nobody for a token."""


class ClusterState(StrEnum):
    """What the scheduler last learned of the cluster."""

    NONE = "none"
    """No cluster was found."""
    STARTING = "starting"
    CONNECTED = "connected"
    UNREACHABLE = "unreachable"
    UNAUTHORIZED = "unauthorized"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterView:
    """The last look at the cluster as the store keeps it for every viewer."""

    state: ClusterState = ClusterState.NONE
    address: str = ""
    """Dashboard URL, ``http://127.0.0.1:8265``."""
    embedded: bool = False
    ray_version: str = ""
    session: str = ""
    serve_url: str = ""
    nodes: tuple[Node, ...] = ()
    foreign: tuple[str, ...] = ()
    """Names of applications that are not tasktui's."""
    autoscaler: bool = False
    """Whether Ray's own autoscaler grows this cluster."""
    open: bool = False
    """Whether it asks nobody for a token: whoever reaches it can run code there."""
    seen_at: datetime | None = None
    """When Ray last answered."""
    error: str = ""
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerView:
    """The scheduler's own row: who leads, and when it was last heard of."""

    holder: str = ""
    pid: int = 0
    epoch: int = 0
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    version: str = ""
    boot_id: str = ""
    """Which start of the machine ``beat_s`` counts from; empty where that is not known."""
    beat_s: float = 0.0
    """The heartbeat in seconds of that start: nobody can set them."""
