"""How Ray is to carry out a change that replaces replicas. Pure.

New replicas first where there is room: then no request is lost, and a bad
version leaves the old one serving. But Ray waits for ever where no replica more
fits, so there the old ones go first. And a package that Ray has lost gets
another name: under the old one every node that missed it goes on failing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from tasktui.domain.artifact import Spec
from tasktui.domain.observed import App, AppStatus, Node, Observed
from tasktui.domain.service import Service
from tasktui.domain.task import Progress
from tasktui.engine.payload import anew, elastic, lost_package, same, surges
from tasktui.scheduler.room import Room

AGAIN = timedelta(seconds=60)
"""How long one name has before the next one."""

_FORM = "%Y%m%d%H%M%S"


class Cluster(Protocol):
    """What is known of the room on a cluster."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All that are there."""

    @property
    def autoscaler(self) -> bool:
        """Whether more would come."""


def rolled(services: Iterable[Service], observed: Observed, now: datetime) -> tuple[Service, ...]:
    """The services with the way in which a change of each should be rolled out now."""
    return tuple(_rolled(s, observed, now) for s in services)


def renewed(services: Iterable[Service], observed: Observed) -> bool:
    """Whether the package of any of them gets another name."""
    return any((app := observed.apps.get(s.app)) and s.anew != anew(app) for s in services)


def _rolled(service: Service, observed: Observed, now: datetime) -> Service:
    app = observed.apps.get(service.app)
    if app is None or app.status is AppStatus.DELETING:
        return service
    return replace(
        service,
        surge=_surge(service, app, observed),
        anew=_anew(app, now) if service.digest else "",
        elastic=elastic(service, app),
    )


def _surge(service: Service, app: App, observed: Observed) -> bool:
    if app.status is AppStatus.DEPLOYING or same(service, app):
        # Under way, the new replicas hold the room already: what was decided stands.
        return surges(app)
    return one_more_fits(service.spec, observed)


def one_more_fits(needs: Spec, cluster: Cluster) -> bool:
    """Whether a new replica may come before an old one goes.

    Room for one is enough: each that goes makes room for the next.
    """
    if cluster.autoscaler or not cluster.nodes:
        return True
    return any(Room(node).holds(needs) for node in cluster.nodes)


def _anew(app: App, now: datetime) -> str:
    """A new name where Ray has lost the package; else the one that is deployed."""
    old = anew(app)
    if not lost_package(app.message) or (old and now < _given(old) + AGAIN):
        return old
    return name_of(now)


def name_after(p: Progress) -> str:
    """The name that the package of a task starts with: another one where the last start lost it."""
    return str(p.attempt) if p.attempt and lost_package(p.last_error) else ""


def name_of(now: datetime) -> str:
    """The name that a package gets at this moment."""
    return now.astimezone(UTC).strftime(_FORM)


def _given(name: str) -> datetime:
    try:
        return datetime.strptime(name, _FORM).replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
