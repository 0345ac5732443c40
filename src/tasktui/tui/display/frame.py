"""What the terminal holds, cell by cell, and the bytes that make it hold something else.

Guarantees that after the bytes of ``draw`` the terminal holds what was drawn,
also where it takes other widths for a character than we do: then only that
character suffers. Knows no app, and writes nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tasktui.tui.display.cells import REST, sure
from tasktui.tui.display.cursor import move
from tasktui.tui.display.pen import PLAIN, Pen, change

BLANK = " "
CLEAR = "\x1b[m\x1b[H\x1b[2J"
ERASE = "\x1b[K"
"""From the cursor to the end of the line."""
_ERASE_FROM = 4
"""Blanks at the end of a line that are erased rather than written."""
_GAP = 4
"""Cells between two changes that are written again: to step over them costs as much."""


@dataclass(slots=True)
class Row:
    """One line: what stands in each cell, and how it is written."""

    texts: list[str]
    pens: list[Pen]

    @classmethod
    def blank(cls, cells: int) -> Row:
        """A line as it is after the screen was cleared."""
        return cls([BLANK] * cells, [PLAIN] * cells)

    def copy(self) -> Row:
        """Another one that is the same."""
        return Row(self.texts.copy(), self.pens.copy())

    def put(self, x: int, texts: list[str], pens: list[Pen]) -> None:
        """Write cells from column ``x``; a wide character that loses a cell becomes blank."""
        end = min(x + len(texts), len(self.texts))
        if x >= end:
            return
        self._let_go(x)
        self._let_go(end)
        self.texts[x:end] = texts[: end - x]
        self.pens[x:end] = pens[: end - x]
        self._close(x, end, texts)

    def _let_go(self, x: int) -> None:
        """Blank the wide character that lies over the border before ``x``."""
        if x >= len(self.texts) or self.texts[x] != REST:
            return
        start = self._start(x)
        end = self._end(x)
        self.texts[start:end] = [BLANK] * (end - start)

    def _close(self, x: int, end: int, texts: list[str]) -> None:
        """Blank the character that was cut by the end of the line, or had no beginning."""
        if end - x < len(texts) and texts[end - x] == REST:
            start = self._start(end - 1) if self.texts[end - 1] == REST else end - 1
            self.texts[start:end] = [BLANK] * (end - start)
        while x < end and self.texts[x] == REST:
            self.texts[x] = BLANK
            x += 1

    def _start(self, x: int) -> int:
        while x > 0 and self.texts[x] == REST:
            x -= 1
        return x

    def _end(self, x: int) -> int:
        while x < len(self.texts) and self.texts[x] == REST:
            x += 1
        return x

    def doubt(self) -> int:
        """The first cell whose width terminals disagree on; the line's length where none is."""
        if sure("".join(self.texts)):
            return len(self.texts)
        return next(x for x, text in enumerate(self.texts) if not sure(text))

    def tail(self) -> int:
        """The first cell of those at the end that are blank and plain."""
        x = len(self.texts)
        while x > 0 and self.texts[x - 1] == BLANK and self.pens[x - 1] == PLAIN:
            x -= 1
        return x

    def whole(self, cells: range) -> range:
        """The same cells, and those of the wide characters at both ends."""
        return range(self._start(cells.start), self._end(cells.stop))


def differences(held: Row, wanted: Row) -> list[range]:
    """The runs of cells to send, left to right.

    Nothing right of a character of doubtful width is known for sure: such a
    line is sent from there to its end.
    """
    both = zip(held.texts, wanted.texts, held.pens, wanted.pens, strict=True)
    changed = [x for x, (a, b, p, q) in enumerate(both) if a != b or p != q]
    end, tail, doubt = len(wanted.texts), wanted.tail(), min(held.doubt(), wanted.doubt())
    runs: list[range] = []
    for count, x in enumerate(changed):
        if x >= doubt:
            cells = range(doubt, end)
        elif x >= tail and len(changed) - count >= _ERASE_FROM:
            cells = range(x, end)
        else:
            cells = wanted.whole(range(x, x + 1))
        if runs and cells.start <= runs[-1].stop + _gap(wanted, runs[-1].stop, cells.start):
            runs[-1] = range(runs[-1].start, max(cells.stop, runs[-1].stop))
        else:
            runs.append(cells)
        if cells.stop == end:
            break
    return runs


def _gap(row: Row, start: int, end: int) -> int:
    """How many unchanged cells are worth writing again: those that the pen is right for."""
    if not 0 < end - start <= _GAP:
        return 0
    same = all(p == row.pens[start - 1] for p in row.pens[start:end])
    return end - start if same and "".join(row.texts[start:end]).isascii() else 0


