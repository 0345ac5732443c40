"""Reads a replica's log from Ray, for one call."""

from __future__ import annotations

import asyncio
import os

from tasktui.config import Config
from tasktui.domain.observed import Replica
from tasktui.domain.task import Task
from tasktui.engine.address import find
from tasktui.engine.ray_serve import RayServe
from tasktui.errors import NotFound


def read(config: Config, task: Task, replica: str | None, lines: int) -> str:
    """Last ``lines`` lines of the chosen replica's log. Raises NotFound or EngineError."""
    chosen = _choose(task, replica)
    return asyncio.run(_read(config, chosen, lines))


def _choose(task: Task, wanted: str | None) -> Replica:
    replicas = task.progress.replicas
    if not replicas:
        raise NotFound(
            f"{task.name} is {task.status} and has no replica, so there is no log to read now.",
            f"tasktui show {task.name} has its last error.",
        )
    if wanted is None:
        return replicas[-1]
    for replica in replicas:
        if wanted in replica.id:
            return replica
    known = ", ".join(r.id for r in replicas)
    raise NotFound(f"{task.name} has no replica {wanted}.", f"It has: {known}.")


async def _read(config: Config, replica: Replica, lines: int) -> str:
    target = find(config.address, config.cluster_record, os.environ)
    engine = RayServe(target.address, target.token, allow_remote=config.allow_remote)
    try:
        return await engine.logs(replica, lines=lines)
    finally:
        await engine.close()
