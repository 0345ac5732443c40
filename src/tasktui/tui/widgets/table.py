"""A virtual table: rows by key, only visible lines drawn, only changed cells repainted.

The cursor belongs to a row, not to a line: when rows move, come or go, it stays
on its row; when its row goes, on the same line. What a row looks like is the
caller's business (``Rows``); the table knows keys, lines and scrolling.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, plain
from tasktui.tui.palette import Palette
from tasktui.tui.widgets.paint import changed, strip

R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)

HEAD = 1
"""Lines above the rows."""
MARGIN = 2
"""Cells for the cursor's mark at the left."""


class Rows(Protocol[R_contra]):
    """How rows look. Pure as far as the table is concerned."""

    def key(self, row: R_contra) -> Hashable:
        """What the row is known by when it moves."""
        ...

    def head(self, cells: int) -> Line:
        """The line above the rows."""
        ...

    def line(self, row: R_contra, cells: int) -> Line:
        """The row in ``cells`` cells."""
        ...


class TableView(Protocol[R]):
    """What a screen asks of its table, whatever draws it."""

    @property
    def selected(self) -> R | None:
        """The row under the cursor."""
        ...

    def show(self, rows: Sequence[R]) -> None:
        """Show other rows; the cursor stays on its row."""
        ...

    def say(self, lines: Sequence[Line]) -> None:
        """What to show where there are no rows."""
        ...

    def select(self, key: Hashable) -> bool:
        """Put the cursor on a row; False when it is not shown."""
        ...

    def move(self, delta: int) -> None:
        """Move the cursor by rows, stopping at the ends."""
        ...


class Table(ScrollView, Generic[R], can_focus=True, inherit_bindings=False):
    """The table on Textual's line API. Without Textual's own keys: they scroll past the cursor."""

    # A stable gutter: columns do not jump when the scrollbar comes.
    DEFAULT_CSS: ClassVar[str] = (
        "Table { height: 1fr; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }"
    )

    class Moved(Message):
        """The cursor came to another row."""

    class Opened(Message):
        """A row was double-clicked."""

    def __init__(self, rows: Rows[R], palette: Palette, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._look = rows
        self._palette = palette
        self._rows: Sequence[R] = ()
        self._notes: Sequence[Line] = ()
        self._cursor = 0
        self._key: Hashable = None
        self._drawn: dict[int, Strip] = {}

    @property
    def selected(self) -> R | None:
        """The row under the cursor, None in an empty table."""
        return self._rows[self._cursor] if self._cursor < len(self._rows) else None

    @property
    def page(self) -> int:
        """Rows that fit on the screen."""
        return max(1, self.size.height - HEAD)

    def show(self, rows: Sequence[R]) -> None:
        """Show other rows; the cursor stays on its row, or on its line when the row is gone.

        A cursor that was in sight stays there; what the mouse wheel moved out of
        sight does not pull the view back.
        """
        in_sight = self._in_sight()
        count = len(self._rows)
        self._rows = rows
        if len(rows) != count:
            self.virtual_size = Size(0, len(rows) + HEAD)
        found = self._find(self._key) if self._key is not None else None
        self._put(self._cursor if found is None else found)
        if in_sight or self.scroll_target_y > self.max_scroll_y:
            self._reveal()
        self.repaint()

    def say(self, lines: Sequence[Line]) -> None:
        """What to show where there are no rows."""
        if tuple(lines) != tuple(self._notes):
            self._notes = tuple(lines)
            self.repaint()

    def select(self, key: Hashable) -> bool:
        """Put the cursor on the row of that key; False when it is not shown."""
        found = self._find(key)
        if found is None:
            return False
        self._put(found)
        self._reveal()
        self.repaint()
        return True

    def move(self, delta: int) -> None:
        """Move the cursor by ``delta`` rows, stopping at the ends."""
        self._put(self._cursor + delta)
        self._reveal()
        self.repaint()

    def repaint(self) -> None:
        """Paint again what differs from what is on screen: called every second for the ages."""
        cells, regions = self.size.width, []
        for y, old in list(self._drawn.items()):
            if y >= self.size.height:
                del self._drawn[y]
                continue
            new = self._strip(y)
            span = changed(old, new)
            if span:
                self._drawn[y] = new
                regions.append(Region(span[0], y, min(span[1], cells) - span[0], 1))
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """One line as cells: the head, a row, or a note."""
        new = self._strip(y)
        self._drawn[y] = new
        return new

    def notify_style_update(self) -> None:
        """Textual changed colours or the theme, or thought so: a dialog was closed."""
        super().notify_style_update()
        self._drawn.clear()
        self.refresh()  # what is on screen is not known any more

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolled: every line shows another row."""
        self._drawn.clear()
        super().watch_scroll_y(old_value, new_value)

    def on_resize(self) -> None:
        """Another size: every line is new, and the cursor stays in sight."""
        self._drawn.clear()
        self.refresh()  # this comes after Textual painted: what it drew is not known any more
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a row, a second one opens it."""
        row = event.y - HEAD + round(self.scroll_offset.y)
        if event.y < HEAD or row >= len(self._rows):
            return
        self._put(row)
        self.repaint()
        if event.chain == 2:
            self.post_message(self.Opened())

    def _find(self, key: Hashable) -> int | None:
        at = self._cursor
        if at < len(self._rows) and self._look.key(self._rows[at]) == key:
            return at
        return next((i for i, r in enumerate(self._rows) if self._look.key(r) == key), None)

    def _put(self, at: int) -> None:
        self._cursor = max(0, min(at, len(self._rows) - 1))
        row = self.selected
        key = None if row is None else self._look.key(row)
        # An empty table forgets nothing: a row that comes back is found again.
        if key is not None and key != self._key:
            self._key = key
            self.post_message(self.Moved())

    def _in_sight(self) -> bool:
        top = round(self.scroll_target_y)
        return top <= self._cursor < top + max(1, self.size.height - HEAD)

    def _reveal(self) -> None:
        top, rows = round(self.scroll_target_y), self.size.height - HEAD
        if rows < 1:
            return
        if self._cursor < top:
            self._scroll(self._cursor)
        elif self._cursor >= top + rows:
            self._scroll(self._cursor - rows + 1)

    def _scroll(self, top: int) -> None:
        # By force: rows that came a moment ago have no scrollbar yet.
        self.scroll_to(y=top, animate=False, force=True)

    def _strip(self, y: int) -> Strip:
        cells = self.size.width
        if not self._rows:
            note = self._notes[y] if y < len(self._notes) else EMPTY
            return strip(note, cells, self._palette)
        # The scrollbar lies over the last cell.
        room = max(0, self.scrollable_content_region.width - MARGIN)
        if y < HEAD:
            return strip((Span(" " * MARGIN), *self._look.head(room)), cells, self._palette)
        at = y - HEAD + round(self.scroll_offset.y)
        if at >= len(self._rows):
            return strip(EMPTY, cells, self._palette)
        content = self._look.line(self._rows[at], room)
        if at == self._cursor:
            return strip(line(Span(f"> {plain(content)}", Tone.CURSOR)), cells, self._palette)
        return strip((Span(" " * MARGIN), *content), cells, self._palette)
