"""A small app that shows nothing but the wizard, over a real store with a clock in hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC

from textual.app import App
from textual.pilot import Pilot

from tasktui.commands.artifacts import NewArtifact
from tasktui.domain.build import Build, BuildStatus
from tasktui.domain.schedule import Schedule
from tasktui.domain.task import Task, TaskSpec
from tasktui.schedule.parse import parse_daily
from tasktui.store.buildfiles import open_log
from tasktui.tui.desk import Desk
from tasktui.tui.palette import Palette
from tasktui.tui.themes import WIDGETS
from tasktui.tui.wizard.model import Draft
from tasktui.tui.wizard.screen import Outcome, WizardScreen
from tasktui.tui.wizard.state import State
from tui.bench import Bench, text, until

SCRIPT = """from ray import serve

@serve.deployment
class Model:
    pass

app = Model.bind()
"""


BUILDER = """from ray import serve

@serve.deployment
class Model:
    pass

def app(args):
    return Model.bind()
"""

PARAMETERS = """
[parameters.max_tokens]
type = "integer"
default = 256
min = 1
max = 4096
description = "Longest answer"
[parameters.model]
type = "text"
[parameters.a_very_long_name_of_a_parameter]
type = "boolean"
default = false
"""


class WizardApp(App[None]):
    """Shows what it is given; keeps what each wizard ended with."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.outcomes: list[Outcome | None] = []
        self.theme = WIDGETS["16"]

    def open(self, *, editing: Task | None = None, cloning: Task | None = None) -> None:
        screen = WizardScreen(self.desk, editing=editing, cloning=cloning)
        self.push_screen(screen, self.outcomes.append)


class Workshop:
    """Artifacts and tasks of a bench, and the wizard on it."""

    def __init__(self, bench: Bench, palette: Palette | None = None) -> None:
        self.bench = bench
        desk = Desk(bench.session(), palette or Palette(), lambda: bench.at, UTC)
        self.app = WizardApp(desk)

    def artifact(self, name: str = "model", *scripts: str, description: str = "") -> str:
        """Add an artifact with ``serve.py`` and those scripts."""
        source = self.bench.folder / "src" / name
        source.mkdir(parents=True, exist_ok=True)
        for script in ("serve.py", *scripts):
            (source / script).write_text(SCRIPT)
        new = NewArtifact(source=source, name=name, description=description)
        return self.bench.other.call(lambda c: c.add_artifact(new)).label

    def settable(self, manifest: str, name: str = "model") -> str:
        """Add an artifact whose builder function takes the parameters of ``manifest``."""
        source = self.bench.folder / "src" / name
        source.mkdir(parents=True, exist_ok=True)
        (source / "serve.py").write_text(BUILDER)
        (source / "artifact.toml").write_text(manifest)
        new = NewArtifact(source=source, name=name)
        return self.bench.other.call(lambda c: c.add_artifact(new)).label

    def broken(self, log: str) -> None:
        """Add an artifact whose build failed, and what that wrote."""
        failed = Build(status=BuildStatus.FAILURE, error="ImportError: no torch")
        self.artifact("model")
        with self.bench.store() as store:
            new = replace(store.artifact("model"), name="broken", digest="b" * 64, build=failed)
            kept = store.add_artifact(new)
        with open_log(self.bench.config.state_dir, kept.id) as stream:
            stream.write(log.encode())

    def task(self, name: str = "chat", schedule: Schedule | None = None) -> Task:
        """Launch a task on an artifact of one's own, with a second script in it."""
        spec = TaskSpec(
            name=name,
            artifact=self.artifact("model", "other.py"),
            file_path="",
            deployment_name="",
            schedule=schedule or parse_daily("08:00=2-4,20:00=0-1", "Europe/Berlin"),
        )
        return self.bench.other.call(lambda c: c.launch(spec))

    @property
    def wizard(self) -> WizardScreen:
        screen = self.app.screen
        assert isinstance(screen, WizardScreen)
        return screen

    @property
    def state(self) -> State:
        return self.wizard.state

    @property
    def draft(self) -> Draft:
        return self.state.draft

    @property
    def outcome(self) -> Outcome:
        """What the last wizard wrote."""
        last = self.app.outcomes[-1]
        assert last is not None
        return last

    @asynccontextmanager
    async def running(
        self, *, size: tuple[int, int] = (80, 24), **opened: Task | None
    ) -> AsyncIterator[Pilot[None]]:
        async with self.app.run_test(size=size) as pilot:
            await self.reopened(pilot, **opened)
            yield pilot

    async def reopened(self, pilot: Pilot[None], **opened: Task | None) -> str:
        """Open the wizard and wait for its first moment."""
        self.app.open(**opened)
        await until(pilot, lambda: isinstance(self.app.screen, WizardScreen))
        return await self.settled(pilot)

    async def settled(self, pilot: Pilot[None]) -> str:
        """Wait until the draft is kept and the store has said what it thinks; the screen then."""
        await until(pilot, lambda: not (self.wizard.busy or self.wizard.unsettled))
        await self.app.workers.wait_for_complete()
        await pilot.pause()
        return text(pilot)

    async def ended(self, pilot: Pilot[None], *keys: str) -> None:
        """Press keys, and wait until the wizard is left."""
        before = len(self.app.outcomes)
        await pilot.press(*keys)
        await until(pilot, lambda: len(self.app.outcomes) > before)

    async def over(self, pilot: Pilot[None], words: str) -> None:
        """Type over what is in the focused input."""
        await pilot.press("ctrl+u", *words)

    async def press(self, pilot: Pilot[None], *keys: str) -> str:
        """Press keys and wait until nothing is under way; the screen then."""
        await pilot.press(*keys)
        return await self.settled(pilot)
