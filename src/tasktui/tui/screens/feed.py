"""The tasks of the table: all ids in order, and the rows that are looked at.

Ids come from a search on a thread of its own, the first page at once and all of
them after it; rows are fetched a few pages at a time, and again only where they
changed. A search that is not wanted any more is broken off. Knows no widget.
"""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Callable, Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tasktui.commands.commands import Commands
from tasktui.domain.search import Hits, Pulse, Search, Told
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskId
from tasktui.errors import Interrupted
from tasktui.runtime.session import Session

FIRST_PAGE = 100
"""Rows that are found before all others: what a tall terminal shows."""
_NEAR, _FAR = 1, 2
"""Pages on both sides of what is in sight that must be there, and that are fetched then."""
QUICK_S = 0.1
"""A search that takes no longer is made with every letter; the next letter breaks it off."""
DEBOUNCE_S = 0.07
"""Else all but its first page waits this long for another letter."""
REST = 10
"""After a search, as many times its length pass before the same one is made again."""

Spawn = Callable[[Coroutine[object, object, None]], object]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found."""

    ids: array[int] = field(default_factory=lambda: array("q"))
    passing: Mapping[Status, int] = field(default_factory=dict)
    """How many tasks of each status pass the filter."""
    totals: Mapping[Status, int] = field(default_factory=dict)
    """How many there are, whatever the filter."""
    longest: tuple[int, int] = (0, 0)
    """Characters of the longest name and artifact, whatever the filter."""


class Feed:
    """A table's source of tasks."""

    def __init__(
        self, session: Session, told: Callable[[], Told], spawn: Spawn, fed: Callable[[], None]
    ) -> None:
        """``fed`` is called when rows came that were asked for."""
        self._session = session
        self._told = told
        self._spawn = spawn
        self._fed = fed
        self._rows: dict[int, Task] = {}
        self._wanted = (range(0), range(0))
        """Where the view is and where the cursor is, or was a moment ago."""
        self._fetching = False
        self._pulse = Pulse(-1)
        self._number = 0
        self._known: dict[Status | None, Found] = {}
        """The last one of each tab, whatever its filter, since a task changed."""
        self.found = Found()
        self.pending = False
        """Whether tasks changed since the last search."""
        self.cost_s = 0.0
        """How long the last search for all took."""

    # A table's source.

    def __len__(self) -> int:
        return len(self.found.ids)

    def key(self, at: int) -> TaskId:
        """A task's id: it survives a rename."""
        return TaskId(self.found.ids[at])

    def row(self, at: int) -> Task | None:
        """The task, where it is there already."""
        return self._rows.get(self.found.ids[at])

    def find(self, key: Hashable) -> int | None:
        """Where the task is."""
        try:
            return self.found.ids.index(key)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            return None

    def want(self, first: int, stop: int) -> None:
        """Fetch it and two pages on both sides, once not even one page of these is there."""
        self._wanted = (self._wanted[-1], range(first, stop))
        if not self._fetching and self._missing(_NEAR):
            self._fetching = True
            self._spawn(self._fetch())

    # What is there.

    @property
    def loaded(self) -> Sequence[Task]:
        """The tasks that are there, in order."""
        return [self._rows[i] for i in self.found.ids if i in self._rows]

    def known(self, keys: Sequence[int]) -> list[Task]:
        """Those of these tasks that are there."""
        return [self._rows[k] for k in keys if k in self._rows]

    # Reading. All raise TasktuiError.

    async def refresh(self) -> bool:
        """Read again the rows that changed; whether any task did."""
        before, keys = self._pulse, list(self._rows)
        pulse, changed = await self._session.acall(
            lambda c: (c.pulse(), c.tasks_of(keys, before.changes) if keys else [])
        )
        if pulse != before:
            self._known = {}
        self._pulse = pulse
        self._rows.update((t.id, t) for t in changed if t.id in self._rows)
        self.pending = self.pending or pulse != before
        return pulse != before

    async def search(self, wanted: Search, first: Callable[[Found], None] | None) -> bool:
        """Search anew: ``first`` is called with the first page, where there is any.

        Without ``first``, where the same was searched before, for all at once. False
        where another search was begun meanwhile.
        """
        self._number += 1
        number, told = self._number, self._told()
        self._session.interrupt()
        self.pending = False
        pulse = self._pulse
        try:
            whole = await self._lead(wanted, told, first) if first is not None else None
            if number != self._number:
                return False
            began, known = time.monotonic(), self._known.get(wanted.status)
            found = await self._session.asearch(lambda c: _all(c, wanted, told, whole, known))
        except Interrupted:
            return False
        if number != self._number:
            return False
        self.cost_s = time.monotonic() - began
        self.found = found
        if pulse == self._pulse:
            self._known[wanted.status] = replace(found, ids=array("q"))
        return True

    async def _lead(
        self, wanted: Search, told: Told, first: Callable[[Found], None]
    ) -> Hits | None:
        """The first page, shown at once; returned where it is all that is found."""
        number = self._number
        page, rows = await self._session.asearch(lambda c: _page(c, wanted, told))
        if number == self._number:
            self._keep(rows)
            if page.ids:
                first(replace(self.found, ids=page.ids))
            if self.cost_s > QUICK_S:
                await asyncio.sleep(DEBOUNCE_S)
        return page if len(page.ids) < FIRST_PAGE else None

    def _keep(self, rows: Sequence[Task]) -> None:
        """Keep these rows and those that are looked at."""
        here = set(self._looked_at())
        self._rows = {k: t for k, t in self._rows.items() if k in here}
        self._rows.update((t.id, t) for t in rows)

    def _looked_at(self, around: int = _FAR) -> list[int]:
        """What is in sight, and as many pages before and after it."""
        found: list[int] = []
        for part in self._wanted:
            more = len(part) * around
            found += self.found.ids[max(0, part.start - more) : part.stop + more]
        return found

    def _missing(self, around: int = _FAR) -> list[int]:
        return [key for key in dict.fromkeys(self._looked_at(around)) if key not in self._rows]

    async def _fetch(self) -> None:
        try:
            while self._missing(_NEAR):
                missing = self._missing()
                rows = await self._session.acall(_tasks_of(missing))
                self._keep(rows)
                self._forget(set(missing) - {t.id for t in rows})
                self._fed()
        finally:
            self._fetching = False

    def _forget(self, gone: set[int]) -> None:
        """Tasks that were deleted since the search."""
        if gone:
            ids = array("q", (i for i in self.found.ids if i not in gone))
            self.found = replace(self.found, ids=ids)


def _tasks_of(keys: Sequence[int]) -> Callable[[Commands], list[Task]]:
    return lambda c: c.tasks_of(keys)


def _page(c: Commands, wanted: Search, told: Told) -> tuple[Hits, list[Task]]:
    page = c.seek(wanted, told, FIRST_PAGE)
    return page, c.tasks_of(page.ids.tolist())


def _all(c: Commands, wanted: Search, told: Told, whole: Hits | None, known: Found | None) -> Found:
    """Everything; what does not depend on the filter from ``known``, where it is known."""
    totals = known.totals if known else c.tally(Search(wanted.status), told)
    hits = whole or c.seek(wanted, told)
    beyond = c.tally(wanted, told, beyond=True) if wanted.narrows else totals
    return Found(
        ids=hits.ids,
        passing={**beyond, **hits.counts},
        totals=totals,
        longest=known.longest if known else c.longest(wanted.status),
    )
