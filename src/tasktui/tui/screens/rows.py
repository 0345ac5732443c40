"""What the task table shows: which tasks, in which order, and how one looks as a row."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from textual.strip import Strip

from tasktui.commands.present import may_age
from tasktui.domain.search import Order, Search, terms
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskId
from tasktui.tui.chosen import USUAL, Chosen, Col
from tasktui.tui.columns import ORDERS, Placed, layout
from tasktui.tui.desk import Desk
from tasktui.tui.lines import Line, width
from tasktui.tui.present import head, row, wants
from tasktui.tui.vtable.layout import GAP, at
from tasktui.tui.widgets.paint import strip


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

    def search(self, status: Status | None, sorting: Sorting) -> Search:
        """The tasks of a status that pass, in an order."""
        words = terms(self.text, may_age)
        return Search(status, words, self.problems, sorting.order, sorting.reverse)


@dataclass(frozen=True, slots=True)
class Sorting:
    """What the rows are ordered by."""

    order: Order = Order.NAME
    reverse: bool = False

    def by(self, order: Order) -> Sorting:
        """Ordered by that; the other way round where it is so already."""
        return Sorting(order, order is self.order and not self.reverse)


class TaskRows:
    """How a task looks as a row, at the present width."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._wants: Mapping[str, int] = {}
        self._columns: dict[int, tuple[Placed, ...]] = {}
        self._tab = -1
        self._painted: dict[TaskId, tuple[Task, Strip]] = {}
        """Rows as they look at one second: a row that scrolls is painted once."""
        self._seen: tuple[object, ...] = ()
        """What else their look depends on."""
        self.sorting = Sorting()
        self.wide = False
        self.chosen = USUAL

    def measure(self, tab: int, tasks: Sequence[Task], longest: tuple[int, int]) -> None:
        """Let what is known of a tab decide the widths; on the same tab they only grow.

        ``longest`` are the characters of its longest name and artifact.
        """
        found = wants(tasks, self._desk.view(), longest)
        if tab == self._tab:
            found = {c: max(n, self._wants.get(c, 0)) for c, n in found.items()}
        if found != self._wants:
            self._columns.clear()
        self._tab, self._wants = tab, found

    def widen(self) -> None:
        """Show every column as wide as its content, or what fits again."""
        self.wide = not self.wide
        self._columns.clear()

    def choose(self, chosen: Chosen) -> None:
        """Show these columns, in this order."""
        self.chosen = chosen
        self._columns.clear()

    def without_room(self, chosen: Chosen, cells: int) -> Chosen:
        """Which of these columns would not fit."""
        there = {p.id for p in layout(cells, self._wants, chosen, wide=self.wide)}
        return tuple(c for c in chosen if c not in there)

    def unseen_order(self, cells: int) -> Order | None:
        """What the rows are ordered by, where no title tells it."""
        seen = {ORDERS.get(p.id) for p in self.placed(cells)}
        return None if self.sorting.order in seen else self.sorting.order

    def key(self, task: Task) -> Hashable:
        """A task's id: it survives a rename."""
        return task.id

    def head(self, cells: int) -> Strip:
        """Titles of the columns, and an arrow at the one that rows are ordered by."""
        ordered = next(c for c, order in ORDERS.items() if order is self.sorting.order)
        # ASCII: arrows proper are two cells wide on some terminals.
        arrow = "v" if self.sorting.reverse else "^"
        return self._paint(head(self.placed(cells), ordered, arrow), cells)

    def line(self, task: Task, cells: int) -> Strip:
        """The cells of one task; ages are those of this second."""
        view, palette, placed = self._desk.view(), self._desk.palette, self.placed(cells)
        seen = (replace(view, now=view.now.replace(microsecond=0)), palette, placed, cells)
        if seen != self._seen:
            self._seen = seen
            self._painted.clear()
        at, painted = self._painted.get(task.id, (None, None))
        if at is not task or painted is None:
            painted = self._paint(row(task, view, placed, palette.glyphs.ellipsis), cells)
            self._painted[task.id] = (task, painted)
        return painted

    def frozen(self, cells: int) -> int:
        """The name stays, where it comes first."""
        first = self.placed(cells)[0]
        return first.width + GAP if first.id == Col.NAME else 0

    def column(self, x: int, cells: int) -> Hashable:
        """The column under a cell of the head."""
        return at(self.placed(cells), x)

    def placed(self, cells: int) -> tuple[Placed, ...]:
        """The columns that are shown, with their widths."""
        if cells not in self._columns:
            self._columns[cells] = layout(cells, self._wants, self.chosen, wide=self.wide)
        return self._columns[cells]

    def _paint(self, content: Line, cells: int) -> Strip:
        return strip(content, max(cells, width(content)), self._desk.palette)
