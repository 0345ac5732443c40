"""Replicas that end and are replaced again and again although the task runs. Pure.

Ray starts them again by itself for ever: a task in such a loop looks Running
most of the time, and serves little.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tasktui.domain.observed import App, AppStatus, Replica
from tasktui.domain.status import Badge, Mark, Status
from tasktui.domain.task import Progress

WINDOW = timedelta(minutes=10)
"""Within so long replacements count together."""
LOOP = 3
"""So many of them are a loop."""
_MOST = 20
"""Newest moments that are kept."""


def recent(moments: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
    """Those within the window before ``now``, the newest at most."""
    return tuple(m for m in moments if now - WINDOW < m <= now)[-_MOST:]


def counted(p: Progress, app: App, now: datetime) -> tuple[datetime, ...]:
    """The replacements within the window, with those since the last look.

    A rollout and a change of the bounds replace and add replicas too: what is
    seen while Ray deploys does not count, nor does what autoscaling adds.
    """
    known = recent(p.crashes, now)
    if p.status is not Status.RUNNING or app.status is AppStatus.DEPLOYING:
        return known
    if any(m.badge is Badge.UPDATING for m in p.badges):
        return known
    return (*known, *(now for _ in range(_replaced(p, app.replicas))))[-_MOST:]


def marks(crashes: Sequence[datetime]) -> tuple[Mark, ...]:
    """The badge of a loop."""
    text = f"{len(crashes)} restarts"
    return (Mark(Badge.UNHEALTHY, text),) if len(crashes) >= LOOP else ()


def _replaced(p: Progress, now: Sequence[Replica]) -> int:
    """How many replicas were started in place of others since the last look."""
    old = {r.id: r.pid for r in p.replicas}
    # Told by the process: a new Serve controller gives all replicas another start time.
    again = sum(r.id in old and _other(r.pid, old[r.id]) for r in now)
    new = sum(r.id not in old for r in now)
    gone = len(old.keys() - {r.id for r in now})
    # Where there were fewer than the least, a new one takes the place of one that ended.
    least = p.wanted.min if p.wanted else 0
    return again + min(new, max(gone, least - len(old), 0))


def _other(now: int | None, then: int | None) -> bool:
    return now is not None and then is not None and now != then
