"""Which columns the table shows, and in which order: a list to choose from, and ``:columns``."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from tasktui.errors import TasktuiError
from tasktui.runtime.views import save_columns
from tasktui.tui.chosen import (
    ABOUT,
    ALWAYS,
    USUAL,
    WHY_ALWAYS,
    Chosen,
    Col,
    picking,
    read_whole,
    word,
    written,
)
from tasktui.tui.chrome import footer
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Where, bindings
from tasktui.tui.keys import footer as footer_keys
from tasktui.tui.lines import Line, Span, Tone, fit, line
from tasktui.tui.widgets.lineview import LineView
from tasktui.tui.widgets.table import HEAD, ListTable

if TYPE_CHECKING:
    from tasktui.tui.screens.tasks import TasksScreen

_WIDEST = 78
"""Cells of the box."""
_AROUND = 6
"""Lines of the box besides the list: its border, the title, a note, and keys."""
_FRAME = 4
"""Cells of border and padding, both sides together."""
_FAR = 10**6


class ColumnRows:
    """How a column looks as a row of the list."""

    def __init__(
        self, chosen: Chosen, without_room: Callable[[Chosen], Chosen], ellipsis: str
    ) -> None:
        self._without_room = without_room
        self._ellipsis = ellipsis
        self.picking = picking(chosen)

    def key(self, column: Col) -> Hashable:
        """The column itself."""
        return column

    def head(self, cells: int) -> Line:  # noqa: ARG002 - the protocol's
        """Titles."""
        return line(Span(" SHOW COLUMN     WHAT IT TELLS", Tone.DIM))

    def line(self, column: Col, cells: int) -> Line:
        """Whether it is shown, its name, what it tells, and whether there is room for it."""
        shown = column in self.picking.shown
        note = "always" if column in ALWAYS else ""
        if column in self.missing:
            note = "no room"
        tone = Tone.STRONG if shown else Tone.DIM
        left = (
            Span(f" [{'x' if shown else ' '}]  ", tone),
            Span(f"{word(column):<11}", tone),
            Span(ABOUT[column], Tone.PLAIN if shown else Tone.DIM),
        )
        return (*fit(left, cells - 8, ellipsis=self._ellipsis), Span(f" {note:>7}", Tone.NOTE))

    @property
    def missing(self) -> Chosen:
        """The chosen ones for which the screen has no room."""
        return self._without_room(self.picking.chosen)


class ColumnPicker(ModalScreen[Chosen | None], inherit_bindings=False):
    """Dismisses with the columns to show, or None."""

    ALLOW_SELECT = False
    AUTO_FOCUS = ""
    WHERE = Where.COLUMNS
    BINDINGS: ClassVar = bindings(Where.COLUMNS)
    CSS: ClassVar[str] = (
        "ColumnPicker { align: center middle; }"
        "ColumnPicker > Vertical { height: auto; padding: 0 1; }"
    )

    def __init__(
        self, desk: Desk, chosen: Chosen, without_room: Callable[[Chosen], Chosen]
    ) -> None:
        super().__init__()
        self.rows = ColumnRows(chosen, without_room, desk.palette.glyphs.ellipsis)
        self._palette = desk.palette
        self._box = Vertical()
        self._title = LineView(desk.palette)
        self.table: ListTable[Col] = ListTable(self.rows, desk.palette)
        self._note = LineView(desk.palette)
        self._keys = LineView(desk.palette)
        self._said = ""

    def compose(self) -> ComposeResult:
        """Title, list, a note, keys."""
        with self._box:
            yield self._title
            yield self.table
            yield self._note
            yield self._keys

    def on_mount(self) -> None:
        """Show all columns."""
        self._title.show([line(Span("Columns of the task table, from left to right", Tone.TITLE))])
        self._draw()

    def on_resize(self) -> None:
        """Another size."""
        self._draw()

    def _draw(self) -> None:
        wide = min(_WIDEST, self.app.size.width)
        order = self.rows.picking.order
        self._box.styles.width = wide
        self._box.styles.border = (self._palette.glyphs.border, "ansi_yellow")
        self.table.styles.height = max(2, min(len(order) + HEAD, self.app.size.height - _AROUND))
        self.table.marked = set()
        self.table.show(order)
        self._note.show([line(Span(self._said or self._room(), Tone.NOTE))])
        keys = footer(footer_keys(self.WHERE), None, wide - _FRAME, 1)
        self._keys.show(keys)

    def _room(self) -> str:
        missing = ", ".join(word(c) for c in self.rows.missing)
        return f"No room here for {missing}: x shows all." if missing else ""

    # Keys.

    def action_press(self, id: str) -> None:  # noqa: A002 - the key's id
        """Do what a key of the table of keys says."""
        self._said = ""
        getattr(self, f"do_{id}")()

    def _change(self, change: Callable[[Col], object]) -> None:
        column = self.table.selected
        if column is not None:
            change(column)
            self._draw()
            self.table.select(column)

    def do_turn_column(self) -> None:
        """Show or hide it."""

        def turn(column: Col) -> None:
            self._said = f"{WHY_ALWAYS[:1].upper()}{WHY_ALWAYS[1:]}." if column in ALWAYS else ""
            self.rows.picking = self.rows.picking.turned(column)

        self._change(turn)

    def do_later_column(self) -> None:
        """One place down."""
        self._shift(1)

    def do_sooner_column(self) -> None:
        """One place up."""
        self._shift(-1)

    def _shift(self, by: int) -> None:
        def shift(column: Col) -> None:
            self.rows.picking = self.rows.picking.moved(column, by)

        self._change(shift)

    def do_usual_columns(self) -> None:
        """Those that are shown unless somebody chooses."""
        self.rows.picking = picking(USUAL)
        self._draw()

    def do_take_columns(self) -> None:
        """Show these."""
        self.dismiss(self.rows.picking.chosen)

    def do_back(self) -> None:
        """Leave all as it was."""
        self.dismiss(None)

    def do_close(self) -> None:
        """Leave all as it was."""
        self.dismiss(None)

    def on_table_opened(self) -> None:
        """Double-clicked."""
        self.action_press("turn_column")

    # Moving.

    def do_down(self) -> None:
        """One line down."""
        self.table.move(1)

    def do_up(self) -> None:
        """One line up."""
        self.table.move(-1)

    def do_top(self) -> None:
        """To the first line."""
        self.table.move(-_FAR)

    def do_bottom(self) -> None:
        """To the last line."""
        self.table.move(_FAR)

    def do_page_down(self) -> None:
        """A page down."""
        self.table.move(self.table.page)

    def do_page_up(self) -> None:
        """A page up."""
        self.table.move(-self.table.page)

    def do_half_down(self) -> None:
        """Half a page down."""
        self.table.move(self.table.page // 2)

    def do_half_up(self) -> None:
        """Half a page up."""
        self.table.move(-(self.table.page // 2))


def run(table: TasksScreen, argument: str) -> None:
    """``:columns name,status,next``; the command line found nothing wrong with it."""
    choose(table, read_whole(argument))


def choose(table: TasksScreen, chosen: Chosen | None) -> None:
    """Show these columns; without a view they are kept as the user's own."""
    if chosen is None or chosen == table.rows.chosen:
        return
    table.rows.choose(chosen)
    table.table.shift(0)
    table.draw()
    why = "" if table.shown else _keep(table, chosen)
    if why:
        table.say(why, Tone.PROBLEM)
    else:
        table.say(_done(table, chosen))


def _done(table: TasksScreen, chosen: Chosen) -> str:
    """What came of it, and how it lasts."""
    missing = ", ".join(word(c) for c in table.without_room(chosen))
    room = f" No room for {missing}: x shows all." if missing else ""
    if table.shown is None:
        return f"{len(chosen)} columns, also the next time.{room}"
    return f"{len(chosen)} columns; :view save {table.shown.name} keeps them in the view.{room}"


def _keep(table: TasksScreen, chosen: Chosen) -> str:
    """Keep them as the user's own; why that cannot be done, empty where it can."""
    try:
        if table.desk.views:
            save_columns(table.desk.views, () if chosen == USUAL else written(chosen))
    except TasktuiError as error:
        return str(error)
    return ""
