"""Which columns fit a width, and how wide each is. Pure.

A column is never squeezed below what makes it readable: it is dropped, the
least important one first. What is left over goes to the columns whose content
wants it, and then to the one that takes the rest. ``wide`` drops none: the lines
may be wider than the screen then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

GAP = 1
"""Cells between two columns."""
_COMFORT = 40
"""The column that takes the rest gets a quarter before anybody else grows, at most this."""
_TINY = 4
"""Cells that even the narrowest screen leaves a column that always stays."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a column needs and may take, in cells."""

    id: str
    least: int
    most: int
    keep: int
    """The higher, the longer it stays when the screen gets narrow; the highest always stay."""
    title: str = ""
    """Title where there is room; else the id."""
    grows: int = 0
    """Its turn when what is left over is shared, lowest first; 0: not at all."""
    whole: bool = False
    """Half of its content says nothing: as wide as that, or dropped."""
    rest: bool = False
    """Takes what nobody else wants. One column of a table does."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with its width."""

    id: str
    title: str
    width: int


def layout(
    columns: Sequence[Column], cells: int, wants: Mapping[str, int], *, wide: bool = False
) -> tuple[Placed, ...]:
    """Place the columns in ``cells``; ``wants`` is how wide the content of each is."""
    if wide:
        columns = [replace(c, most=max(c.most, wants.get(c.id, 0))) for c in columns]
    least = {c.id: _least(c, cells, wants) for c in columns}
    if wide:
        full = {c.id: max(least[c.id], min(wants.get(c.id, 0), c.most)) for c in columns}
        cells = max(cells, _total(columns, full))
    chosen = list(columns)
    essential = max(c.keep for c in columns)
    while (spare := cells - _total(chosen, least)) < 0 and any(c.keep < essential for c in chosen):
        chosen.remove(min(chosen, key=lambda c: c.keep))
    widths = {c.id: least[c.id] for c in chosen}
    if spare < 0:
        _squeeze(chosen, widths, -spare)
    for column in sorted((c for c in chosen if c.grows), key=lambda c: c.grows):
        want = min(wants.get(column.id, 0), column.most)
        take = max(0, min(want - widths[column.id], spare))
        widths[column.id] += take
        spare -= take
    for column in chosen:
        if column.rest:
            widths[column.id] += max(0, min(spare, column.most - widths[column.id]))
    return tuple(Placed(c.id, _title(c, widths[c.id]), widths[c.id]) for c in chosen)


def at(columns: Sequence[Placed], x: int) -> str | None:
    """The column under a cell; None between columns and beyond them."""
    start = 0
    for column in columns:
        if start <= x < start + column.width:
            return column.id
        start += column.width + GAP
    return None


def _least(column: Column, cells: int, wants: Mapping[str, int]) -> int:
    if column.rest:
        return max(column.least, min(cells // 4, _COMFORT))
    if column.whole:
        return max(column.least, min(wants.get(column.id, 0), column.most))
    return column.least


def _total(columns: Sequence[Column], widths: Mapping[str, int]) -> int:
    return sum(widths[c.id] + GAP for c in columns) - GAP


def _title(column: Column, cells: int) -> str:
    return column.title if column.title and len(column.title) <= cells else column.id


def _squeeze(columns: Sequence[Column], widths: dict[str, int], over: int) -> None:
    """Take ``over`` cells away, first from the column that takes the rest."""
    for column in sorted(columns, key=lambda c: not c.rest):
        take = max(0, min(over, widths[column.id] - _TINY))
        widths[column.id] -= take
        over -= take
