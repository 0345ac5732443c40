"""The six statuses, their reasons, and the badges beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """Exactly these six words; everything else is a badge."""

    IDLE = "Idle"
    IN_QUEUE = "In-queue"
    STARTING = "Starting"
    RUNNING = "Running"
    NEED_STOP = "Need Stop"
    ARCHIVED = "Archived"


ACTIVE = frozenset({Status.IN_QUEUE, Status.STARTING, Status.RUNNING})
"""Statuses of an armed task."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a task has its status, as text that does not age, plus the moment it is about."""

    text: str = ""
    """For example ``waiting for 20:00``, ``retry 2/5``, ``needs 8 GPU on one node``."""
    until: datetime | None = None
    """The moment the text waits for: faces add ``(in 5h57)``."""


NO_REASON = Reason()


class Badge(StrEnum):
    """What is noteworthy beside the status. A leading ``!`` marks a problem."""

    FAILED = "!failed"
    UNHEALTHY = "!unhealthy"
    SHORT = "!short"
    MISSED = "!missed"
    ZONE = "!zone"
    DRIFT = "!drift"
    OVERRIDE = "+override"
    PAUSED = "paused"
    UPDATING = "updating"


@dataclass(frozen=True, slots=True)
class Mark:
    """A badge with its detail: ``!failed 2/5``, ``!short 1/4``."""

    badge: Badge
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.badge} {self.detail}".strip()

    @property
    def problem(self) -> bool:
        """Whether the task belongs to the filter of tasks with problems."""
        return self.badge.value.startswith("!")
