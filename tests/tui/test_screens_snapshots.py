"""What a few screens look like, whole. Renew with ``pytest --snapshot-update`` and look at them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from make import NOW, make_node, make_one_off, make_replica, make_replicas
from tasktui.domain.observed import Resources
from tasktui.domain.status import Badge, Mark, Reason, Status
from tasktui.domain.task import When
from tasktui.scheduler.leader import LeaderLock
from tasktui.store import belonging
from tasktui.tui.app import TasktuiApp
from tasktui.tui.screens.detail import DetailScreen
from tasktui.tui.screens.tasks import TasksScreen
from tui.bench import CLUSTER, Bench, asked, press, until

Compare = Callable[..., bool]
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


@pytest.fixture
def shown(bench: Bench) -> TasktuiApp:
    """Four tasks in different states on a cluster with GPUs; nothing in it depends on chance."""
    node = make_node("gpu-1", cpu=64, gpu=8)
    used = replace(node, used=Resources(cpu=4, gpu=5))
    bench.sees(replace(CLUSTER, nodes=(used,)))
    running = bench.running("llama-70b", replicas=3)
    rows = tuple(make_replica(f"llama#{n}", node_ip="10.0.0.1", pid=100 + n) for n in range(3))
    marks = (Mark(Badge.SHORT, "3/4"),)
    wanted = make_replicas("4-8")
    bench.becomes(running, Status.RUNNING, replicas=rows, wanted=wanted, badges=marks)
    bench.launched("nightly", make_one_off("2026-03-06T01:00"))
    bench.launched("queued")
    queued = bench.other.call(lambda c: c.activate("queued", When.NEXT))
    reason = Reason("waiting for 20:00", NOW.replace(hour=20))
    bench.becomes(queued, Status.IN_QUEUE, reason=reason)
    bench.launched("scratch")
    for task in bench.other.call(lambda c: c.tasks()):
        bench.saved(replace(task, digest="d" * 64))
    with bench.store() as store:
        store._db.execute("UPDATE setting SET value = '0a1b2c' WHERE key = 'owner'")
    (bench.config.state_dir / belonging.NAME).write_text("0a1b2c")
    lock = LeaderLock(bench.config.state_dir)
    lock.acquire()
    bench.ends.callback(lock.release)
    bench.later(minutes=3)
    return bench.app()


async def table(pilot: Pilot[None]) -> None:
    def settled() -> bool:
        screen = pilot.app.screen
        return (
            isinstance(screen, TasksScreen)
            and bool(screen.feed.loaded)
            and screen._event is not None
            and screen.desk.health is not None
        )

    await until(pilot, settled)
    await until(pilot, "sched ok")


async def detail(pilot: Pilot[None]) -> None:
    await table(pilot)
    await pilot.press("d")

    def settled() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, DetailScreen) and bool(screen._events)

    await until(pilot, settled)


async def activate(pilot: Pilot[None]) -> None:
    await table(pilot)
    await press(pilot, "G", seen="> scratch")
    await press(pilot, "g", "G", seen="scratch rev 1")
    await asked(pilot, "A", "Activate scratch")


async def help_page(pilot: Pilot[None]) -> None:
    await table(pilot)
    await press(pilot, "question_mark", seen="Keys of the screen")


@pytest.mark.parametrize("size", SIZES)
def test_table(shown: TasktuiApp, size: str, snap_compare: Compare) -> None:
    assert snap_compare(shown, terminal_size=SIZES[size], run_before=table)


@pytest.mark.parametrize("size", SIZES)
def test_detail(shown: TasktuiApp, size: str, snap_compare: Compare) -> None:
    assert snap_compare(shown, terminal_size=SIZES[size], run_before=detail)


def test_activate(shown: TasktuiApp, snap_compare: Compare) -> None:
    assert snap_compare(shown, terminal_size=(80, 24), run_before=activate)


def test_keys(shown: TasktuiApp, snap_compare: Compare) -> None:
    assert snap_compare(shown, terminal_size=(80, 24), run_before=help_page)
