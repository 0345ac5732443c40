"""What an artifact says of its replicas, from the store to Ray."""

from __future__ import annotations

from pathlib import Path

import pytest

from make import make_node
from scheduler.world import World
from tasktui.commands.checks import no_room
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterState, ClusterView, Resources
from tasktui.domain.recipe import Health, Parameter, ParameterType, Recipe
from tasktui.domain.status import Status
from tasktui.domain.task import When
from tasktui.scheduler.room import Room

TOKENS = Parameter(name="max_tokens", type=ParameterType.INTEGER, default=256)


@pytest.fixture
async def world(tmp_path: Path) -> World:
    return await World.make(tmp_path, start_limit_s=600)


def config(world: World) -> dict[str, object]:
    app = world.app()
    assert app
    return dict(app.config)


async def active(world: World, recipe: Recipe, seconds: float = 6, **kw: object) -> None:
    artifact = world.add_artifact(name="llm", parameters=(TOKENS,), recipe=recipe, **kw)
    world.launch(artifact=artifact.label, parameters={"max_tokens": 512})
    world.commands.activate("chat", When.NOW)
    await world.advance(seconds)


async def test_values_of_parameters_reach_the_builder(world: World) -> None:
    await active(world, Recipe())
    assert world.status() is Status.RUNNING
    assert config(world)["args"] == {"max_tokens": 512}
    puts = len(world.ray.puts)
    await world.advance(10)
    assert len(world.ray.puts) == puts


@pytest.mark.parametrize(
    ("embedded", "requirement", "sent"),
    [(False, "httpx", True), (True, "httpx", False), (True, "nothing-of-this-name", True)],
)
async def test_requirements_are_sent_unless_an_embedded_cluster_has_them(
    world: World, embedded: bool, requirement: str, sent: bool
) -> None:
    world.embedded = embedded
    await active(world, Recipe(requirements=(requirement,)))
    assert ("pip" in str(config(world)["runtime_env"])) is sent


async def test_the_start_limit_of_the_artifact_counts_before_that_of_the_settings(
    world: World,
) -> None:
    world.ray.start_s = 10_000
    await active(world, Recipe(health=Health(start_limit_s=30)), seconds=45)
    assert world.task().progress.attempt == 1
    assert "start limit of 30 s" in world.task().progress.last_error


async def test_a_task_waits_for_a_custom_resource(world: World) -> None:
    world.ray.nodes["node-1"]["licence"] = 1.0
    await world.turn()
    await active(world, Recipe(), spec=Spec(custom=(("licence", 1.0),)))
    assert world.status() is Status.RUNNING
    assert "1 licence" in str(world.task().spec)
    world.launch("second", artifact="llm")
    world.commands.activate("second", When.NOW)
    await world.advance(6)
    assert world.status("second") is Status.IN_QUEUE
    reason = world.task("second").progress.reason.text
    assert "needs 1 licence on one node; most free: node-1 with 0 (chat 1)" in reason


def test_a_node_without_the_custom_resource_holds_no_replica() -> None:
    needs = Spec(custom=(("licence", 1.0),))
    plain = make_node("plain")
    licensed = make_node(
        "licensed", total=Resources(cpu=8, memory_gb=32, custom=(("licence", 1.0),))
    )
    assert not Room(plain).able(needs)
    assert Room(licensed).holds(needs)
    view = ClusterView(state=ClusterState.CONNECTED, nodes=(plain,))
    (problem,) = no_room(needs, view)
    assert "largest: plain with 0 GPU, 8 CPU, 32 GB, 0 licence" in problem.message
    assert no_room(needs, ClusterView(state=ClusterState.CONNECTED, nodes=(plain, licensed))) == []
