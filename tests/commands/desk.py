"""A store in memory, a clock in hand, and the commands over them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from make import NOW
from tasktui.commands.artifacts import NewArtifact
from tasktui.commands.commands import Commands
from tasktui.commands.context import Context
from tasktui.config import Config
from tasktui.domain.event import Actor
from tasktui.domain.schedule import OneOff, Replicas, Schedule
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskSpec
from tasktui.schedule.parse import parse_daily
from tasktui.store.store import Store

SCRIPT = """
from ray import serve

@serve.deployment(autoscaling_config={"min_replicas": 1, "target_ongoing_requests": 5})
class Model:
    async def __call__(self, request): return "ok"

app = Model.bind()
other = Model.options(name="Other").bind()
"""


@dataclass
class Desk:
    """Commands of one made-up user."""

    folder: Path
    store: Store
    at: datetime = NOW
    pokes: int = 0
    commands: Commands = field(init=False)

    def __post_init__(self) -> None:
        self.commands = Commands(
            Context(
                store=self.store,
                config=Config(state_dir=self.folder),
                actor=Actor(user="op1", origin="cli"),
                now=lambda: self.at,
                poke=self._poke,
            )
        )

    def _poke(self) -> None:
        self.pokes += 1

    def later(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def artifact(self, name: str = "model", script: str = SCRIPT) -> str:
        source = self.folder / "src" / name
        source.mkdir(parents=True, exist_ok=True)
        (source / "serve.py").write_text(script)
        return self.commands.add_artifact(NewArtifact(source=source, name=name)).label

    def launched(self, name: str = "chat", schedule: Schedule | None = None) -> Task:
        return self.commands.launch(spec(name, self.artifact(), schedule))

    def becomes(self, task: Task, status: Status, **progress: object) -> Task:
        """Set the status as the scheduler would."""
        fresh = self.store.task_by_id(task.id)
        changed = replace(fresh.progress, status=status, **progress)  # type: ignore[arg-type]
        return self.store.save_task(replace(fresh, progress=changed))


def spec(name: str, artifact: str, schedule: Schedule | None = None) -> TaskSpec:
    return TaskSpec(
        name=name,
        artifact=artifact,
        file_path="",
        deployment_name="",
        schedule=schedule or parse_daily("08:00=2-4,20:00=0-1", "Europe/Berlin"),
    )


def one_off(at: datetime | None = None, replicas: Replicas | None = None) -> OneOff:
    return OneOff(at=at, timezone="UTC", replicas=replicas or Replicas(1, 1))
