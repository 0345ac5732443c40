"""Override and pause, over a real store and Ray's protocol: what applies, ends and is logged."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from make import NOW, make_daily, make_one_off, make_replicas
from scheduler.world import Crash, World
from tasktui.domain.event import EventKind
from tasktui.domain.status import Status
from tasktui.domain.task import Until, When

FOUR = make_replicas("4-4")
THREE_POINTS = "08:00=1-1,15:00=2-2,16:00=3-3,17:00=1-2"


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+00:00")


def said(world: World, *kinds: EventKind) -> list[str]:
    return [e.reason for e in world.events() if e.kind in kinds]


def pids(world: World) -> list[int | None]:
    return [r.pid for r in world.task().progress.replicas]


async def running(world: World, points: str = "08:00=1-1,20:00=0-1") -> None:
    world.launch(schedule=make_daily(points))
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    assert world.status() is Status.RUNNING


async def test_an_override_until_the_next_point_ends_there_by_itself(world: World) -> None:
    await running(world)
    before = pids(world)
    world.commands.scale("chat", FOUR)
    await world.advance(10)
    assert world.bounds() == (4, 4)
    assert set(before) <= set(pids(world)), "hot: no replica restarts"
    await world.go_to(at("05 20:00"))
    assert world.bounds() == (0, 1)
    assert world.task().override is None
    assert said(world, EventKind.OVERRIDE_ENDED) == ["4-4; 20:00 0-1 in force"]
    applied = [e.instant for e in world.events() if e.kind is EventKind.POINT_APPLIED]
    assert applied == [at("05 08:00"), at("05 20:00")]


async def test_an_override_until_a_time_skips_the_points_before_and_applies_the_last(
    world: World,
) -> None:
    await running(world, THREE_POINTS)
    world.commands.scale("chat", FOUR, at("05 16:30"))
    await world.advance(5)
    assert world.task().progress.next_at == at("05 16:30")
    for hour in ("15:00", "16:00"):
        await world.go_to(at(f"05 {hour}"))
        assert world.bounds() == (4, 4)
    await world.go_to(at("05 16:30"))
    assert world.bounds() == (3, 3)
    assert said(world, EventKind.OVERRIDE_ENDED) == ["4-4; 16:00 3-3 in force"]
    assert said(world, EventKind.POINT_SUPERSEDED) == ["15:00 2-2 (UTC)"]


async def test_an_override_until_cleared_stays_until_then(world: World) -> None:
    await running(world)
    world.commands.scale("chat", FOUR, Until.CLEARED)
    await world.go_to(at("07 09:00"))
    assert world.bounds() == (4, 4)
    world.commands.clear("chat")
    await world.advance(2)
    assert world.bounds() == (1, 1)
    assert not said(world, EventKind.OVERRIDE_ENDED)
    kinds = [e.kind for e in world.events()]
    assert kinds.count(EventKind.OVERRIDE_CLEARED) == 1
    assert kinds.count(EventKind.POINT_SUPERSEDED) == 3


async def test_the_scheduler_wakes_when_an_override_ends(world: World) -> None:
    await running(world)
    world.commands.scale("chat", FOUR, NOW + timedelta(seconds=31, milliseconds=100))
    await world.advance(2)
    world.sleep(15)
    await world.turn()
    left = (NOW + timedelta(seconds=31, milliseconds=100) - world.clock.at).total_seconds()
    world.sleep(left - 0.2)
    await world.turn()
    assert world.bounds() == (4, 4)
    assert world.reconciler._look_at == NOW + timedelta(seconds=31, milliseconds=100)


async def test_an_override_over_a_point_with_0_0_starts_the_task(world: World) -> None:
    world.launch(schedule=make_daily("08:00=0-0,20:00=1-1"))
    world.commands.activate("chat", When.NOW)
    await world.advance(5)
    assert world.status() is Status.IN_QUEUE
    world.commands.scale("chat", make_replicas("2-2"))
    assert world.task().progress.due_at == world.clock.at
    await world.advance(10)
    assert (world.status(), world.bounds()) == (Status.RUNNING, (2, 2))


async def test_an_override_starts_a_task_that_waits_for_its_first_point(world: World) -> None:
    world.launch()
    world.commands.activate("chat", When.NEXT)
    world.commands.scale("chat", make_replicas("1-1"))
    await world.advance(10)
    assert world.status() is Status.RUNNING
    await world.go_to(at("05 20:00"))
    assert world.bounds() == (0, 1)


async def test_an_override_of_0_0_stops_by_hand_and_says_so(world: World) -> None:
    await running(world)
    world.commands.scale("chat", make_replicas("0-0"), at("05 16:00"))
    await world.turn()
    assert world.task().progress.reason.text == "draining: stopped by hand"
    await world.advance(10)
    assert (world.status(), world.app()) == (Status.IN_QUEUE, None)
    reason = world.task().progress.reason
    assert (reason.text, reason.until) == ("stopped by hand until 2026-03-05 16:00", at("05 16:00"))
    await world.go_to(at("05 16:00"))
    await world.advance(10)
    assert world.status() is Status.RUNNING


async def test_resumed_after_three_points_one_applies_and_the_others_are_superseded(
    world: World,
) -> None:
    await running(world, THREE_POINTS)
    world.commands.pause("chat", note="holiday")
    for hour in ("15:00", "16:00", "17:00"):
        await world.go_to(at(f"05 {hour}"))
        assert world.bounds() == (1, 1)
    puts = len(world.ray.puts)
    applied = len(said(world, EventKind.POINT_APPLIED))
    world.commands.resume("chat")
    await world.advance(10)
    assert world.bounds() == (1, 2)
    assert len(world.ray.puts) == puts + 1
    assert said(world, EventKind.POINT_APPLIED)[applied:] == ["17:00 1-2 (UTC)"]
    assert said(world, EventKind.POINT_SUPERSEDED) == ["15:00 2-2 (UTC)", "16:00 3-3 (UTC)"]


async def test_resumed_before_any_point_nothing_is_applied_again(world: World) -> None:
    await running(world)
    world.commands.pause("chat")
    await world.advance(5)
    before, puts = said(world, EventKind.POINT_APPLIED), len(world.ray.puts)
    world.commands.resume("chat")
    await world.advance(5)
    assert (said(world, EventKind.POINT_APPLIED), len(world.ray.puts)) == (before, puts)


async def test_a_pause_until_a_time_ends_by_itself(world: World) -> None:
    await running(world)
    world.commands.pause("chat", at("06 06:00"))
    await world.go_to(at("05 20:00"))
    assert world.bounds() == (1, 1)
    await world.go_to(at("06 06:00"))
    assert world.bounds() == (0, 1)
    assert world.task().pause is None
    assert said(world, EventKind.PAUSE_ENDED) == ["1-1 was frozen; 20:00 0-1 in force"]


async def test_a_task_paused_before_its_first_point_waits_and_says_for_what(world: World) -> None:
    world.launch()
    world.commands.activate("chat")
    world.commands.pause("chat", at("06 06:00"))
    await world.go_to(at("05 20:00"))
    assert not world.ray.puts
    reason = world.task().progress.reason
    assert (reason.text, reason.until) == ("paused until 2026-03-06 06:00", at("06 06:00"))
    world.commands.pause("chat")
    await world.turn()
    assert world.task().progress.reason.text == "paused until resumed"
    world.commands.resume("chat")
    await world.advance(10)
    assert world.bounds() == (0, 1)


async def test_an_override_on_a_paused_task_gives_way_to_the_pause(world: World) -> None:
    await running(world)
    world.commands.pause("chat")
    world.commands.scale("chat", FOUR)
    await world.advance(5)
    assert world.bounds() == (4, 4)
    await world.go_to(at("05 20:00"))
    assert world.bounds() == (1, 1)
    assert said(world, EventKind.OVERRIDE_ENDED) == ["4-4; paused, 1-1 frozen"]
    assert len(said(world, EventKind.POINT_APPLIED)) == 1


async def test_a_pause_that_ends_below_an_override_changes_nothing_yet(world: World) -> None:
    await running(world)
    world.commands.pause("chat", at("05 15:00"))
    world.commands.scale("chat", FOUR, Until.CLEARED)
    await world.go_to(at("05 15:00"))
    await world.advance(5)
    assert world.bounds() == (4, 4)
    assert world.task().pause is None
    assert said(world, EventKind.PAUSE_ENDED) == ["1-1 was frozen; 4-4 by hand in force"]


async def test_deactivate_drops_override_and_pause(world: World) -> None:
    await running(world)
    world.commands.scale("chat", FOUR)
    world.commands.pause("chat")
    world.commands.deactivate("chat")
    await world.advance(10)
    task = world.task()
    assert (task.status, task.override, task.pause) == (Status.IDLE, None, None)
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    assert world.bounds() == (1, 1)


async def test_an_edit_below_an_override_waits_for_its_end(world: World) -> None:
    await running(world)
    world.commands.scale("chat", FOUR)
    await world.advance(5)
    puts, before = len(world.ray.puts), pids(world)
    task = world.task()
    wider = replace(world.commands.spec_of(task), schedule=make_daily("08:00=2-2,20:00=1-3"))
    world.commands.edit("chat", task.revision, wider)
    await world.advance(5)
    assert (world.bounds(), len(world.ray.puts)) == ((4, 4), puts)
    assert world.task().override
    await world.go_to(at("05 20:00"))
    await world.advance(5)
    assert world.bounds() == (1, 3)
    assert set(pids(world)) <= set(before), "hot: no replica restarts"


async def test_an_edit_of_a_live_schedule_is_hot_and_applies_at_once(world: World) -> None:
    await running(world)
    before, task = pids(world), world.task()
    old = world.app()
    assert old
    wider = replace(world.commands.spec_of(task), schedule=make_daily("08:00=2-6,20:00=0-1"))
    world.commands.edit("chat", task.revision, wider)
    await world.advance(10)
    new = world.app()
    assert new
    assert world.bounds() == (2, 6)
    assert set(before) <= set(pids(world))
    assert _without_bounds(new.config) == _without_bounds(old.config)


def _without_bounds(config: object) -> object:
    """Everything of an application that would restart replicas."""
    if isinstance(config, dict):
        gone = {"autoscaling_config"}
        return {k: _without_bounds(v) for k, v in config.items() if k not in gone}
    return [_without_bounds(v) for v in config] if isinstance(config, list) else config


async def test_a_one_off_goes_on_past_its_end_while_it_is_paused(world: World) -> None:
    world.launch(schedule=make_one_off(None, end="2026-03-05T16:00"))
    world.commands.activate("chat")
    await world.advance(10)
    world.commands.pause("chat")
    await world.go_to(at("05 16:00"))
    await world.advance(5)
    assert world.status() is Status.RUNNING
    world.commands.resume("chat")
    await world.advance(10)
    assert (world.status(), world.task().armed) == (Status.IDLE, None)


async def test_an_override_until_the_end_of_a_one_off_ends_with_it(world: World) -> None:
    world.launch(schedule=make_one_off(None, end="2026-03-05T16:00"))
    world.commands.activate("chat")
    world.commands.scale("chat", FOUR)
    await world.go_to(at("05 16:00"))
    await world.advance(10)
    task = world.task()
    assert (task.status, task.override) == (Status.IDLE, None)
    assert said(world, EventKind.OVERRIDE_ENDED) == ["4-4; the schedule has ended"]


@pytest.mark.parametrize("until", [None, at("07 20:00")])
async def test_a_one_off_held_back_by_a_pause_is_not_missed(
    world: World, until: datetime | None
) -> None:
    world.launch(schedule=make_one_off("2026-03-05T15:00"))
    world.commands.activate("chat")
    world.commands.pause("chat", until)
    await world.go_to(at("07 20:00"))
    if until is None:
        assert world.status() is Status.IN_QUEUE
        world.commands.resume("chat")
    await world.advance(10)
    assert world.status() is Status.RUNNING


async def test_a_one_off_whose_pause_ended_long_before_anybody_looked_is_missed(
    world: World,
) -> None:
    world.launch(schedule=make_one_off("2026-03-05T15:00"))
    world.commands.activate("chat")
    world.commands.pause("chat", at("05 18:00"))
    world.sleep(30 * 3600)
    await world.advance(2)
    assert world.status() is Status.IDLE
    assert "missed" in world.task().progress.reason.text


async def test_down_while_an_override_ends_and_points_pass_the_answer_is_the_same(
    world: World,
) -> None:
    await running(world, THREE_POINTS)
    world.commands.scale("chat", FOUR)
    await world.advance(5)
    world.sleep((at("05 17:30") - world.clock.at).total_seconds())
    world.restart()
    await world.advance(5)
    assert world.bounds() == (1, 2)
    assert said(world, EventKind.OVERRIDE_ENDED) == ["4-4; 17:00 1-2 in force"]
    assert said(world, EventKind.POINT_SUPERSEDED) == ["15:00 2-2 (UTC)", "16:00 3-3 (UTC)"]


@pytest.mark.parametrize("step", ["before-put", "after-put", "before-record", "after-record"])
@pytest.mark.parametrize("points", ["08:00=1-1,15:00=2-2", "08:00=0-0,15:00=2-2"])
async def test_a_kill_at_any_step_of_an_end_keeps_exactly_one_event(
    world: World, step: str, points: str
) -> None:
    world.launch(schedule=make_daily(points))
    world.commands.activate("chat", When.NOW)
    await world.advance(10)
    world.commands.scale("chat", FOUR)
    await world.advance(10)
    world.sleep((at("05 15:00") - world.clock.at).total_seconds())
    world.crash_at = step
    with pytest.raises(Crash):
        await world.advance(2)
    world.restart()
    await world.advance(10)
    assert world.bounds() == (2, 2)
    assert world.task().override is None
    assert said(world, EventKind.OVERRIDE_ENDED) == ["4-4; 15:00 2-2 in force"]
    assert said(world, EventKind.POINT_APPLIED).count("15:00 2-2 (UTC)") == 1


async def test_an_override_set_while_another_ends_is_not_lost(world: World) -> None:
    """The scheduler's update was computed for the older wish, so it is dropped whole."""
    await running(world)
    world.commands.scale("chat", FOUR, at("05 15:00"))
    await world.advance(5)
    world.sleep((at("05 15:00") - world.clock.at).total_seconds())

    def meanwhile(step: str) -> None:
        if step == "before-record" and not said(world, EventKind.OVERRIDDEN)[1:]:
            world.commands.scale("chat", make_replicas("3-3"), Until.CLEARED)

    world.reconciler._checkpoint = meanwhile
    await world.advance(5)
    override = world.task().override
    assert override
    assert override.replicas == make_replicas("3-3")
    assert world.bounds() == (3, 3)
    assert not said(world, EventKind.OVERRIDE_ENDED)


async def test_while_ray_does_not_answer_an_override_waits_for_its_end(world: World) -> None:
    await running(world)
    world.commands.scale("chat", FOUR, at("05 15:00"))
    await world.advance(5)
    world.ray.down = True
    await world.go_to(at("05 15:00"))
    assert world.task().override
    world.ray.down = False
    await world.advance(60)
    assert world.task().override is None
    assert world.bounds() == (1, 1)
    assert len(said(world, EventKind.OVERRIDE_ENDED)) == 1


async def test_with_an_unknown_zone_an_override_stays_until_that_is_known(world: World) -> None:
    await running(world)
    world.commands.scale("chat", FOUR, at("05 15:00"))
    await world.advance(5)
    task = world.task()
    world.store.save_task(replace(task, schedule=make_daily("08:00=1-1", timezone="No/Where")))
    await world.go_to(at("05 15:00"))
    assert (world.bounds(), bool(world.task().override)) == ((4, 4), True)
    world.store.save_task(replace(world.task(), schedule=task.schedule))
    await world.advance(5)
    assert (world.bounds(), world.task().override) == ((1, 1), None)
