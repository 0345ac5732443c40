"""Seeing a schedule and stepping in by keys, on a real Ray, at both sizes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from e2e.foreign import Foreign
from e2e.pictures import picture
from e2e.site import Site, until
from terminal import Terminal

pytestmark = pytest.mark.ray
ZONE = "America/New_York"


def points() -> str:
    """1-1 since some hours, 2-3 in some hours: neither comes while the test runs."""
    here = datetime.now(ZoneInfo(ZONE))
    return f"{here - timedelta(hours=3):%H:00}=1-1,{here + timedelta(hours=4):%H:00}=2-3"


def weeks_to_spring() -> int:
    """Whole weeks from today until the one in which the clocks of New York go forward."""
    today = datetime.now(ZoneInfo(ZONE)).date()
    for year in (today.year, today.year + 1):
        second_sunday = date(year, 3, 14) - timedelta(days=(date(year, 3, 14).weekday() + 1) % 7)
        if second_sunday >= today:
            return (second_sunday - today).days // 7
    raise AssertionError("there is a spring in two years")


@pytest.mark.parametrize(("size", "columns", "rows"), [("", 100, 30), ("-80x24", 80, 24)])
def test_a_schedule_is_seen_overridden_paused_and_resumed_by_keys(
    site: Site, foreign: Foreign, gone: list[str], size: str, columns: int, rows: int
) -> None:
    name = f"office{size}"
    gone.append(name)
    site.run("launch", name, "--artifact", "echo", "--daily", points(), "--timezone", ZONE)
    site.run("activate", name, "--when", "now", "--wait", seconds=120)
    with site.terminal(columns, rows) as terminal:
        terminal.wait(name)
        terminal.press(":")
        terminal.type(f"task {name}")
        terminal.press("enter")
        terminal.wait(lambda text: f"> {name}" in text and ":task" not in text)
        calendar(terminal, size)
        override(terminal, site, name, size)
        pause(terminal, site, name, size)
    done = {e["kind"] for e in site.json("events", name)}
    assert {"scaled by hand", "override cleared", "paused", "resumed"} <= done
    assert foreign.untouched()


def calendar(terminal: Terminal, size: str) -> None:
    terminal.press("v")
    terminal.wait("LOCAL")
    picture(terminal, f"calendar{size}")
    for _ in range(weeks_to_spring()):
        terminal.press("n")
    terminal.wait("23 h,")
    picture(terminal, f"calendar-spring{size}")
    terminal.press("esc")
    terminal.wait("NEXT POINT")


def override(terminal: Terminal, site: Site, name: str, size: str) -> None:
    pid = site.call(name)[1]["replica"]["pid"]
    terminal.press("S")
    terminal.wait("by hand")
    terminal.wait("Tab goes to the fields")
    terminal.press("tab")
    terminal.type("2-2")
    terminal.wait("at once: 2-2 by hand until")
    picture(terminal, f"override-dialog{size}")
    terminal.press("enter", "enter")
    terminal.wait("2/2-2", 60)
    picture(terminal, f"override{size}")
    shown = site.task(name)
    assert shown["override"]["replicas"] == {"min": 2, "max": 2}
    answered = {site.call(name)[1]["replica"]["pid"] for _ in range(12)}
    assert pid in answered, "a change of bounds restarted the replica"


def pause(terminal: Terminal, site: Site, name: str, size: str) -> None:
    terminal.press("P")
    terminal.wait("Pause ")
    terminal.press("tab", "tab")
    terminal.type("release week")
    picture(terminal, f"pause-dialog{size}")
    terminal.press("enter", "enter")
    until(lambda: site.task(name)["paused"], 20)
    terminal.wait("paused")
    picture(terminal, f"paused{size}")
    assert site.task(name)["paused"]["note"] == "release week"
    site.run("scale", name, "--clear")
    site.run("resume", name)
    until(lambda: site.task(name)["replicas"]["max"] == 1, 20)


@dataclass
class Counted:
    """A terminal whose keys are counted: a letter is a key."""

    terminal: Terminal
    keys: int = 0
    letters: int = 0

    def press(self, *keys: str) -> None:
        self.keys += len(keys)
        self.terminal.press(*keys)

    def type(self, text: str) -> None:
        self.keys += len(text)
        self.letters += len(text)
        self.terminal.type(text)


@pytest.mark.parametrize("shape", [("", 100, 30), ("-80x24", 80, 24)])
def test_a_newcomer_gets_a_task_that_runs_on_working_days_in_few_keys(
    site: Site,
    foreign: Foreign,
    gone: list[str],
    record_property: Callable[[str, object], None],
    shape: tuple[str, int, int],
) -> None:
    """Up at 08:00 on working days, stopped at night, in New York: Running, whatever the hour is."""
    size, columns, rows = shape
    with site.terminal(columns, rows) as terminal:
        user = Counted(terminal)
        terminal.wait("sched ok", 60)
        user.press("n")
        terminal.wait("newest version first")
        user.type("echo")
        user.press("enter")
        terminal.wait("FITS NOW")
        user.press("enter")
        terminal.wait("(3) Settings")
        user.press("tab", "tab", "tab", "d", "tab", "ctrl+u")
        user.type("new york")
        user.press("tab", "w")
        terminal.wait("mo-fr")
        terminal.wait("no point falls")
        picture(terminal, f"wizard-schedule{size}")
        user.press("pgdn")
        terminal.wait("WHAT HAPPENS")
        picture(terminal, f"wizard-plan{size}")
        user.press("right", "enter")
        terminal.wait("Activate echo")
        name = re.findall(r"Activate (echo\S*)", terminal.text)[0]
        gone.append(name)
        shown = terminal.wait("Wait for ")
        by_night = "nothing runs before the next point" in shown
        assert by_night != ("Start now with 08:00 1-1" in shown)
        picture(terminal, f"wizard-activate{size}")
        user.press("right", "enter")
        terminal.wait("1/1-1", 90)
        picture(terminal, f"wizard-running{size}")
    task = site.task(name)
    assert (task["status"], bool(task["override"])) == ("Running", by_night)
    assert site.call(name)[0] == 200
    record_property("keys", user.keys)
    assert (user.keys, user.letters) == (28, 12)
    assert foreign.untouched()


@pytest.mark.parametrize(("size", "columns", "rows"), [("", 100, 30), ("-80x24", 80, 24)])
def test_a_time_that_the_clocks_will_skip_is_told_before_it_is_launched(
    site: Site, size: str, columns: int, rows: int
) -> None:
    with site.terminal(columns, rows) as terminal:
        terminal.press("n")
        terminal.wait("newest version first")
        terminal.type("echo")
        terminal.wait("Answers every request")
        terminal.press("enter")
        terminal.wait("FITS NOW")
        terminal.press("enter")
        terminal.wait("(3) Settings")
        terminal.press("tab", "tab", "tab", "d", "tab", "ctrl+u")
        terminal.type("new york")
        terminal.press("tab", "down")
        terminal.type("02:30")
        terminal.press("pgdn")
        terminal.wait(lambda text: "! point 2: Sun " in text and "does not exist" in text)
        terminal.press("ctrl+g")
        terminal.wait("> 2   02:30")
        terminal.wait("draft saved")
        picture(terminal, f"wizard-gap{size}")
        terminal.press("ctrl+o", "ctrl+o")
        terminal.wait("(1) Artifact")
        terminal.press("esc")
        terminal.wait(lambda text: "Launch task" not in text)
