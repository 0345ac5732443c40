"""A running task under a constant load while it is changed and while things break, on a real Ray.

Starts an embedded cluster of its own, with somebody else's application on it,
and takes it down again. Ends with an error unless all is as wanted after each step.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from e2e.conftest import new_site
from e2e.foreign import Foreign
from e2e.site import MODEL, Site, until
from e2e.watching import Fault, Watch

TASK = "steady"
LONG_S = 240.0
"""How long anything may take on a busy machine."""
HEADS = ("step", "how", "seconds", "requests", "failed", "slowest s", "seconds to converge")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="least length of each load")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[tuple[str, ...]] = []
    with new_site() as site:
        site.run("cluster", "up", "--num-gpus", "4", "--num-cpus", "4", seconds=180)
        watch = Watch(site, Foreign(site), lambda _name, _value: None)
        launch(site)
        for name, (how, step) in STEPS.items():
            rows.append((name, how, *measure(site, watch, name, step, options.seconds)))
            print(*rows[-1], sep="; ", flush=True)
    print(f"| {' | '.join(HEADS)} |\n|{' --- |' * len(HEADS)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print("machine load:", ", ".join(f"{n:.1f}" for n in psutil.getloadavg()))
    if options.json:
        kept = [dict(zip(HEADS, row, strict=True)) for row in rows]
        options.json.write_text(json.dumps(kept, indent=2) + "\n")


def measure(
    site: Site, watch: Watch, name: str, step: Callable[[Site, Fault], None], seconds: float
) -> tuple[str, ...]:
    """One step under load: how long the load lasted, and what came of it."""
    began = time.monotonic()
    with watch.fault(TASK, name, "") as fault:
        step(site, fault)
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    lasted, load = time.monotonic() - began, fault.load
    figures = (f"{load.slowest_s:.1f}", f"{fault.seconds:.1f}")
    return (f"{lasted:.0f}", str(load.sent), str(load.failed), *figures)


def launch(site: Site) -> None:
    """A task with two replicas by a Daily schedule."""
    folder = str(site.own_model(TASK, MODEL))
    site.run("artifact", "add", folder, "--name", TASK, "--cpu=0.1", "--gpu=1")
    site.run("launch", TASK, "--artifact", TASK, "--daily", daily("2-2"), "--timezone", "UTC")
    site.run("activate", TASK, "--when", "now", "--wait")
    until(lambda: settled(site, 2), LONG_S)


def daily(now: str, *later: tuple[datetime, str]) -> str:
    """Points: these replicas since six hours ago, and others later."""
    points = ((datetime.now(UTC) - timedelta(hours=6), now), *later)
    return ",".join(f"{at:%H:%M:%S}={replicas}" for at, replicas in points)


def edit(site: Site, *words: str) -> None:
    """A change of the task."""
    site.run("edit", TASK, *words)


def settled(site: Site, replicas: int) -> bool:
    """Whether all of them answer, also in Ray's eyes, and no other is left."""
    return site.ready(TASK) == replicas == len(site.pids(TASK))


def restarting(site: Site, fault: Fault) -> None:
    """New replicas, the old ones serving until those are ready."""
    before = site.pids(TASK)
    edit(site, "--env", "COLOUR=blue")
    fault.until(lambda: settled(site, 2) and not site.pids(TASK) & before, "", LONG_S)


def hot(site: Site, fault: Fault) -> None:
    """Other bounds and back; the way up is what is timed: going down waits for requests to end."""
    before = site.pids(TASK)
    edit(site, "--daily", daily("3-3"))
    fault.until(lambda: settled(site, 3), "", LONG_S)
    assert before < site.pids(TASK), "a change of bounds restarted replicas"
    back(site)


def back(site: Site) -> None:
    """Two replicas again."""
    edit(site, "--daily", daily("2-2"))
    until(lambda: settled(site, 2), LONG_S)


def rescale(site: Site, fault: Fault) -> None:
    """A point comes with one replica more, and then one with one less."""
    before = site.pids(TASK)
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=15)
    edit(site, "--daily", daily("2-2", (soon, "3-3")))
    until(lambda: datetime.now(UTC) >= soon, pause=0.02)
    fault.strike()
    fault.until(lambda: settled(site, 3), "", LONG_S)
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=15)
    edit(site, "--daily", daily("3-3", (soon, "2-2")))
    until(lambda: settled(site, 2), LONG_S)
    assert site.pids(TASK) & before, "no replica outlived two points"


def scheduler(site: Site, fault: Fault) -> None:
    """Killed right after a change was acknowledged: the next one carries it out."""
    edit(site, "--daily", daily("3-3"))
    psutil.Process(site.scheduler_pid()).kill()
    fault.strike()
    site.run("scheduler", "start")
    fault.until(lambda: settled(site, 3), "", LONG_S)
    back(site)


def dashboard(site: Site, fault: Fault) -> None:
    """Gone for a while, then started again; a change made meanwhile is carried out then."""
    process = site.process("dashboard/dashboard.py")
    assert process
    process.kill()
    until(lambda: site.json("cluster", "status")["state"] == "broken")
    edit(site, "--daily", daily("3-3"))
    fault.strike()
    site.run("cluster", "up")
    fault.until(lambda: settled(site, 3), "", LONG_S)
    back(site)


STEPS: dict[str, tuple[str, Callable[[Site, Fault], None]]] = {
    "scheduled rescale": ("points 2-2, 3-3, 2-2", rescale),
    "hot edit": ("2-2 to 3-3 and back", hot),
    "restarting edit": ("--env, two replicas, room for one more", restarting),
    "scheduler killed": ("kill -9 after an edit, then scheduler start", scheduler),
    "dashboard killed": ("kill -9, an edit, then cluster up", dashboard),
}


if __name__ == "__main__":
    main()
