from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tasktui.cli.manual import manual
from tasktui.cli.parser import build
from tasktui.cli.table import VERBS
from tasktui.cli.verbs import Place, Verb

ROOT = Path(__file__).parents[2]


def leaves(verbs: Iterable[Place], above: str = "tasktui") -> Iterator[tuple[str, Verb]]:
    for verb in (place.load() for place in verbs):
        name = f"{above} {verb.name}"
        yield from leaves(verb.verbs, name) if verb.verbs else [(name, verb)]


ALL = dict(leaves(VERBS))


def test_the_document_is_what_help_says() -> None:
    assert (ROOT / "docs/cli.md").read_text() == manual(), (
        "run: python -m tasktui.cli.manual > docs/cli.md"
    )


@pytest.mark.parametrize("name", sorted(set(ALL) - {"tasktui version"}))
def test_every_verb_has_an_example_of_itself(name: str) -> None:
    assert any(e.startswith(name) for e in ALL[name].examples)


def test_the_examples_of_every_verb_can_be_read() -> None:
    parser = build(VERBS)
    for verb in ALL.values():
        for line in "\n".join(verb.examples).replace("\\\n", "").splitlines():
            program, *words = shlex.split(line)
            assert program == "tasktui"
            parser.parse_args(words)


@pytest.mark.parametrize("file", ["README.md", "docs/cli.md"])
def test_every_verb_that_a_document_names_exists(file: str) -> None:
    text = (ROOT / file).read_text()
    known = {v.name for v in VERBS}
    found = re.findall(r"^\s*(?:\S*/bin/)?tasktui ([a-z]+)", text, re.MULTILINE)
    assert found
    assert set(found) <= known
