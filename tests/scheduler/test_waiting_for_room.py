"""The line for room in a whole control plane: words within two seconds, and turns by themselves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from make import NOW, make_daily, make_one_off
from scheduler.world import World
from tasktui.domain.artifact import Spec
from tasktui.domain.status import Badge, Status
from tasktui.domain.task import When


@pytest.fixture
async def gpus(world: World) -> World:
    """Four GPUs on one node, and artifacts that want one to four of them."""
    world.ray.nodes = {"node-1": {"CPU": 64.0, "GPU": 4.0}}
    for count in range(1, 5):
        digest = str(count) * 64
        world.add_artifact(name=f"gpu-{count}", digest=digest, spec=Spec(cpu=1, gpu=count))
    await world.turn()
    return world


async def active(world: World, name: str, gpus: int, schedule: str = "1-1") -> None:
    """Launch, activate, and give the scheduler two seconds."""
    plan = make_one_off(None, schedule) if "=" not in schedule else make_daily(schedule)
    world.launch(name, plan, artifact=f"gpu-{gpus}")
    world.commands.activate(name, When.NOW)
    await world.advance(2)


def reason(world: World, name: str) -> str:
    return world.task(name).progress.reason.text


async def test_within_two_seconds_the_row_says_what_is_lacking_and_who_holds_it(
    gpus: World,
) -> None:
    await active(gpus, "first", 3, "08:00=1-1,20:00=0-0")
    await gpus.advance(3)
    await active(gpus, "second", 2)
    assert gpus.status("second") is Status.IN_QUEUE
    assert reason(gpus, "second") == (
        "needs 2 GPU on one node; most free: node-1 with 1 (first 3); "
        "first's 20:00 point frees 3 GPU"
    )
    assert gpus.task("second").progress.reason.until == NOW.replace(hour=20)


async def test_the_second_starts_by_itself_when_the_first_is_scaled_down_by_its_schedule(
    gpus: World,
) -> None:
    await active(gpus, "first", 3, "08:00=1-1,20:00=0-0")
    await gpus.advance(3)
    await active(gpus, "second", 2)
    await gpus.go_to(NOW.replace(hour=20))
    await gpus.advance(10)
    assert gpus.status("first") is Status.IN_QUEUE
    assert gpus.status("second") is Status.RUNNING


async def test_those_in_line_are_told_their_place_and_start_in_turn(gpus: World) -> None:
    await active(gpus, "holder", 4)
    await gpus.advance(3)
    for name in ("a", "b", "c"):
        await active(gpus, name, 3)
    assert "; 2nd of 3; " in reason(gpus, "b")
    gpus.commands.deactivate("holder")
    await gpus.advance(10)
    assert gpus.status("a") is Status.RUNNING
    assert "; 2nd of 2; " in reason(gpus, "c")


async def test_a_small_task_does_not_take_what_a_large_one_waits_for(gpus: World) -> None:
    await active(gpus, "holder", 2)
    await gpus.advance(3)
    await active(gpus, "large", 4)
    await active(gpus, "small", 1)
    assert gpus.status("small") is Status.IN_QUEUE
    assert reason(gpus, "small").startswith("room on node-1 is kept for large; 2nd of 2")
    gpus.commands.deactivate("holder")
    await gpus.advance(10)
    assert gpus.status("large") is Status.RUNNING
    assert gpus.status("small") is Status.IN_QUEUE


async def test_a_task_that_was_placed_keeps_its_room_before_ray_shows_it(gpus: World) -> None:
    gpus.ray.build_s = 30
    await active(gpus, "first", 3)
    assert gpus.status("first") is Status.STARTING
    await active(gpus, "second", 2)
    assert reason(gpus, "second").startswith("room on node-1 is kept for first")


async def test_two_that_become_due_at_once_do_not_both_get_the_same_room(gpus: World) -> None:
    for name in ("a", "b"):
        gpus.launch(
            name, make_one_off((NOW + timedelta(minutes=5)).replace(tzinfo=None)), artifact="gpu-3"
        )
        gpus.commands.activate(name)
    await gpus.advance(1)
    await gpus.go_to(NOW + timedelta(minutes=5))
    await gpus.advance(8)
    assert [gpus.status(n) for n in ("a", "b")] == [Status.RUNNING, Status.IN_QUEUE]


async def test_the_missing_replicas_of_a_running_task_come_before_the_line(gpus: World) -> None:
    await active(gpus, "wide", 1, "2-4")
    await gpus.advance(3)
    # One of its two is gone, and Ray shows no other yet.
    app = gpus.app("wide")
    assert app is not None
    del app.replicas[1:]
    await gpus.advance(4)
    assert gpus.task("wide").progress.ready == 1
    await active(gpus, "late", 3)
    assert gpus.status("late") is Status.IN_QUEUE


async def test_the_words_do_not_change_while_nothing_changes(gpus: World) -> None:
    await active(gpus, "first", 3, "08:00=1-1,20:00=0-0")
    await gpus.advance(3)
    await active(gpus, "second", 2)
    before, version = reason(gpus, "second"), gpus.task("second")
    await gpus.advance(30)
    assert reason(gpus, "second") == before
    assert gpus.task("second") == version


async def test_where_ray_grows_the_cluster_nobody_waits_for_room(tmp_path: Path) -> None:
    world = await World.make(tmp_path, admission="off")
    try:
        world.ray.nodes = {"node-1": {"CPU": 0.5}}
        world.launch("chat", make_one_off(None))
        world.commands.activate("chat")
        await world.advance(2)
        assert world.status() is not Status.IN_QUEUE
        assert not {m.badge for m in world.task().progress.badges} & {Badge.FAILED}
    finally:
        await world.engine.close()
        world.store.close()
