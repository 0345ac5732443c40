"""What everybody is shown of the cluster, from the last look at it or from its silence. Pure."""

from __future__ import annotations

from datetime import datetime

from tasktui.domain.observed import ClusterState, ClusterView, Observed
from tasktui.domain.service import Ours
from tasktui.errors import EngineError, Unauthorized
from tasktui.scheduler.ports import Contact

WAITING = {
    ClusterState.NONE: "waiting for a Ray cluster: none was found",
    ClusterState.UNREACHABLE: "waiting for Ray to answer",
    ClusterState.UNAUTHORIZED: "waiting: Ray refuses the token",
}
"""What those in line are told meanwhile."""


def seen(contact: Contact, observed: Observed, ours: Ours, now: datetime) -> ClusterView:
    """The cluster as it was just seen."""
    return ClusterView(
        state=ClusterState.CONNECTED,
        address=contact.address,
        embedded=contact.embedded,
        ray_version=observed.ray_version,
        session=observed.session,
        serve_url=observed.serve_url,
        nodes=observed.nodes,
        foreign=tuple(sorted(n for n in observed.apps if n not in ours)),
        autoscaler=observed.autoscaler,
        open=observed.open,
        seen_at=now,
    )


def unseen(
    old: ClusterView, contact: Contact | None, error: EngineError, retry_at: datetime
) -> ClusterView:
    """The cluster that does not answer: what ``old`` knows of it, with its age, and why."""
    known = contact is not None and old.address == contact.address
    return ClusterView(
        state=_state(error, contact),
        address=contact.address if contact and not contact.guessed else "",
        embedded=contact.embedded if contact else False,
        ray_version=old.ray_version if known else "",
        session=old.session if known else "",
        serve_url=old.serve_url if known else "",
        nodes=old.nodes if known else (),
        foreign=old.foreign if known else (),
        seen_at=old.seen_at if known else None,
        error=str(error),
        retry_at=retry_at,
    )


def _state(error: EngineError, contact: Contact | None) -> ClusterState:
    if isinstance(error, Unauthorized):
        return ClusterState.UNAUTHORIZED
    if contact is None or contact.guessed:
        return ClusterState.NONE
    return ClusterState.UNREACHABLE
