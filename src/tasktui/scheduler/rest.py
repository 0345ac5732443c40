"""Until when a task rests: nothing of it changes by time alone, nor by what Ray shows. Pure.

What a plan decides for a task that rests, it decides for each moment until then;
so passes leave those tasks out, however many they are.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tasktui.domain.status import Badge, Status
from tasktui.domain.task import Progress, Task

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""It rests until somebody acts on it."""


def rested(task: Task, progress: Progress) -> Progress:
    """``progress``, which was decided just now, with the moment until which ``task`` rests."""
    return replace(progress, rests_until=_until(task, progress))


def _until(task: Task, p: Progress) -> datetime | None:
    if task.armed is None or p.status is not Status.IN_QUEUE or _stirs(p):
        return None
    ends = (hand.until for hand in (task.override, task.pause) if hand is not None)
    return min((at for at in (p.next_at, *ends) if at is not None), default=FOREVER)


def _stirs(p: Progress) -> bool:
    """Whether anything but its next point is to come: a start, a retry, what fades with time."""
    wants = p.wanted is not None and not p.wanted.stopped
    waits = p.due_at is not None or p.retry_at is not None or p.attempt > 0
    unknown = any(m.badge is Badge.ZONE for m in p.badges)
    return wants or waits or unknown or bool(p.replicas or p.reverts or p.crashes)
