"""The keys of the screen that one came from, by group. Made from the table of keys."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from tasktui.commands.text import clean
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Group, Where, bindings, keys_of
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.screens.reader import Reader
from tasktui.tui.screens.views import all_of

if TYPE_CHECKING:
    from tasktui.tui.widgets.prompt import Prompt

KEY_CELLS = 11
"""Cells of the keys at the left."""


class HelpScreen(Reader):
    """All keys of one screen."""

    WHERE = Where.HELP
    BINDINGS: ClassVar = bindings(Where.HELP)

    def __init__(self, desk: Desk, where: Where) -> None:
        super().__init__(desk)
        self._where = where
        self._views = all_of(desk.views) if where is Where.TASKS else []
        self._text = ""

    def heading(self) -> Line:
        """Which screen's keys these are."""
        text = line(Span(f"Keys of the screen {self._where}", Tone.TITLE))
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """One key in each line, under its group."""
        found = keys_help(self._where, cells, self._text)
        views = views_help(self._views, cells, self._text)
        return [*found, EMPTY, *views] if views else found

    def do_search(self) -> None:
        """Open the line for a text."""
        self.open_prompt("/", self._text)

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        """Show what has the text, with each letter."""
        message.prevent_default()
        self._text = message.text.strip()
        self.draw()
        if message.done:
            self.close_prompt()

    def on_prompt_left(self, message: Prompt.Left) -> None:  # noqa: ARG002 - Textual's signature
        """All keys again."""
        self._text = ""
        self.draw()


def views_help(views: Sequence[tuple[str, str]], cells: int, text: str = "") -> list[Line]:
    """The saved views that have ``text``, with the command that shows each."""
    found = [(command, about) for command, about in views if text.lower() in about.lower()]
    out: list[Line] = [line(Span(" Saved views", Tone.STRONG))] if found else []
    for command, about in found:
        row = line(Span(f"   :{command}", Tone.KEY), f"  {about}")
        out += wrap(row, cells, indent=" " * KEY_CELLS)
    return out


def keys_help(where: Where, cells: int, text: str = "") -> list[Line]:
    """The keys of one screen that have ``text``, in ``cells`` cells."""
    order = list(Group)
    found = [k for k in keys_of(where) if text.lower() in f"{k.shown} {k.label} {k.help}".lower()]
    rows = sorted(found, key=lambda k: order.index(k.group))
    out: list[Line] = [] if rows else [line(f"  No key here has the text {clean(text)}.")]
    for group, keys in groupby(rows, key=lambda k: k.group):
        out += [EMPTY] if out else []
        out += wrap(line(Span(f" {group}", Tone.STRONG)), cells, indent=" ")
        for key in keys:
            mark = Tone.DANGER_KEY if key.dangerous else Tone.KEY
            row = line(Span(f"   {key.shown:<{KEY_CELLS - 3}}", mark), key.help)
            out += wrap(row, cells, indent=" " * KEY_CELLS)
    return out
