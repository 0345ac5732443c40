from __future__ import annotations

import asyncio
import threading

import pytest

from tasktui.runtime.apart import apart


async def test_what_the_work_returns_comes_back() -> None:
    assert await apart(lambda: 3) == 3


async def test_what_the_work_raises_is_raised() -> None:
    def work() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await apart(work)


async def test_nobody_waits_for_it_at_the_end() -> None:
    assert await apart(lambda: threading.current_thread().daemon)


async def test_cancelling_stops_the_waiting_only() -> None:
    go, ended = threading.Event(), threading.Event()

    def work() -> None:
        go.wait(10)
        ended.set()

    waiting = asyncio.create_task(apart(work))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go.set()
    assert await asyncio.to_thread(ended.wait, 10)
