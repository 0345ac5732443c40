"""The two rows that every viewer sees: the cluster as last seen, and who leads.

Guarantees that epochs only grow, and that an old one writes nothing.
"""

from __future__ import annotations

from datetime import datetime

from tasktui.domain.observed import ClusterView, SchedulerView
from tasktui.errors import LeadershipLost
from tasktui.store import documents as doc
from tasktui.store.base import Base
from tasktui.store.connection import Value

FRESH_US = 2_000_000
"""A look that differs only by its moment is kept at most this often, in microseconds."""


class Views(Base):
    """The rows of the cluster and of the leader."""

    def cluster(self) -> ClusterView:
        """The last look at the cluster; an empty one before the first."""
        row = self._db.row("SELECT seen_at, body FROM cluster")
        return ClusterView() if row is None else doc.read_cluster(row[1], row[0])

    def leader(self) -> SchedulerView:
        """Who leads, and when it was last heard of; epoch 0 before the first."""
        sql = (
            "SELECT holder, pid, epoch, started_at, heartbeat_at, version, boot_id, beat_s "
            "FROM leader"
        )
        row = self._db.row(sql)
        if row is None:
            return SchedulerView()
        holder, pid, epoch, started_at, heartbeat_at, version, boot_id, beat_s = row
        return SchedulerView(
            holder=holder,
            pid=pid,
            epoch=epoch,
            started_at=doc.maybe_moment(started_at),
            heartbeat_at=doc.maybe_moment(heartbeat_at),
            version=version,
            boot_id=boot_id,
            beat_s=beat_s,
        )

    def lead(self, view: SchedulerView) -> int:
        """Become leader: write the row with a new epoch and return that epoch.

        The epoch of ``view`` does not matter.
        """
        sql = (
            "UPDATE leader SET epoch = epoch + 1, holder = ?, pid = ?, started_at = ?, "
            "heartbeat_at = ?, version = ?, boot_id = ?, beat_s = ? RETURNING epoch"
        )
        at = [doc.maybe_micros(view.started_at), doc.maybe_micros(view.heartbeat_at)]
        with self.transaction():
            boot: list[Value] = [view.version, view.boot_id, view.beat_s]
            found = self._db.execute(sql, [view.holder, view.pid, *at, *boot]).fetchall()
        return int(found[0][0])

    def heartbeat(self, epoch: int, at: datetime, beat_s: float = 0.0) -> None:
        """Refresh the leader's row; ``beat_s`` by the boot clock.

        Raises LeadershipLost when the epoch is not the newest.
        """
        with self._db.transaction():
            self.fence(epoch)
            sql = "UPDATE leader SET heartbeat_at = ?, beat_s = ?"
            self._db.execute(sql, [doc.micros(at), beat_s])

    def fence(self, epoch: int) -> None:
        """Raise LeadershipLost when the epoch is not the newest. Writes nothing."""
        leader = self.leader()
        if leader.epoch != epoch:
            raise LeadershipLost(
                f"Another scheduler took over: {leader.holder} (pid {leader.pid}).",
                "This one stops; the other one goes on.",
            )

    def keep_setting(self, epoch: int, key: str, value: str) -> None:
        """Keep a setting of the scheduler; nothing is written when it is there already.

        Raises LeadershipLost when the epoch is not the newest.
        """
        if self._db.row("SELECT value FROM setting WHERE key = ?", [key]) == (value,):
            self.fence(epoch)
            return
        with self._db.transaction():
            self.fence(epoch)
            self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [key, value])

    def _cluster_changed(self, view: ClusterView) -> bool:
        row = self._db.row("SELECT seen_at, body FROM cluster")
        if row is None or row[1] != doc.cluster(view):
            return True
        old, new = row[0], doc.maybe_micros(view.seen_at)
        if old is None or new is None:
            return bool(old != new)
        return not old <= new < old + FRESH_US

    def _save_cluster(self, view: ClusterView) -> None:
        values = [doc.maybe_micros(view.seen_at), doc.cluster(view)]
        self._db.execute("INSERT OR REPLACE INTO cluster VALUES (1, ?, ?)", values)
