"""The table itself: lines, cursor, marks, scrolling, mouse."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tasktui.tui.vtable.paint import changed
from tasktui.tui.vtable.source import Listed, Source

R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)

HEAD = 1
"""Lines above the rows."""
MARGIN = 2
"""Cells for the signs of cursor and mark at the left."""


class Look(Protocol[R_contra]):
    """How rows look. Lines may be wider than the ``cells`` there are: the table scrolls then.

    Texts must be harmless for a terminal: the table draws what it gets.
    """

    def head(self, cells: int) -> Strip:
        """The line above the rows."""
        ...

    def line(self, row: R_contra, cells: int) -> Strip:
        """A row, as wide as the head."""
        ...

    def frozen(self, cells: int) -> int:
        """Cells at the left that stay when the others scroll."""
        ...

    def column(self, x: int, cells: int) -> Hashable:
        """The column under a cell of the head; None between columns."""
        ...


@dataclass(frozen=True, slots=True)
class Styles:
    """What the table draws by itself."""

    cursor: Style
    """Of the row under the cursor, instead of its own styles."""
    mark: Style
    """Of the sign of a marked row."""
    waiting: Style
    """Of a row that is not there yet."""
    ellipsis: str = "..."


class Table(ScrollView, Generic[R], can_focus=True, inherit_bindings=False):
    """A virtual table. Without Textual's own keys: they scroll past the cursor."""

    # A stable gutter: columns do not jump when the scrollbar comes.
    DEFAULT_CSS: ClassVar[str] = (
        "Table { height: 1fr; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }"
    )

    class Moved(Message):
        """The cursor came to another row."""

    class Opened(Message):
        """A row was double-clicked."""

    class HeadClicked(Message):
        """A column's title was clicked."""

        def __init__(self, column: Hashable) -> None:
            super().__init__()
            self.column = column

    def __init__(
        self,
        look: Look[R],
        styles: Styles,
        source: Source[R] | None = None,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self.look = look
        self.styles_of = styles
        self.source: Source[R] = Listed((), lambda _: None) if source is None else source
        self.marked: set[Hashable] = set()
        """Keys of the marked rows; whoever changes it calls ``repaint``."""
        self._notes: Sequence[Strip] = ()
        self._cursor = 0
        self._key: Hashable = None
        self._count = 0
        self._shift = 0
        self._drawn: dict[int, Strip] = {}

    # Rows.

    @property
    def selected(self) -> R | None:
        """The row under the cursor; None in an empty table, and until it is there."""
        return self.source.row(self._cursor) if self._cursor < len(self.source) else None

    @property
    def at(self) -> Hashable:
        """The key of the row under the cursor; None in an empty table."""
        return self.source.key(self._cursor) if self._cursor < len(self.source) else None

    @property
    def page(self) -> int:
        """Rows that fit on the screen."""
        return max(1, self.size.height - HEAD)

    def fed(self) -> None:
        """The source has other rows, or other positions: the cursor stays on its row.

        Where that is gone it stays on its line. A cursor that was in sight stays
        there; what the mouse wheel moved out of sight does not pull the view back.
        """
        in_sight = self._in_sight()
        count = len(self.source)
        if count != self._count:
            self._count = count
            self.virtual_size = Size(0, count + HEAD)
        found = self._find(self._key) if self._key is not None else None
        self._put(self._cursor if found is None else found)
        if in_sight or self.scroll_target_y > self.max_scroll_y:
            self._reveal()
        self._look_ahead()
        self.repaint()

    def note(self, lines: Iterable[Strip]) -> None:
        """What to show where there are no rows."""
        new = tuple(lines)
        if new != self._notes:
            self._notes = new
            self.repaint()

    # Cursor and marks.

    def select(self, key: Hashable) -> bool:
        """Put the cursor on the row of that key; False when there is none."""
        found = self._find(key)
        if found is None:
            return False
        self._go(found)
        return True

    def move(self, delta: int) -> None:
        """Move the cursor by ``delta`` rows, stopping at the ends."""
        self._go(self._cursor + delta)

    def mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go on to the next."""
        if self.at is not None:
            self.marked ^= {self.at}
            self.move(1)

    def mark_all(self) -> None:
        """Mark every row; take all marks away where every one has one already."""
        keys = {self.source.key(i) for i in range(len(self.source))}
        self.marked = self.marked - keys if keys <= self.marked else self.marked | keys
        self.repaint()

    def unmark(self) -> None:
        """Take all marks away."""
        self.marked = set()
        self.repaint()

    def shift(self, cells: int) -> None:
        """Show columns further to the right, or to the left when negative."""
        room = self.room
        most = max(0, self.look.head(room).cell_length - room)
        self._shift = max(0, min(self._shift + cells, most))
        self.repaint()

    # Drawing.

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
        self._look_ahead()

    def on_resize(self) -> None:
        """Another size: every line is new, and the cursor stays in sight."""
        self._drawn.clear()
        self._shift = 0
        self.refresh()  # this comes after Textual painted: what it drew is not known any more
        self._reveal()
        self._look_ahead()

    def _strip(self, y: int) -> Strip:
        cells = self.size.width
        if not len(self.source):
            note = self._notes[y] if y < len(self._notes) else Strip.blank(cells)
            return note.adjust_cell_length(cells)
        room = self.room
        if y < HEAD:
            return self._whole(room, Segment(" " * MARGIN), self.look.head(room))
        at = y - HEAD + round(self.scroll_offset.y)
        if at >= len(self.source):
            return Strip.blank(cells)
        row, key = self.source.row(at), self.source.key(at)
        content = self._waiting() if row is None else self.look.line(row, room)
        signs = (">" if at == self._cursor else " ") + ("*" if key in self.marked else " ")
        if at != self._cursor:
            return self._whole(room, Segment(signs, self.styles_of.mark), content)
        text = Strip([Segment(content.text, self.styles_of.cursor)], content.cell_length)
        style = self.styles_of.cursor
        return self._whole(room, Segment(signs, style), text, style)

    def _waiting(self) -> Strip:
        return Strip([Segment(self.styles_of.ellipsis, self.styles_of.waiting)])

    def _whole(
        self, room: int, signs: Segment, content: Strip, style: Style | None = None
    ) -> Strip:
        if self._shift and content.cell_length > room:
            stays = min(self.look.frozen(room), room)
            left, right = content.crop(0, stays), content.crop(stays + self._shift)
            content = Strip.join([left, right])
        if not signs.text.strip():
            signs = Segment(" " * MARGIN)
        strip = Strip([signs, *content.adjust_cell_length(room, style)])
        return strip.simplify().adjust_cell_length(self.size.width, style)

    @property
    def room(self) -> int:
        """Cells for a row: the scrollbar lies over the last cell."""
        return max(0, self.scrollable_content_region.width - MARGIN)

    # Mouse.

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a row, a second one opens it; one on the head names a column.

        A click on the signs at the left marks the row.
        """
        row = event.y - HEAD + round(self.scroll_offset.y)
        if event.y < HEAD:
            self._head_clicked(event.x - MARGIN)
        elif row < len(self.source):
            self._put(row)
            if event.x < MARGIN:
                self.marked ^= {self.source.key(row)}
            self.repaint()
            if event.chain == 2:
                self.post_message(self.Opened())

    def _head_clicked(self, x: int) -> None:
        room = self.room
        shifted = x + self._shift if x >= self.look.frozen(room) else x
        column = self.look.column(shifted, room) if len(self.source) and x >= 0 else None
        if column is not None:
            self.post_message(self.HeadClicked(column))

    # Where the cursor is.

    def _find(self, key: Hashable) -> int | None:
        at = self._cursor
        if at < len(self.source) and self.source.key(at) == key:
            return at
        return self.source.find(key)

    def _go(self, at: int) -> None:
        self._put(at)
        self._reveal()
        self._look_ahead()
        self.repaint()

    def _put(self, at: int) -> None:
        self._cursor = max(0, min(at, len(self.source) - 1))
        key = self.at
        # An empty table forgets nothing: a row that comes back is found again.
        if key is not None and key != self._key:
            self._key = key
            self.post_message(self.Moved())

    def _in_sight(self) -> bool:
        top = round(self.scroll_target_y)
        return top <= self._cursor < top + self.page

    def _look_ahead(self) -> None:
        """What is in sight should be there, and the cursor's row wherever it is."""
        top = round(self.scroll_target_y)
        for first in (top, self._cursor):
            self.source.want(first, first + self.page)
            if self._in_sight():
                return

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
