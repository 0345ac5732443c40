"""The virtual table for rows that are lines of spans, in the terminal's palette."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Protocol, TypeVar

from textual.strip import Strip

from tasktui.tui import vtable
from tasktui.tui.lines import Line, Tone, width
from tasktui.tui.palette import Palette
from tasktui.tui.vtable import HEAD, Listed, Source, Styles
from tasktui.tui.widgets.paint import strip

__all__ = ["HEAD", "ListTable", "Rows", "Table"]

R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)


class Rows(Protocol[R_contra]):
    """How rows look, as lines. Pure as far as the table is concerned."""

    def key(self, row: R_contra) -> Hashable:
        """What the row is known by when it moves."""
        ...

    def head(self, cells: int) -> Line:
        """The line above the rows; wider than ``cells`` where the table may scroll."""
        ...

    def line(self, row: R_contra, cells: int) -> Line:
        """The row, as wide as the head."""
        ...


class Painted(vtable.Look[R_contra]):
    """Lines in colours, made harmless on their way; no columns that can be clicked."""

    def __init__(self, rows: Rows[R_contra], palette: Palette) -> None:
        self._rows = rows
        self._palette = palette

    def head(self, cells: int) -> Strip:
        """The rows' own."""
        return self._paint(self._rows.head(cells), cells)

    def line(self, row: R_contra, cells: int) -> Strip:
        """The row's own."""
        return self._paint(self._rows.line(row, cells), cells)

    def frozen(self, cells: int) -> int:  # noqa: ARG002 - the protocol's
        """Nothing scrolls."""
        return 0

    def column(self, x: int, cells: int) -> Hashable:  # noqa: ARG002 - the protocol's
        """None can be clicked."""
        return None

    def _paint(self, content: Line, cells: int) -> Strip:
        return strip(content, cells, self._palette)


class Table(vtable.Table[R]):
    """A table in the colours of a palette."""

    def __init__(
        self,
        palette: Palette,
        look: vtable.Look[R],
        source: Source[R] | None = None,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        styles = Styles(
            cursor=palette.style(Tone.CURSOR),
            mark=palette.style(Tone.NOTE),
            waiting=palette.style(Tone.DIM),
            ellipsis=palette.glyphs.ellipsis,
        )
        super().__init__(look, styles, source, id=id)
        self._palette = palette

    def say(self, lines: Sequence[Line]) -> None:
        """What to show where there are no rows."""
        cells = max([self.size.width, *(width(part) for part in lines)])
        self.note(strip(part, cells, self._palette) for part in lines)


class ListTable(Table[R]):
    """A table of a few rows that are all there, each a line."""

    def __init__(self, rows: Rows[R], palette: Palette, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(palette, Painted(rows, palette), id=id)
        self._rows = rows

    def show(self, rows: Sequence[R]) -> None:
        """Show these rows; the cursor stays on its row."""
        listed: Listed[R] = Listed(rows, self._rows.key)
        self.source = listed
        self.fed()
