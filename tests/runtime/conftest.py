from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tasktui.config import NO_SCHEDULER, Config
from tasktui.scheduler.leader import LeaderLock

NOWHERE = "http://127.0.0.1:9"
"""An address where nothing listens."""


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No scheduler starts by itself, and no cluster of this machine is found."""
    monkeypatch.setenv(NO_SCHEDULER, "1")
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path / "no-ray"))
    for name in ("RAY_DASHBOARD_ADDRESS", "RAY_API_SERVER_ADDRESS", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(state_dir=tmp_path / "state", address=NOWHERE)


@pytest.fixture
def lock(config: Config) -> Iterator[LeaderLock]:
    """The scheduler's lock, held as by a scheduler."""
    config.state_dir.mkdir(mode=0o700, exist_ok=True)
    made = LeaderLock(config.state_dir)
    made.acquire()
    yield made
    made.release()
