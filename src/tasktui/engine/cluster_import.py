"""Runs the import of a script as a job of a Ray cluster, and follows it to its end.

Guarantees that it ends, whatever the cluster does; that a job which is not over then is told to
stop, and one that is over leaves no record; and that of the answer only what has the right form
is believed. The program that runs there is ``import_job``.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import shlex
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tasktui.domain.secrets import mask
from tasktui.engine.import_log import failed, read
from tasktui.engine.importer import End, Ending, Limits, Log
from tasktui.engine.packages import Package, pack
from tasktui.engine.payload import code_env, package_uri
from tasktui.engine.ray_jobs import JobStatus, JobView, RayJobs
from tasktui.errors import EngineError, Rejected, Unreachable

if TYPE_CHECKING:
    from tasktui.engine.ray_serve import RayServe

PREFIX: Final = "tasktui-build-"
"""How the names of our jobs begin; the id of the store follows."""

SETUP_S: Final = 900.0
"""How long Ray may prepare the environment, in seconds: it gives up itself after so many."""

PATIENCE_S: Final = 30.0
"""How long a cluster may not answer before the import counts as lost, in seconds."""

GRACE_S: Final = 30.0
"""Beyond its own limit, which it holds itself, the job is stopped from here; in seconds."""

_LOOK_S = 1.0
_WAIT_S = 0.2
_END_S = 10.0
"""How long the end of a job that was stopped is waited for, in seconds."""
_ANEW_S = 3.0
"""How long a record that was removed may come back, in seconds; seen after 1.2 to 1.6."""

_PROGRAM = "tasktui_build"
_SOURCE = Path(__file__).parents[1]
_FILES = (
    "engine/__init__.py",
    "engine/importer.py",
    "engine/import_job.py",
    "apart/serve_import.py",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """An import that a cluster is to run."""

    owner: str
    """Id of the store, part of the job's name."""
    digest: str
    """Of the package."""
    archive: Path
    requirements: tuple[str, ...]
    """What Ray installs; empty where it has them."""
    env: Mapping[str, str]
    """Variables, which Ray keeps in the job's record while that is there."""
    module: str
    """With dots: ``models.serve``."""
    name: str
    args: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Pace:
    """How time is told and waited for."""

    now: Callable[[], float] = time.monotonic
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep


_REAL = Pace()


async def run_there(  # noqa: PLR0913 - where, what, how long, to where, until when, and the clock
    ray: RayServe,
    errand: Errand,
    limits: Limits,
    log: Log,
    stopped: Callable[[], bool],
    *,
    place: Path,
    pace: Pace = _REAL,
) -> Ending:
    """Import it there. Files of ours go into the folder ``place``.

    Raises EngineError where the job cannot be started, or Ray refuses to tell of it.
    """
    began = pace.now()
    program = pack_program(place)
    await _sweep(ray.jobs, errand.owner)
    await ray.ensure_package(errand.digest, errand.archive)
    await ray.ensure_package(program.digest, place / f"{program.digest}.zip")
    mark = secrets.token_hex(16)
    words = await _words(ray.jobs, errand, limits, mark)
    name = f"{PREFIX}{errand.owner}-{secrets.token_hex(4)}"
    installs = f", after installing {', '.join(errand.requirements)}" if errand.requirements else ""
    log.write(f"-- imported on the cluster, by the job {name}{installs} --\n".encode())
    job = _Job(name, mark, limits, tuple(errand.env.values()))
    following = _Following(ray.jobs, job, log, pace)
    try:
        await _start(ray.jobs, job, words, _runtime_env(errand, program))
        ending = await following.end(stopped)
    finally:
        await _end(ray.jobs, name, pace)
    log.write(f"\n-- over after {pace.now() - began:.1f} s --\n".encode())
    return ending


def pack_program(place: Path) -> Package:
    """Write the package of what runs on the cluster into ``place``."""
    folder = place / "program"
    for name in _FILES:
        path = folder / _PROGRAM / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_SOURCE / name, path)
    return pack(folder, place)


async def _words(jobs: RayJobs, errand: Errand, limits: Limits, mark: str) -> list[str]:
    asked = {
        "mark": mark,
        "module": errand.module,
        "name": errand.name,
        "args": dict(errand.args),
        "seconds": limits.seconds,
        "memory": limits.memory,
    }
    # Where Ray installs packages, its virtual environment is first on the path.
    python = "python" if errand.requirements else await jobs.python()
    return [python, "-m", f"{_PROGRAM}.engine.import_job", json.dumps(asked)]


def _runtime_env(errand: Errand, program: Package) -> dict[str, object]:
    """That of a replica, and the program beside it."""
    return {
        **code_env(errand.digest, errand.requirements),
        "py_modules": [package_uri(program.digest)],
        **({"env_vars": dict(errand.env)} if errand.env else {}),
    }


