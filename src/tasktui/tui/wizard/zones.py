"""Which timezones match what one types, and how they look in the list. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime

from tasktui.schedule.resolve import zone
from tasktui.tui.lines import Line, Span, Tone, fit, line


def matching(names: Sequence[str], query: str) -> list[str]:
    """The zones in which every word occurs; those whose city begins with it come first."""
    words = query.lower().replace("_", " ").split()
    found = [n for n in names if all(w in _plain(n) for w in words)]
    first = words[0] if words else ""
    return sorted(found, key=lambda n: (not _plain(n).rpartition("/")[2].startswith(first), n))


def _plain(name: str) -> str:
    return name.lower().replace("_", " ")


class ZoneRows:
    """How a zone looks as a row: its name, its clock, and how far it is from UTC."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def key(self, name: str) -> Hashable:
        """The name."""
        return name

    def head(self, cells: int) -> Line:  # noqa: ARG002 - rows of tables have one signature
        """Titles of the columns."""
        return line(Span(f"{'TIMEZONE':<34} {'NOW':<9} UTC", Tone.DIM))

    def line(self, name: str, cells: int) -> Line:  # noqa: ARG002
        """One zone."""
        there = self._now.astimezone(zone(name))
        clock = f"{there:%a %H:%M}"
        return (*fit(line(name), 34), Span(f" {clock:<9} {there:%z}", Tone.DIM))
