"""A task: the user's wish, and how far it has come.

Two halves with two writers. The *wish* (everything but ``progress``) is written
by commands and counted by ``generation``; ``progress`` is written by the
scheduler, and only onto the generation that it was computed from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from tasktui.domain.artifact import NO_ENV, ArtifactId, ArtifactKind, Spec
from tasktui.domain.observed import Replica
from tasktui.domain.recipe import NO_VALUES, USUAL, Recipe, Scalar
from tasktui.domain.schedule import Replicas, Schedule
from tasktui.domain.status import NO_REASON, Badge, Mark, Reason, Status
from tasktui.errors import InvalidField

TaskId = NewType("TaskId", int)

NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
NAME_RULE = "1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit"


def check_name(name: str) -> str:
    """Return ``name`` when it can name a task; raise InvalidField otherwise."""
    if not NAME.fullmatch(name):
        raise InvalidField("name", name, NAME_RULE)
    return name


class When(StrEnum):
    """How a task is activated."""

    NEXT = "next"
    """At the first scheduled time from now."""
    NOW = "now"
    """At once, with the point in force."""


@dataclass(frozen=True, slots=True)
class Arming:
    """An activation: its schedule drives the task from here on."""

    at: datetime
    when: When
    by: str
    again: bool = False
    """After five failed starts, try again at the next point instead of giving up."""


class Until(StrEnum):
    """How long an override stands, where no moment is given."""

    NEXT = "next"
    """Until the next point of the schedule; until cleared where none comes."""
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Override:
    """Replicas by hand; the schedule takes over again by itself."""

    replicas: Replicas
    since: datetime
    until: datetime | None
    """None: until cleared."""
    by: str


@dataclass(frozen=True, slots=True)
class Pause:
    """The replicas in force, frozen."""

    frozen: Replicas | None
    since: datetime
    until: datetime | None
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the wish has come. Written by the scheduler (and by commands where nothing runs)."""

    status: Status = Status.IDLE
    since: datetime
    """When the status was entered."""
    reason: Reason = NO_REASON
    badges: tuple[Mark, ...] = ()
    replicas: tuple[Replica, ...] = ()
    wanted: Replicas | None = None
    """The bounds in force now; None when nothing should run."""
    attempt: int = 0
    """Failed starts in a row."""
    retry_at: datetime | None = None
    due_at: datetime | None = None
    """When the task became due: its place in the queue."""
    stop_by: datetime | None = None
    """Need Stop: when the drain ends by force."""
    point_at: datetime | None = None
    """Instant of the last point that was accounted for in the event log."""
    next_at: datetime | None = None
    """Earliest moment at which the wanted replicas can change. A cache."""
    last_run_at: datetime | None = None
    last_error: str = ""
    """The error's own last lines. Untrusted text."""
    crashes: tuple[datetime, ...] = ()
    """When replicas had to be replaced lately, oldest first."""
    reverts: tuple[datetime, ...] = ()
    """When another tool's change of its application was put back lately, oldest first."""
    elastic: bool = False
    """Whether Ray has an application that was written with a fixed number of replicas with
    bounds: it replaces every replica once when it comes to them, not again."""
    rests_until: datetime | None = None
    """Nothing changes before then unless somebody acts on it; None: the scheduler watches it."""

    @property
    def ready(self) -> int:
        """Replicas that answer requests."""
        return sum(r.ready for r in self.replicas)


def untroubled(progress: Progress) -> Progress:
    """``progress`` once somebody acted: what another tool did meanwhile counts no more."""
    badges = tuple(m for m in progress.badges if m.badge is not Badge.DRIFT)
    return replace(progress, badges=badges, reverts=())


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """What a user gives to launch or edit a task."""

    name: str
    artifact: str
    """Artifact label: ``echo``, ``mymodel`` (newest version) or ``mymodel@2``."""
    file_path: str
    deployment_name: str
    schedule: Schedule
    env: Mapping[str, str] = field(default_factory=lambda: NO_ENV)
    parameters: Mapping[str, Scalar] = field(default_factory=lambda: NO_VALUES)
    """Those that differ from the artifact's defaults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task, whole."""

    id: TaskId
    name: str
    revision: int
    """Counts edits from 1."""
    generation: int
    """Counts every change of the wish: edits, activations, deactivations."""
    artifact_id: ArtifactId
    artifact: str
    """Artifact label."""
    kind: ArtifactKind
    digest: str
    """Content hash of the package that it runs; empty where its code lies elsewhere."""
    spec: Spec
    scaled: str
    autoscaling: Mapping[str, object]
    file_path: str
    deployment_name: str
    schedule: Schedule
    env: Mapping[str, str]
    parameters: Mapping[str, Scalar] = field(default_factory=lambda: NO_VALUES)
    """As given: those that differ from the artifact's defaults."""
    recipe: Recipe = USUAL
    """The artifact's, with every parameter's value."""
    app: str = ""
    """Name of its Ray application where that is not made from the task's: one moved in."""
    own_route: str = ""
    """Path of its endpoint where that is not the task's name."""
    created_at: datetime
    created_by: str
    armed: Arming | None = None
    override: Override | None = None
    pause: Pause | None = None
    stop_forced: bool = False
    """A second deactivate: stop without waiting for the drain."""
    archived_at: datetime | None = None
    archived_by: str = ""
    archive_when_idle: bool = False
    restarts: int = 0
    """Rolling restarts asked for."""
    progress: Progress

    @property
    def status(self) -> Status:
        """Archived, or the status of the progress."""
        return Status.ARCHIVED if self.archived_at else self.progress.status

    @property
    def ready(self) -> int:
        """Replicas that answer, of the deployment that bounds are for: a gateway is none."""
        return sum(r.ready and self.carries(r) for r in self.progress.replicas)

    def carries(self, replica: Replica) -> bool:
        """Whether bounds and resources are those of this replica's deployment."""
        return not self.scaled or replica.deployment == self.scaled

    @property
    def route(self) -> str:
        """Path of the endpoint."""
        return self.own_route or f"/{self.name}"

    @property
    def import_path(self) -> str:
        """Ray's ``module:attribute`` form of file path and deployment name."""
        return f"{self.file_path.replace('/', '.')}:{self.deployment_name}"
