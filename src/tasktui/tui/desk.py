"""What all screens share: the session, the clock, the palette and the last look at the cluster.

Screens write to it what they read; it draws nothing and reads nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.runtime.daemon import Health
from tasktui.runtime.session import Session
from tasktui.tui.chrome import Trouble
from tasktui.tui.palette import Palette
from tasktui.tui.times import TimeBase, View

START_GRACE = timedelta(seconds=8)
"""How long a scheduler that was asked to start may take before it counts as down."""


class Desk:
    """One for each app."""

    def __init__(
        self, session: Session, palette: Palette, now: Callable[[], datetime], mine: tzinfo
    ) -> None:
        self.session = session
        self.palette = palette
        self.now = now
        self.mine = mine
        self.base = TimeBase.TASK
        self.cluster = ClusterView()
        self.owner = ""
        self.health: Health | None = None
        self.starting = ""
        """Stage of the embedded cluster while it comes up."""
        self.broken = ""
        """Why the last start of the embedded cluster failed."""
        self.store_error = ""
        self.asked_at: datetime | None = None
        """When the scheduler was asked to start."""

    def view(self) -> View:
        """What everything is seen with now."""
        return View(
            now=self.now(),
            base=self.base,
            mine=self.mine,
            cluster=self.cluster,
            owner=self.owner,
            stale=self.cluster.state in {ClusterState.UNREACHABLE, ClusterState.UNAUTHORIZED},
        )

    def trouble(self) -> Trouble:
        """What the banner is made of."""
        asked = self.asked_at is not None and self.now() - self.asked_at < START_GRACE
        return Trouble(
            store=self.store_error,
            health=self.health,
            starting=self.starting,
            broken=self.broken,
            asked=asked,
        )
