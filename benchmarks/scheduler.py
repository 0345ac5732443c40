"""The scheduler's cost with the number of tasks, and how late it is when many are due at once.

Store, scheduler process, SQLite and HTTP are real; Ray is a fake that answers at once, behind a
real socket or in this process. Peers do the same number of due jobs in the same run, each in a
process of its own with ``--peers FOLDER/3`` or ``FOLDER/4`` on its path (see README.md).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from population import ROOM, SMALL, Loop, add, due, fill, running, settle
from scheduler_peers import PEERS

from e2e.site import Site, until
from fake_server import FakeServer
from make import make_service
from tasktui.domain.event import EventKind
from tasktui.domain.service import app_name
from tasktui.engine.fake import FakeRay
from tasktui.engine.ray_serve import RayServe
from tasktui.store.store import Store

RUNNING = 20
"""Tasks that run on Ray beside all others."""
CALM_S = 20.0
"""With what comes after, over before the daily copy, a minute after the start."""
Figures = dict[str, float]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", default="100,10000,100000")
    parser.add_argument("--million", action="store_true", help="1,000,000 tasks, too (minutes)")
    parser.add_argument("--due", type=int, default=1000)
    parser.add_argument("--peers", type=Path, help="folder with APScheduler 3 in 3/ and 4 in 4/")
    parser.add_argument("--peers-seconds", type=float, default=300.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    counts = [int(n) for n in options.tasks.split(",")] + [1_000_000] * options.million
    figures: Figures = {}
    for count in counts:
        if options.due < count <= 100_000:
            note(figures, at_once(count, options.due))
            if options.peers:
                note(figures, peers(count, options.due, options.peers, options.peers_seconds))
    for count in counts:
        with folder() as place:
            note(figures, asyncio.run(with_n(count, place)))
    for count in (1, 10, 50):
        note(figures, asyncio.run(on_ray(count)))
    load = os.getloadavg()
    print(f"load of the machine: {load[0]:.1f} {load[1]:.1f} {load[2]:.1f}, {os.cpu_count()} cores")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


def note(figures: Figures, found: Figures) -> None:
    """Keep and print."""
    figures |= found
    for name, value in found.items():
        print(f"{name:68} {value:10.2f}", flush=True)


@contextmanager
def folder() -> Iterator[Path]:
    """A place that is gone after."""
    place = Path(tempfile.mkdtemp(prefix="tt-bench-", dir="/tmp"))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def late(name: str, seconds: Sequence[float], expected: int) -> Figures:
    """Median, p99 and worst lateness in milliseconds, and how many never came."""
    found = sorted(seconds)
    if not found:
        return {f"{name}: missing": expected}
    p99 = found[min(len(found) - 1, int(len(found) * 0.99))]
    told = {"p50 ms": statistics.median(found) * 1e3, "p99 ms": p99 * 1e3}
    told |= {"missing": expected - len(found)} if len(found) < expected else {}
    return {f"{name}: {what}": value for what, value in told.items()}


def at_once(count: int, wanted: int) -> Figures:
    """``wanted`` of ``count`` tasks due at one moment, in the real process; then idle."""
    name = f"{wanted} of {count} due"
    with folder() as place:
        site = Site(state_dir=place / "state", folder=place)
        site.state_dir.mkdir(mode=0o700)
        server = FakeServer(FakeRay(build_s=0.1, start_s=0.1, drain_s=0.1))
        server.ray.nodes = {"node-1": ROOM}
        with closing(Store.open(site.state_dir / "tasktui.db")) as store:
            fill(store, site.state_dir / "tasktui.db", count - wanted - RUNNING)
            now = datetime.now(UTC)
            add(store, (running(n, now) for n in range(RUNNING)))
            with server.running():
                try:
                    return _at_once(name, site, server, store, wanted)
                finally:
                    site.run("scheduler", "stop", "--force", ok=False)


def _at_once(name: str, site: Site, server: FakeServer, store: Store, wanted: int) -> Figures:
    site.run("scheduler", "start", "--address", server.address)
    until(lambda: len(server.ray.apps) == RUNNING, 120)
    process = psutil.Process(site.scheduler_pid())
    time.sleep(5)
    used, began = sum(process.cpu_times()[:2]), time.monotonic()
    time.sleep(CALM_S)
    calm = (sum(process.cpu_times()[:2]) - used) / (time.monotonic() - began)
    memory = process.memory_info().rss / 2**20
    now = datetime.now(UTC)
    at = (now + timedelta(seconds=10 + wanted / 100)).replace(microsecond=0)
    settle(store, add(store, (due(n, at, now) for n in range(wanted))))
    time.sleep(max(0.0, at.timestamp() - time.time() - 0.5))
    used = sum(process.cpu_times()[:2])
    committed = _commits(site.state_dir / "tasktui.db", at, wanted)
    owner, puts = store.owner(), dict[str, float]()
    for moment, body in zip(server.put_at, server.ray.puts, strict=True):
        for app in body["applications"]:
            puts.setdefault(app["name"], moment)
    names = [app_name(owner, f"due-{n}") for n in range(wanted)]
    sent = [puts[n] - at.timestamp() for n in names if n in puts]
    used = sum(process.cpu_times()[:2]) - used
    peak = process.memory_info().rss / 2**20
    return {
        **late(f"{name}, to PUT", sent, wanted),
        **late(f"{name}, to commit", committed, wanted),
        f"{name}: CPU ms of the scheduler until then": used * 1e3,
        f"{name}: idle CPU % with {RUNNING} running": calm * 100,
        f"{name}: memory MB idle": memory,
        f"{name}: memory MB after": peak,
    }


def _commits(path: Path, at: datetime, wanted: int) -> list[float]:
    """When each task's point was seen committed by another connection, in seconds after ``at``."""
    found: list[float] = []
    sql = "SELECT count(*) FROM event WHERE kind = ? AND instant = ?"
    micros = round(at.timestamp() * 1e6)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        seen = -1
        while len(found) < wanted and time.time() < at.timestamp() + 60:
            version = db.execute("PRAGMA data_version").fetchone()[0]
            if version != seen:
                seen, now = version, time.time() - at.timestamp()
                count = db.execute(sql, [EventKind.POINT_APPLIED, micros]).fetchone()[0]
                found += [now] * (count - len(found))
            time.sleep(0.002)
    return found


