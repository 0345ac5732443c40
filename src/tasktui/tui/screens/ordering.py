"""The line that asks what to order the rows by: a letter, and it is done."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import ModalScreen

from tasktui.domain.search import Order
from tasktui.tui.keys import ORDERINGS, Where, bindings
from tasktui.tui.lines import Line, Span, Tone, width
from tasktui.tui.palette import Palette
from tasktui.tui.widgets.lineview import LineView


class OrderMenu(ModalScreen[Order | None], inherit_bindings=False):
    """One line over the last one; None where it was left without a letter."""

    ALLOW_SELECT = False
    AUTO_FOCUS = ""
    WHERE = Where.ORDER
    BINDINGS: ClassVar = bindings(Where.ORDER)
    CSS: ClassVar[str] = "OrderMenu { align: left bottom; background: transparent; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._line = LineView(palette)

    def compose(self) -> ComposeResult:
        """The line."""
        yield self._line

    def on_mount(self) -> None:
        """Say the letters."""
        self._line.show([letters(self.app.size.width)])

    def action_press(self, id: str) -> None:  # noqa: A002 - the key's id
        """A letter, or back."""
        chosen = id.removeprefix("order_")
        self.dismiss(Order(chosen) if chosen != id else None)


def letters(cells: int) -> Line:
    """The letters with their words, and what a second time does where there is room for it."""
    parts = [Span(" By", Tone.DIM)]
    for n, (letter, name) in enumerate(ORDERINGS):
        parts += [Span("  " if n else " "), Span(letter, Tone.KEY), Span(f" {name}", Tone.DIM)]
    again = Span("  again: the other way round", Tone.DIM)
    return (*parts, again) if width((*parts, again)) <= cells else tuple(parts)
