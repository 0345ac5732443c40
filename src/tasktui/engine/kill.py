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
from typing import Any

from tasktui.engine import parse
from tasktui.engine.http import Http
from tasktui.errors import EngineError, Rejected

LOG = logging.getLogger(__name__)

_JOBS = "/api/jobs/"
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

    def __init__(self, http: Http, clock: Callable[[], float] = time.monotonic) -> None:
        self._http = http
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
        summary = await self._http.json("GET", "/nodes", params={"view": "summary"})
        # That of the head's own workers: "python" may not be on its PATH, or have no Ray.
        entry = shlex.join([parse.interpreter(summary) or "python", "-c", _CODE, *sorted(actors)])
        body = await self._http.json("POST", _JOBS, payload={"entrypoint": entry})
        LOG.info("Ending by force: %s", ", ".join(sorted(actors)))
        name = str(parse.mapping(body, "a job").get("submission_id") or "")
        return _Job(name, actors, self._clock())

    async def _look(self, job: _Job) -> None:
        try:
            body = parse.mapping(await self._http.json("GET", f"{_JOBS}{job.id}"), "a job")
        except Rejected:
            job.over = True  # Ray knows it no more
            return
        status = str(body.get("status") or "")
        job.over = status in {"SUCCEEDED", "FAILED", "STOPPED"}
        if status == "FAILED":
            raise _failed(body.get("message"))
        if not job.over and self._clock() - job.began > _LIMIT_S:
            job.over = True
            await self._http.call("POST", f"{_JOBS}{job.id}/stop")
            raise _failed(f"it did not end within {_LIMIT_S:g} s")


def _failed(said: Any) -> EngineError:  # noqa: ANN401 - JSON
    lines = str(said or "no reason given").strip().splitlines()
    return EngineError(
        f"Ray's job that ends replicas by force failed: {lines[-1] if lines else ''}",
        "It is tried again. They end by themselves once their requests are answered.",
    )
