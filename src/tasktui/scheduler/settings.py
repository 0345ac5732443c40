"""What the scheduler keeps by name from one pass, or one scheduler, to the next.

Guarantees that one that was replaced writes nothing any more.
"""

from __future__ import annotations

from typing import Protocol

from tasktui.scheduler.ports import SchedulerStore


class Settings(Protocol):
    """What is kept in the store."""

    def setting(self, key: str) -> str | None:
        """A value that was kept, None when there is none."""
        ...

    def set_setting(self, key: str, value: str) -> None:
        """Keep ``value``."""
        ...


class Fenced:
    """The settings of a store, written under one epoch."""

    def __init__(self, store: SchedulerStore, epoch: int) -> None:
        self._store = store
        self._epoch = epoch

    def setting(self, key: str) -> str | None:
        """A value that was kept, None when there is none."""
        return self._store.setting(key)

    def set_setting(self, key: str, value: str) -> None:
        """Keep ``value``. Raises LeadershipLost under an old epoch."""
        self._store.keep_setting(self._epoch, key, value)
