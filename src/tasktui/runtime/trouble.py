"""What troubles the scheduler, where a person looks: in its log, and beside its lock.

Guarantees at most one line a minute for a trouble that stays. Called from the
store's thread and from the loop.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

LOG = logging.getLogger(__name__)

EVERY_S = 60.0
"""How often a trouble that stays is logged again, in seconds."""


class Trouble:
    """One scheduler's trouble with its database; none at first."""

    def __init__(
        self, sign: Callable[[str], None], steady: Callable[[], float] = time.monotonic
    ) -> None:
        """``sign`` gets every report; ``steady`` counts seconds."""
        self._sign = sign
        self._steady = steady
        self._said = ""
        self._said_at = 0.0

    def tell(self, text: str) -> None:
        """Report the trouble as it is now; an empty text: there is none."""
        self._sign(text)
        now = self._steady()
        if not text:
            if self._said:
                LOG.info("The database can be written again.")
        elif text != self._said or now - self._said_at >= EVERY_S:
            LOG.error("%s", text)
            self._said_at = now
        self._said = text
