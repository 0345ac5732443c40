"""The table package by itself: windows, marks, columns that scroll, the head. No tasktui in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from tasktui.tui.vtable import HEAD, MARGIN, Column, Listed, Placed, Styles, Table, layout
from tasktui.tui.vtable.layout import GAP, at

STYLES = Styles(cursor=Style(reverse=True), mark=Style(bold=True), waiting=Style(dim=True))
COLUMNS = (Placed("KEY", "KEY", 6), Placed("TEXT", "TEXT", 40), Placed("LAST", "LAST", 10))


class Wide:
    """Rows of three columns, wider than most screens here."""

    def head(self, cells: int) -> Strip:
        return self._line([c.title for c in COLUMNS], cells)

    def line(self, row: int, cells: int) -> Strip:
        return self._line([str(row), f"text of {row} 日本", f"end {row}"], cells)

    def frozen(self, cells: int) -> int:  # noqa: ARG002 - the protocol's
        return COLUMNS[0].width + GAP

    def column(self, x: int, cells: int) -> Hashable:  # noqa: ARG002 - the protocol's
        return at(COLUMNS, x)

    def _line(self, texts: list[str], cells: int) -> Strip:
        parts = [
            Strip([Segment(text)]).adjust_cell_length(c.width + GAP)
            for text, c in zip(texts, COLUMNS, strict=True)
        ]
        whole = Strip.join(parts).crop(0, sum(c.width + GAP for c in COLUMNS) - GAP)
        return whole.adjust_cell_length(max(cells, whole.cell_length))


class Far:
    """A million rows, of which only those that were asked for are there."""

    def __init__(self, count: int = 1_000_000) -> None:
        self.count = count
        self.there: set[int] = set()
        self.asked: list[range] = []

    def __len__(self) -> int:
        return self.count

    def key(self, at: int) -> int:
        return at

    def row(self, at: int) -> int | None:
        return at if at in self.there else None

    def find(self, key: Hashable) -> int | None:
        return key if isinstance(key, int) and key < self.count else None

    def want(self, first: int, stop: int) -> None:
        self.asked.append(range(first, min(stop, self.count)))

    def arrive(self) -> None:
        self.there = {i for asked in self.asked for i in asked}


class Bench(App[None]):
    """Nothing but a table."""

    def __init__(self, source: Far | Listed[int]) -> None:
        super().__init__()
        self.table: Table[int] = Table(Wide(), STYLES, source)
        self.heard: list[object] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_table_head_clicked(self, message: Table.HeadClicked) -> None:
        self.heard.append(message.column)

    def lines(self) -> list[str]:
        return [self.table.render_line(y).text.rstrip() for y in range(self.table.size.height)]


@asynccontextmanager
async def bench(
    source: Far | Listed[int] | int, size: tuple[int, int] = (40, 11)
) -> AsyncIterator[tuple[Bench, Pilot[None]]]:
    if isinstance(source, int):
        source = Listed(range(source), lambda row: row)
    app = Bench(source)
    async with app.run_test(size=size) as pilot:
        app.table.fed()
        await pilot.pause()
        yield app, pilot


async def test_only_what_is_looked_at_is_asked_for_and_drawn_when_it_came() -> None:
    source = Far()
    async with bench(source) as (app, pilot):
        assert app.lines()[1].startswith("> ...")
        assert app.table.selected is None
        assert app.table.at == 0
        source.arrive()
        app.table.fed()
        assert app.lines()[1].startswith("> 0")
        assert len(source.there) <= 3 * app.table.page
        app.table.move(10**9)
        await pilot.pause()
        assert 999_999 in source.asked[-1]
        assert sum(len(asked) for asked in source.asked) < 20 * app.table.page


async def test_the_wheel_far_from_the_cursor_asks_for_both_places() -> None:
    source = Far()
    async with bench(source) as (app, pilot):
        source.asked.clear()
        app.table.scroll_to(y=500_000, animate=False)
        await pilot.pause()
        assert any(500_000 in asked for asked in source.asked)
        assert any(0 in asked for asked in source.asked)


async def test_a_mark_is_a_sign_belongs_to_its_row_and_the_cursor_goes_on() -> None:
    async with bench(5) as (app, _):
        app.table.mark()
        app.table.mark()
        assert [text[:3] for text in app.lines()[1:4]] == [" *0", " *1", "> 2"]
        app.table.source = Listed([4, 1, 0], lambda row: row)
        app.table.fed()
        assert [text[:3] for text in app.lines()[1:4]] == ["  4", " *1", ">*0"]
        app.table.unmark()
        assert not app.table.marked


async def test_all_rows_are_marked_and_then_none_and_others_keep_theirs() -> None:
    async with bench(3) as (app, _):
        app.table.marked = {99}
        app.table.mark_all()
        assert app.table.marked == {0, 1, 2, 99}
        app.table.mark_all()
        assert app.table.marked == {99}


async def test_nothing_is_marked_in_an_empty_table() -> None:
    async with bench(0) as (app, _):
        app.table.mark()
        app.table.mark_all()
        assert app.table.marked == set()


async def test_a_click_on_the_signs_marks_the_row() -> None:
    async with bench(5) as (app, pilot):
        await pilot.click(app.table, offset=(1, HEAD + 2))
        assert app.table.marked == {2}
        assert app.table.selected == 2


async def test_wider_rows_scroll_to_the_side_and_the_first_column_stays() -> None:
    async with bench(3) as (app, _):
        head, first = app.lines()[:2]
        assert "LAST" not in head
        app.table.shift(10**9)
        head, first = app.lines()[:2]
        assert head.startswith("  KEY")
        assert head.endswith("LAST")
        assert first.startswith("> 0")
        assert first.endswith("end 0")
        app.table.shift(-(10**9))
        assert app.lines()[0].startswith("  KEY    TEXT")


@pytest.mark.parametrize("shift", range(0, 40, 3))
async def test_wide_characters_that_are_cut_keep_every_line_as_wide_as_the_table(
    shift: int,
) -> None:
    async with bench(3) as (app, _):
        app.table.shift(shift)
        for y in range(app.table.size.height):
            strip = app.table.render_line(y)
            assert strip.cell_length == app.table.size.width
            assert sum(s.cell_length for s in strip) == app.table.size.width


async def test_a_click_on_the_head_names_the_column_also_when_scrolled() -> None:
    async with bench(3) as (app, pilot):
        await pilot.click(app.table, offset=(MARGIN, 0))
        await pilot.click(app.table, offset=(MARGIN + 8, 0))
        app.table.shift(10**9)
        await pilot.click(app.table, offset=(app.table.size.width - 4, 0))
        await pilot.click(app.table, offset=(MARGIN, 0))
        await pilot.pause()
        assert app.heard == ["KEY", "TEXT", "LAST", "KEY"]


async def test_a_storm_of_resizes_does_no_harm() -> None:
    async with bench(Far()) as (app, pilot):
        app.table.move(5000)
        for size in [(80, 24), (1, 1), (200, 60), (3, 2), (40, 3), (9, 40), (120, 40)] * 3:
            await pilot.resize_terminal(*size)
        await pilot.pause()
        assert app.table.at == 5000
        lines = [app.table.render_line(y) for y in range(app.table.size.height)]
        assert all(s.cell_length == app.table.size.width for s in lines)


# Columns. Pure.

SOME = (
    Column("A", 5, 20, 3, grows=1),
    Column("B", 10, 60, 3, rest=True),
    Column("C", 8, 30, 1, whole=True),
    Column("D", 6, 6, 2),
)


@given(st.integers(10, 300), st.dictionaries(st.sampled_from("ABCD"), st.integers(0, 90)))
def test_every_column_has_its_room_and_all_of_them_fit(cells: int, wants: dict[str, int]) -> None:
    placed = layout(SOME, cells, wants)
    assert sum(c.width + GAP for c in placed) - GAP <= cells
    assert {"A", "B"} <= {c.id for c in placed}
    for column in placed:
        assert column.width <= next(c.most for c in SOME if c.id == column.id)


@given(st.integers(10, 300), st.dictionaries(st.sampled_from("ABCD"), st.integers(0, 90)))
def test_wide_drops_none_and_cuts_none(cells: int, wants: dict[str, int]) -> None:
    placed = layout(SOME, cells, wants, wide=True)
    assert [c.id for c in placed] == list("ABCD")
    for column in SOME:
        width = next(c.width for c in placed if c.id == column.id)
        may_grow = column.grows or column.whole
        assert width >= (wants.get(column.id, 0) if may_grow else column.least)


def test_the_column_under_a_cell_is_found() -> None:
    found = [at(COLUMNS, x) for x in (0, 5, 6, 7, 46, 47, 48, 57, 58)]
    assert found == ["KEY", "KEY", None, "TEXT", "TEXT", None, "LAST", "LAST", None]
