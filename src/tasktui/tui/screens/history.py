"""The revisions of one task, the newest first, with what each changed; live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tasktui.commands.commands import Commands
from tasktui.commands.revisions import Step
from tasktui.domain.task import Task, TaskId
from tasktui.errors import NotFound
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import Line, Span, Tone, line, wrap
from tasktui.tui.screens.reader import Reader
from tasktui.tui.times import View, stamp

_MARK = "> "
_INDENT = "     "


class HistoryScreen(Reader):
    """One task, known by its id; the cursor stands on one of its revisions, known by its number."""

    WHERE = Where.HISTORY
    BINDINGS: ClassVar = bindings(Where.HISTORY)

    def __init__(self, desk: Desk, task: Task) -> None:
        super().__init__(desk)
        self._subject = task
        self._steps: Sequence[Step] = ()
        self._chosen = max(1, task.revision - 1)
        self._gone = False

    async def read(self) -> None:
        """Read the task and its revisions in one hop."""
        try:
            found = await self.desk.session.acall(lambda c: _read(c, self._subject.id))
        except NotFound:
            self._gone = True
        else:
            self._subject, self._steps = found
        self.draw()

    def target(self) -> Task | None:
        """The task, as long as it exists."""
        return None if self._gone else self._subject

    def chosen_revision(self) -> int | None:
        """The one under the cursor."""
        return self._chosen

    def heading(self) -> Line:
        """Whose history it is."""
        text = line(Span(f"history of {self._subject.name}", Tone.TITLE))
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """Every revision, each with what it changed."""
        return [text for part in self._parts(cells) for text in part]

    def idle_status(self) -> Line:
        """What can be done."""
        if self._chosen == self._subject.revision:
            return line(Span(" This is how the task is now.", Tone.DIM))
        return line(Span(f" B goes back to revision {self._chosen}.", Tone.DIM))

    def move(self, lines: int) -> None:
        """Move the cursor by revisions."""
        numbers = [s.revision.number for s in reversed(self._steps)]
        if not numbers:
            return
        at = numbers.index(self._chosen) if self._chosen in numbers else 0
        at = min(max(at + lines, 0), len(numbers) - 1)
        self._chosen = numbers[at]
        self.draw()
        self.keep_in_sight(self._parts(max(1, self.size.width - 1)), at)

    def _parts(self, cells: int) -> list[list[Line]]:
        view = self.desk.view()
        return [self._part(step, view, cells) for step in reversed(self._steps)]

    def _part(self, step: Step, view: View, cells: int) -> list[Line]:
        found = step.revision
        here = found.number == self._chosen
        now = "  now" if found.number == self._subject.revision else ""
        at = stamp(found.at, view, self._subject.schedule.timezone)
        head = line(
            Span(_MARK if here else "  ", Tone.CURSOR if here else Tone.PLAIN),
            Span(f"{found.number:>2} ", Tone.STRONG),
            f"{at} by {found.by}",
            Span(now, Tone.GOOD),
        )
        changes = [
            line(
                f"{_INDENT}{c.field}: {c.old} -> {c.new}  ",
                Span("restarts", Tone.NOTE) if c.restarts else Span("hot", Tone.DIM),
            )
            for c in step.changes
        ]
        return [text for row in (head, *changes) for text in wrap(row, cells, indent=_INDENT)]


def _read(commands: Commands, task: TaskId) -> tuple[Task, list[Step]]:
    found = commands.task_by_id(task)
    return found, commands.history(found)
