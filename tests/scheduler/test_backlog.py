"""A disk that takes nothing: the schedule is followed all the same, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from make import NOW, make_arming, make_event, make_progress, make_task
from scheduler.world import Here, World
from tasktui.domain.event import Event, EventKind
from tasktui.domain.observed import ClusterView, SchedulerView
from tasktui.domain.schedule import Replicas
from tasktui.domain.status import Status
from tasktui.domain.task import Override, Pause, Task, TaskId, When
from tasktui.errors import DiskFull, LeadershipLost, StoreBroken, StoreBusy, StoreError, StoreTooNew
from tasktui.scheduler.backlog import KEPT_EVENTS, KEPT_OF_A_TASK, Backlog, as_written
from tasktui.scheduler.ports import Contact, SchedulerStore, Update
from tasktui.scheduler.reconciler import Reconciler
from tasktui.scheduler.timekeeper import Timekeeper


@dataclass
class Disk:
    """A store whose writes fail with ``error`` while that is set."""

    store: Any
    error: StoreError | None = None
    tries: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def heartbeat(self, epoch: int, at: datetime, beat_s: float = 0.0) -> None:
        self._fail()
        self.store.heartbeat(epoch, at, beat_s)

    def record(
        self, epoch: int, updates: Sequence[Update], events: Sequence[Event], cluster: ClusterView
    ) -> int:
        self._fail()
        return int(self.store.record(epoch, updates, events, cluster))

    def keep_setting(self, epoch: int, key: str, value: str) -> None:
        self._fail()
        self.store.keep_setting(epoch, key, value)

    def _fail(self) -> None:
        self.tries += 1
        if self.error is not None:
            raise self.error


@dataclass
class Site:
    """A world whose scheduler writes to a disk that may be full."""

    world: World
    disk: Disk
    said: list[str] = field(default_factory=list)

    @classmethod
    async def make(cls, folder: Path) -> Site:
        world = await World.make(folder)
        site = cls(world, Disk(world.store))
        site.restart()
        await world.turn()
        return site

    def restart(self) -> None:
        world = self.world
        epoch = world.store.lead(SchedulerView(pid=1, started_at=world.clock.at))
        store: SchedulerStore = self.disk

        async def contact() -> Contact:
            return Contact(engine=world.engine, address=world.ray.address, embedded=False)

        world.reconciler = Reconciler(
            Here(Backlog(store, self.said.append)),  # type: ignore[arg-type]
            contact,
            Timekeeper(world.clock, None),
            world.config,
            epoch,
        )


FULL = DiskFull("No space is left.", "Free some.")


@pytest.fixture
async def site(tmp_path: Path) -> Site:
    return await Site.make(tmp_path)


PASSING = [FULL, StoreBusy("locked"), StoreError("read-only")]


@pytest.mark.parametrize("error", PASSING, ids=lambda e: type(e).__name__)
async def test_points_are_applied_while_nothing_can_be_written(
    site: Site, error: StoreError
) -> None:
    world = site.world
    world.launch()
    world.commands.activate("chat", When.NOW)
    await world.advance(5)
    assert world.status() is Status.RUNNING
    before = len(world.events())
    site.disk.error = error
    await world.go_to(NOW.replace(hour=20))
    assert world.bounds() == (0, 1)
    assert len(world.events()) == before
    site.disk.error = None
    await world.advance(3)
    (point,) = [e for e in world.events() if e.instant == NOW.replace(hour=20)]
    assert point.kind is EventKind.POINT_APPLIED
    assert point.at - NOW.replace(hour=20) < timedelta(seconds=1.5)


async def test_a_task_is_started_from_memory_and_every_step_is_written_later(site: Site) -> None:
    world = site.world
    world.launch()
    world.commands.activate("chat", When.NEXT)
    await world.turn()
    site.disk.error = FULL
    await world.go_to(NOW.replace(hour=20))
    await world.advance(5)
    assert world.app()
    assert world.status() is Status.IN_QUEUE, "the store still says what it last took"
    puts = len(world.ray.puts)
    await world.advance(30)
    assert len(world.ray.puts) == puts, "what was done is remembered, not done again"
    site.disk.error = None
    await world.advance(4)
    assert world.status() is Status.RUNNING
    assert world.path()[-2:] == [Status.STARTING, Status.RUNNING]


async def test_the_time_without_a_disk_is_told_then_and_logged_later(site: Site) -> None:
    world = site.world
    site.said.clear()
    await world.advance(6)
    assert set(site.said) == {""}
    site.disk.error = FULL
    await world.advance(10)
    assert site.said[-1] == str(FULL)
    assert not [e for e in world.events(None) if "could not be written" in e.reason]
    site.disk.error = None
    await world.advance(6)
    assert site.said[-1] == ""
    (told,) = [e for e in world.events(None) if "could not be written" in e.reason]
    assert "No space is left" in told.reason
    assert told.kind is EventKind.NOTICE


async def test_a_change_by_a_person_wins_over_what_was_kept_in_memory(site: Site) -> None:
    world = site.world
    world.launch()
    world.commands.activate("chat", When.NOW)
    await world.turn()
    site.disk.error = FULL
    await world.advance(4)
    world.commands.deactivate("chat")
    site.disk.error = None
    await world.advance(6)
    assert world.app() is None
    assert world.status() is Status.IDLE


@pytest.mark.parametrize("error", [StoreBroken("replaced"), StoreTooNew("newer")])
async def test_a_file_that_is_another_one_stops_everything(site: Site, error: StoreError) -> None:
    world = site.world
    world.launch()
    world.commands.activate("chat", When.NOW)
    site.disk.error = error
    await world.advance(5)
    assert world.app() is None
    site.disk.error = None
    await world.advance(5)
    assert world.app() is not None


async def test_who_was_replaced_meanwhile_does_not_go_on_from_memory(site: Site) -> None:
    world = site.world
    site.disk.error = StoreBusy("locked")
    world.store.lead(SchedulerView(holder="other", pid=7))
    with pytest.raises(LeadershipLost, match=r"other \(pid 7\)"):
        await world.advance(6)


async def test_settings_that_cannot_be_written_are_remembered(site: Site) -> None:
    backlog = Backlog(site.disk)
    epoch = site.world.store.leader().epoch
    site.disk.error = FULL
    backlog.keep_setting(epoch, "k", "v")
    assert (backlog.setting("k"), site.world.store.setting("k")) == ("v", None)
    site.disk.error = None
    backlog.record(epoch, (), (make_event(task=None),), ClusterView())
    assert site.world.store.setting("k") == "v"
    backlog.keep_setting(epoch, "k", "w")
    assert backlog.setting("k") == "w"


@pytest.mark.parametrize("error", [None, FULL])
async def test_a_scheduler_that_was_replaced_keeps_no_setting(
    site: Site, error: StoreError | None
) -> None:
    backlog = Backlog(site.disk)
    old = site.world.store.leader().epoch
    site.world.store.lead(SchedulerView(holder="other", pid=7))
    site.disk.error = error
    with pytest.raises(LeadershipLost, match=r"other \(pid 7\)"):
        backlog.keep_setting(old, "k", "v")
    assert backlog.setting("k") is None


async def test_what_is_kept_is_bounded_and_the_newest_stays(site: Site) -> None:
    store = site.world.store
    task = site.world.launch()
    epoch = store.leader().epoch
    backlog = Backlog(site.disk)
    site.disk.error = FULL
    for number in range(KEPT_EVENTS + 20):
        event = make_event(reason=str(number), task=None)
        mine = update(task, events=(make_event(reason=str(number)),))
        assert backlog.record(epoch, (mine,), (event,), ClusterView()) == 1
    site.disk.error = None
    backlog.record(epoch, (), (), ClusterView())
    own = [e.reason for e in store.events(task.id) if e.kind is EventKind.NOTICE]
    assert len(own) == KEPT_OF_A_TASK
    assert own[-1] == str(KEPT_EVENTS + 19)
    assert len(store.events(limit=10_000)) <= KEPT_EVENTS + KEPT_OF_A_TASK + 10


def update(task: Task, **kw: Any) -> Update:
    given = {"task": task.id, "generation": task.generation, "progress": task.progress}
    return Update(**{**given, **kw})


STANDING: dict[str, Any] = {
    "armed": make_arming(),
    "override": Override(Replicas(1, 1), NOW, None, "op"),
    "pause": Pause(None, NOW, None, "op"),
}


@pytest.mark.parametrize(
    ("flag", "left"),
    [
        ("disarm", set()),
        ("override_ended", {"armed", "pause"}),
        ("pause_ended", {"armed", "override"}),
        ("archive", {"armed", "override", "pause"}),
    ],
)
def test_memory_and_store_agree_on_what_an_update_ends(
    flag: str, left: set[str], world_store: Any
) -> None:
    task = world_store.add_task(make_task(**STANDING))
    change = update(task, progress=make_progress(Status.IDLE), **{flag: True})
    epoch = world_store.lead(SchedulerView(pid=1))
    seen = as_written(task, change)
    assert {name for name in STANDING if getattr(seen, name)} == left
    world_store.record(epoch, (change,), (), ClusterView())
    assert world_store.task_by_id(task.id) == seen


@pytest.fixture
async def world_store(tmp_path: Path) -> Any:
    return (await World.make(tmp_path)).store


def test_an_update_of_an_old_wish_changes_nothing() -> None:
    task = make_task(id=TaskId(3), generation=4)
    old = replace(update(task, progress=make_progress(Status.RUNNING)), generation=3)
    assert as_written(task, old) == task
