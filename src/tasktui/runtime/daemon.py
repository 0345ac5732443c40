"""The scheduler process from outside: start it detached, stop it, ask how it is.

Like tmux's server it is started by whoever needs it first and outlives every
terminal. Whether one runs is told by its lock, which a kill releases at once;
never by a pid file alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from tasktui.config import NO_SCHEDULER, Config
from tasktui.domain.observed import SchedulerView
from tasktui.errors import SchedulerError
from tasktui.scheduler.clock import boot_id, boot_s
from tasktui.scheduler.leader import NAME as LOCK
from tasktui.scheduler.leader import Holder, holder, is_locked

STUCK_AFTER_S = 20.0
"""Age of the heartbeat from which a living scheduler counts as stuck. Well above
three HTTP deadlines, so that a slow Ray does not look like a hung scheduler."""


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
    trouble: str = ""
    """Why it cannot use the database; empty while it can."""
    kept_apart: bool = False
    """Nothing here may start it: that is done elsewhere, as by systemd."""


def health(config: Config, view: SchedulerView, now: datetime | None = None) -> Health:
    """Judge the scheduler by its lock, by what stands in that, and by the heartbeat in its row."""
    now = now or datetime.now(UTC)
    apart = bool(os.environ.get(NO_SCHEDULER))
    held = holder(config.state_dir)
    if held is None:
        times = (view.started_at, view.heartbeat_at)
        return Health(State.DOWN, 0, *times, config.scheduler_log, kept_apart=apart)
    started_at, beat = _times(held, view, now)
    stuck = beat is not None and (now - beat).total_seconds() > STUCK_AFTER_S
    return Health(
        State.STUCK if stuck else State.RUNNING,
        held.pid or view.pid,
        started_at,
        beat,
        config.scheduler_log,
        trouble=held.trouble,
        kept_apart=apart,
    )


def _times(
    held: Holder, view: SchedulerView, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """When the holder of the lock started, and when it was last heard of."""
    if held.pid not in {0, view.pid}:
        return held.said_at, held.said_at  # the row is still that of the one before
    said = [at for at in (_heartbeat(view, now), held.said_at) if at and at <= now]
    return view.started_at, max(said, default=view.heartbeat_at)


def _heartbeat(view: SchedulerView, now: datetime) -> datetime | None:
    """When it was last heard of, by the boot clock where that goes on: the other may be set."""
    if not view.boot_id or view.boot_id != boot_id():
        return view.heartbeat_at
    return now - timedelta(seconds=max(0.0, boot_s() - view.beat_s))


def how_to_start(health: Health) -> str:
    """The command that starts the scheduler again, in words."""
    if health.kept_apart:
        return f"start it where it belongs, such as with systemctl: {NO_SCHEDULER} is set here"
    return "tasktui scheduler start"


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
    import subprocess  # noqa: PLC0415 - off the path of plain reads

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

    Nothing is done where it must not be started here. Raises SchedulerError when
    it does not come up in time.
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
    held = holder(config.state_dir)
    if held is None:
        return False
    pid = held.pid or view.pid
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


def takeover(config: Config, view: SchedulerView, *, wait_s: float = 15.0) -> int:
    """End a scheduler that hangs and start a new one, which leads under a newer epoch.

    Returns the process that was ended. Raises SchedulerError where none hangs,
    where what holds the lock is not a scheduler of this state directory, or
    where the new one does not come up.
    """
    found = health(config, view)
    if found.state is not State.STUCK:
        raise SchedulerError(
            f"The scheduler of {config.state_dir} is {found.state}, it does not hang.",
            "tasktui scheduler restart replaces one that answers, start starts one.",
        )
    _kill(config, found.pid)
    start(config, wait_s=wait_s)
    return found.pid


def _kill(config: Config, pid: int) -> None:
    """Kill the scheduler that has the lock of this state directory open, and no other process."""
    import psutil  # noqa: PLC0415 - off the path of plain reads

    try:
        process = psutil.Process(pid)
        lock = str((config.state_dir / LOCK).resolve())
        ours = _is_scheduler(pid) and lock in {f.path for f in process.open_files()}
        if ours:
            process.kill()  # not one that got its number meanwhile: psutil compares start times
    except psutil.NoSuchProcess:
        return  # it left by itself meanwhile
    except psutil.Error:
        ours = False
    if not ours:
        raise SchedulerError(
            f"Process {pid} is not the scheduler of {config.state_dir}: it was not ended.",
            "tasktui scheduler status shows who leads.",
        )
    _until(lambda: not is_locked(config.state_dir), 5)


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
