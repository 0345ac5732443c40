"""Applications of others become tasks, change nothing of what runs, and are let go again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from make import make_replicas
from scheduler.world import World
from tasktui.commands.incoming import Incoming
from tasktui.commands.moving import Does, Item
from tasktui.commands.serveconfig import from_running, read_config
from tasktui.domain.event import EventKind
from tasktui.domain.schedule import OneOff
from tasktui.domain.status import Status
from tasktui.errors import NotAllowed

SHOP: dict[str, Any] = {
    "name": "shop",
    "route_prefix": "/shop",
    "import_path": "shop:app",
    "deployments": [{"name": "Echo", "autoscaling_config": {"min_replicas": 1, "max_replicas": 2}}],
}


async def planned(world: World, incoming: Incoming, **kw: Any) -> Item:
    apps = (await world.engine.observe()).apps
    return world.commands.moving().plan_move(incoming, apps, **kw)


async def running(world: World, name: str = "others") -> Item:
    apps = (await world.engine.observe()).apps
    return world.commands.moving().plan_move(from_running(apps[name]), apps)


def kinds(world: World, name: str) -> list[EventKind]:
    task = world.store.task(name)
    return [e.kind for e in world.store.events(task.id)]


async def test_what_runs_is_adopted_without_a_change_of_ray(world: World) -> None:
    world.ray.deploy_foreign("others")
    before = len(world.ray.puts)
    item = await running(world)
    assert item.does is Does.ADOPTS
    task = world.commands.moving().move(item)
    assert (task.name, task.app, task.status) == ("others", "others", Status.RUNNING)
    await world.advance(30)
    assert world.store.task("others").status is Status.RUNNING
    assert len(world.ray.puts) == before
    assert EventKind.ADOPTED in kinds(world, "others")
    assert "others" not in world.store.cluster().foreign


async def test_a_look_writes_nothing(world: World) -> None:
    world.ray.deploy_foreign("others")
    tasks, artifacts = world.store.tasks(), world.store.artifacts()
    await running(world)
    assert (world.store.tasks(), world.store.artifacts()) == (tasks, artifacts)


async def test_an_adopted_task_is_scaled_by_hand_and_stopped_as_any_other(world: World) -> None:
    world.ray.deploy_foreign("others")
    world.commands.moving().move(await running(world))
    await world.advance(5)
    world.commands.scale("others", make_replicas("2-3"))
    await world.advance(20)
    (entry,) = world.ray.apps["others"].config["deployments"]
    assert entry["autoscaling_config"]["max_replicas"] == 3
    world.commands.deactivate("others")
    await world.advance(120)
    assert "others" not in world.ray.apps
    assert world.store.task("others").status is Status.IDLE


async def test_an_application_that_is_let_go_runs_on_as_a_foreign_one(world: World) -> None:
    world.ray.deploy_foreign("others")
    world.commands.moving().move(await running(world))
    await world.advance(5)
    world.commands.moving().disown("others")
    await world.advance(60)
    assert "others" in world.ray.apps
    assert "others" in world.store.cluster().foreign
    assert world.store.task("others", archived=True).status is Status.ARCHIVED
    assert (await running(world)).does is Does.ADOPTS


async def test_a_task_of_our_own_is_not_let_go(world: World) -> None:
    world.launch("chat")
    with pytest.raises(NotAllowed, match="made by tasktui"):
        world.commands.moving().disown("chat")


async def test_an_application_of_a_file_is_started_under_its_own_name_and_route(
    world: World,
) -> None:
    (incoming,), _ = read_config({"applications": [SHOP]})
    item = await planned(world, incoming)
    assert (item.does, item.why) == (Does.NEW, "")
    world.commands.moving().move(item)
    assert world.store.task("shop").status is Status.IDLE
    assert "shop" not in world.ray.apps
    world.commands.activate("shop")
    await world.advance(60)
    assert world.store.task("shop").status is Status.RUNNING
    assert world.ray.apps["shop"].config["route_prefix"] == "/shop"
    assert world.ray.apps["shop"].config["import_path"] == "shop:app"


async def test_what_came_in_before_is_there_already(world: World) -> None:
    (incoming,), _ = read_config({"applications": [SHOP]})
    world.commands.moving().move(await planned(world, incoming))
    item = await planned(world, incoming)
    assert (item.does, item.why) == (Does.THERE, "the application is that of shop")
    with pytest.raises(NotAllowed, match="already there"):
        world.commands.moving().move(item)


async def test_a_difference_to_what_runs_is_said_before_it_is_applied(world: World) -> None:
    world.ray.deploy_foreign("others")
    form = {"name": "others", "route_prefix": "/others", "import_path": "other:app"}
    (incoming,), _ = read_config({"applications": [form]})
    item = await planned(world, incoming)
    assert item.does is Does.ADOPTS
    assert any("import_path" in text for text in item.notes)


@pytest.mark.parametrize("imperative", [True, False])
async def test_only_what_was_deployed_by_a_configuration_is_adopted(
    world: World, imperative: bool
) -> None:
    world.ray.deploy_foreign("others", imperative=imperative)
    item = await running(world)
    assert (item.does is Does.CANNOT) == imperative
    assert ("serve.run" in item.why) == imperative


async def test_a_route_that_is_taken_is_refused(world: World) -> None:
    world.launch("chat")
    (incoming,), _ = read_config({"applications": [{**SHOP, "route_prefix": "/chat"}]})
    item = await planned(world, incoming)
    assert (item.does, "chat" in item.why) == (Does.CANNOT, True)


async def test_a_name_that_is_taken_is_refused_and_says_so(world: World) -> None:
    world.launch("shop")
    (incoming,), _ = read_config({"applications": [{**SHOP, "route_prefix": "/other"}]})
    item = await planned(world, incoming)
    assert (item.does, "a task of that name exists" in item.why) == (Does.CANNOT, True)


async def test_a_schedule_that_is_given_stands_over_the_declared_bounds(world: World) -> None:
    world.ray.deploy_foreign("others")
    given = OneOff(at=None, timezone="UTC", replicas=make_replicas("3-5"))
    apps = (await world.engine.observe()).apps
    incoming = from_running(apps["others"])
    item = world.commands.moving().plan_move(incoming, apps, schedule=given)
    world.commands.moving().move(item)
    await world.advance(10)
    (entry,) = world.ray.apps["others"].config["deployments"]
    assert entry["autoscaling_config"]["min_replicas"] == 3


async def test_the_only_artifact_with_the_script_is_taken(world: World) -> None:
    own = replace(world.store.artifact("echo"), name="mine", files=("run.py",), file_path="run")
    incoming = Incoming(where="task a", name="a", file_path="run", deployment_name="app")
    item = await planned(world, incoming)
    assert "none has it" in item.why
    own = world.store.add_artifact(replace(own, kind=type(own.kind)("folder"), version=0))
    item = await planned(world, incoming)
    assert item.spec is not None
    assert item.spec.artifact == own.label
