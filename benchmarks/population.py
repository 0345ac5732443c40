"""A store of many tasks as a cluster's owner would have them, and one that is driven in-process.

Of the tasks a third is Idle, the others are activated and wait for a point some hours away; what
is due or runs is added on top.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from make import DIGEST, make_artifact, make_observed, make_one_off, make_task
from tasktui.config import Config
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterView, SchedulerView
from tasktui.domain.schedule import Daily, Point, Replicas
from tasktui.domain.status import Status
from tasktui.domain.task import Arming, Progress, Task, When
from tasktui.engine.fake import FakeRay
from tasktui.engine.ray_serve import RayServe
from tasktui.scheduler.clock import SystemClock
from tasktui.scheduler.plan import plan
from tasktui.scheduler.ports import SchedulerStore
from tasktui.scheduler.reconciler import Contact, Reconciler
from tasktui.scheduler.timekeeper import Timekeeper
from tasktui.store.rows import COLUMNS
from tasktui.store.store import Store

T = TypeVar("T")
BATCH = 5000
SMALL = Spec(cpu=0.01, memory_gb=0)
ROOM = {"CPU": 100_000.0, "GPU": 0.0}


def fill(store: Store, path: Path, count: int) -> None:
    """Add ``count`` tasks as they are once a scheduler has looked at each.

    The first ones by the store itself, all others as copies of their rows.
    """
    store.add_artifact(make_artifact())
    store.archive_path(DIGEST).write_bytes(b"zip")
    now = datetime.now(UTC)
    settle(store, add(store, (_far(n, now) for n in range(min(count, BATCH)))))
    names = ", ".join(c for c in COLUMNS if c not in {"id", "name"})
    sql = (
        f"INSERT INTO task (name, {names}) "  # noqa: S608 - our own column names
        f"SELECT name || '-' || ?, {names} FROM task WHERE id <= ? ORDER BY id LIMIT ?"
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for copy, done in enumerate(range(BATCH, count, BATCH)):
            db.execute(sql, [copy, BATCH, min(BATCH, count - done)])


def add(store: Store, tasks: Iterable[Task]) -> list[Task]:
    """Write tasks in one transaction."""
    with store.transaction():
        return [store.add_task(t) for t in tasks]


def settle(store: Store, tasks: list[Task]) -> None:
    """Record what the first look of a scheduler finds for tasks of which none starts."""
    now = datetime.now(UTC)
    made = plan(now, tasks, make_observed(), owner=store.owner(), config=Config(state_dir=Path()))
    epoch = store.leader().epoch or store.lead(SchedulerView(pid=1, started_at=now))
    store.record(epoch, made.updates, (), ClusterView())


def due(number: int, at: datetime, now: datetime) -> Task:
    """An activated One-off that starts at ``at``."""
    schedule = make_one_off(at.replace(tzinfo=None), "1-1")
    return _armed(make_task(f"due-{number}", spec=SMALL, schedule=schedule), now)


def running(number: int, now: datetime) -> Task:
    """An activated One-off that is to run from now on."""
    return _armed(make_task(f"runs-{number}", spec=SMALL, schedule=make_one_off(None, "1-1")), now)


def _far(number: int, now: datetime) -> Task:
    soon = now + timedelta(hours=2, seconds=number % 36_000)
    later = soon + timedelta(hours=6)
    points = tuple(
        Point(at.time().replace(microsecond=0), "UTC", Replicas(low, high))
        for at, low, high in ((soon, 1, 2), (later, 0, 0))
    )
    task = make_task(
        f"far-{number}", spec=SMALL, schedule=Daily(points, "UTC"), progress=Progress(since=now)
    )
    return task if number % 3 == 0 else _armed(task, now)


def _armed(task: Task, now: datetime) -> Task:
    arming = Arming(at=now, when=When.NEXT, by="op")
    return replace(task, armed=arming, progress=Progress(status=Status.IN_QUEUE, since=now))


class _Here:
    """Runs work on the store right here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(self, work: Callable[[SchedulerStore], T]) -> T:
        return work(self._store)


@dataclass
class Loop:
    """A scheduler's loop over a store on disk and a fake Ray, without processes or sockets."""

    store: Store
    ray: FakeRay
    engine: RayServe
    reconciler: Reconciler

    @classmethod
    def over(cls, store: Store, folder: Path) -> Loop:
        """Become the leader of ``store``."""
        ray = FakeRay(build_s=0, start_s=0)
        ray.nodes = {"node-1": ROOM}
        engine = RayServe(ray.address, transport=ray.transport())

        async def contact() -> Contact:
            return Contact(engine=engine, address=ray.address, embedded=False)

        epoch = store.lead(SchedulerView(pid=1, started_at=datetime.now(UTC)))
        time = Timekeeper(SystemClock(), None)
        return cls(
            store,
            ray,
            engine,
            Reconciler(_Here(store), contact, time, Config(state_dir=folder), epoch),
        )

    async def calm(self, most: int = 50) -> None:
        """Turn until nothing is asked of Ray any more."""
        for _ in range(most):
            seen = len(self.ray.puts), self.store.version()
            self.reconciler.poke()
            self.ray.advance(1)
            await self.reconciler.tick()
            if seen == (len(self.ray.puts), self.store.version()):
                return