def peers(count: int, wanted: int, place: Path, seconds: float) -> Figures:
    """The same number of due jobs in other schedulers."""
    figures: Figures = {}
    for peer in PEERS:
        env = {**os.environ, "PYTHONPATH": str(place / peer.split()[1].rstrip(","))}
        program = str(Path(__file__).with_name("scheduler_peers.py"))
        command = [sys.executable, program, peer, f"--tasks={count}", f"--due={wanted}"]
        try:
            done = subprocess.run(
                command, env=env, stdout=subprocess.PIPE, timeout=seconds, check=True
            )
            found = json.loads(done.stdout)
        except (subprocess.SubprocessError, ValueError) as error:
            print(f"{peer}: {error}")
            continue
        figures |= late(f"{wanted} of {count} due, {peer}", found, wanted)
    return figures


async def with_n(count: int, place: Path) -> Figures:
    """Cost of an idle turn and of one change among ``count`` tasks, of which some hundred run."""
    running_now = min(200, count // 2)
    began = time.perf_counter()
    with closing(Store.open(place / "tasktui.db")) as other:
        fill(other, place / "tasktui.db", count - running_now)
        now = datetime.now(UTC)
        add(other, (running(n, now) for n in range(running_now)))
        print(f"{count} tasks written in {time.perf_counter() - began:.0f} s", flush=True)
        with closing(Store.open(place / "tasktui.db", leader=True)) as store:
            loop = Loop.over(store, place)
            first = await timed(loop.reconciler.tick)
            await loop.calm()
            idle = [await timed(loop.reconciler.tick) for _ in range(50)]
            changes = []
            for _ in range(10):
                task = other.task("far-0")
                other.save_task(replace(task, restarts=task.restarts + 1))
                changes.append(await timed(loop.reconciler.tick))
            await loop.engine.close()
    return {
        f"{count} tasks, {running_now} running: first turn ms": first * 1e3,
        f"{count} tasks: idle turn us": statistics.median(idle) * 1e6,
        f"{count} tasks: one change ms": statistics.median(changes) * 1e3,
    }


async def timed(action: Callable[[], Awaitable[object]]) -> float:
    """Seconds of this process's CPU that ``action`` takes."""
    began = time.process_time()
    await action()
    return time.process_time() - began


async def on_ray(count: int) -> Figures:
    """A look and a change with ``count`` applications, in this process's CPU milliseconds."""
    ray = FakeRay(build_s=0, start_s=0)
    ray.nodes = {"node-1": ROOM}
    engine = RayServe(ray.address, transport=ray.transport())
    looks, changes = [], []
    for turn in range(10):
        services = [
            make_service(f"t{n}", "1-1", spec=SMALL, restarts=turn * (n == 0)) for n in range(count)
        ]
        changes.append(await timed(lambda: engine.apply("0a1b2c", services)))  # noqa: B023 - now
        ray.advance(1)
        looks.append(await timed(engine.observe))
    await engine.close()
    return {
        f"{count} applications: look (4 GET) ms": statistics.median(looks) * 1e3,
        f"{count} applications: change (GET, PUT, GET) ms": statistics.median(changes) * 1e3,
    }


if __name__ == "__main__":
    main()
