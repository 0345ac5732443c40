"""Keeps the packages in use on Ray, which drops one that nobody asked for in 600 s."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from tasktui.scheduler.plan import Plan
from tasktui.scheduler.ports import Engine, Stores

LOG = logging.getLogger(__name__)

PIN_S = 120.0
"""How often each package in use is asked for."""


class Pins:
    """When each package was asked for last, of one start of Ray."""

    def __init__(self) -> None:
        self._session = ""
        self._at: dict[str, datetime] = {}

    async def renew(
        self, engine: Engine, stores: Stores, made: Plan, session: str, now: datetime
    ) -> None:
        """Ask Ray for every package in use before it forgets one; upload the missing."""
        if self._session != session:
            self._session, self._at = session, {}
        due = timedelta(seconds=PIN_S)
        for digest, anew in dict.fromkeys((s.digest, s.anew) for s in made.serve if s.digest):
            name = f"{digest}-{anew}"
            # Right before a change, however fresh the pin: Ray may have lost it all the same.
            if name in self._at and now - self._at[name] < due and not made.put:
                continue
            path = await stores.run(lambda s, d=digest: s.archive_path(d))  # type: ignore[misc]
            if await engine.ensure_package(digest, path, anew):
                LOG.info("Uploaded the package %s.", digest[:12])
            self._at[name] = now
