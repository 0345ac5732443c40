"""Which columns of the task table fit a width, and how wide each is. Pure.

A column is never squeezed below what makes it readable: it is dropped, the
least important one first. What is left over goes to the columns whose content
wants it, and then to the status, which carries the reason. No width depends on
what changes by itself (status, reason, times): columns do not jump.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

GAP = 1
"""Cells between two columns."""


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
    Column(Col.NAME, 12, 28, 9),
    Column(Col.ARTIFACT, 10, 24, 4),
    Column(Col.SPEC, 10, 26, 5),
    Column(Col.STATUS, 24, 80, 9),
    Column(Col.READY, 8, 13, 8, "READY/MIN-MAX"),
    Column(Col.SCHEDULE, 8, 8, 6),
    Column(Col.NEXT, 19, 24, 7, "NEXT POINT"),
    Column(Col.ACCESS, 22, 48, 2, "ACCESS (c u, dashboard c d)"),
    Column(Col.CREATED, 13, 13, 3),
    Column(Col.ACTIONS, 13, 13, 1),
)

ESSENTIAL = 9
"""``keep`` of the columns that even the narrowest screen shows."""

GROWS = (Col.NAME, Col.NEXT, Col.ARTIFACT, Col.SPEC, Col.READY)
"""Who gets what is left over, up to what its content wants; the status takes the rest."""

_ESSENTIALS = tuple(c for c in COLUMNS if c.keep == ESSENTIAL)
_STATUS = next(c for c in COLUMNS if c.id is Col.STATUS)
_COMFORT = 40
"""A status gets a quarter of the screen before anybody else grows, at most this."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with its width."""

    id: Col
    title: str
    width: int


def layout(cells: int, wants: Mapping[Col, int]) -> tuple[Placed, ...]:
    """Place the columns in ``cells``, 9 or more; ``wants`` is how wide the content of each is."""
    least = {c.id: _least(c, cells, wants) for c in COLUMNS}
    chosen = list(COLUMNS)
    while (spare := cells - _total(chosen, least)) < 0 and len(chosen) > len(_ESSENTIALS):
        chosen.remove(min(chosen, key=lambda c: c.keep))
    widths = {c.id: least[c.id] for c in chosen}
    if spare < 0:
        _squeeze(widths, -spare)
    for column in sorted((c for c in chosen if c.id in GROWS), key=lambda c: GROWS.index(c.id)):
        want = min(wants.get(column.id, 0), column.most)
        take = max(0, min(want - widths[column.id], spare))
        widths[column.id] += take
        spare -= take
    widths[Col.STATUS] += max(0, min(spare, _STATUS.most - widths[Col.STATUS]))
    return tuple(Placed(c.id, _title(c, widths[c.id]), widths[c.id]) for c in chosen)


def _least(column: Column, cells: int, wants: Mapping[Col, int]) -> int:
    if column.id is Col.STATUS:
        return max(column.least, min(cells // 4, _COMFORT))
    if column.id is Col.ACCESS:  # half a URL says nothing: whole, or not at all
        return max(column.least, min(wants.get(column.id, 0), column.most))
    return column.least


def _total(columns: Sequence[Column], least: Mapping[Col, int]) -> int:
    return sum(least[c.id] + GAP for c in columns) - GAP


def _title(column: Column, cells: int) -> str:
    return column.title if column.title and len(column.title) <= cells else str(column.id)


def _squeeze(widths: dict[Col, int], over: int) -> None:
    for col in (Col.STATUS, Col.NAME):
        take = min(over, widths[col] - 4)
        widths[col] -= take
        over -= take
