"""A widget that shows lines and repaints only the cells that changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tasktui.tui.lines import EMPTY, Line
from tasktui.tui.palette import Palette
from tasktui.tui.vtable import changed
from tasktui.tui.widgets.paint import strip


class LineView(Widget):
    """Shows as many lines as its height, from the top. Holds no task and no colour."""

    DEFAULT_CSS: ClassVar[str] = "LineView { height: auto; width: 1fr; }"

    def __init__(self, palette: Palette, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._palette = palette
        self._content: tuple[Line, ...] = ()

    @property
    def content(self) -> tuple[Line, ...]:
        """The lines shown now."""
        return self._content

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines; what stays the same is not painted again."""
        new = tuple(lines)
        if new == self._content:
            return
        old, self._content = self._content, new
        if len(old) != len(new):
            # A layout that ran while another one was asked for would keep the old height.
            self._box_model_cache.clear()
            self.refresh(layout=True)
            self._tell_at_once()
            return
        cells = self.size.width
        regions = []
        for y, (before, after) in enumerate(zip(old, new, strict=True)):
            if before == after:
                continue
            span = changed(self._strip(before, cells), self._strip(after, cells))
            if span:
                regions.append(Region(span[0], y, span[1] - span[0], 1))
        if regions:
            self.refresh(*regions)
            self._tell_at_once()

    def _tell_at_once(self) -> None:
        """Be part of the screen's next frame: a widget that tells it when idle waits for one more.

        Textual sends a first frame at once and the next one 17 to 33 ms later.
        """
        self._check_refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as there are."""
        return len(self._content)

    def render_line(self, y: int) -> Strip:
        """One line as cells."""
        content = self._content[y] if y < len(self._content) else EMPTY
        return self._strip(content, self.size.width)

    def _strip(self, content: Line, cells: int) -> Strip:
        return strip(content, cells, self._palette)
