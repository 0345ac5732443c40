from __future__ import annotations

import pytest

from tasktui.tui.keys import ORDERINGS
from tasktui.tui.lines import plain, width
from tasktui.tui.screens.ordering import letters


@pytest.mark.parametrize("cells", [80, 120])
def test_every_letter_fits_with_its_word(cells: int) -> None:
    shown = letters(cells)
    assert width(shown) <= cells
    assert all(f" {letter} {name}" in plain(shown) for letter, name in ORDERINGS)


def test_what_a_second_time_does_is_said_where_there_is_room() -> None:
    assert "again" not in plain(letters(80))
    assert plain(letters(120)).endswith("again: the other way round")
