"""Notices that somebody else committed, without reading a row.

Guarantees at least one call after each commit of any connection, soon; several
commits may share one. Knows nothing of what changed.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from tasktui.store import failures, place

_BROKEN = -1


class Watcher:
    """A thread with a read-only connection that asks for the database's version (10 µs)."""

    def __init__(self, path: Path, on_change: Callable[[], None], interval_s: float = 0.1) -> None:
        self._path = path
        self._on_change = on_change
        self._interval_s = interval_s
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Watch from now on; ``on_change`` is called on the watcher's thread.

        It is also called once when the file is deleted, replaced or cannot be
        read any more: the next read says why. Raises StoreError when there is
        no database.
        """
        try:
            raw = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise failures.translate(error, self._path) from error
        seen = self._look(raw)
        self._thread = threading.Thread(
            target=self._watch, args=(raw, seen), name="store-watch", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; no call comes after this. Not from ``on_change``."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self, raw: sqlite3.Connection, seen: object) -> None:
        try:
            while not self._stopped.wait(self._interval_s):
                now = self._look(raw)
                if now != seen:
                    seen = now
                    self._on_change()
        finally:
            raw.close()

    def _look(self, raw: sqlite3.Connection) -> object:
        try:
            version = int(raw.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            version = _BROKEN
        return version, place.identity(self._path)
