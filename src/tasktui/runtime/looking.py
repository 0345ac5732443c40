"""Looks at the cluster once, for somebody who waits for the answer. Changes nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tasktui.engine.address import Target, find
from tasktui.runtime.contact import ADDRESS

if TYPE_CHECKING:
    from tasktui.domain.observed import Observed
    from tasktui.runtime.session import Session


def look(session: Session) -> Observed:
    """What the cluster runs that the scheduler of this state directory drives.

    Raises Unreachable, Unauthorized. Not for an event loop.
    """
    return asyncio.run(alook(session))


async def alook(session: Session) -> Observed:
    """The same, in an event loop."""
    config = session.config
    bound = await session.acall(lambda c: c.setting(ADDRESS))
    address = config.address or bound or ""
    target = await asyncio.to_thread(find, address, config.cluster_record, session.environ)
    return await _observe(target, allow_remote=config.allow_remote)


async def _observe(target: Target, *, allow_remote: bool) -> Observed:
    from tasktui.engine.ray_serve import RayServe  # noqa: PLC0415 - HTTP takes 100 ms to import

    engine = RayServe(target.address, target.token, allow_remote=allow_remote)
    try:
        return await engine.observe()
    finally:
        await engine.close()
