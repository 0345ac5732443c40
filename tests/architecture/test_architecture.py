"""The shape of the code base, checked like behaviour."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("word", ["/work/", "/root/", "helper-"])
def test_no_file_names_a_place_of_one_machine(word: str) -> None:
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


def test_no_module_of_the_control_plane_imports_ray() -> None:
    assert "ray" not in loaded("import tasktui.runtime.service, tasktui.engine.local")
