"""What a face holds while it is open: the commands, the changes, and the processes behind.

The command line calls synchronously; the terminal app calls through the
store's own thread, so that neither disk nor Ray ever delays a key.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeVar

from tasktui.commands.commands import Commands
from tasktui.commands.context import Context
from tasktui.config import Config
from tasktui.domain.event import Actor
from tasktui.engine.logfile import bounded
from tasktui.errors import DiskFull, ReadOnly, SchedulerError
from tasktui.runtime import daemon, doorbell
from tasktui.runtime.files import prepare
from tasktui.store.store import Store
from tasktui.store.watch import Watcher

if TYPE_CHECKING:
    from tasktui.commands.request import Request
    from tasktui.domain.artifact import ArtifactId
    from tasktui.domain.log import Stream
    from tasktui.domain.observed import ClusterView
    from tasktui.domain.task import Task
    from tasktui.engine.endpoint import Answer
    from tasktui.engine.local import LocalStatus
    from tasktui.runtime.logfeed import LogFeed
    from tasktui.runtime.logs import Source
    from tasktui.store.thread import StoreThread

T = TypeVar("T")
Origin = Literal["tui", "cli"]

ADDRESS = "address"
"""Setting: the cluster that this state directory is bound to, once given explicitly."""


def utc_now() -> datetime:
    """The host's clock, aware."""
    return datetime.now(UTC)


