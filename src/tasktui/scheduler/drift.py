"""Another tool's changes of our applications: put back, but not for ever. Pure.

What Ray had exactly as it was wanted, and has no longer although the wish is the
same, was changed by somebody else. It is put back three times within ten
minutes; then the two would only fight, and it is left alone until somebody acts
on the task, or the other tool makes it as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tasktui.domain.event import Event, EventKind
from tasktui.domain.observed import App, AppStatus, Observed, Source
from tasktui.domain.service import Service
from tasktui.domain.status import Badge, Mark, Reason
from tasktui.domain.task import Progress, Task
from tasktui.engine.payload import differing, fingerprint, same
from tasktui.scheduler.crashes import recent
from tasktui.scheduler.guard import Memory

LIMIT = 3
"""So often it is put back within the window of ``crashes.WINDOW``."""
ALONE = Mark(Badge.DRIFT, "left alone")
_DRIFTED = Mark(Badge.DRIFT)


@dataclass(frozen=True, slots=True)
class Drift:
    """What another tool did to one application."""

    what: str
    """In words, with the names of what differs, never a value."""
    alone: bool
    """It is not put back any more."""


def remember(memory: Memory, services: Mapping[str, Service], observed: Observed) -> Memory:
    """Note which applications Ray has, or had, exactly as they are wanted now."""
    known = memory.agreed if memory.session == observed.session else {}
    agreed = {}
    for name, service in services.items():
        agrees = _agrees(service, observed.apps.get(name))
        # A fingerprint takes as long as a judgement: none for those that only start.
        if agrees or name in known:
            found = fingerprint(service)
            if agrees or known[name] == found:
                agreed[name] = found
    return replace(memory, agreed=agreed, session=observed.session)


def drift(task: Task, service: Service, observed: Observed, memory: Memory) -> Drift | None:
    """What another tool did to the application of ``task``; None where nothing is known of it."""
    app = observed.apps.get(service.app)
    if _agrees(service, app):
        return None
    left = ALONE in task.progress.badges
    if not left and not (_known(service, observed, memory) and _by_somebody(app, observed)):
        return None
    return Drift(_what(service, app), left or len(task.progress.reverts) >= LIMIT)


def lately(p: Progress, now: datetime) -> Progress:
    """The progress without reverts of long ago; all count for one that is left alone."""
    if not p.reverts or ALONE in p.badges:
        return p
    return replace(p, reverts=recent(p.reverts, now))


def marks(p: Progress) -> tuple[Mark, ...]:
    """The badge of what was put back lately, or is left alone."""
    if ALONE in p.badges:
        return (ALONE,)
    return (_DRIFTED,) if p.reverts else ()


def put_back(p: Progress, now: datetime) -> Progress:
    """The progress with one more revert."""
    return _marked(replace(p, reverts=(*p.reverts, now)), _DRIFTED)


def left_alone(p: Progress, found: Drift, app: App | None) -> Progress:
    """The progress of a task whose application is not touched any more."""
    there = app is not None and app.status is not AppStatus.DELETING
    reason = p.reason if there else Reason(f"another tool {found.what}: left alone")
    return _marked(replace(p, reason=reason), ALONE)


def agreed_again(p: Progress) -> Progress:
    """The progress once Ray has again what is wanted."""
    if ALONE not in p.badges:
        return p
    p = replace(p, badges=tuple(m for m in p.badges if m != ALONE))
    return _marked(p, _DRIFTED) if p.reverts else p


def told(task: Task, found: Drift, now: datetime) -> Event:
    """The event of it."""
    if found.alone:
        end = (
            f"It was put back {LIMIT} times within ten minutes, and is left alone now: "
            "find out who changes it, then edit the task, or deactivate and activate it."
        )
    else:
        end = "It is put back."
    return Event(
        at=now,
        task=task.name,
        kind=EventKind.NOTICE,
        actor="scheduler",
        reason=f"Another tool {found.what}. {end}",
        revision=task.revision,
    )


def _agrees(service: Service, app: App | None) -> bool:
    return (
        app is not None
        and app.status is not AppStatus.DELETING
        and app.source is not Source.IMPERATIVE
        and same(service, app)
    )


def _known(service: Service, observed: Observed, memory: Memory) -> bool:
    """Whether this Ray had exactly that."""
    known = memory.agreed.get(service.app) if memory.session == observed.session else None
    return known is not None and known == fingerprint(service)


def _by_somebody(app: App | None, observed: Observed) -> bool:
    """Whether it was somebody: a Ray that shows nothing at all has lost it by itself."""
    return app is not None or bool(observed.apps)


def _what(service: Service, app: App | None) -> str:
    if app is None or app.status is AppStatus.DELETING:
        return f"removed {service.app}"
    if app.source is Source.IMPERATIVE:
        return f"deployed {service.app} in its own way"
    return f"changed {service.app}: {', '.join(differing(service, app))}"


def _marked(p: Progress, mark: Mark) -> Progress:
    return replace(p, badges=(*(m for m in p.badges if m.badge is not Badge.DRIFT), mark))
