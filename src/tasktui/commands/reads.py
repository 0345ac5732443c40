"""Every read of the faces. Never waits for Ray: it shows what the scheduler recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from tasktui.commands.context import Context
from tasktui.domain.artifact import Users
from tasktui.domain.event import Event
from tasktui.domain.observed import ClusterView, SchedulerView
from tasktui.domain.search import Hits, Pulse, Search, Told
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskId
from tasktui.errors import NotFound


class Reads:
    """Reads over one store."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    @property
    def user(self) -> str:
        """Login name of who asks."""
        return self._context.actor.user

    def adopted(self) -> Mapping[str, str]:
        """Applications that tasks run under names of their own, with the names of the tasks."""
        from tasktui.domain.service import adopted  # noqa: PLC0415 - seldom asked

        return adopted(self._store.tasks())

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        return self._context.now()

    def owner(self) -> str:
        """Id of this store, as it stands in application names."""
        return self._store.owner()

    def tasks(self, status: Status | None = None) -> list[Task]:
        """Tasks of one status by name; None gives all that are not archived."""
        return self._store.tasks(status)

    def awake(self) -> list[Task]:
        """Tasks that hold, wait for or give back something now, by id.

        Not those that only wait for their time: of them there may be very many.
        """
        return self._store.awake_tasks(self.now())

    def counts(self) -> dict[Status, int]:
        """How many tasks have each status."""
        return self._store.counts()

    def users(self) -> Mapping[str, Users]:
        """Who uses an artifact, by its label; no entry where no task does."""
        return self._store.users()

    def tasks_on_gpus(self) -> list[Task]:
        """The armed tasks whose replicas need GPUs, by name."""
        return self._store.tasks_on_gpus()

    def names(self) -> list[str]:
        """Names of all tasks that are not archived, sorted."""
        return self._store.names()

    def seek(self, search: Search, told: Told, limit: int = -1) -> Hits:
        """The tasks looked for, in order; the first ``limit``, all when negative.

        ``told`` gives the texts that change with the time. Raises Interrupted when it
        was broken off.
        """
        return self._store.seek(search, told, limit)

    def tally(self, search: Search, told: Told, *, beyond: bool = False) -> dict[Status, int]:
        """How many tasks of each status pass the filter, whatever status is looked for.

        With ``beyond``, only of those that ``seek`` leaves out for their status.
        """
        return self._store.tally(search, told, beyond=beyond)

    def tasks_of(self, keys: Sequence[int], after: int = -1) -> list[Task]:
        """The tasks with these ids that are there and changed since ``after``, in no order."""
        return self._store.tasks_of(keys, after)

    def longest(self, status: Status | None) -> tuple[int, int]:
        """Characters of the longest name and artifact label among the tasks of a status."""
        return self._store.longest(status)

    def pulse(self) -> Pulse:
        """How far the tasks have changed: equal ones mean that none did."""
        return self._store.pulse()

    def task(self, name: str, archived: bool = False) -> Task:
        """One task; raises NotFound, naming close matches."""
        return self._store.task(name, archived=archived)

    def any_task(self, name: str) -> Task:
        """The task of that name, or the newest archived one where there is none."""
        try:
            return self._store.task(name)
        except NotFound:
            with suppress(NotFound):
                return self._store.task(name, archived=True)
            raise

    def task_by_id(self, task: TaskId) -> Task:
        """The task with this id, whatever its name is now; raises NotFound when it is deleted."""
        return self._store.task_by_id(task)

    def events_of(self, task: TaskId, limit: int = 200) -> list[Event]:
        """The newest ``limit`` events of the task with this id, oldest first."""
        return self._store.events(task, limit=limit)

    def events(self, name: str | None = None, after: int = 0, limit: int = 200) -> list[Event]:
        """The newest ``limit`` events with an id above ``after``, oldest first."""
        task = self.any_task(name).id if name else None
        return self._store.events(task, after=after, limit=limit)

    def cluster(self) -> ClusterView:
        """What the scheduler last saw of the cluster."""
        return self._store.cluster()

    def scheduler(self) -> SchedulerView:
        """The leader's row."""
        return self._store.leader()

    def setting(self, key: str) -> str | None:
        """A value kept in the store, None when never set."""
        return self._store.setting(key)

    def set_setting(self, key: str, value: str) -> None:
        """Keep a value in the store."""
        self._store.set_setting(key, value)

    def draft(self) -> Mapping[str, object] | None:
        """The wizard's unfinished input of this user."""
        return self._store.draft(self.user)

    def save_draft(self, body: Mapping[str, object]) -> None:
        """Keep the wizard's input; it survives a dropped connection."""
        self._store.save_draft(self.user, dict(body))

    def clear_draft(self) -> None:
        """Forget the wizard's input."""
        self._store.clear_draft(self.user)
