"""The app in one screen, for somebody who sees it for the first time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tasktui.tui.chrome import rule
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.screens.reader import Reader

_PARTS: tuple[tuple[str, str], ...] = (
    (
        "A task",
        "is an endpoint made from an artifact, with a schedule. n launches one: four steps.",
    ),
    ("It waits", "until it is activated (A): from the next point on, or now."),
    ("The scheduler", "starts, rescales and stops it. It goes on when you leave (q)."),
    ("Tabs 1 to 7", "are the statuses: Idle, In-queue, Starting, Running, Need Stop, Archived."),
    ("Why?", "w on a task says why it is not as wanted, and what one can do."),
    ("What comes", "v is the calendar of a task; t turns the clock: task's zone, yours, UTC."),
    ("Tonight only", "S sets replicas by hand, P freezes them; the schedule is kept."),
    ("Look around", "d detail, l logs, H history, a who did what, / filter, z only problems."),
    ("Safe", "no small letter changes anything; a capital one asks first. U undoes where it can."),
    ("More", "? the keys of a screen, : or Ctrl-P every command, :ro to look only."),
)
_HEAD = 16


class TourScreen(Reader):
    """Ten lines."""

    WHERE = Where.TOUR
    BINDINGS: ClassVar = bindings(Where.TOUR)

    def heading(self) -> Line:
        """What it is."""
        text = line(Span("tasktui in one screen", Tone.TITLE))
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """The parts, a line each where there is room."""
        out: list[Line] = [EMPTY]
        for head, text in _PARTS:
            row = line(Span(f" {head:<{_HEAD - 1}}", Tone.STRONG), text)
            out += wrap(row, cells, indent=" " * _HEAD)
        return out

    def idle_status(self) -> Line:
        """How to go on."""
        return line(Span(" Esc goes to the tasks; :tour shows this again.", Tone.DIM))