@dataclass(frozen=True, slots=True)
class _Job:
    """A job that runs an import."""

    name: str
    mark: str
    limits: Limits
    values: tuple[str, ...]
    """Of its variables: Ray repeats them in what it says of a failure."""


async def _start(
    jobs: RayJobs, job: _Job, words: Sequence[str], runtime_env: Mapping[str, object]
) -> None:
    try:
        await jobs.start(shlex.join(words), name=job.name, runtime_env=runtime_env)
    except Rejected as error:
        raise Rejected(mask(error.what, job.values), error.hint) from None


class _Following:
    """One job, followed."""

    def __init__(self, jobs: RayJobs, job: _Job, log: Log, pace: Pace) -> None:
        self._jobs = jobs
        self._job = job
        self._log = log
        self._pace = pace
        self._began = self._heard = pace.now()
        self._running: float | None = None
        self._shown = 0

    async def end(self, stopped: Callable[[], bool]) -> Ending:
        """Look until it is over, has to be, or cannot be looked at any more."""
        while True:
            found = await self._look()
            if found is not None:
                return found
            until = self._pace.now() + _LOOK_S
            while self._pace.now() < until:
                if stopped():
                    return self._ended(End.STOPPED)
                await self._pace.wait(_WAIT_S)

    async def _look(self) -> Ending | None:
        """One look; None while it is on its way."""
        try:
            view = await self._jobs.look(self._job.name)
            text = await self._jobs.log(self._job.name) if view else ""
        except Unreachable as error:
            if self._pace.now() - self._heard < PATIENCE_S:
                return None
            return self._ended(
                End.EXITED, f"The cluster stopped answering during the import: {error}"
            )
        self._heard = self._pace.now()
        if view is None:
            return self._ended(
                End.EXITED,
                f"The cluster no longer knows the job {self._job.name}, as after a restart of its "
                "head. Build it again.",
            )
        said = read(text, self._job.mark, whole=view.over)
        self._log.write(said.output[self._shown :].encode(errors="replace"))
        self._shown = max(self._shown, len(said.output))
        if said.ending is not None:
            return said.ending
        return self._over(view, text) if view.over else self._late(view)

    def _late(self, view: JobView) -> Ending | None:
        now = self._pace.now()
        if view.status is JobStatus.PENDING:
            if now - self._began < SETUP_S:
                return None
            return self._ended(
                End.TIMEOUT,
                f"Ray had not prepared the environment of the import after {SETUP_S:g} s. "
                "tasktui doctor looks at the cluster; build it again.",
            )
        self._running = now if self._running is None else self._running
        over = now - self._running > self._job.limits.seconds + GRACE_S
        return self._ended(End.TIMEOUT) if over else None

    def _over(self, view: JobView, text: str) -> Ending:
        """How it ended without an answer."""
        message = mask(view.message, self._job.values)
        self._log.write(f"{message}\n".encode(errors="replace"))
        if view.status is JobStatus.FAILED:
            return self._ended(End.EXITED, failed(message))
        if view.status is JobStatus.STOPPED:
            return self._ended(
                End.EXITED, "Somebody else stopped the job of the import. Build it again."
            )
        cut = "broke off" if self._job.mark in text else "is gone"
        return self._ended(
            End.EXITED, f"The job of the import ended, and its answer {cut}. Build it again."
        )

    def _ended(self, end: End, why: str = "") -> Ending:
        last = self._log.last.decode(errors="replace")
        return Ending(end=end, seconds=self._pace.now() - self._began, last=last, why=why)


async def _end(jobs: RayJobs, name: str, pace: Pace) -> None:
    """Stop the job unless it is over, and remove its record once it is, as far as Ray answers."""
    with suppress(EngineError):
        view = await jobs.look(name)
        if view is not None and not view.over:
            await jobs.stop(name)
        end = pace.now() + _END_S
        while view is not None and not view.over and pace.now() < end:
            await pace.wait(_WAIT_S)
            view = await jobs.look(name)
        if view is not None and view.over:
            await _forget(jobs, name, pace)


async def _forget(jobs: RayJobs, name: str, pace: Pace) -> None:
    """Remove the record of a job that has just ended, and the one that Ray then writes anew.

    What watches over a job looks once more about a second after its end: where it finds no
    record it notes a failure.
    """
    await jobs.forget(name)
    end = pace.now() + _ANEW_S
    while pace.now() < end:
        await pace.wait(_WAIT_S)
        if await jobs.look(name) is not None:
            await jobs.forget(name)
            return


async def _sweep(jobs: RayJobs, owner: str) -> None:
    """End what builds that were killed have left: one build of a store runs at a time."""
    with suppress(EngineError):
        for name in await jobs.names(f"{PREFIX}{owner}-"):
            view = await jobs.look(name)
            if view is not None:
                await (jobs.forget(name) if view.over else jobs.stop(name))
