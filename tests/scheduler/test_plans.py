"""What a plan says is what comes: replicas kept or replaced, and applications that stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from make import make_daily, make_one_off, make_replicas
from scheduler.world import World
from tasktui.commands.commands import Commands
from tasktui.commands.plan import Effect, Plan
from tasktui.commands.serveconfig import read_config
from tasktui.commands.steps import restarted
from tasktui.domain.actions import Action
from tasktui.domain.artifact import Spec
from tasktui.domain.service import app_of
from tasktui.domain.status import Status
from tasktui.domain.task import Until, When
from tasktui.engine.fake import FakeApp

NAMES = ("chat", "embed", "llama")
SHOP: dict[str, Any] = {
    "name": "shop",
    "import_path": "shop:app",
    "deployments": [{"name": "Echo", "num_replicas": 2}],
}


async def running(world: World) -> None:
    """Three tasks that run two replicas, and an application of others."""
    world.ray.deploy_foreign("others")
    for name in NAMES:
        world.launch(name, make_daily("08:00=2-4,20:00=0-1"))
        world.commands.activate(name, When.NOW)
    await world.advance(30)
    assert {world.status(name) for name in NAMES} == {Status.RUNNING}


def pids(app: FakeApp | None) -> set[int]:
    return {r.pid for r in app.replicas} if app else set()


def last_put(world: World) -> dict[str, Any]:
    return {c["name"]: c for c in world.ray.puts[-1]["applications"]}


async def holds(world: World, made: Plan, act: Callable[[], object]) -> None:
    """Carry it out, and compare what happens with what was planned."""
    name, puts, sent = made.old.name, len(world.ray.puts), last_put(world)
    app = app_of(world.store.owner(), made.old)
    before = pids(world.ray.apps.get(app))
    act()
    await world.advance(30)
    found = world.ray.apps.get(app)
    now = pids(found)
    assert made.effect in happened(before, now)
    if made.effect is Effect.NOTHING:
        assert len(world.ray.puts) == puts
        return
    assert len(world.ray.puts) > puts
    if made.effect in {Effect.RESTARTS, Effect.STOPS}:
        assert made.replicas == len(before)
    same = {n for n, config in last_put(world).items() if sent.get(n) == config}
    owner = world.store.owner()
    kept = {app_of(owner, world.store.task(n)) for n in made.kept}
    assert same == kept | set(made.foreign)
    assert name not in made.kept


def happened(before: set[int], now: set[int]) -> set[Effect]:
    """What happened to replicas; that nothing did is told by what Ray was sent."""
    if not before and now:
        return {Effect.STARTS}
    if not now:
        return {Effect.STOPS if before else Effect.NOTHING}
    if not before & now:
        return {Effect.RESTARTS}
    assert before <= now or now <= before
    return {Effect.HOT, Effect.NOTHING}


def edited(c: Commands, **kw: Any) -> tuple[Plan, Callable[[], object]]:
    task = c.task("chat")
    spec = replace(c.spec_of(task), **kw)
    return c.plans().planned_edit("chat", spec), lambda: c.edit("chat", task.revision, spec)


def scaled(c: Commands, text: str, name: str = "chat") -> tuple[Plan, Callable[[], object]]:
    bounds = make_replicas(text)
    made = c.plans().planned(name, Action.OVERRIDE, c.scaling(bounds, Until.CLEARED))
    return made, lambda: c.scale(name, bounds, Until.CLEARED)


def paused(c: Commands) -> tuple[Plan, Callable[[], object]]:
    made = c.plans().planned("chat", Action.PAUSE, c.pausing(None, ""))
    return made, lambda: c.pause("chat")


def anew(c: Commands) -> tuple[Plan, Callable[[], object]]:
    made = c.plans().planned("chat", Action.RESTART, restarted)
    return made, lambda: c.restart("chat")


def stopped(c: Commands) -> tuple[Plan, Callable[[], object]]:
    made = c.plans().planned("chat", Action.DEACTIVATE, c.stopping())
    return made, lambda: c.deactivate("chat")


Change = Callable[[Commands], tuple[Plan, Callable[[], object]]]

CHANGES: list[tuple[str, Change, Effect]] = [
    ("a variable", lambda c: edited(c, env={"A": "1"}), Effect.RESTARTS),
    ("more now", lambda c: edited(c, schedule=make_daily("08:00=3-6")), Effect.HOT),
    ("fewer now", lambda c: edited(c, schedule=make_daily("08:00=1-1")), Effect.HOT),
    ("later", lambda c: edited(c, schedule=make_daily("08:00=2-4,21:00=1")), Effect.NOTHING),
    ("none now", lambda c: edited(c, schedule=make_daily("08:00=0,21:00=1")), Effect.STOPS),
    ("a One-off", lambda c: edited(c, schedule=make_one_off(None, "2-4")), Effect.NOTHING),
    ("scale", lambda c: scaled(c, "4"), Effect.HOT),
    ("scale to what is", lambda c: scaled(c, "2-4"), Effect.NOTHING),
    ("scale to nothing", lambda c: scaled(c, "0"), Effect.STOPS),
    ("pause", paused, Effect.NOTHING),
    ("restart", anew, Effect.RESTARTS),
    ("deactivate", stopped, Effect.STOPS),
]


@pytest.mark.parametrize(
    ("change", "wanted"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
async def test_what_was_planned_is_what_happens(
    world: World, change: Change, wanted: Effect
) -> None:
    await running(world)
    made, act = change(world.commands)
    assert made.effect is wanted
    if wanted is not Effect.NOTHING:
        assert (made.kept, made.foreign) == (("embed", "llama"), ("others",))
    await holds(world, made, act)


async def test_a_start_beside_others_keeps_them(world: World) -> None:
    await running(world)
    world.launch("new", make_daily("08:00=1-2"))
    c = world.commands
    made = c.plans().planned("new", Action.ACTIVATE, c.activating(When.NOW))
    assert (made.effect, made.kept) == (Effect.STARTS, NAMES)
    await holds(world, made, lambda: c.activate("new", When.NOW))


async def test_one_without_room_is_told_so_before(world: World) -> None:
    await running(world)
    made, _ = scaled(world.commands, "5")
    assert made.warnings == ("Room now for 2 of 3 more; the rest waits for room.",)
    world.ray.nodes["node-1"]["CPU"] = 6.0
    await world.advance(5)
    made, _ = scaled(world.commands, "3")
    assert made.warnings[0].startswith("No room now: needs 1 CPU on one node; most free: node-1")
    made, _ = scaled(world.commands, "12")
    assert made.warnings == ("The cluster holds 6 of 12 replicas at the most.",)


async def test_gpus_that_others_want_at_that_time_are_told(world: World) -> None:
    world.ray.nodes = {"node-1": {"CPU": 8.0, "GPU": 1.0}}
    await world.advance(30)
    world.add_artifact(name="big", spec=Spec(gpu=1))
    for name, hours in (("day", "08:00=1,20:00=0"), ("night", "20:00=1,08:00=0")):
        world.launch(name, make_daily(hours), artifact="big")
        world.commands.activate(name, When.NOW)
    await world.advance(10)
    c = world.commands
    spec = replace(c.spec_of(c.task("night")), schedule=make_daily("18:00=1"))
    told = "18:00 needs 2 of 1 GPUs even at min, 1 of them for other tasks."
    assert told in c.plans().planned_edit("night", spec).warnings
    assert told in c.plans().planned_launch(replace(spec, name="third")).warnings


async def fixed(world: World) -> None:
    """The task ``shop``, of an application that others wrote with a fixed number of replicas."""
    await running(world)
    (incoming,), _ = read_config({"applications": [SHOP]})
    apps = (await world.engine.observe()).apps
    plan = world.commands.moving().plan_move(
        incoming, apps, schedule=make_one_off(None, replicas="2")
    )
    world.commands.moving().move(plan)
    world.commands.activate("shop", When.NOW)
    await world.advance(30)
    assert len(world.ray.apps["shop"].replicas) == 2


async def test_bounds_by_hand_replace_all_replicas_of_a_fixed_application_once(
    world: World,
) -> None:
    await fixed(world)
    same, act = scaled(world.commands, "3", "shop")
    assert same.effect is Effect.HOT, "a fixed number stays one"
    await holds(world, same, act)
    made, act = scaled(world.commands, "3-5", "shop")
    assert (made.effect, made.form, made.replicas) == (Effect.RESTARTS, True, 3)
    await holds(world, made, act)
    again, act = scaled(world.commands, "2-2", "shop")
    assert again.effect is Effect.HOT, "it has bounds by now"
    await holds(world, again, act)


async def test_a_point_with_bounds_is_told_before_it_comes(world: World) -> None:
    await fixed(world)
    c = world.commands
    task = c.task("shop")
    spec = replace(c.spec_of(task), schedule=make_daily("08:00=2,20:00=1-3"))
    made = c.plans().planned_edit("shop", spec)
    assert made.effect is Effect.NOTHING
    assert made.warnings == (
        "The first point with bounds that were not declared replaces every replica, once.",
    )
    await holds(world, made, lambda: c.edit("shop", task.revision, spec))
