"""The scheduler process: lock, log, store, doorbell, cluster, loop; and a clean end.

Outlives every terminal. Started on demand by the faces, or by hand and by
systemd through ``tasktui scheduler run``.
"""

from __future__ import annotations

import asyncio
import logging
import logging.handlers
import os
import signal
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from tasktui import __version__
from tasktui.config import Config
from tasktui.domain.observed import SchedulerView
from tasktui.errors import LeadershipLost, SchedulerError, StoreError
from tasktui.runtime import doorbell
from tasktui.runtime.contact import ClusterContact
from tasktui.runtime.endings import Endings
from tasktui.runtime.files import prepare
from tasktui.runtime.keeping import keep_daily
from tasktui.runtime.trouble import Trouble
from tasktui.scheduler.backlog import Backlog
from tasktui.scheduler.clock import SystemClock, boot_id, boot_s
from tasktui.scheduler.leader import LeaderLock
from tasktui.scheduler.ports import SchedulerStore
from tasktui.scheduler.reconciler import Reconciler
from tasktui.scheduler.timekeeper import Timekeeper
from tasktui.store.store import Store
from tasktui.store.thread import StoreThread

LOG = logging.getLogger(__name__)
T = TypeVar("T")

CRASH = "TASKTUI_CRASH"
"""Name of a step (``before-put``, ``after-put``, ``before-record``, ``after-record``) at which
this process is to die as by ``kill -9``. For tests of recovery."""

_LOG_BYTES = 4 * 2**20
_LOGS_KEPT = 3


def run_scheduler(config: Config) -> int:
    """Run until SIGTERM or SIGINT; the exit code.

    Raises SchedulerError when another scheduler holds the lock of this state
    directory, StoreError when the database cannot be used.
    """
    prepare(config.state_dir)
    lock = LeaderLock(config.state_dir)
    lock.acquire()
    lock.sign()
    try:
        _log_to(config.scheduler_log)
        return asyncio.run(_serve(config, Trouble(lock.sign), lock))
    finally:
        lock.release()


class _Stores:
    """The store's thread, as the scheduler sees it: a disk that takes nothing ends no pass.

    One that cannot use the store steps down where another holds the lock.
    """

    def __init__(
        self, thread: StoreThread, backlog: Backlog, trouble: Trouble, lock: LeaderLock
    ) -> None:
        self._thread = thread
        self._backlog = backlog
        self._trouble = trouble
        self._lock = lock

    async def run(self, work: Callable[[SchedulerStore], T]) -> T:
        try:
            return await self._thread.run(lambda _: work(self._backlog))
        except StoreError as error:
            if self._lock.is_taken():
                raise LeadershipLost(
                    "Another scheduler took over: it holds the lock.",
                    "This one stops; the other one goes on.",
                ) from error
            self._trouble.tell(str(error))
            raise


async def _serve(config: Config, trouble: Trouble, lock: LeaderLock) -> int:
    thread = StoreThread(lambda: Store.open(config.database, leader=True))
    stop = asyncio.Event()
    bell = doorbell.hang(config.state_dir)
    endings = Endings(config)
    contact = ClusterContact(config, thread, endings.look)
    try:
        seen, epoch = await thread.run(lambda s: (s.leader().heartbeat_at, s.lead(_view())))
        backlog = await thread.run(lambda s: Backlog(s, trouble.tell))
        reconciler = Reconciler(
            _Stores(thread, backlog, trouble, lock),
            contact.find,
            Timekeeper(SystemClock(), seen),
            config,
            epoch,
            checkpoint=_crash,
        )
        owner, tasks = await thread.run(lambda s: (s.owner(), s.live_tasks()))
        endings.begin(owner, tasks, lambda: reconciler.adopted)
        loop = asyncio.get_running_loop()
        loop.add_reader(bell, _rung, bell, reconciler.poke)
        contact.on_change(reconciler.poke)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, _end, stop, reconciler.poke)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        LOG.info("Scheduler %s started (process %d, epoch %d).", __version__, os.getpid(), epoch)
        beside = [loop.create_task(keep_daily(config)), loop.create_task(endings.run())]
        try:
            await reconciler.run(stop)
        finally:
            for task in beside:
                task.cancel()
        LOG.info("Scheduler stopped; what runs on Ray goes on.")
    except LeadershipLost as error:
        LOG.warning("%s", error)
        return 1
    finally:
        asyncio.get_running_loop().remove_reader(bell)
        os.close(bell)
        await contact.close()
        thread.close()
    return 0


def _view() -> SchedulerView:
    now = datetime.now(UTC)
    return SchedulerView(
        holder=socket.gethostname(),
        pid=os.getpid(),
        started_at=now,
        heartbeat_at=now,
        version=__version__,
        boot_id=boot_id(),
        beat_s=boot_s(),
    )


def _rung(bell: int, poke: Callable[[], None]) -> None:
    doorbell.drain(bell)
    poke()


def _end(stop: asyncio.Event, poke: Callable[[], None]) -> None:
    stop.set()
    poke()


def _crash(step: str) -> None:
    if os.environ.get(CRASH) == step:
        os.kill(os.getpid(), signal.SIGKILL)


def _log_to(path: Path) -> None:
    try:
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=_LOG_BYTES, backupCount=_LOGS_KEPT
        )
    except OSError as error:
        raise SchedulerError(f"{path} cannot be written: {error.strerror}.", "") from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.raiseExceptions = False  # a full disk, which is told elsewhere, must not flood stderr
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if sys.stderr.isatty():
        root.addHandler(logging.StreamHandler())
