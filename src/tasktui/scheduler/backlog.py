"""A store for the scheduler that goes on from memory while the disk takes nothing.

Guarantees that what could not be written is seen by every later read, that it is
written whole as soon as that is possible, and that an old epoch still stops the
scheduler. Bounded. A file that is another one, or newer than the program, is
never gone on from: then nothing may be done. Used on the store's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tasktui.domain.event import SCHEDULER, Event, EventKind
from tasktui.domain.observed import ClusterView, SchedulerView
from tasktui.domain.task import Task, TaskId
from tasktui.errors import StoreBroken, StoreError, StoreTooNew
from tasktui.scheduler.ports import SchedulerStore, Update

KEPT_EVENTS = 1000
"""Newest events of the scheduler itself that are kept in memory."""

KEPT_OF_A_TASK = 50
"""Newest events of one task that are kept in memory."""


class Backlog:
    """A SchedulerStore over another one."""

    def __init__(self, store: SchedulerStore, tell: Callable[[str], None] = lambda _: None) -> None:
        """``tell`` gets the reason whenever a write fails, an empty text whenever one succeeds."""
        self._store = store
        self._tell = tell
        self._updates: dict[TaskId, Update] = {}
        self._events: tuple[Event, ...] = ()
        self._settings: dict[str, str] = {}
        self._since: datetime | None = None
        self._why = ""
        self._now: datetime | None = None

    def owner(self) -> str:
        """Id of the store."""
        return self._store.owner()

    def version(self) -> int:
        """A number that changes when any other connection commits."""
        return self._store.version()

    def awake_tasks(self, now: datetime) -> list[Task]:
        """The live tasks to look at now, as they are once everything is written."""
        found = (self._seen(t) for t in self._store.awake_tasks(now))
        return [t for t in found if t.archived_at is None]

    def next_awake(self, now: datetime) -> datetime | None:
        """The next moment at which a task that rests does so no more."""
        return self._store.next_awake(now)

    def live_tasks(self, after: int = 0, limit: int = -1) -> list[Task]:
        """Tasks that are not archived, as they are on the disk."""
        return self._store.live_tasks(after, limit)

    def leader(self) -> SchedulerView:
        """Who leads."""
        return self._store.leader()

    def lead(self, view: SchedulerView) -> int:
        """Become leader; this cannot wait."""
        return self._store.lead(view)

    def heartbeat(self, epoch: int, at: datetime, beat_s: float = 0.0) -> None:
        """Refresh the leader's row where the disk takes it. Raises LeadershipLost."""
        self._now = at
        self._attempt(epoch, lambda: self._store.heartbeat(epoch, at, beat_s))

    def fence(self, epoch: int) -> None:
        """Raise LeadershipLost when the epoch is not the newest."""
        self._store.fence(epoch)

    def record(
        self, epoch: int, updates: Sequence[Update], events: Sequence[Event], cluster: ClusterView
    ) -> int:
        """Write one pass and all that was left of earlier ones, or keep it.

        Returns how many updates were taken or kept. Raises LeadershipLost.
        """
        self._keep(updates, events)
        waiting = tuple(self._updates.values())
        taken = 0

        def write() -> None:
            nonlocal taken
            for key, value in self._settings.items():
                self._store.keep_setting(epoch, key, value)
            told = self._told()
            taken = self._store.record(epoch, waiting, (*self._events, *told), cluster)

        if not self._attempt(epoch, write):
            return len(updates)
        self._updates, self._events, self._settings = {}, (), {}
        self._since, self._why = None, ""
        self._tell("")
        return taken

    def setting(self, key: str) -> str | None:
        """A value that was kept, here or there."""
        return self._settings[key] if key in self._settings else self._store.setting(key)

    def keep_setting(self, epoch: int, key: str, value: str) -> None:
        """Keep ``value``. Raises LeadershipLost."""
        try:
            self._store.keep_setting(epoch, key, value)
        except (StoreBroken, StoreTooNew):
            raise
        except StoreError:
            self._store.fence(epoch)
            self._settings[key] = value

    def archive_path(self, digest: str) -> Path:
        """Where the package with this content hash lies."""
        return self._store.archive_path(digest)

    def _attempt(self, epoch: int, write: Callable[[], object]) -> bool:
        """Whether ``write`` was done; False where the disk does not take it now."""
        try:
            write()
        except (StoreBroken, StoreTooNew):
            raise
        except StoreError as error:
            self._store.fence(epoch)
            self._since = self._since or self._now
            self._why = str(error)
            self._tell(self._why)
            return False
        return True

    def _keep(self, updates: Iterable[Update], events: Iterable[Event]) -> None:
        for update in updates:
            old = self._updates.get(update.task)
            self._updates[update.task] = update if old is None else _merged(old, update)
        self._events = (*self._events, *events)[-KEPT_EVENTS:]

    def _seen(self, task: Task) -> Task:
        update = self._updates.get(task.id)
        return task if update is None else as_written(task, update)

    def _told(self) -> tuple[Event, ...]:
        if self._since is None or self._now is None:
            return ()
        text = f"The store could not be written from {self._since:%Y-%m-%d %H:%M:%S} UTC on: "
        reason = f"{text}{self._why} What happened meanwhile was kept, and is written now."
        notice = Event(
            at=self._now,
            task=None,
            kind=EventKind.NOTICE,
            actor=SCHEDULER,
            reason=reason,
        )
        return (notice,)


def as_written(task: Task, update: Update) -> Task:
    """``task`` as the store has it once ``update`` is written; untouched by one of an old wish."""
    if update.generation != task.generation:
        return task
    task = replace(task, progress=update.progress)
    if update.disarm:
        task = replace(task, armed=None, override=None, pause=None)
    if update.override_ended:
        task = replace(task, override=None)
    if update.pause_ended:
        task = replace(task, pause=None)
    if update.archive:
        task = replace(task, archived_at=update.progress.since, archived_by=SCHEDULER)
    return task


def _merged(old: Update, new: Update) -> Update:
    """Both as one: the newer progress, with all that happened. An old wish's events stay in it."""
    if old.generation != new.generation:
        return new
    return replace(
        new,
        disarm=old.disarm or new.disarm,
        override_ended=old.override_ended or new.override_ended,
        pause_ended=old.pause_ended or new.pause_ended,
        archive=old.archive or new.archive,
        events=(*old.events, *new.events)[-KEPT_OF_A_TASK:],
    )
