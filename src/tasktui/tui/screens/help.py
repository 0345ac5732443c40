"""The keys of the screen that one came from, by group. Made from the table of keys."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Group, Where, bindings, keys_of
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.screens.reader import Reader

KEY_CELLS = 11
"""Cells of the keys at the left."""


class HelpScreen(Reader):
    """All keys of one screen."""

    WHERE = Where.HELP
    BINDINGS: ClassVar = bindings(Where.HELP)

    def __init__(self, desk: Desk, where: Where) -> None:
        super().__init__(desk)
        self._where = where

    def heading(self) -> Line:
        """Which screen's keys these are."""
        text = line(Span(f"Keys of the screen {self._where}", Tone.TITLE))
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """One key in each line, under its group."""
        return keys_help(self._where, cells)


def keys_help(where: Where, cells: int) -> list[Line]:
    """The keys of one screen in ``cells`` cells."""
    order = list(Group)
    rows = sorted(keys_of(where), key=lambda k: order.index(k.group))
    out: list[Line] = []
    for group, keys in groupby(rows, key=lambda k: k.group):
        out += [EMPTY] if out else []
        out += wrap(line(Span(f" {group}", Tone.STRONG)), cells, indent=" ")
        for key in keys:
            mark = Tone.DANGER_KEY if key.dangerous else Tone.KEY
            text = line(Span(f"   {key.shown:<{KEY_CELLS - 3}}", mark), key.help)
            out += wrap(text, cells, indent=" " * KEY_CELLS)
    return out
