"""What all parts of the store share: the connection, its transactions, its version.

Guarantees that every write of a part happens inside ``transaction()``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tasktui.domain.task import TaskId
from tasktui.errors import NotFound
from tasktui.store.connection import Connection

NOW_CHANGED = "(SELECT changes FROM pulse)"
"""SQL: the number of the change that is being written."""


class Base:
    """One connection, and the folder of the packages beside it."""

    def __init__(self, db: Connection, folder: Path) -> None:
        self._db = db
        self._folder = folder
        self._writes = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; inside another one, a part that can be taken back by itself.

        Raises StoreError; what the body raises goes through, and nothing of it
        was written.
        """
        with self._db.transaction():
            yield
        self._writes += 1

    def _count_change(self) -> None:
        """Begin the next change of tasks. Inside a transaction."""
        self._db.execute("UPDATE pulse SET changes = changes + 1")

    def version(self) -> int:
        """A number that grows with each commit of another connection, and with changes made here.

        The leader's own heartbeats and looks at the cluster do not count.
        """
        return int(self._db.value("PRAGMA data_version")) + self._writes


def gone(key: TaskId) -> NotFound:
    """The error for a task that was there a moment ago."""
    return NotFound(f"Task {key} does not exist any more.", "Somebody else deleted it.")


def close_to(name: str, known: Iterable[str], listing: str) -> str:
    """A sentence that names what ``name`` may have been meant to be, or the verb that lists all."""
    from difflib import get_close_matches  # noqa: PLC0415 - only after a mistake

    found = get_close_matches(name, list(known), n=3)
    return f"Did you mean {' or '.join(found)}?" if found else f"tasktui {listing} lists them."
