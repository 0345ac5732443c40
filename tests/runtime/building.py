"""A session that builds for real, in a state directory of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from tasktui.commands.artifacts import NewArtifact
from tasktui.domain.artifact import Artifact
from tasktui.domain.build import BuildStatus
from tasktui.errors import UserError
from tasktui.runtime.session import Session

LIMIT_S = 60.0
"""Of every wait: this machine may be busy."""


@dataclass
class Site:
    """Adds artifacts and waits for their builds."""

    session: Session

    def add(self, new: NewArtifact) -> Artifact:
        return self.session.call(lambda c: c.add_artifact(new))

    def artifact(self, label: str) -> Artifact:
        return self.session.call(lambda c: c.artifact(label))

    def log(self, label: str) -> str:
        return self.session.call(lambda c: c.build_log(label))

    def cancel(self, label: str) -> None:
        self.session.call(lambda c: c.cancel_build(label))

    def built(self, new: NewArtifact) -> Artifact:
        """Add it, and wait until its build is over."""
        return self.over(self.add(new).label)

    def over(self, label: str) -> Artifact:
        until(lambda: self.artifact(label).build.over)
        return self.artifact(label)

    def becomes(self, label: str, status: BuildStatus) -> None:
        until(lambda: self.artifact(label).build.status is status)

    def end(self) -> None:
        """End what builds still."""
        for artifact in self.session.call(lambda c: c.artifacts()):
            if not artifact.build.over:
                until(partial(self._cancelled, artifact.label))
        self.session.close()

    def _cancelled(self, label: str) -> bool:
        with suppress(UserError):  # it is just starting, or over
            self.cancel(label)
        return self.artifact(label).build.over


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_S
    while not done():
        assert time.monotonic() < end, "it did not come to it in time"
        time.sleep(0.05)
