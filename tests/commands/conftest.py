from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.desk import Desk
from tasktui.store.store import Store


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = Store.open(tmp_path / "tasktui.db")
    yield Desk(tmp_path, store)
    store.close()
