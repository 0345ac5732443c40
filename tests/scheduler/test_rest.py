"""Tasks that rest: passes leave them out, and decide the same."""

from __future__ import annotations

import dataclasses
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from make import (
    NOW,
    OWNER,
    make_app,
    make_arming,
    make_daily,
    make_observed,
    make_one_off,
    make_progress,
    make_replica,
    make_task,
)
from scheduler.world import World
from tasktui.config import Config
from tasktui.domain.observed import AppStatus, ClusterView, Observed, SchedulerView
from tasktui.domain.schedule import Replicas
from tasktui.domain.status import Badge, Mark, Status
from tasktui.domain.task import Override, Pause, Task, When
from tasktui.scheduler.plan import Plan, plan
from tasktui.scheduler.rest import FOREVER, rested
from tasktui.store.store import Store

CONFIG = Config(state_dir=Path("state"))
HOUR = timedelta(hours=1)

MOMENTS = st.integers(-40, 40).map(lambda halves: NOW + halves * HOUR / 2)
PAST = st.integers(-40, 0).map(lambda halves: NOW + halves * HOUR / 2)
SOON = st.integers(-6, 30).map(lambda halves: NOW + halves * HOUR / 2)
ENDS = st.none() | SOON
BOUNDS = st.sampled_from([Replicas(0, 0), Replicas(0, 0), Replicas(0, 1), Replicas(1, 2)])
SELDOM = st.sampled_from([False, False, False, True])
CLOCKS = [f"{hour:02d}:{minute}" for hour in range(24) for minute in ("00", "30")]
DAILY = (
    st.lists(
        st.tuples(st.sampled_from(CLOCKS), BOUNDS), min_size=1, max_size=3, unique_by=lambda p: p[0]
    )
    .map(lambda points: ",".join(f"{at}={bounds}" for at, bounds in points))
    .map(make_daily)
)
ONE_OFF = st.builds(
    lambda at, end: make_one_off(at.replace(tzinfo=None), end=end and (at + end).isoformat()[:19]),
    MOMENTS,
    st.none() | st.just(3 * HOUR),
)


@st.composite
def tasks(draw: st.DrawFn, name: str) -> Task:
    """Any task as commands and scheduler may leave it."""
    if not draw(SELDOM):
        return draw(armed(name))
    status = draw(st.sampled_from([Status.IDLE, Status.NEED_STOP]))
    stop_by = draw(ENDS) if status is Status.NEED_STOP else None
    progress = make_progress(status, since=draw(MOMENTS), stop_by=stop_by)
    return make_task(name, archive_when_idle=draw(SELDOM), progress=progress)


@st.composite
def armed(draw: st.DrawFn, name: str) -> Task:
    """One that its schedule drives, most likely in line."""
    override = st.builds(Override, BOUNDS, st.just(NOW), ENDS, st.just("op"))
    pause = st.builds(Pause, st.none() | BOUNDS, st.just(NOW), ENDS, st.just("op"))
    busy, odd = draw(SELDOM), draw(SELDOM)
    status = draw(st.sampled_from([Status.STARTING, Status.RUNNING])) if busy else Status.IN_QUEUE
    return make_task(
        name,
        schedule=draw(DAILY | ONE_OFF),
        armed=make_arming(draw(PAST), draw(st.sampled_from(When))),
        override=draw(st.none() | override),
        pause=draw(st.none() | pause),
        progress=make_progress(
            status,
            since=draw(MOMENTS if odd else PAST),
            point_at=draw(MOMENTS) if odd else None,
            attempt=draw(st.sampled_from([0, 2, 5])) if odd else 0,
            retry_at=draw(ENDS) if odd else None,
            reverts=draw(st.sampled_from([(), (NOW,)])),
            badges=(Mark(Badge.ZONE),) if odd and draw(SELDOM) else (),
        ),
    )


@st.composite
def looks(draw: st.DrawFn, names: list[str]) -> Observed:
    """Ray with the applications of some of the tasks."""
    shown = draw(st.sets(st.sampled_from(names)))
    status = st.sampled_from([AppStatus.RUNNING, AppStatus.DEPLOYING, AppStatus.DELETING])
    return make_observed(*(make_app(name, draw(status)) for name in sorted(shown)))


