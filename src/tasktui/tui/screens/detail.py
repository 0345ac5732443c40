"""Everything about one task, live, whatever happens to it meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tasktui.commands.commands import Commands
from tasktui.commands.revisions import Step
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
        self._steps: Sequence[Step] = ()
        self._gone = False

    async def read(self) -> None:
        """Read the task, its events and the cluster in one hop."""
        try:
            found = await self.desk.session.acall(lambda c: _read(c, self._opened_as.id))
        except NotFound:
            self._gone = True
        else:
            (
                self.subject,
                self._events,
                self._steps,
                self.desk.cluster,
                self.desk.owner,
            ) = found
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
        return detail(self.subject, self.desk.view(), self._events, cells, self._steps)

    def do_next_part(self) -> None:
        """To the next part."""
        self._to_part(1)

    def do_last_part(self) -> None:
        """To the part before."""
        self._to_part(-1)

    def _to_part(self, step: int) -> None:
        first = round(self._scroller.scroll_target_y)
        starts = [0, *(y + 1 for y, row in enumerate(self.text.content) if not row)]
        further = [y - first for y in starts if (y - first) * step > 0]
        if further:
            self.move(min(further, key=abs))

    def idle_status(self) -> Line:
        """Whether there is more to see."""
        more = " more below: j, PgDn, G; ] next part; T calls the endpoint"
        return () if self.at_end else line(Span(more, Tone.DIM))


_Found = tuple[Task, Sequence[Event], Sequence[Step], ClusterView, str]


def _read(commands: Commands, task: TaskId) -> _Found:
    events, found = commands.events_of(task, limit=EVENTS), commands.task_by_id(task)
    return found, events, commands.history(found), commands.cluster(), commands.owner()
