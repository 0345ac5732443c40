"""Jobs of a Ray cluster over REST: start one, look at it, read what it wrote, end it, forget it.

Guarantees that a job which Ray does not know is told from a Ray that does not answer. Must not
know what a job is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tasktui.engine import parse
from tasktui.engine.http import Http, Missing
from tasktui.errors import Unreachable

_JOBS = "/api/jobs/"
_START_S = 30.0
"""The first job of a cluster waits for the agent of its node."""


class JobStatus(StrEnum):
    """How far a job has come, in Ray's words."""

    PENDING = "PENDING"
    """Its environment is being prepared."""
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as Ray sees it."""

    status: JobStatus
    message: str
    """Ray's own words. Untrusted text."""

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.status not in {JobStatus.PENDING, JobStatus.RUNNING}


class RayJobs:
    """The jobs of one cluster. Every method raises EngineError as ``Http.call`` does."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def start(
        self, entrypoint: str, *, name: str = "", runtime_env: Mapping[str, Any] | None = None
    ) -> str:
        """Start a job that reserves nothing, which Ray puts on the head, and return its name.

        ``entrypoint`` is a line of shell. Raises Rejected with Ray's words.
        """
        payload: dict[str, Any] = {"entrypoint": entrypoint}
        if name:
            payload["submission_id"] = name
        if runtime_env:
            payload["runtime_env"] = dict(runtime_env)
        body = await self._http.json("POST", _JOBS, payload=payload, deadline_s=_START_S)
        return str(parse.mapping(body, "a job").get("submission_id") or "")

    async def look(self, name: str) -> JobView | None:
        """How a job is; None where Ray does not know it, as after a restart of the head."""
        try:
            body = parse.mapping(await self._http.json("GET", f"{_JOBS}{name}"), "a job")
        except Missing:
            return None
        return _view(body, f"{self._http.address}{_JOBS}{name}")

    async def log(self, name: str) -> str:
        """All that a job has written. Untrusted text; empty before it runs.

        Ray answers with an error where that is not UTF-8.
        """
        body = await self._http.json("GET", f"{_JOBS}{name}/logs")
        return str(parse.mapping(body, "the log of a job").get("logs") or "")

    async def stop(self, name: str) -> None:
        """Ask a job to end: Ray ends its processes within seconds, or as soon as they start."""
        try:
            await self._http.call("POST", f"{_JOBS}{name}/stop")
        except Missing:
            return

    async def forget(self, name: str) -> None:
        """Remove what Ray keeps of a job that is over.

        Within two seconds of its end Ray writes it anew, once, as that of a failed job.
        """
        try:
            await self._http.call("DELETE", f"{_JOBS}{name}")
        except Missing:
            return

    async def names(self, prefix: str) -> list[str]:
        """Names of the jobs that begin with ``prefix``, over or not."""
        body = await self._http.json("GET", _JOBS)
        rows = body if isinstance(body, list) else []
        found = [str(row.get("submission_id") or "") for row in rows if isinstance(row, dict)]
        return [name for name in found if name.startswith(prefix)]

    async def python(self) -> str:
        """Python of the head's own workers: ``python`` may be on no path there, or have no Ray."""
        summary = await self._http.json("GET", "/nodes", params={"view": "summary"})
        return parse.interpreter(summary) or "python"


def _view(body: Mapping[str, Any], where: str) -> JobView:
    word = str(body.get("status") or "")
    if word not in set(JobStatus):
        raise Unreachable(
            f"{where} answered with a status that is none of Ray's: {word!r}.",
            "Is this the address of Ray's dashboard?",
        )
    return JobView(JobStatus(word), str(body.get("message") or ""))
