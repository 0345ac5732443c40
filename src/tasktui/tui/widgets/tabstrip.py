"""One line of status tabs with live counts."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.message import Message

from tasktui.domain.status import Status
from tasktui.tui.chrome import tabs
from tasktui.tui.widgets.lineview import LineView


class TabStrip(LineView):
    """Shows the tabs; a click chooses one."""

    class Chosen(Message):
        """A tab was clicked; ``tab`` counts from 0."""

        def __init__(self, tab: int) -> None:
            super().__init__()
            self.tab = tab

    _places: tuple[range, ...] = ()

    def show_tabs(self, active: int, counts: Mapping[Status, int], view: str = "") -> None:
        """Show the strip at the present width; ``view`` is the saved view that is on."""
        content, self._places = tabs(active, counts, self.size.width or self.app.size.width, view)
        self.show([content])

    def on_click(self, event: events.Click) -> None:
        """A click on a tab."""
        for tab, place in enumerate(self._places):
            if event.x in place:
                self.post_message(self.Chosen(tab))
