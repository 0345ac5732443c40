"""A whole control plane without processes: real store, real commands, real HTTP client, fake Ray.

Time passes only by ``advance``; then the scheduler gets its turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from make import DIGEST, NOW, make_artifact, make_daily
from tasktui.commands.commands import Commands
from tasktui.commands.context import Context
from tasktui.config import Config
from tasktui.domain.artifact import Artifact
from tasktui.domain.event import Actor, Event
from tasktui.domain.observed import SchedulerView
from tasktui.domain.schedule import Schedule
from tasktui.domain.service import app_name
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskSpec
from tasktui.engine.fake import FakeApp, FakeRay
from tasktui.engine.ray_serve import RayServe
from tasktui.scheduler.ports import Contact, SchedulerStore
from tasktui.scheduler.reconciler import Reconciler
from tasktui.scheduler.timekeeper import Timekeeper
from tasktui.store.store import Store

T = TypeVar("T")
STEP_S = 0.25


class FakeClock:
    """A clock that stands still."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.set_by = timedelta(0)
        """By how much somebody set it, all in all."""

    def now(self) -> datetime:
        return self.at

    def steady(self) -> float:
        return (self.at - self.set_by - NOW).total_seconds()

    def boot_s(self) -> float:
        return self.steady()

    def step(self, by: timedelta) -> None:
        """Set it forward or back."""
        self.at += by
        self.set_by += by

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)
        return event.is_set()


class Here:
    """Runs work on the store right here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(self, work: Callable[[SchedulerStore], T]) -> T:
        return work(self._store)


class Crash(BaseException):
    """The process is gone."""


@dataclass
class World:
    """One state directory, one cluster, one scheduler at a time."""

    store: Store
    ray: FakeRay
    clock: FakeClock
    config: Config
    engine: RayServe
    reconciler: Reconciler
    commands: Commands
    crash_at: str = ""
    embedded: bool = False

    @classmethod
    async def make(cls, folder: Path, at: datetime = NOW, **settings: Any) -> World:
        store = Store.memory()
        ray = FakeRay()
        clock = FakeClock(at)
        config = Config(state_dir=folder, **settings)
        store.add_artifact(make_artifact())
        store.archive_path(DIGEST).write_bytes(b"zip")
        engine = RayServe(ray.address, transport=ray.transport())
        commands = Commands(
            Context(
                store=store,
                config=config,
                actor=Actor(user="op", origin="cli"),
                now=clock.now,
                poke=lambda: None,
            )
        )
        world = cls(store, ray, clock, config, engine, None, commands)  # type: ignore[arg-type]
        world.restart()
        await world.turn()
        return world

    def restart(self) -> None:
        """A new scheduler takes over; the old one is forgotten as by a kill."""
        seen = self.store.leader().heartbeat_at
        epoch = self.store.lead(SchedulerView(pid=1, started_at=self.clock.at))

        async def contact() -> Contact:
            return Contact(engine=self.engine, address=self.ray.address, embedded=self.embedded)

        def checkpoint(step: str) -> None:
            if step == self.crash_at:
                self.crash_at = ""
                raise Crash

        self.reconciler = Reconciler(
            Here(self.store),
            contact,
            Timekeeper(self.clock, seen),
            self.config,
            epoch,
            checkpoint=checkpoint,
        )

    async def turn(self) -> None:
        """One turn of the loop, right now."""
        self.reconciler.poke()
        await self.reconciler.tick()

    async def advance(self, seconds: float) -> None:
        """Let time pass in steps, with the scheduler awake."""
        end = self.clock.at + timedelta(seconds=seconds)
        while self.clock.at < end:
            step = min(STEP_S, (end - self.clock.at).total_seconds())
            self.sleep(step)
            await self.reconciler.tick()

    def sleep(self, seconds: float) -> None:
        """Let time pass with nobody awake."""
        self.clock.at += timedelta(seconds=seconds)
        self.ray.advance(seconds)

    async def go_to(self, at: datetime) -> None:
        """Sleep until shortly before ``at``, then be awake until a second after."""
        self.sleep((at - self.clock.at).total_seconds() - 1)
        await self.advance(2)

    def launch(self, name: str = "chat", schedule: Schedule | None = None, **kw: Any) -> Task:
        spec = TaskSpec(
            name=name,
            artifact=kw.pop("artifact", "echo"),
            file_path="",
            deployment_name="",
            schedule=schedule or make_daily("08:00=1-2,20:00=0-1"),
            **kw,
        )
        return self.commands.launch(spec)

    def add_artifact(self, **kw: Any) -> Artifact:
        artifact = self.store.add_artifact(make_artifact(**kw))
        self.store.archive_path(artifact.digest).write_bytes(b"zip")
        return artifact

    def task(self, name: str = "chat") -> Task:
        return self.commands.any_task(name)

    def status(self, name: str = "chat") -> Status:
        return self.task(name).status

    def app(self, name: str = "chat") -> FakeApp | None:
        found = self.ray.apps.get(app_name(self.store.owner(), name))
        return found if found and found.deleting_until is None else None

    def bounds(self, name: str = "chat") -> tuple[int, int] | None:
        """Min and max as Ray was asked for, None where nothing runs."""
        app = self.app(name)
        if app is None:
            return None
        config = app.deployment["autoscaling_config"]
        return config["min_replicas"], config["max_replicas"]

    def events(self, name: str | None = "chat") -> list[Event]:
        return self.commands.events(name)

    def path(self, name: str = "chat") -> list[Status]:
        """Every status that the task had, in order."""
        return [e.new for e in self.events(name) if e.new and e.old is not e.new]
