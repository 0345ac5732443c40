"""Who did what, from where: the actions of people over all tasks, the newest first; live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tasktui.commands.present import event_words
from tasktui.commands.text import clean
from tasktui.domain.event import SCHEDULER, Event
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.screens.reader import Reader
from tasktui.tui.times import View, stamp

EVENTS = 2_000
"""Newest events that are looked through."""
_MOST = (18, 28, 24)
"""Cells of the columns when, who and task at the most, where there is room."""
_NARROW = (12, 18, 14)
"""The same on a terminal of less than 100 cells."""
_ROOM = 100
_WORDS = 40
"""Cells from which on the rest of a long event stands under its beginning."""


class AuditScreen(Reader):
    """The event log as a list of who did what; the scheduler's own work on request."""

    WHERE = Where.AUDIT
    BINDINGS: ClassVar = bindings(Where.AUDIT)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._events: Sequence[Event] | None = None
        self._all = False

    async def read(self) -> None:
        """Read the newest events."""
        self._events = await self.desk.session.acall(lambda c: c.events(limit=EVENTS))
        self.draw()

    def heading(self) -> Line:
        """Whose actions these are."""
        whose = "people and scheduler" if self._all else "people"
        text = line(Span("audit ", Tone.TITLE), Span(f"of {whose}", Tone.DIM))
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """One event in a line, or in several where it is long."""
        if self._events is None:
            return [line(Span(" loading", Tone.DIM))]
        shown = [e for e in reversed(self._events) if self._all or by_person(e)]
        if not shown:
            return [line(Span(" Nobody has done anything yet.", Tone.DIM))]
        return audit_lines(shown, self.desk.view(), cells)

    def idle_status(self) -> Line:
        """How many, and how far back it goes."""
        if not self._events:
            return EMPTY
        more = f" The last {EVENTS} events." if len(self._events) == EVENTS else ""
        return line(Span(f" s shows {'people only' if self._all else 'all'}.{more}", Tone.DIM))

    def do_everybody(self) -> None:
        """The scheduler's own work too, or not any more."""
        self._all = not self._all
        self.draw()


def by_person(event: Event) -> bool:
    """Whether somebody did it, rather than the scheduler by itself."""
    return event.actor.partition(" ")[0] != SCHEDULER


def audit_lines(events: Sequence[Event], view: View, cells: int) -> list[Line]:
    """Each event: when, who and from where, to what, what; columns as wide as what is in them."""
    heads = [_head(event, view) for event in events]
    most = _MOST if cells >= _ROOM else _NARROW
    columns = zip(*heads, strict=True)
    wide = [min(m, max(map(len, column))) for m, column in zip(most, columns, strict=True)]
    begin = 1 + sum(width + 2 for width in wide)
    indent = " " * (begin if cells - begin >= _WORDS else 3 + wide[0])
    out: list[Line] = []
    for (at, who, task), event in zip(heads, events, strict=True):
        row = line(
            Span(f" {at:<{wide[0]}}  ", Tone.DIM),
            Span(f"{who:<{wide[1]}}  "),
            Span(f"{task:<{wide[2]}}  ", Tone.STRONG),
            event_words(event),
        )
        out += wrap(row, cells, indent=indent)
    return out


def _head(event: Event, view: View) -> tuple[str, str, str]:
    """When, who, and to which task."""
    who = clean(event.actor, _MOST[1])
    return stamp(event.at, view, "UTC"), who, clean(event.task or "-", 64)
