"""A minute of trouble for real processes: everything that was promised still holds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from jepsen.campaign import run

SECONDS = 60.0


@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_a_random_run_keeps_every_promise(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    folder = tmp_path / f"run-{seed}"
    print(f"seed {seed}, history in {folder}")  # noqa: T201 - shown when it fails
    result = run(seed, SECONDS, folder)
    assert result.converged_s is not None, result.text
    assert not result.violations, result.text
    assert sum(sum(v.values()) for v in result.operations.values()) > 20, result.text
    assert result.changes, result.text
