"""What another tool did in one look at Ray, and the verdicts that follow from it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from tasktui.domain.observed import Observed
from tasktui.domain.service import Service, app_of
from tasktui.domain.status import Reason
from tasktui.scheduler import drift
from tasktui.scheduler.guard import Memory
from tasktui.scheduler.judge import Verdict, alive, queued

Drifts = Mapping[str, drift.Drift]
"""What another tool did, by application."""


def drifts(
    verdicts: Iterable[Verdict], serve: Iterable[Service], observed: Observed, memory: Memory
) -> Drifts:
    """Look for it in all applications that are wanted."""
    tasks = {v.task.route: v.task for v in verdicts}
    looked = {s.app: drift.drift(tasks[s.route], s, observed, memory) for s in serve}
    return {name: found for name, found in looked.items() if found is not None}


def left(serve: tuple[Service, ...], found: Drifts) -> tuple[tuple[Service, ...], frozenset[str]]:
    """What is served still, and the applications that are left alone."""
    keep = frozenset(n for n, d in found.items() if d.alone)
    return tuple(s for s in serve if s.app not in keep), keep


def heals(v: Verdict, owner: str, found: Drifts) -> bool:
    """Whether the next change of Ray puts back what another tool did."""
    what = found.get(app_of(owner, v.task))
    return what is not None and not what.alone


def drifted(
    v: Verdict, observed: Observed, owner: str, found: Drifts, now: datetime, *, sent: bool
) -> Verdict:
    """The verdict with what another tool did to the application: put back, or left alone."""
    name = app_of(owner, v.task)
    what, app = found.get(name), observed.apps.get(name)
    if what is None:
        agrees = v.want is not None and not v.waits and alive(app)
        return replace(v, progress=drift.agreed_again(v.progress)) if agrees else v
    if what.alone:
        new = drift.ALONE not in v.task.progress.badges
        base = v.progress if alive(app) else queued(v.task, now, Reason())
        event = (drift.told(v.task, what, now),) if new else ()
        progress = drift.left_alone(base, what, app)
        return replace(v, progress=progress, events=(*v.events, *event))
    if not sent:
        return v
    event = (drift.told(v.task, what, now),)
    return replace(v, progress=drift.put_back(v.progress, now), events=(*v.events, *event))
