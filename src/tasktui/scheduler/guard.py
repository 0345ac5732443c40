"""When a difference must not be sent to Ray yet. Pure.

Three dangers: a Ray that is still starting shows too little, and a PUT would
make that true; an old or wrong database would remove what it does not know; and
every PUT restarts all builds in progress.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tasktui.domain.observed import AppStatus, Observed
from tasktui.domain.service import Ours

SETTLE = timedelta(seconds=1)
"""How long Ray must keep answering the same before lost applications are created again."""

HOLD = timedelta(seconds=20)
"""How long new applications wait for a build in progress."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What one pass tells the next. Losing it costs a second, never correctness."""

    missing: frozenset[str] = frozenset()
    """Applications that should be there and were not."""
    shown: frozenset[str] = frozenset()
    """All applications that Ray showed then."""
    missing_since: datetime | None = None
    held_since: datetime | None = None
    agreed: Mapping[str, str] = field(default_factory=dict)
    """What Ray had exactly as it is wanted still: a fingerprint by application."""
    session: str = ""
    """The start of Ray that ``agreed`` is about."""


NOTHING = Memory()


@dataclass(frozen=True, slots=True)
class Look:
    """One look at Ray, through the eyes of one owner."""

    observed: Observed
    ours: Ours
    known: frozenset[str]
    """Those that ``stay``, and those that somebody or a schedule of ours stops."""
    stay: frozenset[str] = frozenset()
    """Applications that run on."""
    allowed: frozenset[str] = frozenset()
    """Applications that a person said may be removed."""

    def remember(self, memory: Memory, expected: frozenset[str], now: datetime) -> Memory:
        """Note which of the ``expected`` applications Ray does not show, and since when."""
        shown = frozenset(self.observed.apps)
        missing = expected - shown
        if not missing:
            return replace(memory, missing=missing, shown=shown, missing_since=None)
        equal = (missing, shown) == (memory.missing, memory.shown)
        since = memory.missing_since if equal and memory.missing_since else now
        return replace(memory, missing=missing, shown=shown, missing_since=since)

    def hold(
        self, adds: frozenset[str], changes: frozenset[str], now: datetime, memory: Memory
    ) -> tuple[str, Memory]:
        """Say why the difference must wait; an empty string lets it go."""
        if memory.missing_since and now - memory.missing_since < SETTLE:
            return "Ray no longer shows it: looking again", memory
        unasked = self.unasked()
        if unasked:
            return _asks(unasked), memory
        if not adds or changes or not self._building():
            return "", replace(memory, held_since=None)
        since = memory.held_since or now
        if now - since >= HOLD:
            return "", replace(memory, held_since=None)
        return "waiting for a build in progress", replace(memory, held_since=since)

    def unasked(self) -> frozenset[str]:
        """Running applications that would go though neither a person nor a schedule said so.

        Empty unless more than half of those that run would go, all in all: an old or a
        wrong database, perhaps. What people and schedules stop alone is no reason to ask.
        """
        apps = self.observed.apps
        running = frozenset(n for n in self._ours() if any(r.ready for r in apps[n].replicas))
        unasked = running - self.known - self.allowed
        going = running - self.stay
        return unasked if 2 * len(going) > len(running) else frozenset()

    def _ours(self) -> list[str]:
        apps = self.observed.apps
        mine = (n for n in apps if n in self.ours)
        return [n for n in mine if apps[n].status is not AppStatus.DELETING]

    def _building(self) -> bool:
        apps = (self.observed.apps[n] for n in self._ours())
        return any(a.status is AppStatus.DEPLOYING and not a.deployments for a in apps)


def _asks(names: frozenset[str]) -> str:
    shown = ", ".join(sorted(names)[:5])
    return (
        f"{len(names)} running applications would be removed that nobody stopped: {shown}. "
        "An old database? Agree with: tasktui scheduler confirm-removal."
    )
