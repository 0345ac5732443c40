"""The whole job on a real Ray cluster by keys only, in a real terminal of 100x30.

With ``TASKTUI_PICTURES=DIR`` each screen is saved there: the project's pictures are those of
this run.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from e2e.foreign import Foreign
from e2e.pictures import picture, recording
from e2e.site import Site, until
from terminal import Terminal

pytestmark = pytest.mark.ray
POINTS = (("06:00", "1", "1"), ("14:00", "1", "1"), ("22:00", "1", "1"))


def choose_daily(terminal: Terminal) -> None:
    """Fill the settings step: name, Daily, Berlin, three points."""
    terminal.press("ctrl+u")
    terminal.type("shop")
    terminal.press("tab", "tab", "tab", "right", "tab", "ctrl+u")
    terminal.type("Europe/Berlin")
    terminal.press("tab", "down", "x", "up")  # the grid, with one point only
    for number, point in enumerate(POINTS):
        if number:
            terminal.press("a")
        for cell in point:
            terminal.type(cell)
            terminal.press("tab")
        terminal.press("up")
        terminal.settle(0.1)
    terminal.wait(lambda text: all(at in text for at, _, _ in POINTS))


def test_the_main_job_by_keys_alone(site: Site, foreign: Foreign, gone: list[str]) -> None:
    gone.append("shop")
    folder = str(site.own_model("shop-model"))
    site.run("artifact", "add", folder, "--name", "shop-model", "--cpu", "0.1", "--gpu", "1")
    with site.terminal() as terminal:
        terminal.wait("n  launch one")
        launch(terminal)
        activate(terminal)
        until(lambda: site.call("shop")[0] == 200, 20)
        pid = site.call("shop")[1]["pid"]
        edit(terminal)
        until(lambda: site.task("shop")["replicas"]["max"] == 3, 20)
        time.sleep(2)
        assert site.call("shop")[1]["pid"] == pid, "a change of bounds restarted the replica"
        look_around(terminal)
        deactivate(terminal, site)
        archive_and_restore(terminal, len(site.json("ls", "--status", "Archived")))
        recording(terminal, "main-job")
        terminal.press("q")
        terminal.process.wait(5)
    assert site.task("shop")["status"] == "Idle"
    assert foreign.untouched()


def launch(terminal: Terminal) -> None:
    terminal.press("n")
    terminal.wait("(1) Artifact")
    terminal.type("shop")
    terminal.wait("1 of ")
    picture(terminal, "wizard-1-artifact")
    terminal.press("enter")
    terminal.wait("(2) Resources")
    terminal.wait("FITS NOW")
    picture(terminal, "wizard-2-resources")
    terminal.press("pgdn")
    terminal.wait("(3) Settings")
    choose_daily(terminal)
    picture(terminal, "wizard-3-settings")
    terminal.press("pgdn")
    terminal.wait("WHAT HAPPENS")
    picture(terminal, "wizard-4-summary")
    terminal.press("right", "enter")  # Launch and activate


def activate(terminal: Terminal) -> None:
    terminal.wait("Activate shop")
    terminal.wait("Start now with")
    picture(terminal, "activate")
    terminal.press("right", "enter")
    terminal.wait("Starting")
    picture(terminal, "starting")
    terminal.wait(lambda text: "1/1-1" in text, 60)
    picture(terminal, "table")


def edit(terminal: Terminal) -> None:
    terminal.press("e")
    terminal.wait("Apply")
    terminal.press("pgup")
    terminal.wait("(3) Settings")
    # From the name down to the grid, then to the max of each point.
    terminal.press("tab", "tab", "tab", "tab", "tab")
    for _ in POINTS:
        terminal.press("tab", "tab")
        terminal.type("3")
        terminal.press("tab")
    terminal.press("pgdn")
    terminal.wait("hot")
    picture(terminal, "edit")
    terminal.press("enter")
    terminal.wait("1/1-3", 30)


def look_around(terminal: Terminal) -> None:
    for key, seen, name in (
        ("d", "EVENTS", "detail"),
        ("?", "Everything about the task", "help"),
        ("c", "curl -sS", "copy"),
        ("l", "log", "logs"),
    ):
        terminal.press(key)
        terminal.wait(seen)
        picture(terminal, name)
        terminal.press("esc")
        terminal.wait("NEXT POINT")


def deactivate(terminal: Terminal, site: Site) -> None:
    slow: list[tuple[int, dict[str, Any]]] = []
    url = site.task("shop")["endpoint"] + "?sleep=5"
    request = threading.Thread(target=lambda: slow.append(site.get(url)))
    request.start()
    time.sleep(1)
    terminal.press("D")
    terminal.wait("Deactivate shop")
    picture(terminal, "deactivate")
    terminal.press("right", "enter")
    terminal.wait("Need Stop ", 20)
    picture(terminal, "need-stop")
    request.join()
    assert slow[0][0] == 200, "a request in flight was cut off"
    until(lambda: site.task("shop")["status"] == "Idle", 90)


def archive_and_restore(terminal: Terminal, others: int) -> None:
    terminal.wait("last run")
    terminal.press("X")
    terminal.wait("Archive shop")
    terminal.press("right", "enter")
    terminal.wait(f"7 Archived {others + 1}")
    terminal.press("7")
    terminal.wait("read-only")
    terminal.press("G")  # by name it is the last one
    terminal.wait("> shop")
    picture(terminal, "archived")
    terminal.press("X")
    terminal.wait("Restore")
    terminal.press("right", "enter")
    terminal.wait(f"7 Archived {others}")
    terminal.press("1")
    terminal.wait("Idle")
