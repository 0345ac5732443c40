from __future__ import annotations

import pytest

from make import make_task
from tasktui.tui.key import LOOKS
from tasktui.tui.keys import KEYS
from tasktui.tui.screens.looks import look
from tui.bench import Bench


@pytest.mark.parametrize("name", LOOKS)
def test_every_look_opens_a_screen_of_its_own(bench: Bench, name: str) -> None:
    assert type(look(name, bench.app().desk, make_task())).__name__ == LOOKS[name]


def test_every_look_is_a_key() -> None:
    assert set(LOOKS) <= {k.id for k in KEYS}
