"""What an event log should say of a task that goes on running: that it got worse, or well. Pure."""

from __future__ import annotations

from datetime import datetime

from tasktui.domain.event import SCHEDULER, Event, EventKind
from tasktui.domain.status import Badge, Status
from tasktui.domain.task import Progress, Task
from tasktui.scheduler import crashes

_TROUBLES = frozenset({Badge.UNHEALTHY, Badge.FAILED})
"""Too few replicas alone is none: after a change of the bounds that is so for a moment."""


def notices(task: Task, new: Progress, now: datetime) -> tuple[Event, ...]:
    """At most one event for the step from ``task.progress`` to ``new``.

    A trouble is told when it begins and when it is over, not while it lasts.
    """
    old = task.progress
    if not old.status is new.status is Status.RUNNING:
        return ()
    text = _text(old, new)
    if not text:
        return ()
    event = Event(
        at=now,
        task=task.name,
        kind=EventKind.NOTICE,
        actor=SCHEDULER,
        reason=text,
        revision=task.revision,
    )
    return (event,)


def _text(old: Progress, new: Progress) -> str:
    before, after = _troubles(old), _troubles(new)
    if Badge.FAILED in after - before:
        return f"the change failed; the replicas of before go on serving. {_last(new)}".strip()
    if after and not before:
        marks = ", ".join(str(m) for m in new.badges if m.problem)
        return f"{marks}: {_last(new)}".rstrip(": ")
    if before and not after and not _updating(new):
        return "as wanted again"
    replaced = 0 if len(new.crashes) >= crashes.LOOP else _replaced(old, new)
    return f"{replaced} of its replicas ended and started again" if replaced else ""


def _troubles(p: Progress) -> frozenset[Badge]:
    """A loop of restarts is not among them: it is told on its own."""
    loop = len(p.crashes) >= crashes.LOOP
    found = frozenset(m.badge for m in p.badges) & _TROUBLES
    return found - {Badge.UNHEALTHY} if loop else found


def _updating(p: Progress) -> bool:
    return any(m.badge is Badge.UPDATING for m in p.badges)


def _last(p: Progress) -> str:
    lines = p.last_error.strip().splitlines()
    return lines[-1] if lines else ""


def _replaced(old: Progress, new: Progress) -> int:
    """How many replicas others stand in for, where neither a change nor a trouble explains it."""
    if _updating(old) or _updating(new) or _troubles(old):
        return 0
    before, after = ({r.id for r in p.replicas if r.ready} for p in (old, new))
    return min(len(before - after), len(after - before))
