"""An application under a name of its own is a task's from its start to its end, and no longer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from make import OURS, make_daily, make_one_off, make_service
from scheduler.world import World
from tasktui.commands.moving import Does, Item
from tasktui.commands.serveconfig import from_running, read_config
from tasktui.domain.status import Status
from tasktui.domain.task import Task, When
from tasktui.errors import Conflict, EngineError, NotAllowed, UserError

SHOP: dict[str, Any] = {
    "name": "shop",
    "route_prefix": "/buy",
    "import_path": "shop:app",
    "deployments": [{"name": "Echo", "autoscaling_config": {"min_replicas": 1, "max_replicas": 2}}],
}


async def look(world: World, name: str) -> Item:
    apps = (await world.engine.observe()).apps
    return world.commands.moving().plan_move(from_running(apps[name]), apps)


async def adopted(world: World, name: str = "others") -> Task:
    world.ray.deploy_foreign(name)
    task = world.commands.moving().move(await look(world, name))
    await world.advance(2)
    return task


def moved_in(world: World) -> Task:
    """A task of a configuration, which nobody runs yet."""
    (incoming,), _ = read_config({"applications": [SHOP]})
    return world.commands.moving().move(world.commands.moving().plan_move(incoming, {}))


async def test_what_others_run_under_the_name_of_an_idle_task_is_theirs(world: World) -> None:
    moved_in(world)
    world.ray.deploy_foreign("shop")
    before = len(world.ray.puts)
    world.commands.activate("shop", When.NOW)
    world.launch("chat")
    world.commands.activate("chat", When.NOW)
    await world.advance(20)
    assert world.status("chat") is Status.RUNNING
    assert world.status("shop") is Status.IN_QUEUE
    reason = world.task("shop").progress.reason.text
    assert reason == ("its name shop belongs to an application of others: adopt that, or remove it")
    for put in world.ray.puts[before:]:
        (theirs,) = (a for a in put["applications"] if a["name"] == "shop")
        assert theirs["import_path"] == "their:app"
    world.commands.deactivate("shop")
    await world.advance(5)
    assert world.ray.apps["shop"].deleting_until is None


async def test_a_task_starts_by_itself_once_others_have_freed_its_name(world: World) -> None:
    moved_in(world)
    world.ray.deploy_foreign("shop")
    world.commands.activate("shop", When.NOW)
    await world.advance(3)
    del world.ray.apps["shop"]
    await world.advance(5)
    assert world.status("shop") is Status.RUNNING
    assert world.ray.apps["shop"].config["import_path"] == "shop:app"


async def test_who_runs_under_the_name_of_a_task_is_adopted_once_that_is_let_go(
    world: World,
) -> None:
    moved_in(world)
    world.ray.deploy_foreign("shop")
    item = await look(world, "shop")
    assert item.does is Does.CANNOT
    assert item.why == (
        "shop has its name and does not run it. Let that go first: tasktui disown shop."
    )
    world.commands.moving().disown("shop")
    task = world.commands.moving().move(await look(world, "shop"))
    await world.advance(3)
    assert world.store.task(task.name).status is Status.RUNNING
    assert world.ray.apps["shop"].config["import_path"] == "their:app"


async def test_an_old_database_leaves_what_was_adopted_since_alone(world: World) -> None:
    task = await adopted(world)
    world.store.delete_task(task.id)
    world.launch("chat")
    world.commands.activate("chat", When.NOW)
    await world.advance(20)
    assert world.status("chat") is Status.RUNNING
    assert world.ray.apps["others"].deleting_until is None


async def test_an_adopted_application_that_ray_lost_is_started_again(world: World) -> None:
    await adopted(world)
    world.ray.lose_state()
    await world.advance(20)
    assert world.status("others") is Status.RUNNING
    assert world.ray.apps["others"].config["import_path"] == "their:app"


async def test_what_stops_already_is_not_let_go(world: World) -> None:
    await adopted(world)
    world.commands.deactivate("others")
    with pytest.raises(NotAllowed, match="being stopped"):
        world.commands.moving().disown("others")
    await world.advance(10)
    assert world.status("others") is Status.IDLE
    assert "others" not in world.ray.apps


async def test_a_name_that_others_took_at_the_last_moment_stays_theirs(world: World) -> None:
    world.ray.deploy_foreign("others")
    before = len(world.ray.puts)
    with pytest.raises(EngineError, match="an application named others"):
        await world.engine.apply(OURS, [make_service(app="others")])
    assert len(world.ray.puts) == before


async def test_no_other_task_gets_the_route_of_one_that_moved_in(world: World) -> None:
    moved_in(world)
    with pytest.raises(UserError, match="route is free: shop answers on /buy"):
        world.launch("buy")


async def test_a_task_whose_application_another_one_has_is_not_restored(world: World) -> None:
    moved_in(world)
    world.commands.archive("shop")
    moved_in(world)
    with pytest.raises(Conflict, match="has the application or the route of shop-2 now"):
        world.commands.restore("shop", "shop-2")


async def test_bounds_that_replace_all_replicas_are_told_before(world: World) -> None:
    fixed = {**SHOP, "deployments": [{"name": "Echo", "num_replicas": 2}]}
    (incoming,), _ = read_config({"applications": [fixed]})
    moving = world.commands.moving()
    wider = make_daily("08:00=2-2,20:00=1-4")
    assert any("replaces every replica" in n for n in moving.plan_move(incoming, {}).notes) is False
    planned = moving.plan_move(incoming, {}, schedule=wider)
    assert any("replaces every replica" in n for n in planned.notes)
    moving.move(moving.plan_move(incoming, {}))
    world.commands.activate("shop", When.NOW)
    await world.advance(5)
    spec = world.commands.spec_of(world.task("shop"))
    (hot,) = world.commands.changes("shop", replace(spec, schedule=make_one_off(None, "3")))
    assert (hot.restarts, hot.text) == (False, "hot")
    (change,) = world.commands.changes("shop", replace(spec, schedule=wider))
    assert (change.field, change.restarts, change.text) == ("schedule", True, "restarts 2, once")
