"""Whatever people and clocks do, in whatever order: a slow model wants the same replicas.

The model knows one task. It walks the half hours of UTC and reads the clock; the
commands, the store, the scheduler and the protocol of Ray are the real ones.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from make import make_daily
from scheduler.world import World
from tasktui.domain.schedule import Daily, Point, Replicas
from tasktui.domain.status import Status
from tasktui.domain.task import Until, When

T = TypeVar("T")
BERLIN = "Europe/Berlin"
START = datetime(2026, 3, 28, 9, 10, tzinfo=UTC)
"""The day before the clocks of Berlin change."""
HALF = timedelta(minutes=30)
HOUR = timedelta(hours=1)

CLOCKS = [f"{hour:02d}:{minute}" for hour in range(24) for minute in ("00", "30")]
TIMES = st.sampled_from(CLOCKS)
BOUNDS = st.sampled_from(["0-0", "1-1", "1-2", "2-2", "0-1"])
POINTS = st.tuples(TIMES, BOUNDS, st.sampled_from(["UTC", BERLIN]))
SCHEDULES = (
    st.lists(POINTS, min_size=1, max_size=4, unique_by=lambda p: (p[0], p[2]))
    .filter(lambda points: any(p[1] != "0-0" for p in points))
    .map(lambda points: make_daily(",".join(f"{t}={b}@{z}" for t, b, z in points)))
)
HANDS = st.sampled_from([Replicas(0, 0), Replicas(1, 1), Replicas(2, 3)])
SPANS = st.sampled_from([HALF, 2 * HOUR, 7 * HOUR, 26 * HOUR])


class Model:
    """What should be wanted, by the words of the semantics."""

    def __init__(self, schedule: Daily) -> None:
        self.schedule = schedule
        self.armed: tuple[When, datetime] | None = None
        self.override: tuple[Replicas, datetime | None] | None = None
        self.pause: tuple[Replicas | None, datetime | None] | None = None
        self.applied: datetime | None = None
        """The last point that was applied."""
        self.seen = START

    def instants(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, Point]]:
        """Points at start <= at < end, ascending; of equal ones the later in the list last."""
        moment = start
        while moment < end:
            for point in self.schedule.points:
                assert isinstance(point, Point)
                if self._comes(point, moment):
                    yield moment, point
            moment += HALF

    def _comes(self, point: Point, moment: datetime) -> bool:
        tz = ZoneInfo(point.timezone)
        wall = moment.astimezone(tz).replace(tzinfo=None)
        before = (moment - HALF).astimezone(tz).replace(tzinfo=None)
        skipped = wall - before > HALF
        return wall.time() == point.time or (skipped and before.time() < point.time < wall.time())

    def held(self, now: datetime) -> datetime:
        small = self.applied is not None and now < self.applied < now + 3 * HOUR
        return self.applied if small and self.applied else now

    def force(self, now: datetime) -> tuple[datetime, Point] | None:
        if self.armed is None:
            return None
        when, since = self.armed
        at = self.held(now)
        grid = at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)
        found = list(self.instants(grid - 50 * HOUR, grid + HALF))
        counted = [f for f in found if when is When.NOW or f[0] >= since]
        return counted[-1] if counted else None

    def following(self, now: datetime) -> datetime:
        at = self.held(now)
        grid = at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0) + HALF
        found = (at for at, _ in self.instants(grid, grid + 120 * HOUR))
        when, since = self.armed or (When.NOW, now)
        return next(at for at in found if when is When.NOW or at >= since)

    def hand(self, now: datetime) -> tuple[Replicas | None, datetime | None] | None:
        for hand in (self.override, self.pause):
            if hand is not None and (hand[1] is None or now < hand[1]):
                return hand
        return None

    def wanted(self, now: datetime) -> Replicas | None:
        if self.armed is None:
            return None
        hand = self.hand(now)
        if hand is not None:
            return hand[0]
        force = self.force(now)
        return force[1].replicas if force else None

    def looked(self, now: datetime) -> None:
        """The scheduler has looked at the task."""
        self.seen = now
        if self.armed is None:
            return
        if self.applied is not None and self.applied >= now + 3 * HOUR:
            self.applied = None
        for name in ("override", "pause"):
            hand = getattr(self, name)
            if hand is not None and hand[1] is not None and hand[1] <= now:
                setattr(self, name, None)
        force = self.force(now)
        if force is not None and self.hand(now) is None:
            self.applied = max(self.applied or force[0], force[0])


class Sequences(RuleBasedStateMachine):
    """Commands and clocks in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.world = self.run(World.make(Path(self.folder.name), START))
        schedule = make_daily("08:00=1-2,20:00=0-1", BERLIN)
        self.world.launch(schedule=schedule)
        self.model = Model(schedule)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.world.engine.close())
        self.world.store.close()
        self.loop.close()
        self.folder.cleanup()

    @property
    def now(self) -> datetime:
        return self.world.clock.at

    @property
    def active(self) -> bool:
        return self.model.armed is not None

    def settle(self) -> None:
        """Let the scheduler work until nothing moves any more."""
        for _ in range(60):
            self.world.sleep(2)
            self.run(self.world.turn())
            self.model.looked(self.now)
            if self.world.status() in {Status.IDLE, Status.IN_QUEUE, Status.RUNNING}:
                wish = self.model.wanted(self.now)
                runs = wish is not None and not wish.stopped
                if self.world.bounds() == ((wish.min, wish.max) if wish and runs else None):
                    return

    @precondition(lambda self: not self.active)
    @rule(when=st.sampled_from(When))
    def activate(self, when: When) -> None:
        self.world.commands.activate("chat", when)
        self.model.armed, self.model.applied = (when, self.now), None
        self.settle()

    @precondition(lambda self: self.active)
    @rule()
    def deactivate(self) -> None:
        self.world.commands.deactivate("chat")
        self.model.armed = self.model.override = self.model.pause = self.model.applied = None
        self.settle()

    @precondition(lambda self: self.active)
    @rule(replicas=HANDS, until=st.one_of(st.sampled_from(Until), SPANS))
    def scale(self, replicas: Replicas, until: Until | timedelta) -> None:
        moment = self.now + until if isinstance(until, timedelta) else until
        end = moment if isinstance(moment, datetime) else None
        if until is Until.NEXT:
            end = self.model.following(self.now)
        self.world.commands.scale("chat", replicas, moment)
        self.model.override = (replicas, end)
        self.settle()

    @precondition(lambda self: self.model.override is not None)
    @rule()
    def clear(self) -> None:
        self.world.commands.clear("chat")
        self.model.override = None
        self.settle()

    @precondition(lambda self: self.active)
    @rule(span=st.none() | SPANS)
    def pause(self, span: timedelta | None) -> None:
        end = None if span is None else self.now + span
        frozen = self.model.wanted(self.now)
        self.world.commands.pause("chat", end)
        self.model.pause = (frozen, end)
        self.settle()

    @precondition(lambda self: self.model.pause is not None)
    @rule()
    def resume(self) -> None:
        self.world.commands.resume("chat")
        self.model.pause = None
        self.settle()

    @rule(schedule=SCHEDULES)
    def edit(self, schedule: Daily) -> None:
        task = self.world.task()
        spec = replace(self.world.commands.spec_of(task), schedule=schedule)
        self.world.commands.edit("chat", task.revision, spec)
        self.model.schedule = schedule
        self.settle()

    @rule(span=st.sampled_from([HALF, HOUR, 5 * HOUR, 13 * HOUR, 30 * HOUR]), awake=st.booleans())
    def later(self, span: timedelta, *, awake: bool) -> None:
        steps = int(span / HALF) if awake else 1
        for _ in range(steps):
            self.world.sleep((span / steps).total_seconds())
            self.settle()

    @rule(hours=st.sampled_from([-30, -13, -4, -3, -2.5, -1, -0.5, 0.5, 2, 9]))
    def step(self, hours: float) -> None:
        self.world.clock.step(hours * HOUR)
        if self.model.seen - self.now > 24 * HOUR:
            self.run(self.world.turn())
            assert self.world.commands.accept_clock(), "it stands still until it is accepted"
        self.settle()

    @rule()
    def crash(self) -> None:
        self.world.restart()
        self.settle()

    @invariant()
    def the_same_is_wanted(self) -> None:
        wish = self.model.wanted(self.now)
        task = self.world.task()
        if task.armed is not None:
            assert task.progress.wanted == wish
        assert (task.armed is not None) == self.active
        runs = wish is not None and not wish.stopped
        assert self.world.bounds() == ((wish.min, wish.max) if wish and runs else None)


Sequences.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestSequences = Sequences.TestCase
