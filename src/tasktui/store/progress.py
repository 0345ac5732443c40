"""What one pass of the scheduler found, written all or nothing.

Guarantees that progress lands only on the generation that it was computed
from, and only under the newest epoch. Never touches the wish, save for its end:
disarmed, archived, an override or a pause that is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tasktui.domain.event import Event
from tasktui.domain.observed import ClusterView
from tasktui.domain.task import Progress, TaskId
from tasktui.store import documents as doc
from tasktui.store import rows
from tasktui.store.base import NOW_CHANGED
from tasktui.store.events import Events
from tasktui.store.views import Views

_SET = ", ".join(f"{name} = ?" for name in rows.PROGRESS)
_UPDATE = (
    f"UPDATE task SET changed = {NOW_CHANGED}, {_SET} "  # noqa: S608 - our own column names
    "WHERE id = ? AND generation = ? AND archived_at IS NULL"
)
_DISARM = "UPDATE task SET armed = NULL, override = NULL, pause = NULL WHERE id = ?"
_OVERRIDE_ENDED = "UPDATE task SET override = NULL WHERE id = ?"
_PAUSE_ENDED = "UPDATE task SET pause = NULL WHERE id = ?"
_ARCHIVE = (
    "UPDATE task SET archived_at = ?, archived_by = 'scheduler', archive_when_idle = 0 WHERE id = ?"
)


class Update(Protocol):
    """The scheduler's own value, as far as it is read here."""

    @property
    def task(self) -> TaskId:
        """Whose progress."""

    @property
    def generation(self) -> int:
        """Of the wish that it was computed from."""

    @property
    def progress(self) -> Progress:
        """All of it."""

    @property
    def disarm(self) -> bool:
        """Whether the activation is over, with override and pause."""

    @property
    def override_ended(self) -> bool:
        """Whether the override is over."""

    @property
    def pause_ended(self) -> bool:
        """Whether the pause is over."""

    @property
    def archive(self) -> bool:
        """Whether the task is archived with it, as of ``progress.since``."""

    @property
    def events(self) -> tuple[Event, ...]:
        """What to log if the update is taken."""


class Recorder(Views, Events):
    """Writes the scheduler's passes."""

    def record(
        self, epoch: int, updates: Sequence[Update], events: Sequence[Event], cluster: ClusterView
    ) -> int:
        """Write one pass in one transaction and return how many updates were taken.

        An update whose generation is no longer the task's is skipped with its
        events; an event that exists already is skipped. Nothing is committed
        when there is nothing new, so that watchers stay quiet. Raises
        LeadershipLost under an old epoch.
        """
        if not updates and not events and not self._cluster_changed(cluster):
            self.fence(epoch)
            return 0
        with self._db.transaction():
            self.fence(epoch)
            if updates:
                self._count_change()
            taken = sum(self._take(update) for update in updates)
            for event in events:
                self._append(event, None)
            if self._cluster_changed(cluster):
                self._save_cluster(cluster)
        self._writes += bool(taken or events)
        return taken

    def _take(self, update: Update) -> bool:
        values = (*rows.progress(update.progress), update.task, update.generation)
        if not self._db.execute(_UPDATE, values).rowcount:
            return False
        if update.disarm:
            self._db.execute(_DISARM, [update.task])
        if update.override_ended:
            self._db.execute(_OVERRIDE_ENDED, [update.task])
        if update.pause_ended:
            self._db.execute(_PAUSE_ENDED, [update.task])
        if update.archive:
            self._db.execute(_ARCHIVE, [doc.micros(update.progress.since), update.task])
        for event in update.events:
            self._append(event, update.task)
        return True
