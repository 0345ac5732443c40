"""What must be true after every fault, and the figures of each."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Literal

from e2e.foreign import Foreign
from e2e.load import Load, load
from e2e.site import Site, until

Theirs = Literal["untouched", "struck", "gone"]
FAULT = "fault"
"""Name of the property of a test's report that carries its figures."""


@dataclass
class Fault:
    """One fault under load: injected in the block, converged when ``until`` comes back."""

    name: str
    injected: str
    outcome: str = ""
    seconds: float = 0.0
    load: Load = field(default_factory=lambda: Load(""))
    began: float = field(default_factory=time.monotonic)

    def strike(self) -> None:
        """The clock runs from here."""
        self.began = time.monotonic()

    def until(self, done: Callable[[], object], outcome: str, seconds: float = 60) -> None:
        """Wait until all is as wanted; note how long that took."""
        until(done, seconds, 0.1)
        self.seconds, self.outcome = time.monotonic() - self.began, outcome

    def row(self) -> str:
        """The figures as JSON."""
        failed = f"{self.load.failed} of {self.load.sent}"
        times = (f"{self.seconds:.1f}", failed, f"{self.load.slowest_s:.1f}")
        return json.dumps([self.name, self.injected, self.outcome, *times])


class Watch:
    """Injects under load, and checks the invariants afterwards."""

    def __init__(self, site: Site, foreign: Foreign, note: Callable[[str, object], None]) -> None:
        self._site = site
        self._foreign = foreign
        self._note = note

    @contextmanager
    def fault(
        self, task: str, name: str, injected: str, *, theirs: Theirs = "untouched"
    ) -> Iterator[Fault]:
        """Put a load on the task's endpoint for the block; then everything must be as wanted.

        ``theirs``: what becomes of somebody else's application. It is untouched; or it is
        there as it was deployed, but the fault struck it, too; or the fault took it away.
        """
        fault = Fault(name, injected)
        config = self._foreign.config()
        url = self._site.task(task)["endpoint"]
        with load(url) as fault.load:
            until(lambda: fault.load.sent >= 10)
            assert not fault.load.failed, fault.load.failures
            fault.strike()
            try:
                yield fault
            except AssertionError as error:
                error.add_note(self._site.run("ls", ok=False))
                error.add_note(self._site.run("events", ok=False)[-3000:])
                error.add_note(f"{self._site.application(task)}")
                raise
            sent = fault.load.sent
            until(lambda: fault.load.sent >= sent + 10)
        self._note(FAULT, fault.row())
        self.as_wanted()
        if theirs != "gone":
            assert self._foreign.config() == config, "somebody else's application was changed"
        if theirs == "untouched":
            assert self._foreign.untouched(), "somebody else's replica was restarted"

    def as_wanted(self) -> None:
        """Ray has the applications of exactly the active tasks, and the database is whole."""
        active = {
            t["name"] for t in self._site.json("ls") if t["status"] in {"Starting", "Running"}
        }
        ours = {n.split("-", 2)[2] for n in self._site.applications() if n.startswith("tasktui-")}
        assert ours == active
        path = self._site.state_dir / "tasktui.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
