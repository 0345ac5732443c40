"""What every command stands on: the store, the settings, who asks, and the time."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tasktui.config import Config
from tasktui.domain.artifact import ArtifactId
from tasktui.domain.event import Actor, Event, EventKind
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Passed by composition to each group of commands."""

    store: Store
    config: Config
    actor: Actor
    now: Callable[[], datetime]
    """Aware, UTC."""
    poke: Callable[[], None]
    """Tell the scheduler that something changed; starts it where none runs."""
    build: Callable[[ArtifactId, int], None] | None = None
    """Start a process that builds this artifact and inherits the open lock of that build; None
    where scripts are only read."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    """Where variables of tasks may refer to."""

    def log(self, task: Task, kind: EventKind, *, old: Status | None, reason: str = "") -> None:
        """Write one row of the event log about ``task`` as it is now."""
        event = Event(
            at=self.now(),
            task=task.name,
            kind=kind,
            actor=str(self.actor),
            old=old,
            new=task.status,
            reason=reason,
            revision=task.revision,
        )
        self.store.log(event, task.id)
