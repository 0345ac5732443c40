"""The jobs of the fake Ray: ``sleep``, imports as its owner says, and any other is over at once."""

from __future__ import annotations

import json
import shlex
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

_OVER = {"SUCCEEDED", "FAILED", "STOPPED"}
_WATCHED_S = 1.5
_BACK_S = 0.3
_ECHO = {"name": "Echo", "calls": [], "cpu": 1.0, "gpu": 0.0, "autoscaling": {}}


@dataclass(slots=True, kw_only=True)
class FakeImport:
    """What an import does once its environment is there."""

    seconds: float = 1.0
    output: str = ""
    answer: Mapping[str, object] | None = field(
        default_factory=lambda: {"deployments": [_ECHO], "docs_path": ""}
    )
    ending: Mapping[str, object] = field(default_factory=dict)
    """Other fields of how it ended."""
    last: str = ""
    """A line in the place of the one that tells how it ended."""
    message: str = ""
    """Ray's words where the job fails."""


@dataclass(slots=True)
class FakeJob:
    """One job and what becomes of it."""

    entrypoint: str
    runtime_env: Mapping[str, Any]
    runs_at: float
    over_at: float
    does: FakeImport
    error: str = ""
    """Why its environment cannot be made."""
    stopped: bool = False
    back_at: float | None = None
    """When Ray writes the record anew that was removed too early."""

    def status(self, now: float) -> str:
        """In Ray's words."""
        if now < self.runs_at:
            return "PENDING"
        if now < self.over_at:
            return "RUNNING"
        if self.error or self.does.message or self.back_at is not None:
            return "FAILED"
        return "STOPPED" if self.stopped else "SUCCEEDED"

    def there(self, now: float) -> bool:
        """Whether Ray has a record of it."""
        return self.back_at is None or now >= self.back_at

    def log(self, now: float) -> str:
        """What it has written until then."""
        if now < self.runs_at or self.error:
            return ""
        asked = _asked(self.entrypoint)
        head = f"INFO job_manager.py -- Runtime env is setting up.\nRunning: {self.entrypoint}\n"
        if not asked:
            return head
        mark, does = asked["mark"], self.does
        written = f"{head}{mark}\n{does.output}"
        if self.status(now) != "SUCCEEDED":
            return written
        ended = {"end": "exited" if does.answer is None else "answered", "seconds": does.seconds}
        told = {"code": 0, "answer": does.answer, "last": does.output[-1000:], **ended}
        last = does.last or f"{mark} {json.dumps({**told, **does.ending})}\n"
        return f"{written}\n{last}"


class FakeJobs:
    """Jobs by name."""

    def __init__(self) -> None:
        self.entries: list[str] = []
        """What was asked for, in order."""
        self.rows: dict[str, FakeJob] = {}
        self.setup_s = 1.0
        self.does = FakeImport()
        """What imports do that are asked for from now on."""
        self.refused: dict[str, str] = {}
        """Requirement -> pip's words when it cannot be installed."""
        self.refusing = ""
        """Ray's words with which every job is refused (400)."""

    def submit(
        self, body: Mapping[str, Any], now: float, packages: Container[str]
    ) -> httpx.Response:
        """Take a job and tell its name."""
        if self.refusing:
            return httpx.Response(400, text=self.refusing)
        entrypoint, env = str(body["entrypoint"]), body.get("runtime_env") or {}
        self.entries.append(entrypoint)
        name = str(body.get("submission_id") or f"raysubmit_{len(self.entries)}")
        runs_at = now + (self.setup_s if env else 0.0)
        error = self._error(env, packages)
        over_at = runs_at if error else runs_at + self._takes(entrypoint)
        self.rows[name] = FakeJob(entrypoint, env, runs_at, over_at, self.does, error)
        return httpx.Response(200, json={"submission_id": name})

    def answer(self, method: str, path: str, now: float) -> httpx.Response:
        """What Ray's dashboard answers below ``/api/jobs/``."""
        name, _, what = path.removeprefix("/api/jobs/").partition("/")
        if not name:
            living = {n: job for n, job in self.rows.items() if job.there(now)}
            rows = [_shown(n, job, now) for n, job in living.items()]
            return httpx.Response(200, json=rows)
        job = self.rows.get(name)
        if job is None or not job.there(now):
            return httpx.Response(404, text=f"Job {name} does not exist")
        over = job.status(now) in _OVER
        if method == "DELETE" and not over:
            return httpx.Response(500, text="it is in a non-terminal state")
        if method == "DELETE":
            self._forget(name, job, now)
        if what == "stop" and not over:
            job.stopped, job.over_at = True, max(now, job.runs_at)
        shown = {"logs": job.log(now)} if what == "logs" else _shown(name, job, now)
        return httpx.Response(200, json=shown)

    def _forget(self, name: str, job: FakeJob, now: float) -> None:
        if job.back_at is None and now - job.over_at < _WATCHED_S:
            job.back_at = now + _BACK_S
        else:
            del self.rows[name]

    def _takes(self, entrypoint: str) -> float:
        program, _, rest = entrypoint.partition(" ")
        if program == "sleep":
            return float(rest)
        return self.does.seconds if _asked(entrypoint) else 0.0

    def _error(self, env: Mapping[str, Any], packages: Container[str]) -> str:
        head = "runtime_env setup failed: Failed to set up runtime environment.\n"
        for uri in (env.get("working_dir"), *env.get("py_modules", ())):
            if uri and str(uri).removeprefix("gcs://") not in packages:
                return f"{head}OSError: Failed to download runtime_env file package {uri}"
        words = [self.refused[r] for r in env.get("pip", ()) if r in self.refused]
        return f"{head}Last 50 lines of stdout:\n{words[0]}" if words else ""


def _shown(name: str, job: FakeJob, now: float) -> dict[str, Any]:
    return {
        "type": "SUBMISSION",
        "submission_id": name,
        "status": job.status(now),
        "message": job.error or job.does.message,
        "entrypoint": job.entrypoint,
        "runtime_env": job.runtime_env,
    }


def _asked(entrypoint: str) -> Mapping[str, Any]:
    """What an import was asked for; empty for any other job."""
    words = shlex.split(entrypoint)
    found: Mapping[str, Any] = json.loads(words[-1]) if "-m" in words[:-1] else {}
    return found
