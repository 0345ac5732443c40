"""An app on a real store in a temporary folder, a clock in hand, and somebody else beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from textual.pilot import Pilot

from make import NOW, make_replica, make_replicas
from tasktui.config import Config
from tasktui.domain.observed import ClusterState, ClusterView, SchedulerView
from tasktui.domain.schedule import Schedule
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskSpec, When
from tasktui.runtime.session import Session
from tasktui.schedule.parse import parse_daily
from tasktui.store.store import Store
from tasktui.tui.app import TasktuiApp
from tasktui.tui.desk import Desk
from tasktui.tui.palette import palette
from tasktui.tui.screens.dialogs import Dialog

CLUSTER = ClusterView(
    state=ClusterState.CONNECTED,
    address="http://127.0.0.1:8265",
    serve_url="http://127.0.0.1:8000",
    seen_at=NOW,
)


@dataclass
class Bench:
    """One store; ``other`` is somebody else's command line on it."""

    folder: Path
    at: datetime = NOW
    ends: ExitStack = field(default_factory=ExitStack)
    other: Session = field(init=False)

    def __post_init__(self) -> None:
        self.other = self.session()

    @property
    def config(self) -> Config:
        return Config(state_dir=self.folder / "state", builds="read")

    def session(self, *, read_only: bool = False) -> Session:
        config = replace(self.config, read_only=read_only)
        session = Session(config, {}, "cli", now=lambda: self.at)
        self.ends.callback(session.close)
        return session

    def app(
        self, environ: Mapping[str, str] | None = None, *, read_only: bool = False
    ) -> TasktuiApp:
        look = palette(no_color=bool((environ or {}).get("NO_COLOR")), encoding="utf-8")
        return TasktuiApp(Desk(self.session(read_only=read_only), look, lambda: self.at, UTC))

    # What the store holds.

    def launched(
        self, name: str = "chat", schedule: Schedule | str = "08:00=2-4,20:00=0-1"
    ) -> Task:
        plan = parse_daily(schedule, "UTC") if isinstance(schedule, str) else schedule
        spec = TaskSpec(name=name, artifact="echo", file_path="", deployment_name="", schedule=plan)
        return self.other.call(lambda c: c.launch(spec))

    def becomes(self, task: Task, status: Status, **progress: object) -> Task:
        """Set the progress as the scheduler would."""
        changed = replace(task.progress, status=status, **progress)  # type: ignore[arg-type]
        return self.saved(replace(task, progress=changed))

    def saved(self, task: Task) -> Task:
        """Write a task whole."""
        with self.store() as store:
            return store.save_task(task)

    def sees(self, cluster: ClusterView = CLUSTER) -> None:
        """Keep a look at the cluster as the scheduler would."""
        with self.store() as store:
            store.record(store.lead(SchedulerView()), [], [], cluster)

    @contextmanager
    def store(self) -> Iterator[Store]:
        store = Store.open(self.config.database)
        try:
            yield store
        finally:
            store.close()

    def running(self, name: str = "chat", replicas: int = 2, **progress: object) -> Task:
        """A task that was activated with ``now``, and runs."""
        self.launched(name)
        armed = self.other.call(lambda c: c.activate(name, When.NOW))
        rows = tuple(make_replica(f"{name}#r{n + 1}") for n in range(replicas))
        bounds = make_replicas("2-4")
        return self.becomes(armed, Status.RUNNING, replicas=rows, wanted=bounds, **progress)

    def archived(self, name: str = "old") -> Task:
        self.launched(name)
        return self.other.call(lambda c: c.archive(name))

    def task(self, name: str = "chat", *, archived: bool = False) -> Task:
        return self.other.call(lambda c: c.task(name, archived=archived))

    def everything(self) -> object:
        """All tasks and the number of events: unchanged when nothing was done."""
        return self.other.call(
            lambda c: (c.tasks(), c.tasks(Status.ARCHIVED), len(c.events(limit=1000)))
        )

    def later(self, **delta: float) -> None:
        self.at += timedelta(**delta)


def text(pilot: Pilot[None]) -> str:
    """What the terminal shows."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


async def until(pilot: Pilot[None], seen: str | Callable[[], bool], seconds: float = 10.0) -> str:
    """Wait until the screen shows ``seen``, or until it holds; fails with the screen."""

    def found() -> bool:
        return seen in text(pilot) if isinstance(seen, str) else seen()

    for _ in range(int(seconds / 0.02)):
        await pilot.pause(0.02)
        if found():
            return text(pilot)
    raise AssertionError(f"never saw {seen!r} in:\n{text(pilot)}")


async def press(pilot: Pilot[None], *keys: str, seen: str | Callable[[], bool]) -> str:
    """Press keys, and wait for what they show."""
    await pilot.press(*keys)
    return await until(pilot, seen)


async def asked(pilot: Pilot[None], key: str, title: str) -> Dialog:
    """Press a key, and wait until its dialog takes keys."""
    await pilot.press(key)

    def open_() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, Dialog) and screen.question.title == title and screen._open

    await until(pilot, open_)
    screen = pilot.app.screen
    assert isinstance(screen, Dialog)
    return screen
