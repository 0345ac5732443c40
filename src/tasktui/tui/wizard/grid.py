"""The grid of a Daily schedule's points: a cursor on a cell, and an input over it while one edits.

Letters are shortcuts only while no input has the focus. Whatever is typed goes
to the draft as it is typed; nothing is refused here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from tasktui.tui.palette import Palette
from tasktui.tui.widgets.lineview import LineView
from tasktui.tui.wizard.fields import TextInput
from tasktui.tui.wizard.model import PointDraft
from tasktui.tui.wizard.points import COLUMNS, HEAD, PLACES, WIDTHS, Points, added, lines, stepped
from tasktui.tui.wizard.state import State

_STARTS = frozenset("0123456789:")
"""Characters that begin to edit a cell."""


class Grid(LineView, can_focus=True):
    """The points. Its cursor may stand on the line below them, which adds one."""

    DEFAULT_CSS: ClassVar[str] = """
    Grid { height: auto; }
    Grid TextInput { display: none; }
    """
    BINDINGS: ClassVar = [
        Binding("up", "move(-1, 0)", show=False),
        Binding("down", "move(1, 0)", show=False),
        Binding("left", "move(0, -1)", show=False),
        Binding("right", "move(0, 1)", show=False),
        Binding("tab", "along(1)", show=False),
        Binding("shift+tab", "along(-1)", show=False),
        Binding("enter", "edit", show=False),
        Binding("a", "add", show=False),
        Binding("x,delete", "remove", show=False),
        Binding("y", "duplicate", show=False),
        Binding("z", "zone", show=False),
        Binding("w", "weekdays", show=False),
        Binding("plus", "step(1)", show=False),
        Binding("minus", "step(-1)", show=False),
        Binding("escape", "undo", show=False),
    ]

    class Changed(Message):
        """``points`` are others."""

    class Weekdays(Message):
        """Other weekdays are wanted, for all points."""

    class Zones(Message):
        """The list of zones is wanted, for the point of this row."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="points")
        self._editor = TextInput("cell")
        self.points: Points = ()
        self._before: Points = ()
        self._ahead = False
        """``points`` are newer than every state: the screen has not taken them yet."""
        self._state = State()
        self._cells = 80
        self.row = 0
        self.column = 0

    def compose(self) -> ComposeResult:
        """The input that lies over a cell while one edits."""
        yield self._editor

    @property
    def editing(self) -> bool:
        """Whether the input is open."""
        return bool(self._editor.display)

    def draw(self, state: State, cells: int) -> None:
        """Show the points of a state."""
        self._state, self._cells = state, cells
        if state.draft.points != self.points and not self._ahead:
            self.points = state.draft.points
            self.row = min(self.row, len(self.points))
        self._redraw()

    def taken(self) -> Points:
        """The points, for a state that has them from now on."""
        self._ahead = False
        return self.points

    def put(self, row: int, column: int) -> None:
        """Put the cursor on a cell, or on the line that adds one."""
        self.row = max(0, min(row, len(self.points)))
        self.column = column if self.row < len(self.points) else 0
        self._redraw()
        self.call_after_refresh(self.reveal)

    def reveal(self) -> None:
        """Scroll the cursor's line into sight."""
        if isinstance(self.parent, Widget):
            spot = Region(0, self.virtual_region.y + HEAD + self.row, 1, 1)
            self.parent.scroll_to_region(spot, animate=False)

    def _redraw(self) -> None:
        cursor = (self.row, self.column) if self.has_focus or self.editing else None
        self.show(lines(self._state, cursor, self._cells))

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Show the cursor while it has the focus."""
        super().watch_has_focus(_has_focus)
        self._redraw()

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a cell."""
        if event.y >= HEAD:
            at = [i for i, place in enumerate(PLACES) if event.x >= place]
            self.put(event.y - HEAD, at[-1] if at else 0)

    def on_key(self, event: events.Key) -> None:
        """A digit begins to edit; what came before the input had the focus goes there."""
        character = event.character or ""
        if self.editing:
            if event.is_printable:
                event.stop()
                event.prevent_default()
                self._editor.insert_text_at_cursor(character)
        elif character in _STARTS and character and self.row < len(self.points):
            event.stop()
            self._open(character)

    async def action_move(self, rows: int, columns: int) -> None:
        """Move by rows or columns; past the first and the last row the focus moves on."""
        self.close()
        row = self.row + rows
        if not 0 <= row <= len(self.points):
            await self.screen.run_action(f"along({rows})")
        else:
            self.put(row, max(0, min(self.column + columns, len(COLUMNS) - 1)))

    async def action_along(self, by: int) -> None:
        """Tab: cell by cell, then on to the next field."""
        self.close()
        at = self.row * len(COLUMNS) + self.column + by
        if not 0 <= at <= len(self.points) * len(COLUMNS):
            await self.screen.run_action(f"along({by})")
        else:
            self.put(*divmod(at, len(COLUMNS)))

    async def action_edit(self) -> None:
        """Enter: edit the cell as it is, or take it and go on; on the last line, add a point."""
        if self.editing:
            await self.action_along(1)
        elif self.row == len(self.points):
            self.action_add()
        else:
            self._open(None)

    def action_add(self) -> None:
        """Add a point below the cursor and type its time."""
        at = min(self.row + 1, len(self.points))
        self._change(lambda points: added(points, at))
        self.put(at, 0)
        self._open(None)

    def action_remove(self) -> None:
        """Delete the point under the cursor."""
        self._change(lambda points: points[: self.row] + points[self.row + 1 :])
        self.put(self.row, self.column)

    def action_duplicate(self) -> None:
        """The same point once more, below: its time is then to be changed."""
        if self.row < len(self.points):
            below = self.row + 1
            self._change(lambda points: points[:below] + points[self.row : below] + points[below:])
            self.put(below, 0)

    def action_zone(self) -> None:
        """Another zone for the point under the cursor."""
        if self.row < len(self.points):
            self.post_message(self.Zones(self.row))

    def action_weekdays(self) -> None:
        """Every day, working days, weekends."""
        self.post_message(self.Weekdays())

    def action_step(self, by: int) -> None:
        """A quarter of an hour, or one replica, more or less."""
        if self.row < len(self.points):
            point = stepped(self.points[self.row], COLUMNS[self.column], by)
            self._change(lambda points: (*points[: self.row], point, *points[self.row + 1 :]))

    async def action_undo(self) -> None:
        """Esc: the cell as it was; outside of a cell, whatever Esc means on the screen."""
        if not self.editing:
            await self.screen.run_action("leave")
            return
        self._editor.fill(getattr(self._before[self.row], COLUMNS[self.column]))
        self.close()

    def close(self) -> None:
        """End editing; what was typed stays."""
        if self.editing:
            self._commit()
            self.screen.set_focus(self, scroll_visible=False)
            self._hide()

    def on_descendant_blur(self) -> None:
        """The focus went elsewhere: what was typed stays."""
        if self.screen.focused is not self._editor:
            self._hide()

    def _hide(self) -> None:
        self._editor.display = False
        self._redraw()

    def _open(self, text: str | None) -> None:
        point = self.points[self.row]
        column = COLUMNS[self.column]
        self._before = self.points
        self._editor.fill(getattr(point, column))
        self._editor.styles.width = WIDTHS[self.column]
        self._editor.styles.offset = (PLACES[self.column], HEAD + self.row)
        self._editor.display = True
        # At once, not by focus(): a key that follows quickly must not get lost.
        self.screen.set_focus(self._editor)
        if text is not None:
            self._editor.fill(text)
            self._commit()
        self._redraw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Typed into the cell."""
        event.stop()
        if self.editing:
            self._commit()

    def _commit(self) -> None:
        """Take what the input holds into the cell."""
        point = replace(self.points[self.row], **{COLUMNS[self.column]: self._editor.value})
        self._change(lambda points: (*points[: self.row], point, *points[self.row + 1 :]))

    def _change(self, change: Callable[[Points], tuple[PointDraft, ...]]) -> None:
        points = change(self.points)
        if points != self.points:
            self.points = points
            self._ahead = True
            self.post_message(self.Changed())
