"""Two tasks that together want more GPUs than a real cluster has: the second waits its turn.

Looked at in two terminals, one of each size.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from e2e.foreign import Foreign
from e2e.pictures import picture
from e2e.site import Site, until
from terminal import Terminal

pytestmark = pytest.mark.ray
LINES = {"": (100, 30), "-80x24": (80, 24)}


@pytest.fixture
def terminals(site: Site) -> Iterator[dict[str, Terminal]]:
    with ExitStack() as stack:
        yield {size: stack.enter_context(site.terminal(*cells)) for size, cells in LINES.items()}


def facts(answer: dict[str, Any], label: str) -> str:
    found: dict[str, str] = {f["label"]: f["text"] for f in answer["facts"] if f["label"]}
    return found[label]


def points(*later: str) -> tuple[str, ...]:
    start = f"{datetime.now(UTC) - timedelta(hours=6):%H:%M:%S}=1-1"
    return ("--daily", ",".join((start, *later)), "--timezone", "UTC")


def test_the_second_waits_with_numbers_and_starts_when_the_first_is_scaled_down_by_its_schedule(
    site: Site, foreign: Foreign, gone: list[str], terminals: dict[str, Terminal]
) -> None:
    gone += ["first", "second"]
    model = str(site.own_model("gpu-model"))
    for name, gpus in (("three-gpus", "3"), ("two-gpus", "2")):
        site.run("artifact", "add", model, "--name", name, "--cpu", "0.1", "--gpu", gpus)
    site.run("launch", "first", "--artifact", "three-gpus", *points())
    site.run("activate", "first", "--when", "now", "--wait", seconds=120)
    soon = (datetime.now(UTC) + timedelta(seconds=60)).replace(microsecond=0)
    site.run("edit", "first", *points(f"{soon:%H:%M:%S}=0-0"))

    once = ("--one-off", "now", "--replicas", "1", "--activate")
    site.run("launch", "second", "--artifact", "two-gpus", *once)
    until(lambda: "needs 2 GPU" in site.task("second")["reason"], 10)
    waiting = site.task("second")
    assert waiting["status"] == "In-queue"
    label = f"{soon:%H:%M:%S}" if soon.second else f"{soon:%H:%M}"
    assert "with 1 (first 3)" in waiting["reason"]
    assert f"first's {label} point frees 3 GPU" in waiting["reason"]
    answer = site.json("why", "second")
    assert answer["as_wanted"] is False
    assert "1 of 4 GPU" in facts(answer, "NODES")
    assert answer["queue"] == {
        "position": 1,
        "of": 1,
        "next_chance": soon.isoformat().replace("+00:00", "Z"),
    }
    assert any(r["command"] == "tasktui scale first 0" for r in answer["remedies"])
    for size, terminal in terminals.items():
        look(terminal, size)

    until(lambda: site.task("second")["status"] == "Running", 180)
    assert site.task("first")["status"] == "In-queue"
    assert datetime.now(UTC) > soon
    assert site.call("second")[0] == 200
    assert site.json("why", "second")["as_wanted"]
    moves = [e["to"] for e in site.json("events", "second") if e["from"] != e["to"]]
    assert moves == ["Idle", "In-queue", "Starting", "Running"]
    for size, terminal in terminals.items():
        terminal.wait("GPU 2/4", 60)  # Ray counts some seconds late
        picture(terminal, f"queue-started{size}")
    assert foreign.untouched()


def look(terminal: Terminal, size: str) -> None:
    """Why the second waits: on its row, and on the screen that is about it."""
    terminal.wait("second")
    terminal.press(":")
    terminal.type("task second")
    terminal.press("enter")
    terminal.wait(lambda text: "> second" in text and ":task" not in text)
    terminal.wait("needs 2 GPU")
    picture(terminal, f"queue{size}")
    terminal.press("w")
    terminal.wait("NODES")
    picture(terminal, f"queue-why{size}")
    terminal.press("esc")
    terminal.wait("NEXT POINT")
