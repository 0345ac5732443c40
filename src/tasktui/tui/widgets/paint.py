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


def changed(old: Strip, new: Strip) -> tuple[int, int] | None:
    """First and one past the last cell that differ, or None when nothing does."""
    if old == new:
        return None
    before = _same(list(old), list(new), ends=False)
    after = _same(list(old)[::-1], list(new)[::-1], ends=True)
    end = max(old.cell_length, new.cell_length)
    return (before, end - after) if before < end - after else (before, end)


def _same(old: list[Segment], new: list[Segment], *, ends: bool) -> int:
    """Cells that are alike at the start (``ends``: at the end) of two reversed-or-not strips."""
    cells = 0
    for a, b in zip(old, new, strict=False):
        if a == b:
            cells += a.cell_length
            continue
        if a.style == b.style and a.text.isascii() and b.text.isascii():
            pairs = (
                zip(a.text[::-1], b.text[::-1], strict=False)
                if ends
                else zip(a.text, b.text, strict=False)
            )
            for p, q in pairs:
                if p != q:
                    break
                cells += 1
        break
    return cells
