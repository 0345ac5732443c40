"""Ends replicas at once, by a job on the cluster: REST has no call for it.

Guarantees that one job at a time is at it, however often it is asked for, and
that a job which fails or hangs is told. Never waits for a job.
"""

from __future__ import annotations

import logging
import shlex
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tasktui.engine.ray_jobs import JobStatus, RayJobs
from tasktui.errors import EngineError

LOG = logging.getLogger(__name__)

_LIMIT_S = 60.0
"""How long a job may take; a busy machine needs a third of it."""

_PAUSE_S = 5.0
"""From one job to the next, for what is still there."""

_CODE = """
import sys, ray
ray.init(log_to_driver=False)
for name in sys.argv[1:]:
    try:
        ray.kill(ray.get_actor(name, namespace="serve"))
    except ValueError:
        pass
"""


@dataclass(slots=True)
class _Job:
    id: str
    actors: frozenset[str]
    began: float
    over: bool = False


class Killer:
    """Ends replicas of one cluster."""

    def __init__(self, jobs: RayJobs, clock: Callable[[], float] = time.monotonic) -> None:
        self._jobs = jobs
        self._clock = clock
        self._job: _Job | None = None

    async def kill(self, actors: Iterable[str]) -> None:
        """See to it that these actors end; call it again until they are gone.

        Raises EngineError with what the job said when it failed or did not end.
        """
        wanted = frozenset(actors)
        job = self._job
        if not wanted:
            return
        if job is not None and wanted <= job.actors:
            if not job.over:
                await self._look(job)
            if not job.over or self._clock() - job.began < _PAUSE_S:
                return
        self._job = await self._submit(wanted)

    async def _submit(self, actors: frozenset[str]) -> _Job:
        words = [await self._jobs.python(), "-c", _CODE, *sorted(actors)]
        name = await self._jobs.start(shlex.join(words))
        LOG.info("Ending by force: %s", ", ".join(sorted(actors)))
        return _Job(name, actors, self._clock())

    async def _look(self, job: _Job) -> None:
        seen = await self._jobs.look(job.id)
        job.over = seen is None or seen.over
        if seen is not None and seen.status is JobStatus.FAILED:
            raise _failed(seen.message)
        if not job.over and self._clock() - job.began > _LIMIT_S:
            job.over = True
            await self._jobs.stop(job.id)
            raise _failed(f"it did not end within {_LIMIT_S:g} s")


def _failed(said: str) -> EngineError:
    lines = (said or "no reason given").strip().splitlines()
    return EngineError(
        f"Ray's job that ends replicas by force failed: {lines[-1] if lines else ''}",
        "It is tried again. They end by themselves once their requests are answered.",
    )
