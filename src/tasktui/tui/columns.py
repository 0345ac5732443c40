"""Which columns of the task table fit a width, and how wide each is. Pure.

A column is never squeezed below what makes it readable: it is dropped, the
least important one first. What is left over goes to the columns whose content
wants it, and then to the status, which carries the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

GAP = 1
"""Cells between two columns."""
MARGIN = 2
"""Cells for the cursor's mark at the left."""


class Col(StrEnum):
    """Columns, in their order on screen."""

    NAME = "NAME"
    ARTIFACT = "ARTIFACT"
    SPEC = "SPEC"
    STATUS = "STATUS"
    READY = "READY"
    SCHEDULE = "SCHEDULE"
    NEXT = "NEXT"
    ACCESS = "ACCESS"
    CREATED = "CREATED"
    ACTIONS = "ACTIONS"


@dataclass(frozen=True, slots=True)
class Column:
    """What a column needs and may take, in cells."""

    id: Col
    least: int
    most: int
    keep: int
    """The higher, the longer it stays when the screen gets narrow."""
    title: str = ""
    """Title where there is room; else the id."""


COLUMNS = (
    Column(Col.NAME, 12, 40, 9),
    Column(Col.ARTIFACT, 10, 24, 4),
    Column(Col.SPEC, 11, 26, 5),
    Column(Col.STATUS, 20, 64, 9),
    Column(Col.READY, 7, 13, 8, "READY/MIN-MAX"),
    Column(Col.SCHEDULE, 8, 8, 6),
    Column(Col.NEXT, 18, 22, 7, "NEXT POINT"),
    Column(Col.ACCESS, 22, 48, 2, "ACCESS (service URL)"),
    Column(Col.CREATED, 7, 16, 3),
    Column(Col.ACTIONS, 9, 9, 1),
)

ESSENTIAL = 9
"""``keep`` of the columns that even the narrowest screen shows."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with its width."""

    id: Col
    title: str
    width: int


def layout(cells: int, wants: Mapping[Col, int]) -> tuple[Placed, ...]:
    """Place the columns in ``cells``; ``wants`` is how wide the content of each is."""
    chosen = list(COLUMNS)
    while _least(chosen) > cells and any(c.keep < ESSENTIAL for c in chosen):
        chosen.remove(min(chosen, key=lambda c: c.keep))
    widths = {c.id: c.least for c in chosen}
    spare = cells - _least(chosen)
    for column in sorted(chosen, key=lambda c: -c.keep):
        more = min(max(0, wants.get(column.id, 0) - column.least), column.most - column.least)
        if column.id is not Col.STATUS:
            take = max(0, min(more, spare))
            widths[column.id] += take
            spare -= take
    if Col.STATUS in widths:
        widths[Col.STATUS] += max(0, min(spare, _column(Col.STATUS).most - widths[Col.STATUS]))
    if spare < 0:
        _squeeze(widths, -spare)
    return tuple(Placed(c.id, _title(c, widths[c.id]), widths[c.id]) for c in chosen)


def _least(columns: Sequence[Column]) -> int:
    return MARGIN + sum(c.least + GAP for c in columns) - GAP


def _column(id: Col) -> Column:  # noqa: A002 - it is the column's id
    return next(c for c in COLUMNS if c.id is id)


def _title(column: Column, cells: int) -> str:
    return column.title if column.title and len(column.title) <= cells else str(column.id)


def _squeeze(widths: dict[Col, int], over: int) -> None:
    for col in (Col.STATUS, Col.NAME):
        take = min(over, max(0, widths.get(col, 0) - 4))
        if take:
            widths[col] -= take
            over -= take
