"""From lines to strips: the one place where text becomes what the terminal gets.

``fit`` cleans every line on its way, whatever a caller forgot.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tasktui.tui.lines import Line, Span, fit
from tasktui.tui.palette import Palette


def strip(content: Line, cells: int, palette: Palette, base: Style | None = None) -> Strip:
    """Paint a line exactly ``cells`` wide; ``base`` lies under every tone."""
    fitted = fit(content, cells, ellipsis=palette.glyphs.ellipsis)
    return Strip(list(_merge(fitted, palette, base or Style())), cells)


def _merge(spans: Iterable[Span], palette: Palette, base: Style) -> Iterable[Segment]:
    text, style = "", base
    for span in spans:
        wanted = base + palette.style(span.tone)
        if text and wanted != style:
            yield Segment(text, style)
            text = ""
        text, style = text + span.text, wanted
    if text:
        yield Segment(text, style)
