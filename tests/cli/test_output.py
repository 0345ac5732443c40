from __future__ import annotations

import pytest

from tasktui.cli.output import Column, cut, layout, span, without_room

COLUMNS = (Column("NAME"), Column("MIDDLE", 5), Column("LESS", 3), Column("REASON"))
LINES = [["chat", "mmmm", "llll", "waits for a long time"], ["b", "m", "l", ""]]


def test_without_a_width_nothing_is_cut() -> None:
    head, first, second = layout(COLUMNS, LINES, None)
    assert head == "NAME  MIDDLE  LESS  REASON"
    assert first == "chat  mmmm    llll  waits for a long time"
    assert second == "b     m       l"


@pytest.mark.parametrize(
    ("cells", "head"),
    [
        (80, "NAME  MIDDLE  LESS  REASON"),
        (32, "NAME  MIDDLE  LESS  REASON"),
        (28, "NAME  MIDDLE  REASON"),
        (19, "NAME  REASON"),
    ],
)
def test_columns_give_way_the_least_important_first(cells: int, head: str) -> None:
    lines = layout(COLUMNS, LINES, cells)
    assert lines[0] == head
    assert all(span(line) <= cells for line in lines)


def test_what_does_not_fit_at_last_is_cut_with_a_mark() -> None:
    assert layout(COLUMNS, LINES, 12)[1] == "chat  waits…"


@pytest.mark.parametrize(
    ("cells", "titles"), [(None, []), (80, []), (28, ["LESS"]), (19, ["MIDDLE", "LESS"])]
)
def test_what_has_no_room_can_be_said(cells: int | None, titles: list[str]) -> None:
    assert without_room(COLUMNS, LINES, cells) == titles


def test_one_column_always_stays() -> None:
    columns = (Column("ENDPOINT", 3), Column("ZONE", 2))
    assert layout(columns, [["http://127.0.0.1:8000/chat", "UTC"]], 10) == [
        "ENDPOINT",
        "http://12…",
    ]


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("模型", 4), ("é", 1), ("e\u0301", 1), ("", 0)]
)
def test_cells_are_those_of_a_terminal(text: str, cells: int) -> None:
    assert span(text) == cells


def test_a_wide_character_is_not_cut_in_half() -> None:
    assert cut("模型模型", 6) == "模型…"
    assert cut("模型", 4) == "模型"


def test_cells_of_a_table_are_harmless() -> None:
    assert "\x1b" not in "\n".join(layout((Column("A"),), [["\x1b[2J"]], None))
