"""The logs of a task: of its replicas, of those that have ended, of what is around them.

Reads Ray for one call at a time. Guarantees that what is kept on disk can be read
without Ray, and that values of the environment are in none of it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

from tasktui.config import Config
from tasktui.domain.log import Stream
from tasktui.domain.observed import Replica
from tasktui.domain.task import Task
from tasktui.engine.address import find
from tasktui.engine.ray_serve import RayServe
from tasktui.errors import NotFound, StoreError
from tasktui.runtime.kept import kept
from tasktui.runtime.logfeed import LogFeed, Tail, whole


class Kind(StrEnum):
    """Whose log it is."""

    LIVE = "live"
    DEAD = "dead"
    """A replica that has ended; its log is on disk."""
    CONTROLLER = "controller"
    BUILD = "build"
    """Why the application could not be built or started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One log that can be read."""

    kind: Kind
    id: str
    """The replica's; ``controller`` or ``build``."""
    state: str = ""
    """Of a replica, in Ray's words."""
    ended: datetime | None = None
    replica: Replica | None = None
    path: Path | None = None
    text: str = ""

    @property
    def grows(self) -> bool:
        """Whether somebody still writes it."""
        return self.kind in {Kind.LIVE, Kind.CONTROLLER}


def sources(config: Config, task: Task) -> tuple[Source, ...]:
    """Every log of a task: living replicas, ended ones (newest first), controller, build."""
    rows = task.progress.replicas
    living = {r.id for r in rows}
    return (
        *(Source(kind=Kind.LIVE, id=r.id, state=r.state, replica=r) for r in rows),
        *(
            Source(kind=Kind.DEAD, id=k.replica, state="ENDED", ended=k.at, path=k.path)
            for k in kept(config.state_dir, task.name)
            if k.replica not in living
        ),
        Source(kind=Kind.CONTROLLER, id="controller"),
        Source(kind=Kind.BUILD, id="build", text=task.progress.last_error),
    )


def newest(found: Sequence[Source], kind: Kind) -> Source | None:
    """The replica that one looks at first: the newest living one, or the last that ended."""
    rows = [s for s in found if s.kind is kind]
    return None if not rows else rows[-1] if kind is Kind.LIVE else rows[0]


def choose(task: Task, found: Sequence[Source], wanted: str, *, previous: bool = False) -> Source:
    """The log that somebody asks for by a part of its id; without one the newest replica's.

    ``previous``: of those that have ended. Raises NotFound.
    """
    if wanted:
        rows = [s for s in found if not previous or s.kind is Kind.DEAD]
        chosen = next((s for s in rows if wanted == s.id), None)
        chosen = chosen or next((s for s in rows if wanted in s.id), None)
    elif previous:
        chosen = newest(found, Kind.DEAD)
    else:
        chosen = newest(found, Kind.LIVE)
    if chosen is None:
        raise _not_found(task, found, wanted, previous=previous)
    return chosen


def _not_found(task: Task, found: Sequence[Source], wanted: str, *, previous: bool) -> NotFound:
    dead = sum(s.kind is Kind.DEAD for s in found)
    if wanted:
        known = ", ".join(s.id for s in found)
        return NotFound(f"{task.name} has no replica {wanted}.", f"It has: {known}.")
    if previous:
        return NotFound(
            f"No log of a replica of {task.name} that has ended is kept.",
            "They are kept for 7 days, from when the scheduler sees them end.",
        )
    kept_too = f"--previous shows the last of {dead} that ended. " if dead else ""
    return NotFound(
        f"{task.name} is {task.status} and has no replica, so there is no log to read now.",
        f"{kept_too}tasktui show {task.name} has its last error.",
    )


def feed(config: Config, source: Source, stream: Stream, first: int) -> LogFeed:
    """Reads ``source`` from ``first`` lines before its end on; its calls may take seconds."""
    return LogFeed(_tail(config, source, stream), first, grows=source.grows)


def _tail(config: Config, source: Source, stream: Stream) -> Tail:
    if source.kind is Kind.BUILD:
        return whole(source.text)
    if source.path is not None:
        return partial(_of_file, source.path)
    return lambda lines: asyncio.run(_of_ray(config, source, stream, lines))


def _of_file(path: Path, lines: int) -> str:
    try:
        return whole(path.read_text(errors="replace"))(lines)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror}.",
            "Kept logs are thrown away after 7 days.",
        ) from error


async def _of_ray(config: Config, source: Source, stream: Stream, lines: int) -> str:
    target = find(config.address, config.cluster_record, os.environ)
    engine = RayServe(target.address, target.token, allow_remote=config.allow_remote)
    try:
        if source.replica is None:
            return await engine.controller_log(lines=lines)
        return await engine.logs(source.replica, lines=lines, stream=stream)
    finally:
        await engine.close()
