"""Clocks that are set, and new timezone data: the answers of the table, pure and in the loop."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from make import NOW, make_arming, make_daily, make_progress, make_replicas, make_task
from scheduler.world import World
from tasktui.domain.event import EventKind
from tasktui.domain.status import Badge, Status
from tasktui.domain.task import When
from tasktui.schedule.points import wanted
from tasktui.schedule.resolve import data_version
from tasktui.scheduler.clocksteps import Reading, said, settled, step, step_since, unbelievable
from tasktui.scheduler.ports import Update
from tasktui.scheduler.timekeeper import DOUBT
from tasktui.scheduler.zonedata import VERSION, moved

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
AT_EIGHT = "2026-03-05T20:00:00Z"


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+00:00")


@pytest.mark.parametrize(
    ("wall", "steady", "expected"),
    [
        (10, 10, 0),
        (14, 10, 0),
        (-7200, 10, -7210),
        (7210, 10, 7200),
        (3600, 0, 3600),
        (5, 10, -5),
    ],
)
def test_a_step_is_what_the_wall_clock_did_and_the_steady_one_did_not(
    wall: float, steady: float, expected: float
) -> None:
    last, now = Reading(NOW, 100), Reading(NOW + wall * SECOND, 100 + steady)
    assert step(last, now) == expected * SECOND


def test_across_a_downtime_only_a_step_back_is_known() -> None:
    assert step_since(NOW, NOW + 5 * HOUR) == timedelta(0)
    assert step_since(NOW, NOW - 2 * HOUR) == -2 * HOUR


@pytest.mark.parametrize(
    ("by", "what"),
    [
        (-2 * HOUR, "went back by 2 h 00 min to 2026-03-05 14:00:00Z: no point is applied again"),
        (-3 * HOUR, "every schedule is read anew"),
        (-30 * SECOND, "went back by 30 s"),
        (90 * 60 * SECOND, "went forward by 1 h 30 min, or the machine slept: as after downtime"),
    ],
)
def test_a_step_is_told_with_its_consequence(by: timedelta, what: str) -> None:
    assert what in said(by, NOW)


def test_a_day_back_is_obeyed_and_more_is_not() -> None:
    assert not unbelievable(NOW, NOW - 24 * HOUR)
    assert unbelievable(NOW, NOW - 24 * HOUR - SECOND)


def test_the_point_in_force_stays_after_a_small_step_back_and_not_after_a_large_one() -> None:
    task = make_task(
        schedule=make_daily("08:00=2-4,20:00=0-1"),
        armed=make_arming(at("05 10:00")),
        progress=make_progress(Status.RUNNING, point_at=at("05 20:00")),
    )
    small = wanted(task, at("05 18:05"))
    assert (str(small.replicas), small.next_at) == ("0-1", at("06 08:00"))
    large = wanted(settled(task, at("05 17:00"), 60), at("05 17:00"))
    assert (str(large.replicas), large.next_at) == ("2-4", at("05 20:00"))


def test_moments_of_the_progress_never_lie_further_ahead_than_they_could_be_set() -> None:
    task = make_task(
        progress=make_progress(
            Status.STARTING,
            since=NOW + HOUR,
            due_at=NOW + HOUR,
            retry_at=NOW + HOUR,
            stop_by=NOW + HOUR,
        )
    )
    p = settled(task, NOW, drain_s=60).progress
    assert (p.since, p.due_at) == (NOW, NOW)
    assert (p.retry_at, p.stop_by) == (NOW + 300 * SECOND, NOW + 60 * SECOND)


def test_a_progress_in_order_is_left_as_it_is() -> None:
    task = make_task(progress=make_progress(point_at=NOW, retry_at=NOW + 10 * SECOND))
    assert settled(task, NOW, 60) is task


async def running(world: World, text: str = "08:00=2-4,20:00=1-1") -> None:
    world.launch(schedule=make_daily(text))
    world.commands.activate("chat", When.NOW)
    await world.advance(10)


def notices(world: World) -> list[str]:
    return [e.reason for e in world.events(None) if e.kind is EventKind.NOTICE]


async def test_two_hours_back_and_forward_apply_nothing_and_are_one_event_each(
    world: World,
) -> None:
    await running(world)
    await world.go_to(at("05 20:05"))
    assert world.bounds() == (1, 1)
    puts, events = len(world.ray.puts), len(world.events())
    world.clock.step(-2 * HOUR)
    await world.advance(30)
    assert world.bounds() == (1, 1)
    world.clock.step(2 * HOUR)
    await world.advance(30)
    assert world.bounds() == (1, 1)
    assert len(world.ray.puts) == puts
    assert len(world.events()) == events
    back, forward = notices(world)
    assert "went back by 2 h 00 min" in back
    assert "went forward by 2 h 00 min" in forward


async def test_after_two_hours_back_the_loop_and_its_heartbeat_go_on(world: World) -> None:
    await running(world)
    world.clock.step(-2 * HOUR)
    await world.advance(10)
    beat = world.store.leader().heartbeat_at
    assert beat
    assert timedelta(0) <= world.clock.at - beat < 10 * SECOND
    world.commands.deactivate("chat")
    await world.advance(30)
    assert world.status() is Status.IDLE


@pytest.mark.parametrize("seconds", [2, 5 * 60])
async def test_back_over_a_point_and_again_through_it_applies_it_once(
    world: World, seconds: int
) -> None:
    await running(world)
    await world.go_to(at("05 20:00"))
    puts = len(world.ray.puts)
    world.clock.step(-seconds * SECOND)
    await world.go_to(at("05 20:00"))
    await world.go_to(at("05 20:05"))
    assert len(world.ray.puts) == puts
    applied = [e for e in world.events() if e.kind is EventKind.POINT_APPLIED]
    assert [e.instant for e in applied] == [at("05 08:00"), at("05 20:00")]


async def test_after_a_small_step_back_the_next_point_is_the_one_to_come(world: World) -> None:
    await running(world)
    await world.go_to(at("05 20:05"))
    world.clock.step(-HOUR)
    await world.advance(5)
    override = world.commands.scale("chat", make_replicas("3")).override
    assert override
    assert override.until == at("06 08:00")


async def test_four_hours_back_read_the_schedule_anew(world: World) -> None:
    await running(world)
    await world.go_to(at("05 20:05"))
    world.clock.step(-4 * HOUR)
    await world.advance(10)
    assert world.bounds() == (2, 4)
    assert "every schedule is read anew" in notices(world)[0]
    await world.go_to(at("05 17:30"))
    assert world.bounds() == (2, 4)
    await world.go_to(at("05 20:00"))
    await world.advance(10)
    assert world.bounds() == (1, 1)


async def test_forward_is_as_after_downtime(world: World) -> None:
    await running(world, "08:00=2-4,16:00=3-3,20:00=1-1")
    world.clock.step(7 * HOUR)
    await world.advance(10)
    assert world.bounds() == (1, 1)
    superseded = [e.instant for e in world.events() if e.kind is EventKind.POINT_SUPERSEDED]
    assert superseded == [at("05 16:00")]


async def test_more_than_a_day_back_freeze_until_somebody_accepts_the_clock(world: World) -> None:
    await running(world)
    await world.go_to(at("05 20:05"))
    puts = len(world.ray.puts)
    world.clock.step(-50 * HOUR)
    await world.advance(30)
    assert world.bounds() == (1, 1)
    assert len(world.ray.puts) == puts
    assert "accept-clock" in world.commands.cluster().error
    world.restart()
    await world.advance(10)
    assert world.bounds() == (1, 1), "a restart does not make a wrong clock right"
    assert world.commands.accept_clock()
    assert not world.commands.accept_clock()
    await world.advance(10)
    assert world.bounds() == (2, 4)
    assert world.commands.cluster().error == ""
    frozen, accepted = notices(world)
    assert "nothing is applied" in frozen
    assert "accepted as it is" in accepted


async def test_a_frozen_scheduler_goes_on_by_itself_once_the_clock_is_right(world: World) -> None:
    await running(world)
    world.clock.step(-48 * HOUR)
    await world.advance(10)
    assert world.commands.setting(DOUBT)
    world.clock.step(48 * HOUR)
    await world.advance(10)
    assert not world.commands.setting(DOUBT)
    assert world.commands.cluster().error == ""
    assert "The clock is believed again." in notices(world)


async def test_while_nobody_was_awake_a_clock_far_back_is_not_believed_either(
    world: World,
) -> None:
    await running(world)
    await world.advance(10)
    world.clock.step(-48 * HOUR)
    world.restart()
    await world.advance(10)
    assert world.commands.setting(DOUBT)
    assert world.bounds() == (2, 4)


async def test_those_in_line_are_told_that_the_clock_is_not_believed(world: World) -> None:
    world.launch(schedule=make_daily("08:00=2-4"))
    world.clock.step(-48 * HOUR)
    await world.advance(5)
    world.commands.activate("chat", When.NOW)
    await world.advance(5)
    assert world.status() is Status.IN_QUEUE
    assert not world.ray.puts


async def test_new_timezone_data_logs_each_task_whose_next_instant_moved(world: World) -> None:
    await running(world, "20:00=1-1")
    world.launch("other", make_daily("21:00=1-1"))
    assert world.commands.setting(VERSION) == data_version()
    world.commands.set_setting(VERSION, "2020.1")
    task = world.task()
    stale = replace(task.progress, next_at=at("05 19:00"))
    world.store.save_task(replace(task, progress=stale))
    world.restart()
    await world.turn()
    moves = [e for e in world.events() if e.kind is EventKind.NOTICE]
    assert [e.reason for e in moves] == [
        f"20:00 UTC moved from 2026-03-05T19:00:00Z to {AT_EIGHT} (tzdata {data_version()})"
    ]
    assert "1 tasks move" in notices(world)[-1]
    assert world.task().progress.next_at == at("05 20:00")
    world.restart()
    await world.turn()
    assert len([e for e in world.events() if e.kind is EventKind.NOTICE]) == 1


def test_what_has_passed_is_disarmed_or_has_no_zone_is_not_said_to_move() -> None:
    armed = make_arming(NOW)
    stale = make_progress(next_at=NOW + HOUR)
    unknown = make_daily("08:00=1-1", "Mars/Base")
    tasks = [
        make_task(progress=stale),
        make_task(armed=armed, progress=make_progress(next_at=NOW - HOUR)),
        make_task(armed=armed, progress=make_progress()),
        make_task(armed=armed, progress=stale, schedule=unknown),
    ]
    assert moved(tasks, NOW, "1") == []
    assert len(moved([make_task(armed=armed, progress=stale)], NOW, "1")) == 1


async def test_a_task_that_rests_while_its_zone_goes_away_says_so_at_once(world: World) -> None:
    world.launch()
    world.commands.activate("chat", When.NEXT)
    await world.turn()
    world.store.save_task(replace(world.task(), schedule=make_daily("20:00=1-1", "Mars/Base")))
    rests = replace(world.task().progress, rests_until=at("05 20:00"))
    left = Update(task=world.task().id, generation=world.task().generation, progress=rests)
    world.store.record(world.store.leader().epoch, [left], (), world.store.cluster())
    world.commands.set_setting(VERSION, "2020.1")
    world.restart()
    await world.turn()
    assert [m.badge for m in world.task().progress.badges] == [Badge.ZONE]
    assert "0 tasks move" in notices(world)[-1]
