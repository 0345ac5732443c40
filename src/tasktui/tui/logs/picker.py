"""The list of a task's logs: Enter takes one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from tasktui.runtime.logs import Kind, Source
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.lines import Line, Span, Tone, fit, line
from tasktui.tui.times import View, dated
from tasktui.tui.widgets.lineview import LineView
from tasktui.tui.widgets.table import ListTable

_WHAT = {
    Kind.LIVE: "replica",
    Kind.DEAD: "ended replica",
    Kind.CONTROLLER: "Serve controller",
    Kind.BUILD: "last error of a start",
}


class SourceRows:
    """How a log looks as a row."""

    def __init__(self, view: View) -> None:
        self._view = view

    def key(self, source: Source) -> Hashable:
        """Its kind and id."""
        return (source.kind, source.id)

    def head(self, cells: int) -> Line:
        """Titles of the columns."""
        wide = max(12, cells - 50)
        return line(Span(f"{'LOG':<{wide}} {'OF':<22} {'STATE':<10} SINCE", Tone.DIM))

    def line(self, source: Source, cells: int) -> Line:
        """One log."""
        tone = Tone.RUNNING if source.kind is Kind.LIVE else Tone.PLAIN
        wide = max(12, cells - 50)
        at = source.ended or (source.replica.started_at if source.replica else None)
        return (
            *fit(line(source.id), wide, middle=True),
            Span(f" {_WHAT[source.kind]:<22} "),
            *fit(line(Span(source.state, tone)), 10),
            Span(f" {dated(at, self._view) if at else ''}", Tone.DIM),
        )


class SourcePicker(ModalScreen[Source | None], inherit_bindings=False):
    """Dismisses with the log that was taken, or None."""

    DEFAULT_CSS: ClassVar[str] = "SourcePicker { background: ansi_default; }"
    BINDINGS: ClassVar = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j,r", "move(1)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("enter", "take", show=False),
        Binding("escape,ctrl+c,q", "leave", show=False),
    ]

    def __init__(
        self, desk: Desk, task: str, sources: Sequence[Source], present: Source | None
    ) -> None:
        super().__init__()
        self._title = line(Span("logs of ", Tone.DIM), Span(task, Tone.TITLE))
        self._rule = desk.palette.glyphs.rule
        self._sources = sources
        self._present = present
        self._look = SourceRows(desk.view())
        self._head = LineView(desk.palette)
        self._table: ListTable[Source] = ListTable(self._look, desk.palette)
        self._keys = LineView(desk.palette)

    def compose(self) -> ComposeResult:
        """Title, list and keys."""
        yield self._head
        yield self._table
        yield self._keys

    def on_mount(self) -> None:
        """The log that is open under the cursor."""
        self._table.show(self._sources)
        if self._present is not None:
            self._table.select(self._look.key(self._present))
        self._table.focus()
        keys = (("Enter", "open"), ("j k", "move"), ("Esc", "back"))
        self._keys.show(
            [tuple(s for k, text in keys for s in (Span(f" {k}", Tone.KEY), Span(f" {text} ")))]
        )

    def on_resize(self) -> None:
        """The title over the whole width."""
        self._head.show([rule(self._title, self.size.width, self._rule)])

    def on_table_opened(self) -> None:
        """Double-clicked."""
        self.action_take()

    def action_take(self) -> None:
        """Take what is under the cursor."""
        if self._table.selected is not None:
            self.dismiss(self._table.selected)

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self._table.move(by)

    def action_leave(self) -> None:
        """Without one."""
        self.dismiss(None)
