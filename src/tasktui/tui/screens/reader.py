"""A page of lines to scroll through: base of detail, logs, keys and copy."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from tasktui.tui.desk import Desk
from tasktui.tui.lines import Line
from tasktui.tui.screens.prompting import Prompting
from tasktui.tui.widgets.lineview import LineView


class Reader(Prompting):
    """Header, one line of title, the text, the status line, keys."""

    AUTO_FOCUS = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title_line = LineView(desk.palette, id="title")
        self.text = LineView(desk.palette, id="text")
        self._scroller = VerticalScroll(self.text, can_focus=False, id="scroller")

    def compose(self) -> ComposeResult:
        """Top to bottom."""
        yield self.head
        yield self.banner
        yield self.title_line
        yield self._scroller
        yield self.status
        yield self.keys

    # What readers fill in.

    async def read(self) -> None:
        """Nothing to read, where the text is known."""
        self.draw()

    def heading(self) -> Line:
        """The line above the text."""
        raise NotImplementedError

    def content(self, cells: int) -> Sequence[Line]:
        """The text in ``cells`` cells."""
        raise NotImplementedError

    # The rest.

    def draw(self) -> None:
        """Draw what is known; where one has scrolled to stays."""
        super().draw()
        if self.is_mounted:
            self.title_line.show([self.heading()])
            # The scrollbar's cell stays free, so that its coming moves nothing.
            self.text.show(self.content(max(1, self.size.width - 1)))

    def keep_in_sight(self, parts: Sequence[Sequence[Line]], at: int) -> None:
        """Scroll no more than the part ``at`` needs to be seen whole."""
        top = sum(len(part) for part in parts[:at])
        bottom = top + len(parts[at])
        first = self._scroller.scroll_offset.y
        if top < first:
            Reader.move(self, top - first)
        elif bottom > first + self.lines_shown:
            Reader.move(self, bottom - first - self.lines_shown)

    @property
    def at_end(self) -> bool:
        """Whether the last line is in sight."""
        return self._scroller.scroll_offset.y >= self._scroller.max_scroll_y

    def move(self, lines: int) -> None:
        """Scroll."""
        to = self._scroller.scroll_target_y + lines
        self._scroller.scroll_to(y=to, animate=False)

    @property
    def lines_shown(self) -> int:
        """Lines of one page."""
        return max(1, self._scroller.size.height)
