"""What README and ARCHITECTURE.md point at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(([^)#:]+)\)")


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_link_of_a_document_leads_to_a_file(name: str) -> None:
    links = LINK.findall((ROOT / name).read_text())
    assert not [link for link in links if not (ROOT / link).exists()]


def test_every_test_that_the_fault_table_names_exists() -> None:
    text = (ROOT / "docs" / "faults.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", text))
    code = "".join(p.read_text() for p in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"def (test_\w+)\(", code))
    assert named
    assert named - there == set()
    files = set(re.findall(r"`((?:tests|benchmarks)/[\w/]+(?:\.py)?)`", text))
    assert not [f for f in files if not (ROOT / f).exists()]


def test_every_row_of_the_fault_table_names_a_test() -> None:
    text = (ROOT / "docs" / "faults.md").read_text().partition("## The fault table")[2]
    rows = [r for r in text.splitlines() if r.startswith("| ") and not r.startswith("| ---")]
    assert len(rows) > 25
    assert not [r for r in rows[1:] if "`test_" not in r]


def test_every_picture_was_made_by_the_runs_that_are_tested() -> None:
    runs = "".join(p.read_text() for p in (ROOT / "tests" / "e2e").glob("test_*_by_keys.py"))
    made = {p.stem for p in (ROOT / "screenshots").glob("*.svg")}
    assert made
    stems = {name: name.removesuffix("-80x24") for name in made}
    taken = {n for n, stem in stems.items() if f'"{n}"' in runs or f'"{stem}{{size}}"' in runs}
    assert made == taken


def test_every_decision_is_at_most_a_page_and_begins_with_its_bottom_line() -> None:
    for path in (ROOT / "docs" / "decisions").glob("*.md"):
        lines = path.read_text().splitlines()
        assert len(lines) <= 60, path
        assert lines[2].startswith("**Bottom line.**"), path


def test_every_package_stands_in_the_map() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    packages = [p.parent.name for p in (ROOT / "src" / "tasktui").glob("*/__init__.py")]
    assert not [p for p in packages if f"`{p}`" not in text]
