"""What makes trouble: one fault after the other, each begun, kept up for a while, and healed.

Everything is drawn from the seed. A fault that must leave a trace which a person can read says
so in its ``ok`` line: a pattern, to be found in an event or a line of the log after it began.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from jepsen import audit
from jepsen.cluster import LOSING, MODES, Lent
from jepsen.history import Journal
from tasktui.config import Config
from tasktui.domain.observed import ClusterState, SchedulerView
from tasktui.runtime import daemon
from tasktui.runtime.service import CRASH
from tasktui.scheduler.leader import NAME as LOCK
from tasktui.scheduler.leader import holder, is_locked
from tasktui.store.store import Store

FAR = 5400.0
"""No clock is set further off than so many seconds: three hours mean something else."""


@dataclass
class Site:
    """What the nemesis may touch."""

    config: Config
    cluster: Lent
    clients: Mapping[str, subprocess.Popen[bytes]]
    clock: Path
    ballast: Path | None
    """A file that fills the disk of the state directory; None where that has no disk of its own."""


class Nemesis:
    """Draws one fault after the other."""

    def __init__(self, site: Site, journal: Journal, seed: int, most_s: float) -> None:
        """``most_s`` is the longest that a fault may be kept up."""
        self._site = site
        self._journal = journal
        self._rng = random.Random(f"{seed}/nemesis")  # noqa: S311 - a seed, no secret
        self._most_s = most_s
        self._stop = threading.Event()
        self._faults: dict[str, tuple[int, Callable[[], None]]] = {
            "kill": (6, self._kill),
            "crash-point": (6, self._crash_point),
            "suspend": (4, self._suspend),
            "usurp": (4, self._usurp),
            "store-locked": (4, self._store_locked),
            "kill-client": (5, self._kill_client),
            "clock": (4, self._clock),
            "state-lost": (3, self._state_lost),
            "foreign": (8, self._foreign),
            "serve-deploy": (2, self._serve_deploy),
            "tamper": (4, self._tamper),
            "ghost": (2, self._ghost),
            "replicas-crash": (4, self._replicas_crash),
            "build-fails": (4, self._build_fails),
            "no-room": (4, self._no_room),
            "node": (3, self._node),
            **{f"ray-{mode}": (2, self._ray(mode)) for mode in MODES},
        }
        if most_s > daemon.STUCK_AFTER_S + 2:
            self._faults["takeover"] = (2, self._takeover)
        if site.ballast is not None:
            self._faults["disk-full"] = (3, self._disk_full)

    def run(self) -> None:
        """Make trouble until ``stop`` is called."""
        kinds = list(self._faults)
        weights = [self._faults[k][0] for k in kinds]
        while not self._stop.wait(self._rng.uniform(0.5, 2.5)):
            kind = self._rng.choices(kinds, weights)[0]
            self._journal.write("invoke", kind, **self._marks())
            self._said: dict[str, object] = {}
            try:
                self._faults[kind][1]()
            except Exception as error:  # noqa: BLE001 - a run with a fault that failed is not green
                self._journal.write("fail", kind, error=repr(error))
            else:
                self._journal.write("ok", kind, **self._said)

    def stop(self) -> None:
        """No fault after the present one."""
        self._stop.set()

    # The scheduler

    def _kill(self) -> None:
        epoch, pid = self._epoch(), self._pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
        self._stop.wait(self._rng.uniform(0, 2))
        daemon.start(self._site.config, wait_s=30)
        _until(lambda: self._epoch() > epoch)
        self._must(r"Scheduler \S+ started")

    def _crash_point(self) -> None:
        step = self._rng.choice(["before-put", "after-put", "before-record", "after-record"])
        epoch, pid = self._epoch(), self._pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
            _until(lambda: not is_locked(self._site.config.state_dir) or self._pid() != pid)
        words = daemon.command(self._site.config, "scheduler", "run")
        with subprocess.Popen(
            words,
            env={**os.environ, CRASH: step},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as made:
            with contextlib.suppress(subprocess.TimeoutExpired):
                made.wait(self._span(2, 6))
            made.kill()
        self._said |= {"step": step, "died": made.returncode}
        daemon.start(self._site.config, wait_s=30)
        _until(lambda: self._epoch() > epoch)

    def _suspend(self) -> None:
        pid = self._pid()
        if pid:
            os.kill(pid, signal.SIGSTOP)
            self._stop.wait(self._span(1, 8))
            os.kill(pid, signal.SIGCONT)

    def _takeover(self) -> None:
        """It hangs for so long that a person may replace it."""
        epoch, pid = self._epoch(), self._pid()
        if not pid:
            return
        os.kill(pid, signal.SIGSTOP)
        words = daemon.command(self._site.config, "scheduler", "takeover")
        end = time.monotonic() + daemon.STUCK_AFTER_S + 20
        done = -1
        while time.monotonic() < end and done:
            self._stop.wait(3)
            done = subprocess.run(words, capture_output=True, check=False, timeout=60).returncode
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
        self._said |= {"code": done}
        _until(lambda: self._epoch() > epoch)
        self._must(r"Scheduler \S+ started")

    def _usurp(self) -> None:
        """The lock's file is removed under a stopped scheduler: another one leads beside it."""
        epoch, pid = self._epoch(), self._pid()
        if not pid or not self._stopped_between_writes(pid):
            return
        (self._site.config.state_dir / LOCK).unlink()
        daemon.start(self._site.config, wait_s=30)
        _until(lambda: self._epoch() > epoch)
        self._stop.wait(self._rng.uniform(0, 3))
        os.kill(pid, signal.SIGCONT)
        _until(lambda: _gone(pid), 30)
        self._must(r"Another scheduler took over")

    def _stopped_between_writes(self, pid: int) -> bool:
        """Stop it; let it go on where it holds the database, which nobody could use then."""
        for _ in range(50):
            os.kill(pid, signal.SIGSTOP)
            try:
                with closing(self._raw()) as raw:
                    raw.execute("BEGIN IMMEDIATE")
                    raw.execute("ROLLBACK")
            except sqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)
                time.sleep(0.05)
            else:
                return True
        return False

    # The machine

    def _store_locked(self) -> None:
        with closing(sqlite3.connect(self._site.config.database, isolation_level=None)) as raw:
            raw.execute("PRAGMA wal_autocheckpoint = 0")
            raw.execute("BEGIN IMMEDIATE")
            self._stop.wait(self._span(1, 9))
            raw.execute("ROLLBACK")

    def _disk_full(self) -> None:
        ballast = self._site.ballast
        assert ballast is not None
        with ballast.open("wb", buffering=0) as file:
            for size in (65536, 4096, 512):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))
        self._stop.wait(self._span(2, 6))
        ballast.unlink()

    def _kill_client(self) -> None:
        name = self._rng.choice(sorted(self._site.clients))
        self._said["client"] = name
        os.killpg(self._site.clients[name].pid, signal.SIGKILL)

    def _clock(self) -> None:
        now = float(self._site.clock.read_text())
        steps = [-2.0, -40.0, -600.0, 40.0, 600.0, 3600.0]
        by = self._rng.choice([s for s in steps if abs(now + s) <= FAR])
        before = self._calm()
        draft = self._site.clock.with_suffix(".new")
        draft.write_text(str(now + by))
        draft.replace(self._site.clock)
        self._said["by"] = by
        self._stop.wait(3)
        if abs(by) > 5 and before and self._calm() == before:
            self._must(r"The clock went (back|forward)")

    # Ray

    def _ray(self, mode: str) -> Callable[[], None]:
        def fault() -> None:
            before = self._calm()
            self._site.cluster.begin(mode)
            self._stop.wait(self._span(1, 12 if mode == "hang" else 6))
            met = self._site.cluster.met
            self._site.cluster.heal()
            self._said["met"] = met
            self._stop.wait(1.5)
            told = mode not in {*LOSING, "slow"} and met > 8
            if told and before and self._calm(well=False) == before:
                self._must(r"Ray")

        return fault

    def _state_lost(self) -> None:
        self._site.cluster.lose_state()

    def _foreign(self) -> None:
        name = self._rng.choice(["theirs-a", "theirs-b", "theirs-c"])
        there = name in self._site.cluster.others
        config: dict[str, object] | None = {
            "name": name,
            "route_prefix": f"/{name}",
            "import_path": f"their.module:app_{self._rng.randint(0, 9)}",
            "runtime_env": {"env_vars": {"KEY": "ü \u2028 " + str(self._rng.random())}},
            "deployments": [{"name": "Theirs", "num_replicas": 1, "user_config": {"x": [1, None]}}],
            "external_scaler_enabled": False,
        }
        if there and self._rng.random() < 0.3:
            config = None
        self._site.cluster.deploy(name, config)

    def _serve_deploy(self) -> None:
        self._site.cluster.serve_deploy()

    def _tamper(self) -> None:
        ours = self._ours()
        if not ours:
            return
        name = self._rng.choice(sorted(ours))
        change = {**ours[name], "runtime_env": {"env_vars": {"BY": "another tool"}}}
        self._site.cluster.tamper(name, self._rng.choice([None, change]))

    def _ghost(self) -> None:
        """An application under our name that no task has."""
        with closing(Store.open(self._site.config.database)) as store:
            name = f"tasktui-{store.owner()}-ghost"
        self._site.cluster.tamper(
            name, {"name": name, "route_prefix": "/ghost", "import_path": "a:b"}
        )

    def _replicas_crash(self) -> None:
        ours = sorted(self._ours())
        with self._site.cluster.lock:
            for name in ours:
                if self._rng.random() < 0.6 and name in self._site.cluster.ray.apps:
                    self._site.cluster.ray.kill_replicas(name)

    def _build_fails(self) -> None:
        ray = self._site.cluster.ray
        name = f"tasktui-{self._owner()}-task-{self._rng.randint(0, 5)}"
        ray.failing[name] = "RuntimeError: no such model"
        self._stop.wait(self._span(2, 8))
        ray.failing.pop(name)

    def _no_room(self) -> None:
        ray = self._site.cluster.ray
        before, ray.nodes = ray.nodes, {"node-1": {"CPU": 0.25, "GPU": 0.0}}
        self._stop.wait(self._span(2, 8))
        ray.nodes = before

    def _node(self) -> None:
        ray = self._site.cluster.ray
        ray.nodes = {**ray.nodes, "node-2": {"CPU": 4.0, "GPU": 1.0}}
        self._stop.wait(self._span(1, 4))
        ray.nodes = {"node-1": ray.nodes["node-1"]}

    # What all of them need

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

    def _raw(self) -> sqlite3.Connection:
        return sqlite3.connect(self._site.config.database, timeout=0, isolation_level=None)

    def _view(self) -> SchedulerView:
        with closing(Store.open(self._site.config.database)) as store:
            return store.leader()

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


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _until(done: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.05)


@contextmanager
def ended(config: Config) -> Iterator[None]:
    """End every scheduler of this state directory, however it was started."""
    try:
        yield
    finally:
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if str(config.state_dir) in process.cmdline():
                    process.kill()
