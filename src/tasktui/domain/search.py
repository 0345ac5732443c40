"""Which tasks are looked for, and in which order. Pure.

A filter is words that must all hold: ``text``, ``!text`` (nowhere), ``column:text``.
``Term.holds`` is what a word means; whoever searches in another way must agree with it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tasktui.domain.status import Status
from tasktui.domain.task import Task

WISH = ("name", "artifact", "spec", "schedule", "type", "by")
"""Columns that only a change of the wish changes."""

TOLD = ("status", "reason")
"""Columns that are told anew each time: badges, ages, and times until something."""

COLUMNS = frozenset((*WISH, *TOLD))

Told = Callable[[Task], Mapping[str, str]]
"""The texts of ``TOLD`` of a task, in lower case, as its face shows them now."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter."""

    text: str
    """Lower case, without blanks, not empty."""
    wanted: bool = True
    """Whether it must be there; else it must not."""
    column: str = ""
    """One of ``COLUMNS``; empty: any."""
    told: bool = True
    """Whether a text that is told anew may hold it beyond what is stored of it."""

    def holds(self, texts: Mapping[str, str]) -> bool:
        """Whether a task passes whose texts, by column and in lower case, are these."""
        if self.column:
            return (self.text in texts[self.column]) is self.wanted
        return any(self.text in text for text in texts.values()) is self.wanted


def terms(query: str, told: Callable[[str], bool] = lambda _: True) -> tuple[Term, ...]:
    """The words of a filter; ``told`` says of a text whether it may be told anew."""
    return tuple(t for t in (_term(w, told) for w in query.lower().split()) if t is not None)


def _term(word: str, told: Callable[[str], bool]) -> Term | None:
    wanted, text = (False, word[1:]) if word.startswith("!") else (True, word)
    column, colon, value = text.partition(":")
    if not colon or column not in COLUMNS:
        column, value = "", text
    return Term(value, wanted, column, told(value)) if value else None


class Order(StrEnum):
    """What rows can be ordered by; equal ones by name."""

    NAME = "name"
    ARTIFACT = "artifact"
    SPEC = "spec"
    STATUS = "status"
    READY = "ready"
    SCHEDULE = "schedule"
    NEXT = "next"
    CREATED = "created"


@dataclass(frozen=True, slots=True)
class Search:
    """Which tasks, and in which order."""

    status: Status | None = None
    """None: all that are not archived."""
    terms: tuple[Term, ...] = ()
    problems: bool = False
    """Only tasks with a problem."""
    order: Order = Order.NAME
    reverse: bool = False

    @property
    def narrows(self) -> bool:
        """Whether not every task of the status has to pass."""
        return bool(self.terms) or self.problems


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found."""

    ids: array[int]
    """In order."""
    counts: Mapping[Status, int]
    """How many of each status are among them, where any is; empty where nothing is narrowed."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """How far the tasks of a store have changed: equal ones mean that no task did."""

    changes: int = 0
    deletions: int = 0
