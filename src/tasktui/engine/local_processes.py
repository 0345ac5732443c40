"""The processes of an embedded cluster: found by a mark in their environment, and ended.

Ray hands its environment down to every daemon and worker, so the mark tells
exactly the processes of one start. It is read from the process itself: a
process id that was given away meanwhile is never mistaken for one of ours.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "TASKTUI_CLUSTER"
OWNER = "TASKTUI_STATE_DIR"
"""Variable that names the state directory, to find processes when the record is lost."""

HEAD = "gcs_server"
DASHBOARD = "dashboard"
CORE = {HEAD: "head", "raylet": "raylet", DASHBOARD: "dashboard"}
"""Processes that nothing starts again, with the word for each."""

_PATIENCE_S = 3.0
"""Time for the raylet to leave by itself, in seconds, before it is killed."""

_PAUSE_S = 0.05
_DYING_S = 10.0
"""How long to wait for the last of a killed process, in seconds: it may write to a slow disk."""


def marked(marker: str) -> list[psutil.Process]:
    """Living processes that carry this marker. One that only waits to be reaped has none."""
    return [p for p, env in _environments() if env.get(MARK) == marker]


def markers_of(state_dir: Path) -> set[str]:
    """Markers of all living processes that were started for this state directory."""
    wanted = str(state_dir)
    return {env[MARK] for _, env in _environments() if MARK in env and env.get(OWNER) == wanted}


def words(pid: int) -> tuple[str, ...]:
    """The process's command line; empty when it is gone."""
    try:
        return tuple(psutil.Process(pid).cmdline())
    except (psutil.Error, ValueError):
        return ()


def environ(pid: int) -> dict[str, str]:
    """The environment that the process was started with; empty when it is gone."""
    try:
        return psutil.Process(pid).environ()
    except (psutil.Error, OSError, ValueError):
        return {}


def markers() -> set[str]:
    """Markers of all living processes whose environment may be read."""
    return {env[MARK] for _, env in _environments() if MARK in env}


def carries(pid: int, marker: str) -> bool:
    """Whether the process lives and carries the marker."""
    try:
        return pid > 0 and psutil.Process(pid).environ().get(MARK) == marker
    except (psutil.Error, OSError):
        return False


def core(processes: list[psutil.Process]) -> dict[str, int]:
    """Process ids of Ray's own daemons by name, as in ``CORE``."""
    found = {}
    for process in processes:
        with suppress(psutil.Error):
            name = _kind(process)
            if name in CORE:
                found[name] = process.pid
    return found


def end(marker: str) -> int:
    """End every process with this marker, and return how many there were.

    The raylet is asked first: it ends its workers in half a second, while the
    others take long to leave. What remains is killed, over and over, since a
    raylet may start a worker while the list is made. A killed process loses its
    environment before its ports: it is waited for, too.
    """
    found = marked(marker)
    ended = {*found}
    _signal([p for p in found if "raylet" in core([p])], signal.SIGTERM)
    limit = time.monotonic() + _PATIENCE_S
    while "raylet" in core(found) and time.monotonic() < limit:
        time.sleep(_PAUSE_S)
        found = marked(marker)
    while found:
        ended |= {*found}
        _signal(found, signal.SIGKILL)
        time.sleep(_PAUSE_S)
        found = marked(marker)
    limit = time.monotonic() + _DYING_S
    while any(map(_lives, ended)) and time.monotonic() < limit:
        time.sleep(_PAUSE_S)
    return len(ended)


def _lives(process: psutil.Process) -> bool:
    """Whether there is more of it than an entry that its parent has not read yet."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(number)


def _kind(process: psutil.Process) -> str:
    name = process.name()
    if name in CORE:
        return name
    words = process.cmdline()
    return "dashboard" if any(w.endswith("dashboard/dashboard.py") for w in words) else name


def _environments() -> Iterator[tuple[psutil.Process, dict[str, str]]]:
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            yield process, process.environ()
