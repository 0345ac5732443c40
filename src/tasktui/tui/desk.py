"""What all screens share: the session, the clock, the palette and the last look at the cluster.

Screens write to it what they read; it draws nothing and reads nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.runtime.daemon import Health, State
from tasktui.runtime.session import Session
from tasktui.tui.chrome import Trouble
from tasktui.tui.palette import Palette
from tasktui.tui.times import TimeBase, View

if TYPE_CHECKING:
    from tasktui.engine.local import LocalStatus
    from tasktui.tui.screens.undo import Undo
    from tasktui.tui.screens.views import Shown

START_GRACE = timedelta(seconds=8)
"""How long a scheduler that was asked to start may take before it counts as down."""


CLUSTER_GRACE = timedelta(seconds=20)
"""How long the embedded cluster's start may take until something is written down about it."""


class Desk:
    """One for each app."""

    def __init__(
        self,
        session: Session,
        palette: Palette,
        now: Callable[[], datetime],
        mine: tzinfo,
        others: Sequence[str] = (),
    ) -> None:
        """``others`` are the other people of this machine."""
        self.session = session
        self.palette = palette
        self.now = now
        self.mine = mine
        self.others = others
        self.base = TimeBase.TASK
        self.cluster = ClusterView()
        self.owner = ""
        self.health: Health | None = None
        self.starting = ""
        """Stage of the embedded cluster while it comes up."""
        self.broken = ""
        """Why the last start of the embedded cluster failed."""
        self.cluster_asked_at: datetime | None = None
        """When the embedded cluster was asked to start."""
        self.wrong_keys: Sequence[str] = ()
        """What is wrong with keys of the user's own, a sentence each."""
        self.undo: Undo | None = None
        """What takes the last change of this app back."""
        self.store_error = ""
        self.views: Path | None = None
        """The user's file of saved views."""
        self.opens: Shown | None = None
        """The saved view that the app opens in."""
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
            stale=self.cluster.state is not ClusterState.CONNECTED or self._unattended(),
        )

    def _unattended(self) -> bool:
        """Whether no scheduler keeps what is stored up to date."""
        return self.health is not None and self.health.state is not State.RUNNING

    def ask_cluster(self) -> None:
        """The embedded cluster was asked to start."""
        self.cluster_asked_at = self.now()
        self.starting, self.broken = "preparing", ""

    def note_cluster(self, status: LocalStatus) -> None:
        """Keep what is said of the embedded cluster: its stage, or why it did not start."""
        asked = self.cluster_asked_at
        if status.state == "down" and asked is not None and self.starting:
            if self.now() - asked > CLUSTER_GRACE:
                self.starting, self.broken = "", f"nothing was heard of it; see {status.log}."
            return
        self.starting = (status.stage or "preparing") if status.state == "starting" else ""
        self.broken = status.error if status.state == "broken" else ""

    def trouble(self) -> Trouble:
        """What the banner is made of."""
        asked = self.asked_at is not None and self.now() - self.asked_at < START_GRACE
        return Trouble(
            store=self.store_error,
            health=self.health,
            starting=self.starting,
            broken=self.broken,
            asked=asked,
            others=self.others,
        )
