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
_AT, _WHO, _TASK = 18, 28, 20
"""Cells of the columns, where there is room."""
_NARROW = (13, 20, 16)
"""The same on a terminal of less than 100 cells."""
_ROOM = 100


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
        return [text for event in shown for text in audit_lines(event, self.desk.view(), cells)]

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


def audit_lines(event: Event, view: View, cells: int) -> list[Line]:
    """One event: when, who and from where, to what, what."""
    for_at, for_who, for_task = (_AT, _WHO, _TASK) if cells >= _ROOM else _NARROW
    who, task = clean(event.actor, _WHO), clean(event.task or "-", 64)
    at = f" {stamp(event.at, view, 'UTC'):<{for_at - 1}}"
    row = line(
        Span(at, Tone.DIM),
        Span(f"{who:<{for_who - 1}} "),
        Span(f"{task:<{for_task - 1}} ", Tone.STRONG),
        event_words(event),
    )
    return wrap(row, cells, indent=" " * for_at)
