from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tasktui.runtime.importing import kept


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_garbage_is_looked_for_again_afterwards_but_not_in_what_was_imported() -> None:
    before = gc.get_freeze_count()
    with kept():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > before


def test_so_it_is_after_an_import_that_failed() -> None:
    with pytest.raises(ImportError), kept():
        raise ImportError
    assert gc.isenabled()
