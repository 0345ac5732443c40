from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tasktui.errors import Interrupted, NotFound, StoreBroken
from tasktui.store.store import Store
from tasktui.store.thread import StoreThread


@pytest.fixture
async def thread(path: Path) -> AsyncIterator[StoreThread]:
    made = StoreThread(lambda: Store.open(path))
    yield made
    made.close()


def name(_: Store) -> str:
    return threading.current_thread().name


async def test_jobs_run_one_after_another_in_the_order_given(thread: StoreThread) -> None:
    done: list[int] = []
    await asyncio.gather(*(thread.run(lambda _, n=n: done.append(n)) for n in range(20)))  # type: ignore[misc]
    assert done == list(range(20))


async def test_a_store_that_was_begun_is_open_for_the_first_job(path: Path) -> None:
    opened: list[str] = []

    def open_store() -> Store:
        opened.append(threading.current_thread().name)
        return Store.open(path)

    made = StoreThread(open_store)
    made.begin()
    assert await made.run(name) == opened[0]
    assert len(opened) == 1
    made.close()


@pytest.fixture
def broken(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no database" * 100)
    return path


async def test_a_beginning_that_failed_is_told_by_the_first_job(broken: Path) -> None:
    made = StoreThread(lambda: Store.open(broken))
    made.begin()
    with pytest.raises(StoreBroken):
        await made.run(name)
    made.close()


async def test_a_job_runs_on_the_stores_own_thread_and_its_answer_comes_back(
    thread: StoreThread,
) -> None:
    names = {await thread.run(name) for _ in range(3)}
    assert len(names) == 1
    assert names.pop().startswith("store")
    await thread.run(lambda s: s.set_setting("k", "v"))
    assert await thread.run(lambda s: s.setting("k")) == "v"


async def test_what_a_job_raises_comes_back_and_the_next_one_runs(thread: StoreThread) -> None:
    with pytest.raises(NotFound):
        await thread.run(lambda s: s.task("nobody"))
    assert await thread.run(lambda s: s.tasks()) == []


async def test_the_loop_goes_on_while_a_job_runs(thread: StoreThread) -> None:
    free = threading.Event()
    job = asyncio.ensure_future(thread.run(lambda _: free.wait(20)))
    await asyncio.sleep(0)
    assert not job.done()
    free.set()
    assert await job


async def test_a_job_that_has_begun_ends_though_its_caller_was_cancelled(
    thread: StoreThread,
) -> None:
    begun, free = threading.Event(), threading.Event()

    def work(store: Store) -> None:
        begun.set()
        free.wait(20)
        store.set_setting("k", "v")

    job = asyncio.ensure_future(thread.run(work))
    await asyncio.to_thread(begun.wait, 20)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    free.set()
    assert await thread.run(lambda s: s.setting("k")) == "v"


async def test_a_store_that_could_not_be_opened_is_tried_again(path: Path) -> None:
    tries = iter([StoreBroken("The disk is away."), None])

    def open_store() -> Store:
        if error := next(tries):
            raise error
        return Store.open(path)

    thread = StoreThread(open_store)
    with pytest.raises(StoreBroken, match="away"):
        await thread.run(lambda s: s.owner())
    assert len(await thread.run(lambda s: s.owner())) == 6
    thread.close()


async def test_closing_waits_for_the_jobs_given_and_closes_the_store_there(path: Path) -> None:
    before = set(threading.enumerate())
    closed: list[str] = []

    class Told(Store):
        def close(self) -> None:
            super().close()
            closed.append(threading.current_thread().name)

    thread = StoreThread(lambda: Told.open(path))
    job = asyncio.ensure_future(thread.run(name))
    await asyncio.sleep(0)
    thread.close()
    assert closed == [await job]
    assert set(threading.enumerate()) <= before


def test_closing_twice_or_unopened_is_fine(path: Path) -> None:
    thread = StoreThread(lambda: Store.open(path))
    thread.close()
    thread.close()
    assert not path.exists()


async def test_a_query_that_is_not_wanted_any_more_is_broken_off(thread: StoreThread) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    begun = threading.Event()

    def work(store: Store) -> object:
        begun.set()
        return store._db.rows(endless)

    job = asyncio.ensure_future(thread.run(work))
    await asyncio.to_thread(begun.wait, 20)
    while not job.done():
        thread.interrupt()
        await asyncio.sleep(0.01)
    with pytest.raises(Interrupted):
        await job
    assert await thread.run(lambda s: s.tasks()) == []


def test_interrupting_a_thread_without_a_store_does_nothing(path: Path) -> None:
    thread = StoreThread(lambda: Store.open(path))
    thread.interrupt()
    thread.close()
