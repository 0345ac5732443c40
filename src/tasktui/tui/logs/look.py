"""How one line of a log looks: its level, its time or not, what is searched for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tasktui.commands.logtext import TIME, folds
from tasktui.commands.text import clean
from tasktui.tui.lines import EMPTY, Line, Span, Tone, fit, line, wrap

LONGEST = 20_000
"""Characters of a line that are drawn."""
_PIECE = 1_000
"""Characters of one span: each is cut where it is longer than anything that is cleaned."""
_INDENT = "    "

_LEVELS = {
    "CRITICAL": Tone.PROBLEM,
    "FATAL": Tone.PROBLEM,
    "ERROR": Tone.PROBLEM,
    "WARNING": Tone.NOTE,
    "WARN": Tone.NOTE,
}
_LEVEL = re.compile(rf"\b({'|'.join(_LEVELS)})\b")
_WITHIN = 80
"""Characters of a line in which its level is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How lines are shown now."""

    cells: int
    wrapped: bool = True
    times: bool = True
    sought: str = ""
    """Marked wherever it stands; empty: nothing."""
    hit: bool = False
    """Whether the line is the match that one has gone to."""
    ellipsis: str = "…"

    def rows(self, text: str) -> list[Line]:
        """The rows of a line."""
        shown = text if self.times else TIME.sub("", text, count=1)
        content = self._content(clean(shown, LONGEST))
        if not self.wrapped:
            return [fit(content, self.cells, ellipsis=self.ellipsis)]
        return wrap(content, self.cells, indent=_INDENT) or [EMPTY]

    def _content(self, text: str) -> Line:
        if text.startswith("-- "):
            return line(*self._sought(text, Tone.DIM))
        first, *rest = self._sought(text, Tone.PLAIN) if text else [Span("")]
        return line(*_levelled(first), *rest)

    def _sought(self, text: str, tone: Tone) -> Iterator[Span]:
        """The text in pieces, with what is sought in another tone."""
        if not self.sought:
            yield from _pieces(text, tone)
            return
        within = text.lower() if folds(self.sought) else text
        mark = Tone.CURSOR if self.hit else Tone.SELECTED
        at = 0
        # Some characters get longer in lower case: then nothing is marked, rather than amiss.
        place = within.find(self.sought) if len(within) == len(text) else -1
        while place >= 0:
            yield from _pieces(text[at:place], tone)
            at = place + len(self.sought)
            yield Span(text[place:at], mark)
            place = within.find(self.sought, at)
        yield from _pieces(text[at:], tone)


def _levelled(first: Span) -> tuple[Span, ...]:
    """The beginning of a line, with its level in its own tone."""
    found = _LEVEL.search(first.text, 0, _WITHIN)
    if found is None or first.tone is not Tone.PLAIN:
        return (first,)
    return (
        Span(first.text[: found.start()]),
        Span(found[0], _LEVELS[found[0]]),
        Span(first.text[found.end() :]),
    )


def _pieces(text: str, tone: Tone) -> Iterator[Span]:
    for at in range(0, len(text), _PIECE):
        yield Span(text[at : at + _PIECE], tone)
