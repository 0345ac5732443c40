"""When what is shown is drawn again for the time that passed: each second only where seconds show.

What the last drawing changed tells whether seconds show. Pure; holds no screen.
"""

from __future__ import annotations

from datetime import datetime, timedelta

REST = timedelta(seconds=10)
"""How late an age in minutes may be."""


class Pulse:
    """One for each app; asked every second."""

    def __init__(self) -> None:
        self._drawn_at: datetime | None = None
        self._painted = -1
        self._nudged = True

    def nudge(self) -> None:
        """Something beside the time changed: the next second is drawn."""
        self._nudged = True

    def due(self, now: datetime, painted: int, *, focused: bool) -> bool:
        """Whether to draw now. ``painted`` counts what was sent to the terminal so far.

        A terminal without the focus keeps its clock to the minute, no more.
        """
        lively = painted != self._painted
        self._painted = painted
        due = self._nudged or self._passed(now, lively=lively, focused=focused)
        if due:
            self._nudged, self._drawn_at = False, now
        return due

    def _passed(self, now: datetime, *, lively: bool, focused: bool) -> bool:
        before = self._drawn_at
        if before is None or before.minute != now.minute:
            return True
        return focused and (lively or abs(now - before) >= REST)
