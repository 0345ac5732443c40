"""Keys of the line that asks what to order by."""

from __future__ import annotations

from tasktui.domain.search import Order
from tasktui.tui.key import Group, Key
from tasktui.tui.keyrows.places import ORDER

ORDERINGS = (
    ("n", Order.NAME),
    ("a", Order.ARTIFACT),
    ("s", Order.SPEC),
    ("t", Order.STATUS),
    ("r", Order.READY),
    ("k", Order.SCHEDULE),
    ("x", Order.NEXT),
    ("c", Order.CREATED),
)

ROWS = tuple(
    Key(f"order_{order}", k, k, str(order), Group.VIEW, ORDER, f"Order by {order}; again: reverse.")
    for k, order in ORDERINGS
)
