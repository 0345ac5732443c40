"""The list of timezones: filters while one types, Enter takes one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from tasktui.schedule.resolve import zone_names
from tasktui.tui.desk import Desk
from tasktui.tui.lines import Span, Tone, line
from tasktui.tui.widgets.lineview import LineView
from tasktui.tui.widgets.table import ListTable
from tasktui.tui.wizard.fields import Field
from tasktui.tui.wizard.zones import ZoneRows, matching


class ZonePicker(ModalScreen[str | None]):
    """Dismisses with the zone that was taken, or None."""

    DEFAULT_CSS: ClassVar[str] = "ZonePicker { background: ansi_default; }"
    BINDINGS: ClassVar = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move(-10)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("enter", "take", show=False),
        Binding("escape,ctrl+c", "leave", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, present: str) -> None:
        super().__init__()
        self._desk = desk
        self._names = zone_names()
        self._present = present.strip()
        self._filter = Field("zones", "Timezone", desk.palette)
        self._table: ListTable[str] = ListTable(ZoneRows(desk.now()), desk.palette)
        self._table.can_focus = False
        self._keys = LineView(desk.palette)

    def compose(self) -> ComposeResult:
        """Filter, list, keys."""
        yield self._filter
        yield self._table
        yield self._keys

    def on_mount(self) -> None:
        """The present zone under the cursor; what is none filters at once."""
        known = self._present in self._names
        if not known:
            self._filter.input.fill(self._present)
        self._draw()
        if known:
            self._table.select(self._present)
        self._filter.input.focus()

    def on_resize(self) -> None:
        """Another width."""
        self._draw()

    def _draw(self) -> None:
        found = matching(self._names, self._filter.input.value)
        self._table.say([line("  No zone matches: a city or a country, such as berlin")])
        self._table.show(found)
        told = Span(f"{len(found)} of {len(self._names)}: type to filter", Tone.DIM)
        self._filter.show(line(told), self.size.width)
        keys = (("Enter", "take"), ("Up Down", "move"), ("Esc", "back"))
        self._keys.show(
            [tuple(s for k, text in keys for s in (Span(f" {k}", Tone.KEY), Span(f" {text} ")))]
        )

    def on_input_changed(self) -> None:
        """Filter; the first match is under the cursor."""
        self._draw()
        self._table.move(-len(self._names))

    def action_take(self) -> None:
        """Take what is under the cursor."""
        if self._table.selected is not None:
            self.dismiss(self._table.selected)

    def on_table_opened(self) -> None:
        """Double-clicked."""
        self.action_take()

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self._table.move(by)

    def action_leave(self) -> None:
        """Without a zone."""
        self.dismiss(None)
