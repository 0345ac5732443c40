"""The event log: every action and every transition is one row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tasktui.domain.status import Status


class EventKind(StrEnum):
    """What happened. Past tense."""

    LAUNCHED = "launched"
    ACTIVATED = "activated"
    DEACTIVATED = "deactivated"
    FORCED = "forced"
    EDITED = "edited"
    ARCHIVED = "archived"
    RESTORED = "restored"
    RESTARTED = "restarted"
    OVERRIDDEN = "scaled by hand"
    OVERRIDE_CLEARED = "override cleared"
    OVERRIDE_ENDED = "override ended"
    PAUSED = "paused"
    RESUMED = "resumed"
    PAUSE_ENDED = "pause ended"
    STATUS_CHANGED = "status"
    POINT_APPLIED = "point applied"
    POINT_SUPERSEDED = "point superseded"
    START_FAILED = "start failed"
    MISSED = "missed"
    ADOPTED = "adopted"
    DISOWNED = "let go"
    NOTICE = "notice"


SCHEDULER = "scheduler"
"""Who does what no person did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it, and from where."""

    user: str
    """Login name, or ``scheduler``."""
    origin: str = ""
    """``tui``, ``cli`` or ``scheduler``, with the SSH client's address where there is one."""

    def __str__(self) -> str:
        return f"{self.user} ({self.origin})" if self.origin else self.user


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the log."""

    id: int = 0
    """0 until the store gave it a number."""
    at: datetime
    task: str | None
    """Name of the task at that time; None for what concerns the whole cluster or scheduler."""
    kind: EventKind
    actor: str
    old: Status | None = None
    new: Status | None = None
    reason: str = ""
    revision: int | None = None
    instant: datetime | None = None
    """For points: their moment. At most one row for each task, kind and instant."""
