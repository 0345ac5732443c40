from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tasktui.store.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state/tasktui.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    made = Store.open(path)
    yield made
    made.close()
