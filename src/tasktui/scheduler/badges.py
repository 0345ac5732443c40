"""What is noteworthy beside a status: failed starts, ill or few replicas, another tool. Pure."""

from __future__ import annotations

from tasktui.domain.observed import App, AppStatus
from tasktui.domain.schedule import Replicas
from tasktui.domain.status import Badge, Mark
from tasktui.domain.task import Progress
from tasktui.scheduler import crashes, drift
from tasktui.scheduler.backoff import START_TRIES


def standing(p: Progress) -> tuple[Mark, ...]:
    """Badges of a task that serves nothing yet."""
    failed = (Mark(Badge.FAILED, f"{p.attempt}/{START_TRIES}"),) if p.attempt else ()
    return (*failed, *drift.marks(p))


def serving(p: Progress, app: App, ready: int, bounds: Replicas | None) -> tuple[Mark, ...]:
    """Badges of a task that serves, ``ready`` of its replicas within ``bounds``."""
    marks = []
    if app.status is AppStatus.DEPLOYING:
        marks.append(Mark(Badge.UPDATING))
    loop = crashes.marks(p.crashes)
    if app.status is AppStatus.UNHEALTHY and not loop:
        marks.append(Mark(Badge.UNHEALTHY))
    marks += loop
    if app.status is AppStatus.DEPLOY_FAILED:
        marks.append(Mark(Badge.FAILED, "update"))
    least = bounds.min if bounds else 0
    if ready < least and app.status is not AppStatus.DEPLOYING:
        marks.append(Mark(Badge.SHORT, f"{ready}/{least}"))
    return (*marks, *drift.marks(p))


def broken(app: App) -> bool:
    """Whether Ray's message tells of a failure."""
    return bool(app.message) and app.status in {AppStatus.DEPLOY_FAILED, AppStatus.UNHEALTHY}
