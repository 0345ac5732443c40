"""What the task table shows: one consistent read of the store, and how a task looks as a row."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from tasktui.commands.commands import Commands
from tasktui.commands.present import problem
from tasktui.domain.observed import ClusterView
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskId
from tasktui.tui.columns import Col, Placed, layout
from tasktui.tui.desk import Desk
from tasktui.tui.lines import Line
from tasktui.tui.present import head, passes, row, searchable, wants
from tasktui.tui.times import View


@dataclass(frozen=True, slots=True)
class Shown:
    """One consistent read of what the table shows."""

    tasks: Sequence[Task]
    counts: Mapping[Status, int]
    cluster: ClusterView
    owner: str


def read_shown(commands: Commands, status: Status | None) -> Shown:
    """Read the tasks of one status (None: all that are not archived), and what stands around."""
    return Shown(
        tasks=commands.tasks(status),
        counts=commands.counts(),
        cluster=commands.cluster(),
        owner=commands.owner(),
    )


class Texts:
    """What the filter looks at, made once for each task of a read."""

    def __init__(self) -> None:
        self._of: dict[TaskId, Mapping[str, str]] = {}

    def of(self, task: Task, view: View) -> Mapping[str, str]:
        """The task's texts as they were first asked for."""
        if task.id not in self._of:
            self._of[task.id] = searchable(task, view)
        return self._of[task.id]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tasks of a tab are shown."""

    text: str = ""
    problems: bool = False
    """Only tasks with a problem."""

    def __bool__(self) -> bool:
        return bool(self.text) or self.problems

    @property
    def words(self) -> str:
        """For the status line and for the empty table."""
        return ", ".join(w for w in (self.text, "problems only" if self.problems else "") if w)

    def rows(self, tasks: Sequence[Task], view: View, texts: Texts) -> Sequence[Task]:
        """The tasks that pass."""
        found = [t for t in tasks if problem(t)] if self.problems else tasks
        if not self.text:
            return found
        return [t for t in found if passes(texts.of(t, view), self.text)]


class TaskRows:
    """How a task looks as a row, at the present width."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._wants: Mapping[Col, int] = {}
        self._columns: dict[int, tuple[Placed, ...]] = {}

    def measure(self, tasks: Sequence[Task]) -> None:
        """Let the content of these tasks decide the widths from now on."""
        self._wants = wants(tasks, self._desk.view())
        self._columns.clear()

    def key(self, task: Task) -> Hashable:
        """A task's id: it survives a rename."""
        return task.id

    def head(self, cells: int) -> Line:
        """Titles of the columns that fit."""
        return head(self._placed(cells))

    def line(self, task: Task, cells: int) -> Line:
        """The cells of one task."""
        ellipsis = self._desk.palette.glyphs.ellipsis
        return row(task, self._desk.view(), self._placed(cells), ellipsis)

    def _placed(self, cells: int) -> tuple[Placed, ...]:
        if cells not in self._columns:
            self._columns[cells] = layout(cells, self._wants)
        return self._columns[cells]
