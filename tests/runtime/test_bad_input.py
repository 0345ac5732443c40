from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.bad_inputs import FAILED, REFUSED, TESTED_ALONE, rows
from runtime.building import Site
from tasktui.config import Config
from tasktui.errors import TasktuiError
from tasktui.runtime.session import Session

LIMIT_S = 2.0


@pytest.fixture
def site(config: Config) -> Iterator[Site]:
    made = Site(Session(replace(config, build_limit_s=LIMIT_S), {}, "cli"))
    yield made
    made.end()


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_the_words_of_the_document(site: Site, tmp_path: Path, name: str) -> None:
    with pytest.raises(TasktuiError) as raised:
        site.add(REFUSED[name](tmp_path))
    assert ("refused", str(raised.value)) == rows()[name]
    kept = site.session.call(lambda c: c.artifacts())
    assert {str(a.kind) for a in kept} == {"official"}
    assert not list((site.session.config.state_dir / "artifacts").glob(".pack*"))


@pytest.mark.parametrize("name", FAILED)
def test_its_build_fails_in_the_words_of_the_document(
    site: Site, tmp_path: Path, name: str
) -> None:
    limit = LIMIT_S if name.startswith("never") else 60.0
    site.session.config = replace(site.session.config, build_limit_s=limit)
    build = site.built(FAILED[name](tmp_path)).build
    assert (str(build.status), build.why) == rows()[name]


def test_every_row_of_the_document_is_tested() -> None:
    assert set(rows()) == {*REFUSED, *FAILED, *TESTED_ALONE}
