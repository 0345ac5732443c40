from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from e2e.foreign import Foreign
from e2e.site import Site


@contextmanager
def new_site(more: dict[str, str] | None = None) -> Iterator[Site]:
    """A state directory of its own; at the end no process of it is left."""
    # Ray's socket paths are limited, so not pytest's own long temporary directory.
    folder = Path(tempfile.mkdtemp(prefix="tt-e2e-", dir="/tmp"))
    made = Site(state_dir=folder / "state", folder=folder, more=more or {})
    try:
        yield made
    finally:
        made.end()
        left = made.processes()
        shutil.rmtree(folder, ignore_errors=True)
        assert not left, f"processes left behind: {left}"


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """One real cluster with four logical GPUs for all end-to-end tests."""
    with new_site() as made:
        made.run("cluster", "up", "--num-gpus", "4", "--num-cpus", "4", seconds=180)
        yield made


@pytest.fixture(scope="session")
def foreign(site: Site) -> Iterator[Foreign]:
    """Somebody else's application, there before all tests and still there after them."""
    made = Foreign(site)
    yield made
    assert made.untouched(), "somebody else's application was touched"


@pytest.fixture
def gone(site: Site) -> Iterator[list[str]]:
    """Names of tasks that are gone at the end, however the test ends: the next finds no task."""
    names: list[str] = []
    yield names
    for name in names:
        site.put_away(name)
