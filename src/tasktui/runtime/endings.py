"""Keeps the logs of replicas that have ended: Ray has them only as long as node and session last.

Sees every look that the scheduler takes, and reads beside it, one replica at a time:
no pass waits for a log. Guarantees that values which an application's environment
ever had are in none, and that what cannot be had is said in the log's place.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from tasktui.commands.logtext import plain
from tasktui.config import Config
from tasktui.domain.log import Stream
from tasktui.domain.observed import Observed, Replica
from tasktui.domain.secrets import mask
from tasktui.domain.service import app_of, task_name
from tasktui.domain.task import Task
from tasktui.engine.parse import secrets
from tasktui.engine.ray_serve import RayServe
from tasktui.engine.secrets import resolve
from tasktui.errors import EngineError, InvalidField, Rejected
from tasktui.runtime.apart import apart
from tasktui.runtime.kept import folder, keep, tidy

LOG = logging.getLogger(__name__)

LINES = 20_000
"""Last lines of each stream that are kept."""
TRIES = 5
"""How often Ray is asked where it does not answer."""
AGAIN_S = 5.0
_WAITING = 500
"""Replicas that may wait to be read; of more, the newest."""
_STOPPING = "STOPPING"


class _Known(NamedTuple):
    """A replica by the application that it belongs to."""

    app: str
    id: str


@dataclass(frozen=True, slots=True)
class _Ending:
    """One replica whose log is to be kept."""

    app: str
    task: str
    replica: Replica


class Endings:
    """What the scheduler's looks tell of replicas that end."""

    def __init__(self, config: Config, *, again_s: float = AGAIN_S) -> None:
        self._config = config
        self._again_s = again_s
        self._owner = ""
        self._adopted: Callable[[], Mapping[str, str]] = dict
        self._names: dict[str, str] = {}
        """Tasks by application, as long as it runs or one of its logs may come."""
        self._known: dict[_Known, Replica] = {}
        self._values: dict[str, set[str]] = {}
        """Values of the environments, by application, as long as one of its logs may come."""
        self._waiting: deque[_Ending] = deque(maxlen=_WAITING)
        self._news = asyncio.Event()
        self._engine: RayServe | None = None

    def begin(
        self, owner: str, tasks: Iterable[Task], adopted: Callable[[], Mapping[str, str]] = dict
    ) -> None:
        """Whose applications count, and which replicas were there before.

        ``adopted`` tells those under names of their own at any time, with their tasks.
        """
        self._owner = owner
        self._adopted = adopted
        for task in tasks:
            app = app_of(owner, task)
            self._names[app] = task.name
            self._values[app] = _values(task)
            self._known |= {_Known(app, r.id): r for r in task.progress.replicas}

    def look(self, engine: RayServe, seen: Observed) -> None:
        """Note what has ended since the last look, and what is about to."""
        self._engine = engine
        adopted = self._adopted()
        names = {n: adopted.get(n) or task_name(self._owner, n) for n in seen.apps}
        self._names |= {n: task for n, task in names.items() if task}
        ours = {n: a for n, a in seen.apps.items() if names[n]}
        for name, app in ours.items():
            self._values.setdefault(name, set()).update(secrets([app.config]))
        now = {_Known(n, r.id): r for n, a in ours.items() for r in a.replicas}
        there = {_Known(n, r.id) for n, a in seen.apps.items() for r in a.replicas}
        ended = [(k, r) for k, r in self._known.items() if k not in there]
        ending = [(k, r) for k, r in now.items() if r.state == _STOPPING and self._new(k)]
        self._known = now
        for key, replica in (*ending, *ended):
            self._waiting.append(_Ending(key.app, self._names[key.app], replica))
            self._news.set()
        self._forget()

    def _new(self, key: _Known) -> bool:
        return key not in self._known or self._known[key].state != _STOPPING

    def _forget(self) -> None:
        """Keep the values only of applications whose logs may still come."""
        used = {k.app for k in self._known} | {e.app for e in self._waiting}
        self._values = {n: v for n, v in self._values.items() if n in used}
        self._names = {n: task for n, task in self._names.items() if n in used}

    async def run(self) -> None:
        """Read and keep what has ended; never ends by itself, and raises nothing."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                await self._keep(self._waiting[0])
                self._waiting.popleft()

    async def _keep(self, ending: _Ending) -> None:
        text = await self._text(ending)
        there = folder(self._config.state_dir, ending.task) / f"{ending.replica.id}.log"
        if text is None and there.exists():
            return  # what was read when it was about to end
        body = text if text is not None else _LOST
        head = _head(ending)
        try:
            await apart(lambda: self._write(ending, f"{head}\n{body}\n"))
        except OSError as error:
            LOG.warning("The log of %s was not kept: %s", ending.replica.id, error)

    def _write(self, ending: _Ending, text: str) -> None:
        masked = mask(text, self._values.get(ending.app, ()))
        keep(self._config.state_dir, ending.task, ending.replica.id, masked)
        tidy(self._config.state_dir, datetime.now(UTC))

    async def _text(self, ending: _Ending) -> str | None:
        """All that it wrote; None where Ray has none of it."""
        parts = {s: await self._stream(ending.replica, s) for s in Stream}
        if not any(parts.values()):
            return None
        log = plain(parts[Stream.LOG])
        out = [*log]
        known = set(log)
        for stream in (Stream.ERR, Stream.OUT):
            # Ray repeats the log on standard error.
            more = [line for line in plain(parts[stream]) if line not in known]
            out += [f"-- {stream} --", *more] if more else []
        return "\n".join(out)

    async def _stream(self, replica: Replica, stream: Stream) -> str:
        for _ in range(TRIES):
            try:
                if self._engine is not None:
                    return await self._engine.logs(replica, lines=LINES, stream=stream)
            except Rejected:
                return ""
            except EngineError:
                pass  # the scheduler says that Ray does not answer
            await asyncio.sleep(self._again_s)
        return ""


class Watched(RayServe):
    """Ray Serve, with somebody who is told of every look."""

    def __init__(
        self,
        address: str,
        token: str,
        *,
        allow_remote: bool,
        told: Callable[[RayServe, Observed], None],
    ) -> None:
        super().__init__(address, token, allow_remote=allow_remote)
        self._told = told

    async def observe(self) -> Observed:
        """One look."""
        seen = await super().observe()
        self._told(self, seen)
        return seen


def _values(task: Task) -> set[str]:
    """Values of its environment, as far as they can be had now."""
    found = set(task.env.values())
    with contextlib.suppress(InvalidField):  # the scheduler says that one is missing
        found |= set(resolve(task.env, os.environ).values())
    return found - {""}


_LOST = (
    "Ray does not have its log any more: its node is gone, the cluster was started anew, "
    "or the replica never wrote one."
)


def _head(ending: _Ending) -> str:
    replica = ending.replica
    where = f" on {replica.node_ip or replica.node}" if replica.node else ""
    pid = f", process {replica.pid}" if replica.pid else ""
    end = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"
    return f"-- replica {replica.id} of {ending.task}{where}{pid}; seen to end {end} --"
