"""The seams of the scheduler: what it needs of the store, of Ray and of time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from tasktui.domain.event import Event
from tasktui.domain.observed import ClusterView, Observed, Replica, SchedulerView
from tasktui.domain.service import Ours, Service
from tasktui.domain.task import Progress, Task, TaskId

T = TypeVar("T")


if TYPE_CHECKING:
    import asyncio  # 50 ms that plain reads do not need


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """New progress of one task, computed from ``generation`` of its wish."""

    task: TaskId
    generation: int
    progress: Progress
    disarm: bool = False
    """The task is no longer armed: a One-off ended, or its start was given up."""
    override_ended: bool = False
    """The override is over, by its own time."""
    pause_ended: bool = False
    """The pause is over, by its own time."""
    archive: bool = False
    """It was to be archived as soon as it is Idle, and it is."""
    events: tuple[Event, ...] = ()


class SchedulerStore(Protocol):
    """What the scheduler reads and writes. Synchronous; called on one thread only."""

    def owner(self) -> str:
        """Id of this store, six hex digits, made once."""
        ...

    def version(self) -> int:
        """A number that changes when any other connection commits."""
        ...

    def awake_tasks(self, now: datetime) -> list[Task]:
        """The live tasks of which something can change at ``now`` by itself, by id.

        All others may be left out: a plan without them is the same.
        """
        ...

    def next_awake(self, now: datetime) -> datetime | None:
        """The next moment after ``now`` at which a task that rests does so no more."""
        ...

    def live_tasks(self, after: int = 0, limit: int = -1) -> list[Task]:
        """``limit`` of the tasks that are not archived with an id above ``after``, by id."""
        ...

    def leader(self) -> SchedulerView:
        """Who leads, and under which epoch."""
        ...

    def lead(self, view: SchedulerView) -> int:
        """Become leader: write the row with a new epoch and return that epoch."""
        ...

    def heartbeat(self, epoch: int, at: datetime, beat_s: float = 0.0) -> None:
        """Refresh the leader's row; ``beat_s`` by the boot clock.

        Raises LeadershipLost when the epoch is not the newest.
        """
        ...

    def fence(self, epoch: int) -> None:
        """Raise LeadershipLost when the epoch is not the newest. Writes nothing."""
        ...

    def record(
        self, epoch: int, updates: Sequence[Update], events: Sequence[Event], cluster: ClusterView
    ) -> int:
        """Write one pass in one transaction and return how many updates were taken.

        An update whose generation is no longer the task's is skipped: the next
        pass computes it anew. An event that exists already (same task, kind and
        instant) is skipped. Raises LeadershipLost under an old epoch.
        """
        ...

    def setting(self, key: str) -> str | None:
        """A value that was kept, None when there is none."""
        ...

    def keep_setting(self, epoch: int, key: str, value: str) -> None:
        """Keep ``value``; nothing is written when it is there already.

        Raises LeadershipLost under an old epoch.
        """
        ...

    def archive_path(self, digest: str) -> Path:
        """Where the package with this content hash lies."""
        ...


class Stores(Protocol):
    """Runs work on the store's own thread."""

    async def run(self, work: Callable[[SchedulerStore], T]) -> T:
        """Run ``work`` there and return what it returns."""
        ...


class Engine(Protocol):
    """What the scheduler needs of Ray. Raises only errors of the EngineError branch."""

    async def observe(self) -> Observed:
        """One look at applications and nodes."""
        ...

    async def apply(
        self,
        ours: Ours,
        services: Sequence[Service],
        keep: frozenset[str] = frozenset(),
        *,
        before_put: Callable[[], Awaitable[None]] = ...,
    ) -> tuple[str, ...]:
        """Make ``services`` the whole set of ``ours``.

        ``before_put`` is awaited right before each change: what it raises stops that. Those
        in ``keep`` and applications of others stay exactly as they are. Reads the state
        right before, sends nothing when nothing would change, and verifies after: returns
        what a person must hear of others' applications, a sentence for each that had
        disappeared and was put back, or that came too late to be known and is gone.
        """
        ...

    async def ensure_package(self, digest: str, archive: Path, anew: str = "") -> bool:
        """Upload the package unless Ray has it, and renew its pin; True when uploaded.

        ``anew`` is that of the service: part of the name that Ray keeps it under.
        """
        ...

    async def kill(self, replicas: Sequence[Replica]) -> None:
        """End replicas at once, without their drain."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...


class Clock(Protocol):
    """The only way the scheduler learns the time, and the only way it waits."""

    def now(self) -> datetime:
        """Aware, UTC."""
        ...

    def steady(self) -> float:
        """Seconds that the machine was awake, from some moment on: nobody can set them."""
        ...

    def boot_s(self) -> float:
        """Seconds since the machine started, asleep or not: nobody can set them."""
        ...

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait for ``event``, at most ``seconds``; True when it was set."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A way to Ray."""

    engine: Engine
    address: str
    embedded: bool
    guessed: bool = False
    """Nothing named a cluster: this is only the default address."""
