"""What differs between two lines of cells."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip


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
