"""What is new of one log, each time it is asked. Knows neither Ray nor a screen.

A log is only ever read from its end: what was read before is found again in it, so
that no line comes twice; where it cannot be found, a line says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tasktui.commands.logtext import ANEW, MISSING, after, plain
from tasktui.domain.log import ALL_LINES

Tail = Callable[[int], str]
"""The last lines of a log, as many as are asked for."""

_KNOWN = 200
"""Lines by which a log is found again."""
_STEPS = (500, 5_000, 50_000)
"""How many lines are asked for until those are among them."""


class LogFeed:
    """One log, from ``first`` lines before its end on."""

    def __init__(self, tail: Tail, first: int, *, grows: bool = True) -> None:
        """``grows``: whether somebody still writes; an unfinished line is left for later then."""
        self._tail = tail
        self._first = first
        self._grows = grows
        self._known: list[str] = []
        self._begun = False

    def news(self) -> Sequence[str]:
        """The lines since the last call. Raises what reading raises."""
        said, found = "", self._lines(self._first) if not self._begun else []
        if self._begun and self._grows:
            said, found = self._later()
        self._begun = True
        self._known = [*(() if said else self._known), *found][-_KNOWN:]
        return [said, *found] if said else found

    def _later(self) -> tuple[str, list[str]]:
        """What is wrong with the place before the new lines, and these."""
        for count in _STEPS:
            lines = self._lines(count)
            found = after(self._known, lines)
            if found is not None:
                return "", list(found)
            if len(lines) < count - 1:  # an unfinished line may have been left out
                return (ANEW, lines) if lines else ("", [])
        return MISSING, lines

    def _lines(self, count: int) -> list[str]:
        text = self._tail(count)
        if self._grows and not text.endswith("\n"):
            text = text[: text.rfind("\n") + 1]
        return plain(text)


def whole(text: str) -> Tail:
    """A log that is known already."""

    def tail(count: int) -> str:
        lines = text.removesuffix("\n").split("\n")
        return text if count == ALL_LINES else "\n".join(lines[-count:])

    return tail
