"""The scheduler process from outside: start it detached, stop it, ask how it is.

Like tmux's server it is started by whoever needs it first and outlives every
terminal. Whether one runs is told by its lock, which a kill releases at once;
never by a pid file alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from tasktui.config import Config
from tasktui.domain.observed import SchedulerView
from tasktui.errors import SchedulerError
from tasktui.scheduler.leader import is_locked

STUCK_AFTER_S = 20.0
"""Age of the heartbeat from which a living scheduler counts as stuck. Well above
three HTTP deadlines, so that a slow Ray does not look like a hung scheduler."""

NO_SCHEDULER = "TASKTUI_NO_SCHEDULER"
"""Set by tests, and by people who run the scheduler under systemd only."""


class State(StrEnum):
    """How the scheduler process is."""

    RUNNING = "running"
    STUCK = "stuck"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Health:
    """How the scheduler process is, and where to read more."""

    state: State
    pid: int
    started_at: datetime | None
    heartbeat_at: datetime | None
    log: Path


def health(config: Config, view: SchedulerView, now: datetime | None = None) -> Health:
    """Judge the scheduler by its lock and by the heartbeat in its row."""
    now = now or datetime.now(UTC)
    if not is_locked(config.state_dir):
        state = State.DOWN
    elif view.heartbeat_at and (now - view.heartbeat_at).total_seconds() > STUCK_AFTER_S:
        state = State.STUCK
    else:
        state = State.RUNNING
    pid = view.pid if state is not State.DOWN else 0
    return Health(state, pid, view.started_at, view.heartbeat_at, config.scheduler_log)


def command(config: Config, *words: str) -> list[str]:
    """The command line that runs tasktui again with the same settings."""
    argv = [sys.executable, "-m", "tasktui", "--state-dir", str(config.state_dir)]
    if config.address:
        argv += ["--address", config.address]
    if config.allow_remote:
        argv += ["--allow-remote"]
    return [*argv, *words]


def spawn(config: Config, log: Path, *words: str) -> None:
    """Start tasktui detached: its own session, no terminal, output to ``log``.

    Raises SchedulerError when the log cannot be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    try:
        out = os.open(log, flags, 0o600)
    except OSError as error:
        raise SchedulerError(
            f"{log} cannot be written: {error.strerror}; {' '.join(words)} was not started.",
            "What was asked for is kept. Check the file and its disk, then try again.",
        ) from error
    try:
        # Held by nobody: when this process ends first, init reaps the child.
        subprocess.Popen(
            command(config, *words),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            cwd="/",
        )
    finally:
        os.close(out)


def start(config: Config, *, wait_s: float = 0.0) -> None:
    """Start the scheduler unless one runs; with ``wait_s``, until it holds its lock.

    Raises SchedulerError when it does not come up in time.
    """
    if os.environ.get(NO_SCHEDULER) or is_locked(config.state_dir):
        return
    spawn(config, config.scheduler_log, "scheduler", "run")
    if wait_s and not _until(lambda: is_locked(config.state_dir), wait_s):
        raise SchedulerError(
            f"The scheduler did not come up within {wait_s:g} s.",
            f"Its last words are in {config.scheduler_log}.",
        )


def stop(config: Config, view: SchedulerView, *, wait_s: float = 10.0, force: bool = False) -> bool:
    """End the scheduler; tasks on Ray go on. False when none ran.

    With ``force`` it is killed when it does not leave within ``wait_s``.
    Raises SchedulerError when it does not leave, or is not ours to end.
    """
    if not is_locked(config.state_dir):
        return False
    pid = view.pid
    if not _is_scheduler(pid):
        raise SchedulerError(
            f"The lock in {config.state_dir} is held, but process {pid} is not its scheduler.",
            "It may be starting: try again in a few seconds.",
        )
    _send(pid, signal.SIGTERM)
    if _until(lambda: not is_locked(config.state_dir), wait_s):
        return True
    if not force:
        raise SchedulerError(
            f"The scheduler (process {pid}) did not stop within {wait_s:g} s.",
            "tasktui scheduler stop --force kills it; nothing is lost.",
        )
    _send(pid, signal.SIGKILL)
    _until(lambda: not is_locked(config.state_dir), 5)
    return True


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # it left by itself meanwhile
        os.kill(pid, number)


def _is_scheduler(pid: int) -> bool:
    import psutil  # noqa: PLC0415 - off the path of plain reads

    try:
        words = psutil.Process(pid).cmdline() if pid else []
    except psutil.Error:
        return False
    return "scheduler" in words and any("tasktui" in w for w in words)


def _until(done: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