class Frame:
    """What a terminal holds. It begins, and begins again, as not known."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._size = (0, 0)
        self._cursor: tuple[int, int] | None = None
        self.known = False
        """Whether the terminal holds what was drawn last, as far as we know."""

    def forget(self) -> None:
        """The terminal may hold anything: what comes next is drawn on a cleared screen."""
        self.known = False

    def fits(self, width: int, height: int) -> bool:
        """Whether it is known, and of this size."""
        return self.known and self._size == (width, height)

    def clear(self, width: int, height: int) -> str:
        """Begin anew, with the bytes for that; the rest of the screen comes by ``draw``."""
        # Before anything else: who forgets meanwhile, in a signal's handler, is heard.
        self.known = True
        self._size = (width, height)
        self._rows = [Row.blank(width) for _ in range(height)]
        self._cursor = (0, 0)
        return CLEAR

    def draw(
        self, pieces: Iterable[tuple[int, int, list[str], list[Pen]]], cursor: tuple[int, int]
    ) -> str:
        """The bytes that put the pieces (column, line, cells) and then the cursor there.

        What lies outside is cut; a cursor outside stops at the edge.
        """
        width, height = self._size
        cursor = min(cursor[0], width - 1), min(cursor[1], height - 1)
        wanted: dict[int, Row] = {}
        for x, y, texts, pens in pieces:
            if y < len(self._rows):
                row = wanted.setdefault(y, self._rows[y].copy())
                row.put(x, texts, pens)
        out = _Out(self._cursor)
        for y, row in sorted(wanted.items()):
            if row != self._rows[y]:
                for cells in differences(self._rows[y], row):
                    out.send(y, row, cells)
                self._rows[y] = row
        self._cursor = cursor
        return out.end(cursor)

    def cells(self) -> Iterator[tuple[list[str], list[Pen]]]:
        """What it holds, line by line; for tests."""
        return ((row.texts, row.pens) for row in self._rows)


class _Out:
    """What is sent, with the pen and the place that it leaves behind."""

    def __init__(self, at: tuple[int, int] | None) -> None:
        self._parts: list[str] = []
        self._pen = PLAIN
        self._at = at

    def send(self, y: int, row: Row, cells: range) -> None:
        """Write a run of cells."""
        end = cells.stop
        erased = _erasable(row, cells)
        x = cells.start
        while x < end - erased:
            stop = x + 1
            while stop < end - erased and row.pens[stop] == row.pens[x]:
                stop += 1
            self._write(y, row, range(x, stop))
            x = stop
        if erased:
            self._go(x, y)
            self._take(PLAIN)
            self._parts.append(ERASE)

    def end(self, cursor: tuple[int, int]) -> str:
        """Put down the pen, and the cursor where it belongs."""
        self._take(PLAIN)
        self._go(*cursor)
        return "".join(self._parts)

    def _write(self, y: int, row: Row, cells: range) -> None:
        """Write cells of one pen."""
        text = "".join(row.texts[cells.start : cells.stop])
        if sure(text):
            self._put(cells, y, row, text)
            return
        for x in cells:
            piece = row.texts[x]
            if piece != REST:
                self._put(row.whole(range(x, x + 1)), y, row, piece)

    def _put(self, cells: range, y: int, row: Row, text: str) -> None:
        """Write a text over its cells; where its width is in doubt, count on none."""
        self._go(cells.start, y)
        self._take(row.pens[cells.start])
        known = sure(text)
        if not known:
            # Where the terminal takes fewer cells for it, the others must not show what was there.
            self._parts.append(BLANK * len(cells))
            self._at = self._after(cells, y, row)
            self._go(cells.start, y)
        self._parts.append(text)
        self._at = self._after(cells, y, row) if known else None

    @staticmethod
    def _after(cells: range, y: int, row: Row) -> tuple[int, int] | None:
        """Where the cursor is after writing; at the right edge terminals differ in that."""
        return (cells.stop, y) if cells.stop < len(row.texts) else None

    def _take(self, pen: Pen) -> None:
        self._parts.append(change(self._pen, pen))
        self._pen = pen

    def _go(self, x: int, y: int) -> None:
        self._parts.append(move(self._at, (x, y)))
        self._at = (x, y)


def _erasable(row: Row, cells: range) -> int:
    """Cells at the end of the line that are blank and plain, if they are worth erasing."""
    if cells.stop < len(row.texts):
        return 0
    blanks = cells.stop - max(cells.start, row.tail())
    return blanks if blanks >= _ERASE_FROM else 0
