"""When a difference must not be sent to Ray yet. Pure.

Three dangers: a Ray that is still starting shows too little, and a PUT would
make that true; an old or wrong database would remove what it does not know; and
every PUT restarts all builds in progress.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tasktui.domain.observed import AppStatus, Observed
from tasktui.domain.service import task_name

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


NOTHING = Memory()


@dataclass(frozen=True, slots=True)
class Look:
    """One look at Ray, through the eyes of one owner."""

    observed: Observed
    owner: str
    known: frozenset[str]
    """Applications of the tasks that the store knows."""

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
        strangers = self.strangers()
        if len(strangers) > 1 and 2 * len(strangers) > len(self._ours()):
            names = ", ".join(sorted(strangers)[:5])
            text = f"{len(strangers)} applications of unknown tasks would be removed: {names}"
            return text, memory
        if not adds or changes or not self._building():
            return "", replace(memory, held_since=None)
        since = memory.held_since or now
        if now - since >= HOLD:
            return "", replace(memory, held_since=None)
        return "waiting for a build in progress", replace(memory, held_since=since)

    def strangers(self) -> list[str]:
        """Applications of ours that no task of the store knows: an old database, perhaps."""
        return [n for n in self._ours() if n not in self.known]

    def _ours(self) -> list[str]:
        apps = self.observed.apps
        mine = (n for n in apps if task_name(self.owner, n) is not None)
        return [n for n in mine if apps[n].status is not AppStatus.DELETING]

    def _building(self) -> bool:
        apps = (self.observed.apps[n] for n in self._ours())
        return any(a.status is AppStatus.DEPLOYING and not a.deployments for a in apps)
