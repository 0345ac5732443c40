"""A table for any number of rows on Textual's line API. Knows Textual, and nothing of tasktui.

Rows come by key from a ``Source``, which may hold no more of them than a window;
what they look like is a ``Look``'s business. Only visible lines are drawn and
only changed cells repainted. The cursor and the marks belong to rows, not to
lines: they stay on them when rows move.
"""

from tasktui.tui.vtable.layout import Column, Placed, layout
from tasktui.tui.vtable.paint import changed
from tasktui.tui.vtable.source import Listed, Source
from tasktui.tui.vtable.table import HEAD, MARGIN, Look, Styles, Table

__all__ = [
    "HEAD",
    "MARGIN",
    "Column",
    "Listed",
    "Look",
    "Placed",
    "Source",
    "Styles",
    "Table",
    "changed",
    "layout",
]
