"""Text becomes cells that add up to what Textual measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import ControlType, Segment

from tasktui.tui.display.cells import REST, cut, fill, sure
from tasktui.tui.display.pen import Pen


def filled(*texts: str) -> list[str]:
    cells: list[str] = []
    pens: list[Pen] = []
    fill([Segment(text) for text in texts], ColorSystem.STANDARD, cells, pens)
    assert len(cells) == len(pens)
    return cells


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("ab", ["a", "b"]),
        ("a中", ["a", "中", REST]),
        ("e\u0301x", ["e\u0301", "x"]),
        ("👩\u200d👧!", ["👩\u200d👧", REST, "!"]),
        ("❤\ufe0f!", ["❤\ufe0f", REST, "!"]),
        ("a\x1b[31mb\x9b\x07\x00", ["a", "[", "3", "1", "m", "b"]),
        ("a\u202eb\u2028\n\t", ["a", "b"]),
    ],
)
def test_each_character_has_its_cells_and_none_acts_on_the_terminal(
    text: str, cells: list[str]
) -> None:
    assert filled(text) == cells


def test_a_mark_belongs_to_the_character_before_it_in_another_segment_too() -> None:
    assert filled("中", "\u0301a") == ["中\u0301", REST, "a"]
    assert filled("\u0301a") == ["a"]


def test_control_segments_are_left_out() -> None:
    cells: list[str] = []
    segment = Segment("\x1b[2J", None, [(ControlType.CLEAR,)])
    fill([segment], ColorSystem.STANDARD, cells, [])
    assert cells == []


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u200d")))
def test_cells_add_up_to_what_textual_measures(text: str) -> None:
    assert len([c for c in cut(text) if c == REST or cell_len(c)]) == cell_len(text)


@pytest.mark.parametrize("text", ["word", "─│…", "中文", "Ж", "é"])
def test_common_text_is_sure(text: str) -> None:
    assert sure(text)


@pytest.mark.parametrize("text", ["🙂", "e\u0301", "❤\ufe0f", "🇩🇪", "ไ", "⌚", "\u00ad", "\u200b"])
def test_what_terminals_disagree_on_is_not(text: str) -> None:
    assert not sure(text)


@given(st.characters(exclude_categories=["Cs", "Cc"]).filter(sure))
def test_what_is_sure_has_one_cell_or_two(character: str) -> None:
    assert cell_len(character) in {1, 2}
