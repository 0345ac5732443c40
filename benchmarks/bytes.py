"""What the terminal app sends and computes for each thing that happens on its screen.

A real pty of 120x40, a store of 200 tasks, medians; drawn as Textual does it
(TASKTUI_DISPLAY=plain) and by differences, in turn. No scheduler runs; what it would write is
written here: a heartbeat every five seconds, and a status.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from tasktui.config import Config
from tasktui.domain.observed import SchedulerView
from tasktui.domain.status import Status
from tasktui.domain.task import TaskSpec, When
from tasktui.runtime.session import Session
from tasktui.schedule.parse import parse_daily
from tasktui.store.store import Store
from terminal import Terminal

TASKS = 200
QUIET_S = 0.4
BEAT_S = 5.0
TICKING_S = 20.0
CLOSES = "dialog closes"
UNDONE = {"dialog opens", "page of keys"}
"""What is closed again before the next round."""
Figures = dict[str, tuple[float, float]]
"""Bytes and CPU milliseconds by what happened."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--idle", type=float, default=60.0, help="seconds")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tt-bytes-", dir="/tmp"))
    try:
        found = {
            display: measure(folder / display, display, options.rounds, options.idle)
            for display in ("plain", "layer")
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{'':34} {'plain':>18} {'layer':>18}")
    for name, (count, cpu) in found["plain"].items():
        other = found["layer"][name]
        print(f"{name:34} {count:8.0f} {cpu:9.2f} {other[0]:8.0f} {other[1]:9.2f}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


def measure(folder: Path, display: str, rounds: int, idle_s: float) -> Figures:
    """Everything, with one way to draw."""
    found: Figures = {}
    quiet = folder / "old"
    fill(quiet)
    with opened(quiet, display) as screen:
        found["first screen: B, CPU ms"] = (len(screen.raw), cpu_s(screen) * 1000)
        for name, act in actions(quiet).items():
            found[name] = median(screen, name, act, rounds)
        found["idle: B/s, % CPU"] = idle(screen, quiet, idle_s)
        found["memory: MB, peak MB"] = memory(screen)
        screen.press("q")
    ticking = folder / "new"
    fill(ticking, soon=True)
    with opened(ticking, display) as screen:
        count, percent = idle(screen, ticking, TICKING_S)
        found["38 countdowns tick: B, ms a second"] = (count, percent * 10)
        screen.press("q")
    return found


def actions(state: Path) -> dict[str, Callable[[Terminal], object]]:
    """What happens, by its name."""
    turn = iter(range(10**6))

    def status(_: Terminal) -> None:
        names = (Status.RUNNING, Status.STARTING)
        change(state, names[next(turn) % 2])

    return {
        "cursor down": lambda screen: screen.press("j"),
        "page down": lambda screen: screen.press("pgdn"),
        "one status change": status,
        "tab switch": lambda screen: screen.press("3" if next(turn) % 2 else "1"),
        "dialog opens": lambda screen: shown(screen, "D", "Deactivate"),
        CLOSES: lambda screen: gone(screen, "esc", "Deactivate"),
        "page of keys": lambda screen: shown(screen, "?", "Keys of the screen"),
    }


def median(
    screen: Terminal, name: str, act: Callable[[Terminal], object], rounds: int
) -> tuple[float, float]:
    """Bytes and CPU milliseconds of one act."""
    counts, times = [], []
    for _ in range(rounds):
        if name == CLOSES:
            shown(screen, "D", "Deactivate")
        screen.settle(QUIET_S)
        before, spent = len(screen.raw), cpu_s(screen)
        act(screen)
        screen.settle(QUIET_S)
        counts.append(len(screen.raw) - before)
        times.append((cpu_s(screen) - spent) * 1000)
        if name in UNDONE:
            screen.press("esc")
    return statistics.median(counts), statistics.median(times)


def shown(screen: Terminal, key: str, words: str) -> None:
    """Press a key and wait for what it brings."""
    screen.press(key)
    screen.wait(words)


def gone(screen: Terminal, key: str, words: str) -> None:
    """Press a key and wait until what was there is gone."""
    screen.press(key)
    screen.wait(lambda text: words not in text)


def idle(screen: Terminal, state: Path, seconds: float) -> tuple[float, float]:
    """Bytes and percent of a core for each second in which nothing happens but heartbeats."""
    store = Store.open(Config(state_dir=state).database)
    try:
        epoch = store.lead(SchedulerView())
        screen.settle(1.0)
        before, spent, start = len(screen.raw), cpu_s(screen), time.monotonic()
        while time.monotonic() - start < seconds:
            store.heartbeat(epoch, datetime.now(UTC))
            beat = time.monotonic() + BEAT_S
            while time.monotonic() < beat:
                screen.pump(0.5)
        lasted = time.monotonic() - start
    finally:
        store.close()
    return (len(screen.raw) - before) / lasted, (cpu_s(screen) - spent) / lasted * 100


def opened(state: Path, display: str) -> Terminal:
    """The app on its first screen."""
    environ = {
        "TASKTUI_STATE_DIR": str(state),
        "TASKTUI_DISPLAY": display,
        "TASKTUI_NO_SCHEDULER": "1",
        "TERM": "xterm-256color",
    }
    screen = Terminal((sys.executable, "-m", "tasktui"), 120, 40, environ)
    screen.wait("task-000")
    screen.settle(1.0, 10.0)
    return screen


def fill(state: Path, *, soon: bool = False) -> None:
    """A store of tasks that wait for a point: in minutes where ``soon``, else in hours."""
    os.environ["TASKTUI_NO_SCHEDULER"] = "1"
    session = Session(Config(state_dir=state), {}, "cli")
    point = datetime.now(UTC) + (timedelta(minutes=9) if soon else timedelta(hours=9))
    plan = parse_daily(f"{point:%H:%M}=2-4,{point - timedelta(hours=2):%H:%M}=0-1", "UTC")
    for n in range(TASKS):
        name = f"task-{n:03}"
        spec = TaskSpec(name=name, artifact="echo", file_path="", deployment_name="", schedule=plan)
        session.call(lambda c, spec=spec: c.launch(spec))
        session.call(lambda c, name=name: c.activate(name, When.NEXT))
    session.close()


def change(state: Path, status: Status) -> None:
    """Another status for a task in view, as the scheduler would write it."""
    store = Store.open(Config(state_dir=state).database)
    try:
        task = next(t for t in store.tasks() if t.name == "task-005")
        store.save_task(replace(task, progress=replace(task.progress, status=status)))
    finally:
        store.close()


def cpu_s(screen: Terminal) -> float:
    """What all threads of the app have computed so far, in seconds."""
    tasks = Path(f"/proc/{screen.process.pid}/task")
    return sum(int((t / "schedstat").read_text().split()[0]) for t in tasks.iterdir()) / 1e9


def memory(screen: Terminal) -> tuple[float, float]:
    """Resident memory now and at most, in MB."""
    lines = Path(f"/proc/{screen.process.pid}/status").read_text().splitlines()
    sizes = {k: v for k, _, v in (line.partition(":") for line in lines)}
    return int(sizes["VmRSS"].split()[0]) / 1024, int(sizes["VmHWM"].split()[0]) / 1024


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    main()
