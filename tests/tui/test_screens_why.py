"""The page that says why a task is not as wanted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from make import NOW, make_node, make_replica, make_replicas
from tasktui.commands.answer import Answer, Fact, Remedy
from tasktui.domain.observed import ClusterState, ClusterView, Resources
from tasktui.domain.status import Status
from tasktui.domain.task import When
from tasktui.scheduler.leader import LeaderLock
from tasktui.tui.lines import Tone, plain, width
from tasktui.tui.screens.why import by_key, page
from tui.bench import CLUSTER, Bench, asked, press, text, until

NODE = make_node("gpu-05", cpu=8, used=Resources(cpu=8))


@pytest.fixture
def waiting(bench: Bench) -> Bench:
    """``chat`` waits for a CPU that ``first`` holds until 20:00."""
    bench.sees(replace(CLUSTER, nodes=(NODE,)))
    first = bench.running("first", replicas=1)
    rows = (make_replica("first#1", node="gpu-05"),)
    bench.becomes(first, Status.RUNNING, replicas=rows, wanted=make_replicas("1-1"))
    bench.launched("chat", "00:00=1-1")
    chat = bench.other.call(lambda c: c.activate("chat", When.NOW))
    bench.becomes(chat, Status.IN_QUEUE, due_at=NOW, wanted=make_replicas("1-1"))
    return bench


def opened(bench: Bench) -> AbstractAsyncContextManager[Pilot[None]]:
    return bench.app().run_test(size=(100, 30))


async def test_w_says_why_with_numbers_and_what_to_do(waiting: Bench) -> None:
    async with opened(waiting) as pilot:
        await until(pilot, "> chat")
        seen = await press(pilot, "w", seen="held by first 0.1, others 7.9")
        assert "why: chat" in seen
        assert "needs 0.1 CPU on one node; most free: gpu-05 with 0" in seen
        assert ":scale first, then 0  frees 0.1 CPU on gpu-05" in seen
        assert "tasktui " not in seen.partition("why: chat")[2]
        await press(pilot, "escape", seen="> chat")


async def test_the_answer_lives(waiting: Bench) -> None:
    async with opened(waiting) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "w", seen="needs 0.1 CPU")
        rows = (make_replica(node="gpu-05"),)
        waiting.becomes(waiting.task(), Status.RUNNING, replicas=rows)
        await until(pilot, "All is as wanted")


async def test_it_opens_from_the_detail_page_and_by_its_command(waiting: Bench) -> None:
    async with opened(waiting) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "d", seen="chat rev 1")
        await press(pilot, "w", seen="why: chat")
        await press(pilot, "escape", "escape", seen="> chat")
        await pilot.press("colon", *"why", "enter")
        await until(pilot, "why: chat")


async def test_verbs_work_there_and_the_log_is_one_key_away(waiting: Bench) -> None:
    async with opened(waiting) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "w", seen="why: chat")
        await asked(pilot, "S", "Scale chat by hand")
        await press(pilot, "escape", seen="why: chat")
        await press(pilot, "l", seen="log of chat")


async def test_what_one_can_do_works_by_the_key_that_is_told(waiting: Bench) -> None:
    async with opened(waiting) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "w", seen=":scale first, then 0")
        await press(pilot, "colon", *"scale first", "enter", seen="Scale first by hand")
        await press(pilot, "escape", seen="why: chat")
        await press(pilot, "d", seen="Endpoint")


async def test_what_is_archived_is_brought_back_from_there(bench: Bench) -> None:
    bench.archived()
    async with opened(bench) as pilot:
        await press(pilot, "7", seen="> old")
        await press(pilot, "w", seen="X  brings it back")
        await asked(pilot, "X", "Restore old")


async def test_without_a_cluster_one_is_started_from_there(bench: Bench) -> None:
    bench.sees(ClusterView(state=ClusterState.NONE))
    bench.launched("chat", "00:00=1-1")
    chat = bench.other.call(lambda c: c.activate("chat", When.NOW))
    bench.becomes(chat, Status.IN_QUEUE, due_at=NOW, wanted=make_replicas("1-1"))
    async with opened(bench) as pilot:
        await until(pilot, "> chat")
        seen = await press(pilot, "w", seen="K  starts one on this machine")
        assert "tasktui doctor  (checks the way to Ray" in seen, "no key does that"
        await asked(pilot, "K", "Start a Ray cluster on this machine")


@pytest.mark.parametrize(
    ("remedy", "told"),
    [
        (Remedy("tries again", "activate", "chat", "--when now"), "A  tries again"),
        (Remedy("starts it", "scale", "chat", "1"), "S, then 1  starts it"),
        (Remedy("lets go", "scale", "chat", "--clear"), "S  lets go"),
        (Remedy("frees 8", "scale", "other", "0-1"), ":scale other, then 0-1  frees 8"),
        (Remedy("goes on", "resume", "chat"), "P  goes on"),
        (Remedy("goes back", "rollback", "chat"), "H  goes back"),
        (Remedy("shows each try", "events", "chat"), "d  shows each try"),
        (Remedy("says", "logs", "chat"), "l  says"),
        (Remedy("wait"), "wait"),
    ],
)
def test_a_remedy_is_told_by_its_key(remedy: Remedy, told: str) -> None:
    assert by_key("chat", remedy) == told


async def test_without_a_task_there_is_nothing_to_say(bench: Bench) -> None:
    async with opened(bench) as pilot:
        await press(pilot, "w", seen="No task is selected.")


async def test_a_task_that_is_deleted_meanwhile_stays_as_it_was(bench: Bench) -> None:
    bench.archived()
    async with opened(bench) as pilot:
        await press(pilot, "7", seen="> old")
        await press(pilot, "w", seen="All is as wanted: archived")
        bench.other.call(lambda c: c.delete("old"))
        await until(pilot, "was deleted; this is how it was")
        assert "why: old" in text(pilot)


ANSWER = Answer(
    task="chat",
    status="In-queue",
    as_wanted=False,
    headline="needs 8 GPU on one node; " + "most free: gpu-05 with 1 " * 6,
    facts=(Fact("NODES", "gpu-05"), Fact("", "gpu-04")),
    error=("Traceback", "\x1b[31mOSError"),
    remedies=(Remedy("frees 8", "scale", "a", "0"), Remedy("wait")),
)


@pytest.mark.parametrize("cells", [20, 80, 200])
def test_the_page_fits_and_is_harmless(cells: int) -> None:
    rows = page(ANSWER, cells)
    assert all(width(row) <= cells for row in rows)
    assert not any("\x1b" in plain(row) for row in rows)


def test_errors_are_problems_and_what_is_as_wanted_is_good() -> None:
    tones = {s.text.strip(): s.tone for row in page(ANSWER, 200) for s in row}
    assert tones["Traceback"] is Tone.PROBLEM
    fine = replace(ANSWER, as_wanted=True, headline="All is as wanted.")
    assert any(s.tone is Tone.GOOD for row in page(fine, 200) for s in row)


def test_the_page_as_a_whole(waiting: Bench, snap_compare: Callable[..., bool]) -> None:
    lock = LeaderLock(waiting.config.state_dir)
    lock.acquire()
    waiting.ends.callback(lock.release)

    async def open_(pilot: Pilot[None]) -> None:
        await until(pilot, "sched ok")
        await until(pilot, "> chat")
        await press(pilot, "w", seen="held by first")

    assert snap_compare(waiting.app(), terminal_size=(100, 30), run_before=open_)
