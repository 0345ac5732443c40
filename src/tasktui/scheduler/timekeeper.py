"""Watches the clock from turn to turn, and keeps in the store that it is not believed.

Every decision is ``clocksteps``'. What is kept outlives this process: a restart
does not make a wrong clock right.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from tasktui.scheduler.clocksteps import (
    Reading,
    doubted,
    said,
    step,
    step_since,
    unbelievable,
)
from tasktui.scheduler.ports import Clock
from tasktui.scheduler.settings import Settings

DOUBT = "clock_doubt"
"""Setting: the last time seen when the clock fell too far behind it; empty once accepted."""


Run = Callable[[Callable[[Settings], str]], Awaitable[str]]
"""Runs work on the store's own thread."""


class Timekeeper:
    """One leader's view of one clock."""

    def __init__(self, clock: Clock, seen: datetime | None) -> None:
        """``seen`` is when the leader before this one was last heard of."""
        self.clock = clock
        self._seen = seen
        self._last: Reading | None = None
        self._doubt: datetime | None = None

    async def look(self, run: Run) -> list[str]:
        """Read the clocks; a sentence for each thing that happened to them."""
        now = Reading(self.clock.now(), self.clock.steady())
        kept = await run(lambda s: s.setting(DOUBT) or "")
        doubt = datetime.fromisoformat(kept) if kept else None
        told = self._told(now)
        if doubt is not None and not unbelievable(doubt, now.wall):
            told.append("The clock is believed again.")
            doubt = None
        elif doubt is None and self._seen is not None and unbelievable(self._seen, now.wall):
            doubt = self._seen
            told = [doubted(doubt, now.wall)]
        self._last, self._seen, self._doubt = now, now.wall, doubt
        wish = doubt.isoformat() if doubt else ""
        if wish != kept:
            await run(lambda s: _keep(s, wish))
        return told

    def _told(self, now: Reading) -> list[str]:
        if self._last is not None:
            by = step(self._last, now)
        elif self._seen is not None:
            by = step_since(self._seen, now.wall)
        else:
            return []
        return [said(by, now.wall)] if by else []

    @property
    def doubt(self) -> str:
        """Why nothing may be applied; empty while the clock is believed."""
        if self._doubt is None:
            return ""
        return doubted(self._doubt, self.clock.now())


def _keep(settings: Settings, value: str) -> str:
    settings.set_setting(DOUBT, value)
    return value
