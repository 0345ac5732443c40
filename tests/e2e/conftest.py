from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.site import Site


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """One real cluster with four logical GPUs for all end-to-end tests."""
    # Ray's socket paths are limited, so not pytest's own long temporary directory.
    folder = Path(tempfile.mkdtemp(prefix="tt-e2e-", dir="/tmp"))
    made = Site(state_dir=folder / "state", folder=folder)
    try:
        made.run("cluster", "up", "--num-gpus", "4", "--num-cpus", "4", seconds=180)
        yield made
    finally:
        made.end()
        left = made.processes()
        shutil.rmtree(folder, ignore_errors=True)
        assert not left, f"processes left behind: {left}"
