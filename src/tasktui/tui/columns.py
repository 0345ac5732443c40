"""The columns of the task table: their widths, and what they are ordered by. Pure.

No width depends on what changes by itself (status, reason, times): columns do not jump.
"""

from __future__ import annotations

from collections.abc import Mapping

from tasktui.domain.search import Order
from tasktui.tui.chosen import KEEP, USUAL, Chosen, Col
from tasktui.tui.vtable import Column, Placed
from tasktui.tui.vtable import layout as placed
from tasktui.tui.vtable.layout import GAP

__all__ = ["COLUMNS", "GAP", "ORDERS", "Col", "Placed", "layout"]


COLUMNS = (
    Column(Col.NAME, 12, 40, KEEP[Col.NAME], grows=1),
    Column(Col.ARTIFACT, 10, 24, KEEP[Col.ARTIFACT], grows=3),
    Column(Col.SPEC, 10, 26, KEEP[Col.SPEC], grows=4),
    Column(Col.STATUS, 24, 80, KEEP[Col.STATUS], rest=True),
    Column(Col.READY, 8, 13, KEEP[Col.READY], "READY/MIN-MAX", grows=5),
    Column(Col.SCHEDULE, 8, 8, KEEP[Col.SCHEDULE]),
    Column(Col.NEXT, 19, 24, KEEP[Col.NEXT], "NEXT POINT", grows=2),
    Column(Col.ACCESS, 22, 48, KEEP[Col.ACCESS], "ACCESS (c u, dashboard c d)", whole=True),
    Column(Col.CREATED, 13, 13, KEEP[Col.CREATED]),
    Column(Col.ACTIONS, 15, 15, KEEP[Col.ACTIONS]),
    Column(Col.REASON, 20, 60, KEEP[Col.REASON], grows=6),
    Column(Col.SINCE, 13, 13, KEEP[Col.SINCE]),
    Column(Col.HOLDS, 7, 10, KEEP[Col.HOLDS]),
    Column(Col.LAST_RUN, 13, 13, KEEP[Col.LAST_RUN]),
    Column(Col.REVISION, 8, 8, KEEP[Col.REVISION]),
    Column(Col.BY, 8, 24, KEEP[Col.BY], grows=7),
    Column(Col.ZONE, 12, 30, KEEP[Col.ZONE], grows=8),
)

ORDERS: Mapping[str, Order] = {
    Col.NAME: Order.NAME,
    Col.ARTIFACT: Order.ARTIFACT,
    Col.SPEC: Order.SPEC,
    Col.STATUS: Order.STATUS,
    Col.READY: Order.READY,
    Col.SCHEDULE: Order.SCHEDULE,
    Col.NEXT: Order.NEXT,
    Col.CREATED: Order.CREATED,
}
"""What a click on a column's title orders by."""


_BY_ID = {c.id: c for c in COLUMNS}


def layout(
    cells: int, wants: Mapping[str, int], chosen: Chosen = USUAL, *, wide: bool = False
) -> tuple[Placed, ...]:
    """Place the columns in ``cells``, 9 or more; ``wants`` is how wide the content of each is.

    ``chosen`` has those that are always shown.
    """
    return placed([_BY_ID[c] for c in chosen], cells, wants, wide=wide)
