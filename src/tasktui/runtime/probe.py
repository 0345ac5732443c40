"""Asks a cluster who it is, once, for somebody who waits for the answer."""

from __future__ import annotations

import asyncio

from tasktui.engine.address import Target
from tasktui.engine.ray_serve import Probe, RayServe


def probe(target: Target, *, allow_remote: bool) -> Probe:
    """Version and authentication of the cluster. Raises Unreachable or Unauthorized.

    Takes at most two deadlines of a call. Not for an event loop.
    """
    return asyncio.run(_probe(target, allow_remote=allow_remote))


async def _probe(target: Target, *, allow_remote: bool) -> Probe:
    engine = RayServe(target.address, target.token, allow_remote=allow_remote)
    try:
        return await engine.probe()
    finally:
        await engine.close()
