"""What every fault may touch, and what it needs to know of the scheduler it is about."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from jepsen import audit
from jepsen.cluster import Lent
from tasktui.config import Config
from tasktui.domain.observed import ClusterState
from tasktui.runtime import daemon
from tasktui.scheduler.leader import holder
from tasktui.store.store import Store


@dataclass
class Site:
    """What the nemesis may touch."""

    config: Config
    cluster: Lent
    clients: Mapping[str, subprocess.Popen[bytes]]
    clock: Path
    ballast: Path | None
    """A file that fills the disk of the state directory; None where that has no disk of its own."""


class Trouble:
    """The base of all faults."""

    def __init__(self, site: Site, seed: int, most_s: float) -> None:
        """``most_s`` is the longest that a fault may be kept up."""
        self._site = site
        self._rng = random.Random(f"{seed}/nemesis")  # noqa: S311 - a seed, no secret
        self._most_s = most_s
        self._stop = threading.Event()
        self._said: dict[str, object] = {}

    def _marks(self) -> Mapping[str, int]:
        """How far events and log have come: a trace must be found behind them."""
        with audit.connected(self._site.config.database) as raw:
            seq = raw.execute("SELECT coalesce(max(seq), 0) FROM audit_event").fetchone()[0]
        log = self._site.config.scheduler_log
        return {"seq": seq, "log": log.stat().st_size if log.exists() else 0}

    def _must(self, pattern: str) -> None:
        self._said["must"] = pattern

    def _span(self, least: float, most: float) -> float:
        return min(self._rng.uniform(least, most), self._most_s)

    def _pid(self) -> int:
        found = holder(self._site.config.state_dir)
        return found.pid if found else 0

    def _epoch(self) -> int:
        with audit.connected(self._site.config.database) as raw:
            return int(raw.execute("SELECT epoch FROM leader").fetchone()[0])

    def _owner(self) -> str:
        with audit.connected(self._site.config.database) as raw:
            return str(raw.execute("SELECT value FROM setting WHERE key = 'owner'").fetchone()[0])

    def _ours(self) -> dict[str, Mapping[str, object]]:
        found = self._site.cluster.applications()
        return {n: c for n, c in found.items() if n.startswith(f"tasktui-{self._owner()}-")}

    def _calm(self, *, well: bool = True) -> int:
        """The scheduler's process where it runs and Ray answers it; else 0."""
        with closing(Store.open(self._site.config.database)) as store:
            view, cluster = store.leader(), store.cluster()
        pid = self._pid()
        connected = cluster.state is ClusterState.CONNECTED or not well
        alive = pid == view.pid and daemon.health(self._site.config, view).state == "running"
        return pid if alive and connected else 0


def until(done: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that another process does. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.05)