class Session:
    """One open face over one state directory."""

    def __init__(
        self,
        config: Config,
        environ: Mapping[str, str],
        origin: Origin,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        prepare(config.state_dir)
        self.config = config
        self.read_only = config.read_only
        """Whether every change is refused, below every key and verb."""
        self._actor = Actor(user=_user(), origin=_origin(environ, origin))
        self._now = now
        self.environ = environ
        self._thread: StoreThread | None = None
        self._searcher: StoreThread | None = None
        self._watchers: list[Watcher] = []
        self._store: Store | None = None

    def call(self, action: Callable[[Commands], T]) -> T:
        """Run ``action`` on the commands, here and now. Not for an event loop."""
        if self._store is None:
            self._store = self._open()
        return action(self._commands(self._store))

    def require_writable(self) -> None:
        """Raise ReadOnly where this face may only look."""
        if self.read_only:
            raise ReadOnly

    async def acall(self, action: Callable[[Commands], T]) -> T:
        """Run ``action`` on the commands, on the store's own thread."""
        return await self._on_thread().run(lambda store: action(self._commands(store)))

    def begin(self) -> None:
        """Open the store on its own thread while this one goes on importing."""
        self._on_thread().begin()

    async def asearch(self, query: Callable[[Commands], T]) -> T:
        """Run a query that may take long, on a thread and a connection of its own.

        Raises Interrupted where ``interrupt`` broke it off.
        """
        if self._searcher is None:
            from tasktui.store.thread import StoreThread  # noqa: PLC0415 - see acall

            self._searcher = StoreThread(lambda: Store.open(self.config.database))
        return await self._searcher.run(lambda store: query(self._commands(store)))

    def interrupt(self) -> None:
        """Break off the search that runs now: its answer is not wanted any more."""
        if self._searcher is not None:
            self._searcher.interrupt()

    def watch(self, on_change: Callable[[], None]) -> Watcher:
        """Call ``on_change``, on another thread, after every commit by anybody else."""
        watcher = Watcher(self.config.database, on_change)
        watcher.start()
        self._watchers.append(watcher)
        return watcher

    def close(self) -> None:
        """Let go of the database; the scheduler goes on."""
        for watcher in self._watchers:
            watcher.stop()
        self.interrupt()
        for thread in (self._searcher, self._thread):
            if thread is not None:
                thread.close()
        if self._store is not None:
            self._store.close()
            self._store = None

    def bind(self) -> None:
        """Check that an explicit address is the one this state directory is bound to.

        The first explicit address binds it, so that a scheduler started later
        without one drives the same cluster, and one that runs and has found none
        turns to it. Raises SchedulerError when a running scheduler drives another.
        """
        wanted = self.config.address
        if not wanted or self.read_only:
            return
        bound = self.call(lambda c: c.setting(ADDRESS))
        if bound == wanted:
            return
        if self.health().state is not daemon.State.DOWN:
            driven = bound or self.call(lambda c: c.cluster()).address
            if driven and driven != wanted:
                raise SchedulerError(
                    f"The scheduler of {self.config.state_dir} drives {driven}, not {wanted}.",
                    "Use another --state-dir, or stop it first: tasktui scheduler stop.",
                )
        self.call(lambda c: c.set_setting(ADDRESS, wanted))
        doorbell.ring(self.config.state_dir)

    def health(self) -> daemon.Health:
        """How the scheduler process is."""
        return daemon.health(self.config, self.call(lambda c: c.scheduler()), self._now())

    async def ahealth(self) -> daemon.Health:
        """How the scheduler process is; for an event loop."""
        view = await self.acall(lambda c: c.scheduler())
        return daemon.health(self.config, view, self._now())

    def start_scheduler(self, *, wait_s: float = 0.0) -> None:
        """Start the scheduler unless one runs."""
        self.require_writable()
        daemon.start(self.config, wait_s=wait_s)

    def stop_scheduler(self, *, force: bool = False) -> bool:
        """End the scheduler; False when none ran."""
        self.require_writable()
        return daemon.stop(self.config, self.call(lambda c: c.scheduler()), force=force)

    def take_over(self) -> int:
        """Replace a scheduler that hangs; the process that was ended."""
        self.require_writable()
        return daemon.takeover(self.config, self.call(lambda c: c.scheduler()))

    async def atake_over(self) -> int:
        """Replace a scheduler that hangs; for an event loop."""
        import asyncio  # noqa: PLC0415 - see acall

        self.require_writable()
        view = await self.acall(lambda c: c.scheduler())
        return await asyncio.to_thread(daemon.takeover, self.config, view)

    async def astop_scheduler(self, *, force: bool = False) -> bool:
        """End the scheduler; for an event loop."""
        import asyncio  # noqa: PLC0415 - see acall

        self.require_writable()
        view = await self.acall(lambda c: c.scheduler())
        return await asyncio.to_thread(daemon.stop, self.config, view, force=force)

    def start_cluster(self, *words: str) -> None:
        """Bring up the embedded cluster in a process of its own, which outlives this one."""
        self.require_writable()
        log = bounded(self.config.state_dir / "cluster.log")
        daemon.spawn(self.config, log, "cluster", "up", *words)

    def local_status(self) -> LocalStatus:
        """How the embedded cluster is, with its present stage while it comes up."""
        from tasktui.engine.local import LocalCluster  # noqa: PLC0415 - psutil is slow to import

        return LocalCluster(self.config.state_dir).status()

    def log_feed(self, source: Source, stream: Stream, first: int) -> LogFeed:
        """What a log holds from ``first`` lines before its end on, piece by piece."""
        from tasktui.runtime.logs import feed  # noqa: PLC0415 - HTTP is slow to import

        bound = self.call(lambda c: c.setting(ADDRESS))
        return feed(self._aimed(bound), source, stream, first)

    async def alog_feed(self, source: Source, stream: Stream, first: int) -> LogFeed:
        """The same for an event loop: its calls belong on another thread."""
        from tasktui.runtime.logs import feed  # noqa: PLC0415 - HTTP is slow to import

        bound = await self.acall(lambda c: c.setting(ADDRESS))
        return feed(self._aimed(bound), source, stream, first)

    def try_endpoint(self, task: Task, cluster: ClusterView, request: Request) -> Answer:
        """Send a request to a task's endpoint and keep it; on a thread that may wait.

        Raises NotAllowed while the endpoint is unknown, Unreachable without an answer.
        """
        from tasktui.commands.request import url_of  # noqa: PLC0415 - off the path of plain reads
        from tasktui.runtime.calling import call, remember  # noqa: PLC0415 - HTTP, as above

        url = url_of(task, cluster, request)
        if not self.read_only:
            remember(self.config, task, request)
        return call(self.config, url, request)

    def _aimed(self, bound: str | None) -> Config:
        """The settings with the address that the scheduler goes by."""
        return replace(self.config, address=self.config.address or bound or "")

    def _on_thread(self) -> StoreThread:
        if self._thread is None:
            from tasktui.store.thread import StoreThread  # noqa: PLC0415 - asyncio takes 20 ms

            self._thread = StoreThread(self._open)
        return self._thread

    def _open(self) -> Store:
        store = Store.open(self.config.database)
        with ExitStack() as undo:
            undo.callback(store.close)
            with suppress(DiskFull, ReadOnly):  # reading goes on; what is written says it
                self._commands(store).add_official()
            undo.pop_all()
        return store

    def _commands(self, store: Store) -> Commands:
        store.freeze(self.read_only)
        return Commands(
            Context(
                store=store,
                config=self.config,
                actor=self._actor,
                now=self._now,
                poke=self._poke,
                build=None if self.config.builds == "read" else self._build,
                environ=self.environ,
            )
        )

    def _poke(self) -> None:
        if not doorbell.ring(self.config.state_dir):
            daemon.start(self.config)

    def _build(self, key: ArtifactId, lock: int) -> None:
        from tasktui.runtime import builds  # noqa: PLC0415 - off the path of plain reads

        builds.start(self.config, key, lock)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"


def _origin(environ: Mapping[str, str], origin: Origin) -> str:
    ssh = environ.get("SSH_CONNECTION", "").split()
    return f"{origin}, ssh from {ssh[0]}" if ssh else origin
