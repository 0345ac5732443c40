"""Finds the cluster again whenever it may have changed, and keeps one connection to it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tasktui.config import Config
from tasktui.engine.address import Target, find
from tasktui.runtime.endings import Watched
from tasktui.scheduler.ports import Contact
from tasktui.store.thread import StoreThread

if TYPE_CHECKING:
    from tasktui.domain.observed import Observed
    from tasktui.engine.ray_serve import RayServe

ADDRESS = "address"
"""Setting: the cluster that this state directory is bound to, once given explicitly."""

_WATCH_S = 1.0
_FRESH_S = 5.0
GUESS = "default"
"""``Target.source`` when nothing named a cluster."""


class ClusterContact:
    """One connection; looks for the address anew after the embedded cluster came or went."""

    def __init__(
        self,
        config: Config,
        thread: StoreThread,
        told: Callable[[RayServe, Observed], None] = lambda _engine, _seen: None,
    ) -> None:
        """``told`` hears of every look at the cluster."""
        self._config = config
        self._told = told
        self._thread = thread
        self._open: tuple[Target, RayServe] | None = None
        self._found_at = 0.0
        self._stamp: int | None = None
        self._watch: asyncio.Task[None] | None = None

    async def find(self) -> Contact:
        """The way to the cluster. Raises Unreachable for an address that is not allowed."""
        found = self._open
        old = time.monotonic() - self._found_at > _FRESH_S
        # A guess is made anew each time: somebody may have named a cluster meanwhile.
        if found is None or old or found[0].source == GUESS:
            found = await self._resolve(found)
        target, engine = found
        return Contact(
            engine=engine,
            address=target.address,
            embedded=target.embedded,
            guessed=target.source == GUESS,
        )

    async def _resolve(self, old: tuple[Target, RayServe] | None) -> tuple[Target, RayServe]:
        explicit = self._config.address or await self._thread.run(
            lambda s: s.setting(ADDRESS) or ""
        )
        target = await asyncio.to_thread(find, explicit, self._config.cluster_record, os.environ)
        self._found_at = time.monotonic()
        if old is not None and target == old[0]:
            return old
        await self._drop()
        engine = Watched(
            target.address,
            target.token,
            allow_remote=self._config.allow_remote,
            told=self._told,
        )
        self._open = (target, engine)
        return self._open

    def on_change(self, call: Callable[[], None]) -> None:
        """Call when the embedded cluster's record changes, from now on."""
        self._stamp = self._now()
        self._watch = asyncio.create_task(self._look(call))

    async def close(self) -> None:
        """Release the connection and stop watching."""
        if self._watch is not None:
            self._watch.cancel()
        await self._drop()

    async def _drop(self) -> None:
        if self._open is not None:
            await self._open[1].close()
            self._open = None

    async def _look(self, call: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(_WATCH_S)
            if self._now() != self._stamp:
                self._stamp = self._now()
                self._found_at = 0.0
                call()

    def _now(self) -> int | None:
        try:
            return self._config.cluster_record.stat().st_mtime_ns
        except OSError:
            return None
