"""The main job in figures, beside what one does without tasktui, on one warm cluster.

Starts an embedded cluster of its own and takes it down again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import tasktui.catalog
from e2e.site import Site
from probe import ESCAPES, FRAME
from terminal import Terminal

EMPTY_APP = "from textual.app import App\nApp().run()"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tt-bench-", dir="/tmp"))
    site = Site(state_dir=folder / "state", folder=folder)
    try:
        began = time.monotonic()
        site.run("cluster", "up", "--num-cpus", "8", seconds=180)
        figures: dict[str, Any] = {"cluster up": [time.monotonic() - began]}
        figures |= measure(site, options.rounds)
    finally:
        site.end()
        shutil.rmtree(folder, ignore_errors=True)
    report(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


def measure(site: Site, rounds: int) -> dict[str, list[float]]:
    """Every figure, ``rounds`` times each; the two ways to a first 200 take turns."""
    site.run("launch", "bench", "--artifact", "echo", "--one-off", "now", "--replicas", "1")
    figures: dict[str, list[float]] = {}

    def note(name: str, seconds: float) -> None:
        figures.setdefault(name, []).append(seconds)
        print(f"  {name}: {seconds:.2f}", flush=True)

    config = serve_config(site)
    for _ in range(rounds):
        note("first 200: tasktui activate", activate(site))
        seconds, seen = serve_deploy(site, config)
        note("first 200: serve deploy, polling", seconds)
        note("RUNNING seen: serve deploy, polling serve status", seen)
    for _ in range(rounds):
        note("ls --json", timed(lambda: site.run("ls", "--json")))
        note("python -c pass", timed(lambda: run([sys.executable, "-c", "pass"])))
        note("first frame: tasktui", first_frame(site, [sys.executable, "-m", "tasktui"], "bench"))
        note("first frame: empty Textual app", first_frame(site, [sys.executable, "-c", EMPTY_APP]))
    figures |= memory(site)
    return figures


def activate(site: Site) -> float:
    """Seconds from pressing enter on ``tasktui activate`` to the first 200."""
    url = ""
    began = time.monotonic()
    site.run("activate", "bench")
    while True:
        url = url or site.task("bench")["endpoint"] or ""
        if url and answers(url):
            break
        time.sleep(0.05)
    seconds = time.monotonic() - began
    site.run("deactivate", "bench", "--wait")
    return seconds


def serve_config(site: Site) -> Path:
    """The same model, as a configuration for Ray's own tool."""
    echo = Path(tasktui.catalog.__file__).parent / "echo"
    app = {
        "name": "peer",
        "route_prefix": "/peer",
        "import_path": "serve:app",
        "runtime_env": {"env_vars": {"PYTHONPATH": str(echo)}},
        "deployments": [
            {"name": "Echo", "num_replicas": 1, "ray_actor_options": {"num_cpus": 0.1}}
        ],
    }
    path = site.folder / "peer.json"
    path.write_text(json.dumps({"applications": [app]}))
    return path


def serve_deploy(site: Site, config: Path) -> tuple[float, float]:
    """Seconds from ``serve deploy`` to the first 200, and until ``serve status`` says RUNNING."""
    status = site.json("cluster", "status")
    token = (site.state_dir / "ray-token").read_text().strip()
    env = {
        **site.environ,
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": token,
        "RAY_DASHBOARD_ADDRESS": status["address"],
    }
    serve = str(Path(sys.executable).parent / "serve")
    url = f"{status['serve_url']}/peer"
    began = time.monotonic()
    run([serve, "deploy", str(config)], env)
    while not answers(url):
        time.sleep(0.05)
    first = time.monotonic() - began
    while "RUNNING" not in run([serve, "status", "--name", "peer"], env):
        pass
    seen = time.monotonic() - began
    empty = site.folder / "empty.json"
    empty.write_text(json.dumps({"applications": []}))
    run([serve, "deploy", str(empty)], env)
    while answers(url):
        time.sleep(0.2)
    time.sleep(3)
    return first, seen


def answers(url: str) -> bool:
    """Whether a GET answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def first_frame(site: Site, command: list[str], text: str = "") -> float:
    """Seconds until the terminal shows ``text``, or any frame at all."""
    began = time.monotonic()
    with Terminal(command, 100, 30, site.environ) as terminal:
        terminal.wait(text or (lambda _: len(ESCAPES.sub(b"", terminal.raw)) >= FRAME), 30)
        return time.monotonic() - began


def memory(site: Site) -> dict[str, list[float]]:
    """Resident memory in MB of the scheduler and of an open terminal app."""
    scheduler = psutil.Process(site.scheduler_pid()).memory_info().rss / 2**20
    with site.terminal() as terminal:
        terminal.wait("bench", 30)
        terminal.settle(1.0, 5.0)
        app = psutil.Process(terminal.process.pid).memory_info().rss / 2**20
    return {"MB: scheduler": [scheduler], "MB: terminal app": [app]}


def timed(action: Callable[[], object]) -> float:
    """Seconds that ``action`` takes."""
    began = time.monotonic()
    action()
    return time.monotonic() - began


def run(command: list[str], env: dict[str, str] | None = None) -> str:
    """Run and return the output."""
    done = subprocess.run(
        command, env=env or dict(os.environ), capture_output=True, text=True, check=True
    )
    return done.stdout


def report(figures: dict[str, list[float]]) -> None:
    """Print medians, and the ratios that matter."""
    middle = {name: statistics.median(values) for name, values in figures.items()}
    for name, value in middle.items():
        print(f"{name:52} {value:8.2f}  (n={len(figures[name])})")
    for one, other in (
        ("first 200: tasktui activate", "first 200: serve deploy, polling"),
        ("first frame: tasktui", "first frame: empty Textual app"),
        ("ls --json", "python -c pass"),
    ):
        print(f"{one} / {other}: {middle[one] / middle[other]:.2f}")


if __name__ == "__main__":
    main()
