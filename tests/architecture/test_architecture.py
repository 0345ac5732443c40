"""The shape of the code base, checked like behaviour."""

from __future__ import annotations

import ast
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tasktui import config
from tasktui.cli.table import VERBS
from tasktui.config import NO_SCHEDULER
from tasktui.runtime.session import Session

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "tasktui"
FILES = sorted(p for p in SOURCE.rglob("*.py") if "__pycache__" not in p.parts)
BANNED_NAMES = {"utils", "helpers", "manager", "misc", "common"}


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_source_file_is_longer_than_350_lines(path: Path) -> None:
    assert lines(path) <= 350, "split it before the next feature"


def test_the_median_source_file_is_short() -> None:
    counts = [lines(p) for p in FILES if lines(p) > 5]
    assert statistics.median(counts) <= 120


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_every_module_says_what_it_guarantees(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_no_module_is_a_drawer_for_leftovers() -> None:
    assert not [p for p in FILES if p.stem in BANNED_NAMES]


def test_packages_nest_one_level_and_two_inside_the_terminal_app() -> None:
    for path in FILES:
        parts = path.relative_to(SOURCE).parts
        allowed = 3 if parts[0] in {"tui", "catalog"} else 2
        assert len(parts) <= allowed, path


def test_tests_are_at_least_as_long_as_the_source() -> None:
    tests = sum(lines(p) for p in (ROOT / "tests").rglob("*.py"))
    assert tests >= 0.8 * sum(lines(p) for p in FILES)


@pytest.mark.parametrize("words", [("", "work", ""), ("", "root", ""), ("helper-",)])
def test_no_file_names_a_place_of_one_machine(words: tuple[str, ...]) -> None:
    word = "/".join(words)  # not written out: this file holds none either
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    own = Path(__file__).relative_to(ROOT).as_posix()
    texts = [ROOT / f for f in listed if f != own and f.endswith((".py", ".md", ".toml", ".txt"))]
    assert not [p for p in texts if p.exists() and word in p.read_text()]


def loaded(code: str) -> set[str]:
    """Names of the modules that a fresh interpreter holds after ``code``."""
    program = f"{code}\nimport sys; print(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["tasktui.runtime.session", "tasktui.__main__"])
def test_reading_imports_nothing_slow(module: str) -> None:
    slow = {"sqlite_utils", "httpx", "yaml", "textual", "rich", "croniter", "psutil", "pydantic"}
    assert not slow & loaded(f"import {module}")


SLOW = {
    "croniter", "dateutil", "difflib", "httpx", "icalendar", "importlib.metadata", "psutil",
    "pydantic", "sqlite_utils", "tomllib", "yaml", "zipfile",
}  # fmt: skip
LS = """
import sys
from tasktui.cli.command import main
sys.stdout, shown = open("/dev/null", "w"), sys.stdout
assert main(["ls", "--json"]) == 0
sys.stdout = shown
"""
FIRST_ROWS = """
import asyncio, os
from tasktui.cli.command import main
from tasktui import config
from tasktui.runtime.session import Session
from tasktui.tui.app import TasktuiApp, make_desk

async def look(pilot):
    while "No task yet" not in "".join(s.text for s in app.screen._compositor.render_strips()):
        await asyncio.sleep(0.02)
    app.exit()

app = TasktuiApp(make_desk(Session(config.load(os.environ), os.environ, "tui"), os.environ))
app.run(headless=True, size=(100, 30), auto_pilot=look)
assert app.crash is None
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is there already, with what a first start puts into it."""
    for name, value in {"HOME": tmp_path, "TASKTUI_STATE_DIR": tmp_path / "state"}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv(NO_SCHEDULER, "1")
    session = Session(config.load(os.environ), os.environ, "cli")
    session.call(lambda c: c.owner())
    session.close()


@pytest.mark.usefixtures("store")
def test_what_ls_prints_needs_nothing_slow_and_no_other_verb() -> None:
    found = loaded(LS)
    assert not found & (SLOW | {"asyncio", "importlib.resources", "subprocess", "textual", "rich"})
    verbs = {f"tasktui.cli.{row.module}" for row in VERBS}
    assert found & verbs == {"tasktui.cli.tasks"}
    assert not {m for m in found if m.startswith(("tasktui.engine.", "tasktui.tui."))} - {
        "tasktui.engine.logfile",
        "tasktui.tui.skeleton",
        "tasktui.tui.chosen",
        "tasktui.tui.texts",
        "tasktui.tui.times",
    }


@pytest.mark.usefixtures("store")
def test_the_first_rows_need_nothing_slow_and_no_other_screen() -> None:
    found = loaded(FIRST_ROWS)
    assert not found & SLOW - {"difflib"}  # Textual's own
    screens = {m for m in found if m.startswith("tasktui.tui.screens.")}
    assert not {m.rpartition(".")[2] for m in screens} & {
        "calendar", "copy", "detail", "dialogs", "help", "history", "logs", "questions", "why",
    }  # fmt: skip
    wizard = {m for m in found if m.startswith("tasktui.tui.wizard.")}
    assert wizard == {"tasktui.tui.wizard.here"}
    assert not {m for m in found if m.startswith("tasktui.engine.")} - {"tasktui.engine.logfile"}


def test_no_module_of_the_control_plane_imports_ray() -> None:
    assert "ray" not in loaded("import tasktui.runtime.service, tasktui.engine.local")
