"""The command line in process, over a state directory of its own, without a scheduler."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tasktui.cli.command import main
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.store.store import Store

SCRIPT = """
from ray import serve

@serve.deployment
class Model:
    async def __call__(self, request): return "ok"

app = Model.bind()
other = Model.options(name="Other").bind()
"""


@dataclass
class Tool:
    """Runs verbs and keeps what they said."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    environ: dict[str, str] = field(default_factory=dict)
    out: str = ""
    err: str = ""

    @property
    def state_dir(self) -> Path:
        return self.folder / "state"

    def run(self, *words: str, code: int = 0) -> str:
        """Run a verb; fails unless it ends with ``code``. Returns standard output."""
        found = main([*words], self.environ)
        self.out, self.err = self.capsys.readouterr()
        assert found == code, (words, found, self.out, self.err)
        return self.out

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code))

    def fails(self, *words: str, code: int = 2) -> str:
        """Run a verb that must fail; returns the complaint, and nothing else was printed."""
        self.run(*words, code=code)
        assert self.out == ""
        assert "tasktui: " in self.err
        return self.err

    def launched(self, name: str = "chat", *words: str) -> dict[str, Any]:
        """Launch a task on echo, Daily unless ``words`` say otherwise."""
        given = words or ("--daily", "08:00=2-4,20:00=0-1", "--timezone", "Europe/Berlin")
        made: dict[str, Any] = self.json("launch", name, "--artifact", "echo", *given)
        return made

    def store(self) -> Store:
        return Store.open(self.state_dir / "tasktui.db")

    def task(self, name: str) -> Task:
        store = self.store()
        try:
            return store.task(name)
        finally:
            store.close()

    def becomes(self, name: str, status: Status, **progress: Any) -> None:
        """Set the status, and whatever else of the progress, as the scheduler would."""
        store = self.store()
        try:
            task = store.task(name)
            changed = replace(task.progress, status=status, **progress)
            store.save_task(replace(task, progress=changed))
        finally:
            store.close()

    def seen(self, **view: Any) -> None:
        """Let the store hold a look at the cluster."""
        store = self.store()
        try:
            given = {"state": ClusterState.CONNECTED, "address": "http://127.0.0.1:9", **view}
            epoch = store.lead(store.leader())
            store.record(epoch, (), (), ClusterView(**given))
        finally:
            store.close()

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def model(self, name: str = "my-model", script: str = SCRIPT) -> Path:
        """A folder with a script, as a user has one."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "serve.py").write_text(script)
        return folder
