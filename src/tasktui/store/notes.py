"""Small things that must survive a restart: settings, drafts, actions already done."""

from __future__ import annotations

import json

from tasktui.store.base import Base

KEPT_ACTIONS = 10_000
"""Newest ids of actions that are remembered."""

_OWNER = "owner"
_CHUNK = 1000


class Notes(Base):
    """Keys and values."""

    def owner(self) -> str:
        """Id of this store, six hex digits, made once: part of the names of its applications."""
        return str(self.setting(_OWNER))

    def setting(self, key: str) -> str | None:
        """A value that was kept, None when there is none."""
        found = self._db.value("SELECT value FROM setting WHERE key = ?", [key])
        return None if found is None else str(found)

    def set_setting(self, key: str, value: str) -> None:
        """Keep ``value``; nothing is written when it is there already."""
        if self.setting(key) == value:
            return
        with self.transaction():
            self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [key, value])

    def draft(self, owner: str) -> dict[str, object] | None:
        """The unfinished form of this user, None when there is none."""
        found = self._db.value("SELECT body FROM draft WHERE owner = ?", [owner])
        if found is None:
            return None
        body: dict[str, object] = json.loads(found)
        return body

    def save_draft(self, owner: str, body: dict[str, object]) -> None:
        """Keep an unfinished form; ``body`` holds what JSON can hold."""
        with self.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO draft VALUES (?, ?)", [owner, json.dumps(body)]
            )

    def clear_draft(self, owner: str) -> None:
        """Forget the unfinished form of this user."""
        with self.transaction():
            self._db.execute("DELETE FROM draft WHERE owner = ?", [owner])

    def once(self, action_id: str) -> bool:
        """Remember ``action_id``; False when it was seen before.

        Called in the transaction of the action, both happen or neither does.
        """
        with self.transaction():
            done = self._db.execute(
                "INSERT INTO action (key) VALUES (?) ON CONFLICT DO NOTHING", [action_id]
            )
            if not done.rowcount:
                return False
            key = done.lastrowid or 0
            if key % _CHUNK == 0:
                self._db.execute("DELETE FROM action WHERE id <= ?", [key - KEPT_ACTIONS])
            return True
