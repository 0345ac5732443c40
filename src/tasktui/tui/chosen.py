"""Which columns the table of tasks can have, and which of them somebody chose. Pure.

The app and the command line go by the same names. Knows no width, and no Textual.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from tasktui.errors import InvalidField


class Col(StrEnum):
    """Columns by their titles; the first ten are shown unless somebody chooses."""

    NAME = "NAME"
    ARTIFACT = "ARTIFACT"
    SPEC = "SPEC"
    STATUS = "STATUS"
    READY = "READY"
    SCHEDULE = "SCHEDULE"
    NEXT = "NEXT"
    ACCESS = "ACCESS"
    CREATED = "CREATED"
    ACTIONS = "ACTIONS"
    REASON = "REASON"
    SINCE = "SINCE"
    HOLDS = "HOLDS"
    LAST_RUN = "LAST RUN"
    REVISION = "REVISION"
    BY = "BY"
    ZONE = "ZONE"


Chosen = tuple[Col, ...]
"""Columns from left to right."""

USUAL: Chosen = tuple(Col)[:10]
"""What is shown unless somebody chooses."""
ALWAYS = frozenset({Col.NAME, Col.STATUS})
"""What the app never hides."""
WHY_ALWAYS = "name and status are always shown: a key acts on the row that they tell of"
USUAL_WORD = "default"
"""Says USUAL where columns are typed."""

ABOUT: Mapping[Col, str] = {
    Col.NAME: "the task's name",
    Col.ARTIFACT: "what it runs",
    Col.SPEC: "what one replica needs",
    Col.STATUS: "with badges, and why unless reason is shown",
    Col.READY: "replicas that answer, of those wanted",
    Col.SCHEDULE: "kind of schedule",
    Col.NEXT: "its next point, and in how long",
    Col.ACCESS: "URL of the endpoint",
    Col.CREATED: "when it was created",
    Col.ACTIONS: "what can be done with it now",
    Col.REASON: "why it has its status",
    Col.SINCE: "when it came to its status",
    Col.HOLDS: "resources that its replicas hold",
    Col.LAST_RUN: "when it ran last",
    Col.REVISION: "how often it was edited, and once",
    Col.BY: "who created it",
    Col.ZONE: "timezone of its schedule",
}
KEEP: Mapping[Col, int] = {
    Col.NAME: 9,
    Col.STATUS: 9,
    Col.READY: 8,
    Col.REASON: 8,
    Col.NEXT: 7,
    Col.SCHEDULE: 6,
    Col.SPEC: 5,
    Col.HOLDS: 5,
    Col.ARTIFACT: 4,
    Col.SINCE: 4,
    Col.LAST_RUN: 4,
    Col.CREATED: 3,
    Col.BY: 3,
    Col.REVISION: 3,
    Col.ZONE: 3,
    Col.ACCESS: 2,
    Col.ACTIONS: 1,
}
"""The higher, the longer a column stays when the screen gets narrow; 9 is never dropped."""


def word(column: Col) -> str:
    """What a column is called where it is typed: ``last-run``."""
    return column.lower().replace(" ", "-")


WORDS: Mapping[str, Col] = {word(c): c for c in Col}
_BY_WORD = {**WORDS, "endpoint": Col.ACCESS}


def read(text: str) -> Chosen:
    """Columns as they are typed: ``name,status,next``. Raises InvalidField."""
    words = text.lower().replace(",", " ").split()
    if words == [USUAL_WORD]:
        return USUAL
    for given in words:
        if given not in _BY_WORD:
            raise InvalidField("columns", given, _meant(given))
    if not words:
        raise InvalidField("columns", text, "columns such as name,status,next")
    return tuple(dict.fromkeys(_BY_WORD[given] for given in words))


def _meant(given: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only after a mistake

    close = get_close_matches(given, _BY_WORD, n=1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(WORDS)}"


def read_whole(text: str) -> Chosen:
    """The same for the app, which always shows some. Raises InvalidField."""
    chosen = read(text)
    if not set(chosen) >= ALWAYS:
        raise InvalidField("columns", text, WHY_ALWAYS)
    return chosen


def kept(words: Iterable[str]) -> Chosen:
    """Columns as they were kept: unknown ones are left out, and what is always shown is there."""
    known = tuple(dict.fromkeys(WORDS[w] for w in words if w in WORDS))
    return (*(c for c in USUAL if c in ALWAYS - set(known)), *known) if known else USUAL


def written(chosen: Iterable[Col]) -> tuple[str, ...]:
    """Columns as they are kept."""
    return tuple(word(c) for c in chosen)


@dataclass(frozen=True, slots=True)
class Picking:
    """All columns in an order, and which of them are shown."""

    order: Chosen
    shown: frozenset[Col]

    @property
    def chosen(self) -> Chosen:
        """Those that are shown, from left to right."""
        return tuple(c for c in self.order if c in self.shown)

    def turned(self, column: Col) -> Picking:
        """With a column shown, or hidden where it may be."""
        if column in ALWAYS:
            return self
        return replace(self, shown=self.shown ^ {column})

    def moved(self, column: Col, by: int) -> Picking:
        """With a column further to the right, or to the left where ``by`` is negative."""
        at = self.order.index(column)
        to = max(0, min(at + by, len(self.order) - 1))
        rest = [c for c in self.order if c is not column]
        return replace(self, order=(*rest[:to], column, *rest[to:]))


def picking(chosen: Chosen) -> Picking:
    """What is shown first, then all others."""
    return Picking((*chosen, *(c for c in Col if c not in chosen)), frozenset(chosen))
