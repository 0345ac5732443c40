"""Work that may take long, on a thread that nobody waits for when the program ends.

``asyncio.to_thread`` would keep the program open until the work is done: up to
ten seconds for a Ray that does not answer.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def apart(work: Callable[[], T]) -> T:
    """Run ``work`` on a thread of its own and return what it returns, or raise what it raises."""
    done: Future[T] = Future()
    done.set_running_or_notify_cancel()  # from here on cancelling only stops the waiting

    def run() -> None:
        try:
            done.set_result(work())
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            done.set_exception(error)

    threading.Thread(target=run, name="apart", daemon=True).start()
    return await asyncio.wrap_future(done)