NAMES = ["a", "b"]
SETS = st.tuples(*(tasks(name) for name in NAMES))


class Undo(Exception):
    """Takes back what one example wrote."""


def planned(found: list[Task], now: datetime, observed: Observed) -> Plan:
    return plan(now, found, observed, owner=OWNER, config=CONFIG)


def test_a_plan_without_those_that_rest_is_the_same() -> None:
    fields = [f.name for f in dataclasses.fields(Plan) if f.name != "wake_at"]

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(wish=SETS, first=looks(NAMES), then=looks(NAMES), turns=st.integers(0, 3), later=SOON)
    def holds(
        wish: tuple[Task, ...], first: Observed, then: Observed, turns: int, later: datetime
    ) -> None:
        with suppress(Undo), store.transaction():
            for task in wish:
                store.add_task(task)
            for turn in range(turns):
                now = NOW + turn * timedelta(seconds=1)
                made = planned(store.awake_tasks(now), now, first)
                store.record(epoch, made.updates, (), ClusterView())
            everything = planned(store.live_tasks(), later, then)
            awake = planned(store.awake_tasks(later), later, then)
            following = store.next_awake(later)
            raise Undo
        for name in fields:
            assert getattr(awake, name) == getattr(everything, name), name
        moments = [at for at in (awake.wake_at, following) if at is not None]
        assert everything.wake_at is None or min(moments) <= everything.wake_at

    with closing(Store.memory()) as store:
        epoch = store.lead(SchedulerView(pid=1))
        holds()


def waiting(**kw: object) -> Task:
    """A task that waits for a point, as the scheduler left it."""
    return make_task(
        armed=make_arming(when=When.NEXT),
        progress=make_progress(Status.IN_QUEUE, next_at=NOW + 6 * HOUR),
        **kw,  # type: ignore[arg-type]
    )


OVERRIDE = Override(Replicas(0, 0), NOW, NOW + 3 * HOUR, "op")


@pytest.mark.parametrize(
    ("task", "until"),
    [
        (waiting(), NOW + 6 * HOUR),
        (waiting(override=OVERRIDE), NOW + 3 * HOUR),
        (waiting(override=OVERRIDE, pause=Pause(None, NOW, NOW + HOUR, "op")), NOW + HOUR),
        (replace(waiting(), progress=make_progress(Status.IN_QUEUE)), FOREVER),
    ],
)
def test_a_task_rests_until_something_of_it_ends_by_itself(task: Task, until: datetime) -> None:
    assert rested(task, task.progress).rests_until == until


@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.RUNNING},
        {"due_at": NOW},
        {"retry_at": NOW},
        {"attempt": 5},
        {"wanted": Replicas(1, 1)},
        {"replicas": (make_replica(),)},
        {"reverts": (NOW,)},
        {"badges": (Mark(Badge.ZONE),)},
    ],
)
def test_what_has_more_to_come_does_not_rest(change: dict[str, object]) -> None:
    task = waiting()
    progress = replace(task.progress, **change)  # type: ignore[arg-type]
    assert rested(task, progress).rests_until is None


async def test_one_that_waits_is_read_no_more_until_somebody_acts_or_its_time_comes(
    world: World,
) -> None:
    world.launch()
    world.commands.activate("chat", When.NEXT)
    await world.turn()
    assert world.store.awake_tasks(world.clock.at) == []
    world.commands.pause("chat", world.clock.at + HOUR)
    assert [t.name for t in world.store.awake_tasks(world.clock.at)] == ["chat"]
    await world.turn()
    assert world.store.awake_tasks(world.clock.at) == []
    await world.go_to(NOW.replace(hour=20))
    assert world.bounds() == (0, 1)


async def test_a_clock_that_went_back_wakes_what_was_decided_after_it(world: World) -> None:
    world.launch(schedule=make_daily("08:00=1-1,13:00=0-0"))
    world.commands.activate("chat", When.NOW)
    await world.turn()
    assert world.store.awake_tasks(world.clock.at) == []
    world.clock.step(-4 * HOUR)
    await world.turn()
    assert world.bounds() == (1, 1)
