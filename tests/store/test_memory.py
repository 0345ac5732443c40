"""A store in memory leaves nothing on the disk."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest

from tasktui.store.store import Store


def forget(_: Store) -> None:
    """Nobody closes it."""


@pytest.mark.parametrize("end", [Store.close, forget])
def test_the_packages_of_a_store_in_memory_go_with_it(end: Callable[[Store], None]) -> None:
    store = Store.memory()
    package = store.archive_path("d")
    package.write_bytes(b"zip")
    end(store)
    del store
    gc.collect()
    assert not package.parent.exists()
