"""Failures, other tools and old databases, over a real store and Ray's protocol."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from make import NOW, make_daily, make_one_off
from scheduler.world import World
from tasktui.domain.event import EventKind
from tasktui.domain.status import Status
from tasktui.domain.task import When
from tasktui.scheduler.asking import ASKED, CONFIRMED


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+00:00")


def app_name(world: World, task: str = "chat") -> str:
    return f"tasktui-{world.store.owner()}-{task}"


def badges(world: World, task: str = "chat") -> list[str]:
    return [str(m) for m in world.task(task).progress.badges]


def notices(world: World, task: str | None = "chat") -> list[str]:
    return [e.reason for e in world.events(task) if e.kind is EventKind.NOTICE]


async def running(world: World, *names: str) -> None:
    for name in names:
        world.launch(name, make_one_off(None))
        world.commands.activate(name)
    await world.advance(10)
    assert {world.status(n) for n in names} == {Status.RUNNING}


async def test_tries_and_their_pauses_outlive_schedulers(world: World) -> None:
    world.launch(schedule=make_one_off(None))
    world.ray.failing[app_name(world)] = "Traceback\nImportError: no torch"
    world.commands.activate("chat")
    seen = []
    for _ in range(400):
        world.restart()
        await world.advance(1)
        seen.append(world.task().progress.attempt)
    assert sorted(set(seen)) == [0, 1, 2, 3, 4], "each once, in order; Idle is 0 again"
    assert world.status() is Status.IDLE
    assert badges(world) == ["!failed 5/5"]
    failures = [e.at for e in world.events() if e.kind is EventKind.START_FAILED]
    pauses = [(b - a).total_seconds() for a, b in pairwise(failures)]
    assert len(failures) == 5
    assert all(p >= least for p, least in zip(pauses, (10, 20, 40, 80), strict=True))


async def test_a_daily_task_that_gave_up_does_nothing_at_its_next_point(world: World) -> None:
    world.launch(schedule=make_daily("08:00=1-1,20:00=1-2"))
    world.ray.failing[app_name(world)] = "ImportError: no torch"
    world.commands.activate("chat", When.NOW)
    await world.advance(240)
    assert (world.status(), world.task().armed) == (Status.IDLE, None)
    world.ray.failing.clear()
    await world.go_to(at("05 20:00"))
    assert world.app() is None


async def test_a_daily_task_that_was_asked_to_tries_again_at_its_next_point(world: World) -> None:
    world.launch(schedule=make_daily("08:00=1-1,20:00=1-2"))
    world.ray.failing[app_name(world)] = "ImportError: no torch"
    world.commands.activate("chat", When.NOW, again=True)
    await world.advance(240)
    reason = world.task().progress.reason
    assert (world.status(), badges(world)) == (Status.IN_QUEUE, ["!failed 5/5"])
    assert reason.text == "gave up after 5 failed starts: tries again at 20:00"
    assert reason.until == at("05 20:00")
    puts = len(world.ray.puts)
    world.restart()
    await world.advance(600)
    assert len(world.ray.puts) == puts
    assert world.app() is None
    world.ray.failing.clear()
    await world.go_to(at("05 20:00"))
    await world.advance(10)
    assert (world.status(), badges(world)) == (Status.RUNNING, [])
    assert world.bounds() == (1, 2)


async def test_an_edit_of_one_that_waits_for_a_retry_is_tried_at_once(world: World) -> None:
    task = world.launch(schedule=make_one_off(None))
    world.ray.failing[app_name(world)] = "ImportError: no torch"
    world.commands.activate("chat")
    await world.advance(60)
    assert world.task().progress.attempt >= 2
    world.ray.failing.clear()
    spec = replace(world.commands.spec_of(task), env={"MODEL": "small"})
    world.commands.edit("chat", 1, spec)
    await world.advance(6)
    assert (world.status(), badges(world)) == (Status.RUNNING, [])


async def test_another_tools_change_is_put_back_and_told(world: World) -> None:
    await running(world, "chat")
    app = world.ray.apps[app_name(world)]
    app.config = {**app.config, "route_prefix": "/theirs"}
    await world.advance(5)
    assert world.ray.apps[app_name(world)].config["route_prefix"] == "/chat"
    assert badges(world) == ["!drift"]
    assert notices(world) == [
        f"Another tool changed {app_name(world)}: route_prefix. It is put back."
    ]
    await world.advance(660)
    assert badges(world) == []


async def test_another_tools_change_while_no_scheduler_ran_is_told(world: World) -> None:
    await running(world, "chat", "edited")
    for name in ("chat", "edited"):
        app = world.ray.apps[app_name(world, name)]
        app.config = {**app.config, "route_prefix": f"/theirs-{name}"}
    task = world.task("edited")
    spec = replace(world.commands.spec_of(task), schedule=make_one_off(None, "2-2"))
    world.commands.edit("edited", task.revision, spec)
    world.restart()
    await world.advance(5)
    assert (badges(world), badges(world, "edited")) == (["!drift"], [])
    assert notices(world) == [
        f"Another tool changed {app_name(world)}: route_prefix. It is put back."
    ]
    assert world.ray.apps[app_name(world)].config["route_prefix"] == "/chat"


async def test_a_ray_that_started_anew_while_no_scheduler_ran_accuses_nobody(world: World) -> None:
    await running(world, "chat")
    world.ray.lose_state()
    world.ray.deploy_foreign("theirs")
    world.restart()
    await world.advance(10)
    assert (world.status(), badges(world)) == (Status.RUNNING, [])


async def test_one_that_fights_is_left_alone_until_somebody_acts(world: World) -> None:
    await running(world, "chat", "other")
    for _ in range(5):
        app = world.ray.apps[app_name(world)]
        app.config = {**app.config, "route_prefix": "/theirs"}
        await world.advance(5)
    assert badges(world) == ["!drift left alone"]
    assert len(notices(world)) == 4
    puts = len(world.ray.puts)
    world.restart()
    await world.advance(900)
    assert len(world.ray.puts) == puts
    world.commands.deactivate("other")
    await world.advance(10)
    assert world.app("other") is None
    assert world.ray.apps[app_name(world)].config["route_prefix"] == "/theirs"
    task = world.task()
    spec = replace(world.commands.spec_of(task), schedule=make_one_off(None, "2-2"))
    world.commands.edit("chat", task.revision, spec)
    await world.advance(5)
    assert world.ray.apps[app_name(world)].config["route_prefix"] == "/chat"
    assert badges(world) == []


async def test_a_failed_put_counts_no_revert(world: World) -> None:
    await running(world, "chat")
    app = world.ray.apps[app_name(world)]
    app.config = {**app.config, "route_prefix": "/theirs"}
    world.ray.before_put = lambda: setattr(world.ray, "down", True)
    world.ray.answers_put = False
    await world.advance(3)
    assert world.task().progress.reverts == ()


async def test_what_nobody_stopped_is_not_removed_before_a_person_says_so(world: World) -> None:
    await running(world, "one", "two", "three")
    for name in ("one", "two"):  # as an old database has them
        task = world.task(name)
        idle = replace(task.progress, status=Status.IDLE, replicas=())
        world.store.save_task(replace(task, armed=None, progress=idle))
    puts = len(world.ray.puts)
    await world.advance(30)
    assert len(world.ray.puts) == puts
    asked = (app_name(world, "one"), app_name(world, "two"))
    assert world.commands.waiting_removal() == asked
    assert "confirm-removal" in world.commands.cluster().error
    assert len(notices(world, None)) == 1
    world.restart()
    await world.advance(10)
    assert len(world.ray.puts) == puts
    assert len(notices(world, None)) == 1
    assert world.commands.confirm_removal() == asked
    await world.advance(10)
    assert (world.app("one"), world.app("two")) == (None, None)
    assert world.status("three") is Status.RUNNING
    assert world.commands.waiting_removal() == ()
    assert (world.store.setting(ASKED), world.store.setting(CONFIRMED)) == ("", "")
    assert world.commands.cluster().error == ""


async def test_what_people_and_schedules_stop_is_removed_without_asking(world: World) -> None:
    for name in ("one", "two", "three"):
        world.launch(name, make_daily("08:00=1-1,20:00=0-0"))
        world.commands.activate(name, When.NOW)
    await world.advance(10)
    world.commands.deactivate("one")
    await world.go_to(at("05 20:00"))
    await world.advance(10)
    assert not [n for n in world.ray.apps if n.startswith("tasktui-")]
    assert world.commands.waiting_removal() == ()


async def test_a_foreign_application_lost_in_between_is_restored_once_with_an_alarm(
    world: World,
) -> None:
    world.ray.deploy_foreign("theirs")
    theirs = dict(world.ray.apps["theirs"].config)
    world.launch(schedule=make_one_off(None))
    world.commands.activate("chat")
    handle = world.ray._put
    lost: list[object] = []

    def losing(*args: object) -> object:
        answer = handle(*args)  # type: ignore[arg-type]
        if not lost:
            lost.append(world.ray.apps.pop("theirs"))
        return answer

    world.ray._put = losing  # type: ignore[method-assign, assignment]
    await world.advance(10)
    assert world.ray.apps["theirs"].config == theirs
    assert len(world.ray.puts) == 2
    (alarm,) = notices(world, None)
    assert alarm.startswith("theirs, an application of others, had disappeared")
    assert world.status() is Status.RUNNING


async def test_a_foreign_application_deployed_in_between_is_told_when_that_removes_it(
    world: World,
) -> None:
    world.ray.deploy_foreign("known")
    world.launch(schedule=make_one_off(None))
    world.commands.activate("chat")
    world.ray.before_put = lambda: world.ray.deploy_foreign("theirs")
    await world.advance(10)
    assert "known" in world.ray.apps
    (alarm,) = notices(world, None)
    assert alarm.startswith("theirs, an application of others, was deployed at the very moment")
    assert world.status() is Status.RUNNING


async def test_the_heartbeat_goes_by_the_boot_clock_too(world: World) -> None:
    await world.advance(30)
    view = world.store.leader()
    assert view.heartbeat_at
    assert view.beat_s == (view.heartbeat_at - NOW).total_seconds()
