"""The columns of the task table: their order, their widths, and what they are ordered by. Pure.

No width depends on what changes by itself (status, reason, times): columns do not jump.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from tasktui.domain.search import Order
from tasktui.tui.vtable import Column, Placed
from tasktui.tui.vtable import layout as placed
from tasktui.tui.vtable.layout import GAP

__all__ = ["COLUMNS", "GAP", "ORDERS", "Col", "Placed", "layout"]


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


COLUMNS = (
    Column(Col.NAME, 12, 28, 9, grows=1),
    Column(Col.ARTIFACT, 10, 24, 4, grows=3),
    Column(Col.SPEC, 10, 26, 5, grows=4),
    Column(Col.STATUS, 24, 80, 9, rest=True),
    Column(Col.READY, 8, 13, 8, "READY/MIN-MAX", grows=5),
    Column(Col.SCHEDULE, 8, 8, 6),
    Column(Col.NEXT, 19, 24, 7, "NEXT POINT", grows=2),
    Column(Col.ACCESS, 22, 48, 2, "ACCESS (c u, dashboard c d)", whole=True),
    Column(Col.CREATED, 13, 13, 3),
    Column(Col.ACTIONS, 13, 13, 1),
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


def layout(cells: int, wants: Mapping[str, int], *, wide: bool = False) -> tuple[Placed, ...]:
    """Place the columns in ``cells``, 9 or more; ``wants`` is how wide the content of each is."""
    return placed(COLUMNS, cells, wants, wide=wide)
