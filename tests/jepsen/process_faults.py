"""What happens to processes and to their machine: killed, stopped, locked out, a wrong clock."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import closing

import psutil

from jepsen.trouble import Trouble, until
from tasktui.runtime import daemon
from tasktui.runtime.service import CRASH
from tasktui.scheduler.leader import NAME as LOCK

FAR = 5400.0
"""No clock is set further off than so many seconds: three hours mean something else."""


class ProcessFaults(Trouble):
    """Faults of scheduler, clients, disk and clock."""

    def _kill(self) -> None:
        epoch, pid = self._epoch(), self._pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
        self._stop.wait(self._rng.uniform(0, 2))
        daemon.start(self._site.config, wait_s=30)
        until(lambda: self._epoch() > epoch)
        self._must(r"Scheduler \S+ started")

    def _crash_point(self) -> None:
        step = self._rng.choice(["before-put", "after-put", "before-record", "after-record"])
        epoch, pid = self._epoch(), self._pid()
        words = daemon.command(self._site.config, "scheduler", "run")
        with subprocess.Popen(
            words,
            env={**os.environ, CRASH: step},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as made:
            time.sleep(0.7)  # it waits for the lock for a second: faster than who starts only then
            if pid:
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                made.wait(self._span(2, 6))
            made.kill()
        self._said |= {"step": step, "died": made.returncode}
        daemon.start(self._site.config, wait_s=30)
        until(lambda: self._epoch() > epoch)

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
        until(lambda: self._epoch() > epoch)
        self._must(r"Scheduler \S+ started")

    def _usurp(self) -> None:
        """The lock's file is removed under a stopped scheduler: another one leads beside it."""
        epoch, pid = self._epoch(), self._pid()
        if not pid or not self._stopped_between_writes(pid):
            return
        self._lead_beside(epoch, pid)

    def _usurp_before_put(self) -> None:
        """The same, at the worst moment: between its last look at Ray and its change."""
        epoch, stopped = self._epoch(), threading.Event()
        looking: list[int] = []

        def stop(pid: int) -> None:
            os.kill(pid, signal.SIGSTOP)
            looking.append(pid)
            stopped.set()

        self._site.cluster.on_look = stop
        stopped.wait(self._span(5, 10))
        self._site.cluster.on_look = None
        self._said["met"] = bool(looking)
        if looking:
            self._lead_beside(epoch, looking[0])

    def _lead_beside(self, epoch: int, pid: int) -> None:
        """Another one leads beside a stopped scheduler, which then goes on."""
        (self._site.config.state_dir / LOCK).unlink()
        daemon.start(self._site.config, wait_s=30)
        until(lambda: self._epoch() > epoch)
        self._stop.wait(self._rng.uniform(0, 3))
        os.kill(pid, signal.SIGCONT)
        until(lambda: _gone(pid), 30)
        self._must(r"Another scheduler took over")

    def _stopped_between_writes(self, pid: int) -> bool:
        """Stop it; let it go on where it holds the database, which nobody could use then."""
        for _ in range(50):
            os.kill(pid, signal.SIGSTOP)
            try:
                with closing(sqlite3.connect(self._site.config.database, timeout=0)) as raw:
                    raw.isolation_level = None
                    raw.execute("BEGIN IMMEDIATE")
                    raw.execute("ROLLBACK")
            except sqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)
                time.sleep(0.05)
            else:
                return True
        return False

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


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
