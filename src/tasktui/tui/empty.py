"""The three empty screens, never taken for each other: still reading, nothing there, unreadable."""

from __future__ import annotations

from collections.abc import Mapping

from tasktui.domain.status import Status
from tasktui.errors import TasktuiError
from tasktui.tui.chrome import TABS
from tasktui.tui.keys import TAB_NAMES
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap


def loading() -> list[Line]:
    """Before the first answer of the store."""
    return [EMPTY, line(Span("  Reading tasks ...", Tone.DIM))]


def nothing(tab: int, counts: Mapping[Status, int], words: str) -> list[Line]:
    """No row: because of a filter, of the tab, or because there is no task at all."""
    if words:
        return [
            EMPTY,
            line(f"  No task here matches: {words}"),
            line("  ", Span("Esc", Tone.KEY), " clears the filter"),
        ]
    live = sum(n for s, n in counts.items() if s is not Status.ARCHIVED)
    if TABS[tab] is not None and (live or counts.get(Status.ARCHIVED)):
        return [
            EMPTY,
            line(f"  No task is {TAB_NAMES[tab]}."),
            line("  ", Span("1", Tone.KEY), f" shows all {live}"),
        ]
    archived = counts.get(Status.ARCHIVED, 0)
    put_away = [line("  ", Span("7", Tone.KEY), f" shows {archived} archived")] if archived else []
    return [
        EMPTY,
        line(Span("  Every task is archived." if archived else "  No task yet.", Tone.STRONG)),
        EMPTY,
        line("  ", Span("n", Tone.KEY), "  launch one: choose an artifact, check its resources,"),
        line("     give it a name and a schedule, and confirm"),
        line("  ", Span("A", Tone.DANGER_KEY), "  then activates it"),
        line(
            "  ",
            Span("?", Tone.KEY),
            "  lists all keys; ",
            Span(":tour", Tone.KEY),
            " shows how it works",
        ),
        *put_away,
    ]


def unreadable(error: TasktuiError, cells: int) -> list[Line]:
    """The store cannot be read: what happened and what to do, whole, in lines of ``cells``."""
    return [
        EMPTY,
        line(Span("  The store cannot be read.", Tone.PROBLEM)),
        *wrap(line(f"  {error.what}"), cells, indent="  "),
        *wrap(line(Span(f"  {error.hint}", Tone.STRONG)), cells, indent="  "),
        EMPTY,
        line(Span("  This is not an empty list: tasks on Ray go on. Trying again.", Tone.DIM)),
    ]
