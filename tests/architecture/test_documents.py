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
