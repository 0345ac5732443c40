"""A store on a thread of its own, for an event loop that must never wait for a disk.

Guarantees that jobs run one after another, in the order they were given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tasktui.store.store import Store

T = TypeVar("T")


class StoreThread:
    """Opens the store on its thread with the first job, and closes it there."""

    def __init__(self, open_store: Callable[[], Store]) -> None:
        self._open = open_store
        self._store: Store | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="store")

    def begin(self) -> None:
        """Open the store now, without waiting for it; a failure is met again by the first job."""
        self._pool.submit(self._do, lambda _: None)

    async def run(self, job: Callable[[Store], T]) -> T:
        """Run ``job`` on the thread and return what it returns or raise what it raises.

        A store that could not be opened is tried again with the next job. A job
        that has begun ends even when the caller is cancelled.
        """
        return await asyncio.wrap_future(self._pool.submit(self._do, job))

    def interrupt(self) -> None:
        """Break off the query of the job that runs now, if any: it raises Interrupted."""
        if self._store is not None:
            self._store.interrupt()

    def close(self) -> None:
        """Wait for the jobs that were given, then close the store. May be called twice."""
        try:
            self._pool.submit(self._end)
        except RuntimeError:
            return  # closed already
        self._pool.shutdown(wait=True)

    def _do(self, job: Callable[[Store], T]) -> T:
        if self._store is None:
            self._store = self._open()
        return job(self._store)

    def _end(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
