"""Schedulers as real processes: found by their state directory, ended on every path."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psutil

from tasktui.config import Config
from tasktui.domain.observed import SchedulerView
from tasktui.runtime import daemon
from tasktui.scheduler.leader import is_locked
from tasktui.store.store import Store

WAIT_S = 30.0
"""Only a test that fails waits so long."""


def until(done: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + WAIT_S
    while not done():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def leader(config: Config) -> SchedulerView:
    with closing(Store.open(config.database)) as store:
        return store.leader()


def leads(config: Config, *, after: int = 0) -> SchedulerView:
    """Wait for a scheduler, newer than the epoch ``after``, that has its signals in hand."""
    until(lambda: is_locked(config.state_dir) and config.database.exists())
    until(lambda: _started(config, after))
    return leader(config)


def ended(pid: int) -> int:
    """Wait for a child of this process and return its exit code; minus a signal's number."""
    return psutil.Process(pid).wait(WAIT_S) or 0


@contextmanager
def ending(config: Config) -> Iterator[None]:
    """End whatever was started over this state directory."""
    try:
        yield
    finally:
        left = [p for p in psutil.Process().children() if _over(config, p)]
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, WAIT_S)


@contextmanager
def scheduler(config: Config) -> Iterator[subprocess.Popen[str]]:
    """The scheduler in the foreground, its words on a pipe."""
    process = subprocess.Popen(
        daemon.command(config, "scheduler", "run"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _started(config: Config, after: int) -> bool:
    log, view = config.scheduler_log, leader(config)
    said = f"started (process {view.pid}, epoch {view.epoch})."
    return view.epoch > after and log.exists() and said in log.read_text()


def _over(config: Config, process: psutil.Process) -> bool:
    try:
        return str(config.state_dir) in process.cmdline()
    except psutil.Error:
        return False
