"""Everything about one task, live, whatever happens to it meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tasktui.commands.commands import Commands
from tasktui.domain.event import Event
from tasktui.domain.observed import ClusterView
from tasktui.domain.task import Task, TaskId
from tasktui.errors import NotFound
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.screens.reader import Reader
from tasktui.tui.summary import detail, title

EVENTS = 50
"""Events shown, the newest first."""


class DetailScreen(Reader):
    """One task, known by its id: it may be renamed, archived or deleted while it is shown."""

    WHERE = Where.DETAIL
    BINDINGS: ClassVar = bindings(Where.DETAIL)

    def __init__(self, desk: Desk, task: Task) -> None:
        super().__init__(desk)
        self.subject = task
        self._opened_as = task
        self._events: Sequence[Event] = ()
        self._gone = False

    async def read(self) -> None:
        """Read the task, its events and the cluster in one hop."""
        try:
            found = await self.desk.session.acall(lambda c: _read(c, self._opened_as.id))
        except NotFound:
            self._gone = True
        else:
            self.subject, self._events, self.desk.cluster, self.desk.owner = found
        self.draw()

    def target(self) -> Task | None:
        """The task, as long as it exists."""
        return None if self._gone else self.subject

    def heading(self) -> Line:
        """The task's name, and what happened to it since it was opened."""
        news = self._news()
        text = (*title(self.subject), *line(Span(f"  {news}" if news else "", Tone.NOTE)))
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def _news(self) -> str:
        old, now = self._opened_as, self.subject
        if self._gone:
            return "was deleted; this is how it was"
        parts = [f"was {old.name}"] if old.name != now.name else []
        if now.archived_at and not old.archived_at:
            parts.append(f"archived by {now.archived_by}")
        return ", ".join(parts)

    def content(self, cells: int) -> Sequence[Line]:
        """Everything."""
        return detail(self.subject, self.desk.view(), self._events, cells)

    def idle_status(self) -> Line:
        """Whether there is more to see."""
        return () if self.at_end else line(Span(" more below: j, PgDn, G", Tone.DIM))


def _read(commands: Commands, task: TaskId) -> tuple[Task, Sequence[Event], ClusterView, str]:
    events = commands.events_of(task, limit=EVENTS)
    return commands.task_by_id(task), events, commands.cluster(), commands.owner()
