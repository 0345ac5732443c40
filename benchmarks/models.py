"""The official models on an embedded cluster: build, activation to the first 200, requests, memory.

Starts two embedded clusters, one after the other, with and without the modules that ours has its
workers preload, and takes them down again. What needs a GPU is left out.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from e2e.conftest import new_site
from e2e.site import Site
from tasktui.catalog import Official, official

LEFT_OUT = {"llm-vllm"}
LONG_S = 240.0
"""How long a start may take on a busy machine."""
WARM = 10
"""Requests after the first one."""

WITHOUT = """
import sys
from tasktui.cli.command import main
from tasktui.engine import local_command, local_start

def environ(made):
    full = local_command.environ(made)
    return {k: v for k, v in full.items() if k != "RAY_preload_python_modules"}

local_start.environ = environ
sys.exit(main(sys.argv[1:]))
"""
"""The command line, with workers that preload nothing."""

WAYS = {"preloaded": ["-m", "tasktui"], "not preloaded": ["-c", WITHOUT]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[], metavar="MODEL")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    models = [m for m in official() if m.name not in LEFT_OUT]
    models = [m for m in models if not options.only or m.name in options.only]
    found: dict[str, dict[str, list[float]]] = {m.name: {} for m in models}
    for way, words in WAYS.items():
        with new_site() as site:
            up(site, words)
            for _ in range(options.rounds):
                for model in models:
                    measure(site, model, way, found[model.name])
    report(found)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


def up(site: Site, words: list[str]) -> None:
    """Bring an embedded cluster up by the command line that ``words`` begin, and launch nothing."""
    command = [sys.executable, *words, "cluster", "up", "--num-cpus", "4"]
    subprocess.run(command, env=site.environ, check=True, timeout=LONG_S, capture_output=True)


def measure(site: Site, model: Official, way: str, found: dict[str, list[float]]) -> None:
    """One start of the model, its first requests, and its end."""

    def note(what: str, value: float) -> None:
        found.setdefault(what, []).append(value)
        print(f"  {model.name}: {what}: {value:.3f}", flush=True)

    name = model.name
    site.run("launch", name, "--artifact", name, "--one-off", "now", "--replicas", "1")
    began = time.monotonic()
    site.run("activate", name, "--when", "now")
    url, cold = first_200(site, model, began + LONG_S)
    note(f"activate -> first 200, {way}", time.monotonic() - began)
    if way == "preloaded":
        note("cold request", cold)
        note("warm request", statistics.median(request(url, model) for _ in range(WARM)))
        note("memory of all replicas, MB", memory(site, name) / 1e6)
        sizes = {a["name"]: a["size"] for a in site.json("artifact", "ls")}
        note("package, KB", sizes[name] / 1e3)
    site.put_away(name)
    if way == "preloaded":
        note("build", build(site, model))


def build(site: Site, model: Official) -> float:
    """Seconds that ``tasktui artifact add`` takes for the folder, as if it were one's own."""
    name = f"own-{model.name}"
    began = time.monotonic()
    site.run("artifact", "add", str(model.folder), "--name", name, seconds=LONG_S)
    seconds = time.monotonic() - began
    site.run("artifact", "rm", name)
    return seconds


def endpoint(site: Site, name: str, end: float) -> str:
    """Where the task answers, as soon as that is known."""
    while time.monotonic() < end:
        if url := site.task(name)["endpoint"]:
            return str(url).rstrip("/")
    raise SystemExit(f"The endpoint of {name} is not known.")


def first_200(site: Site, model: Official, end: float) -> tuple[str, float]:
    """Where the model answers, and seconds that the first request took which it answered."""
    url = endpoint(site, model.name, end)
    while time.monotonic() < end:
        try:
            return url, request(url, model)
        except OSError:  # of urllib's, too
            time.sleep(0.05)
    raise SystemExit(f"{model.name} did not answer: {site.run('why', model.name)}")


def request(url: str, model: Official) -> float:
    """Send the sample of the model; how long the answer took."""
    sample = model.manifest.sample
    assert sample, f"{model.name} has no sample"
    head = {"Content-Type": "application/json"}
    asked = urllib.request.Request(url + sample.path, sample.body.encode(), head)
    began = time.monotonic()
    with urllib.request.urlopen(asked, timeout=60) as answer:
        answer.read()
    return time.monotonic() - began


def memory(site: Site, name: str) -> float:
    """Bytes of the replicas' processes that are theirs alone."""
    return float(sum(psutil.Process(pid).memory_full_info().uss for pid in site.pids(name)))


def report(found: dict[str, dict[str, list[float]]]) -> None:
    """Print a table of medians, and of the least of each."""
    heads = list(next(iter(found.values())))
    print(f"| model | {' | '.join(heads)} |\n|{' --- |' * (len(heads) + 1)}")
    for name, figures in found.items():
        rows = [figures[head] for head in heads]
        cells = (f"{statistics.median(row):.2f} ({min(row):.2f})" for row in rows)
        print(f"| {name} | {' | '.join(cells)} |")
    print("machine load:", ", ".join(f"{n:.1f}" for n in psutil.getloadavg()))


if __name__ == "__main__":
    main()
