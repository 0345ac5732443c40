"""Finding tasks on the table: the search behind it, filter, order, marks and the prompt.

A search never blocks a key: rows come when they are there, and an earlier
search that is not wanted any more is broken off.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.timer import Timer

from tasktui.domain.actions import Action
from tasktui.domain.search import Order, Search, Told
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskId
from tasktui.errors import TasktuiError
from tasktui.tui import chrome
from tasktui.tui.chosen import Chosen, kept
from tasktui.tui.columns import ORDERS
from tasktui.tui.desk import Desk
from tasktui.tui.empty import nothing
from tasktui.tui.lines import Tone
from tasktui.tui.screens.feed import REST, Feed, Found
from tasktui.tui.screens.prompting import Prompting
from tasktui.tui.screens.rows import Filter, TaskRows
from tasktui.tui.screens.views import Shown, own
from tasktui.tui.texts import told
from tasktui.tui.widgets.table import Table

if TYPE_CHECKING:
    from textual.widget import Widget

    from tasktui.tui.widgets.prompt import Prompt

STEP = 8
"""Cells that the table scrolls to a side."""


class Finding(Prompting):
    """The table and what it shows."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.tab = 0
        self.filter = Filter()
        self.rows = TaskRows(desk)
        self.rows.choose(kept(own(desk.views)))
        self.shown: Shown | None = None
        """The saved view that is on."""
        self.feed = Feed(desk.session, self._told, self.run_worker, self._fed)
        self.table: Table[Task] = Table(desk.palette, self.rows, self.feed, id="table")
        self.searched = False
        """Whether a search was answered: until then nobody knows whether there are tasks."""
        self._cursors: dict[int, Hashable] = {}
        self._asked: tuple[int, Search] | None = None
        self._shown_tab = -1
        self._searching = 0
        self._timer: Timer | None = None
        self._failures: Mapping[TaskId, str] = {}
        self._before = Filter()
        """The filter before the prompt was opened."""

    def filled(self) -> None:
        """Another search was answered: draw what depends on it."""

    def arrived(self) -> None:
        """Rows came that were looked at, perhaps the one under the cursor."""

    # Searching.

    @property
    def total(self) -> int:
        """Tasks of the tab, whatever the filter."""
        totals, status = self.feed.found.totals, chrome.TABS[self.tab]
        if status is not None:
            return totals.get(status, 0)
        return sum(n for s, n in totals.items() if s is not Status.ARCHIVED)

    def search(self) -> None:
        """Search for what the tab and the filter say."""
        self._later(0.0)

    def search_again(self) -> None:
        """Tasks changed: search once more, after a rest where that takes long."""
        if self._timer is None and not self._searching:
            self._later(REST * self.feed.cost_s)

    def _later(self, delay_s: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(delay_s, self._begin) if delay_s else None
        if not delay_s:
            self._begin()

    def _begin(self) -> None:
        self._timer = None
        self._searching += 1
        self.run_worker(self._search(), group="search")

    async def _search(self) -> None:
        wanted = self.filter.search(chrome.TABS[self.tab], self.rows.sorting)
        anew = (self.tab, wanted) != self._asked
        self._asked = (self.tab, wanted)
        try:
            found = await self.feed.search(wanted, self._first if anew else None)
        except TasktuiError as error:
            self._asked, found = None, False
            self.failed(error)
        finally:
            self._searching -= 1
        if found:
            self.searched = True
            self._fill()
        if self.feed.pending:
            self.search_again()

    def _first(self, found: Found) -> None:
        """The first page is there; not to be shown where the cursor belongs further down."""
        key = self._cursors.get(self.tab)
        if self._shown_tab != self.tab and key is not None and key not in found.ids:
            return
        self.feed.found = found
        self._fill()

    def _fill(self) -> None:
        """Put what was found into the table."""
        found = self.feed.found
        self.rows.measure(self.tab, self.feed.loaded, found.longest)
        if not found.ids:
            self.table.say(nothing(self.tab, found.totals, self.filter.words))
        self.table.fed()
        if self.tab != self._shown_tab:
            self._shown_tab = self.tab
            self.table.select(self._cursors.get(self.tab))
        self.filled()

    def _fed(self) -> None:
        """Rows came that were looked at."""
        self.table.fed()
        self.arrived()

    def _told(self) -> Told:
        view = self.desk.view()
        return lambda task: told(task, view)

    def remember(self) -> None:
        """Keep the row of the cursor for the next time that its tab is shown."""
        if self._shown_tab == self.tab:
            self._cursors[self.tab] = self.table.at

    def go_to(self, tab: int, key: Hashable) -> None:
        """Put the cursor on a row when its tab is shown next."""
        self._cursors[tab] = key
        self._shown_tab = -1

    # Which, and in which order.

    def do_problems(self) -> None:
        """Only tasks with a problem, or all again."""
        self.set_filter(replace(self.filter, problems=not self.filter.problems))

    def set_filter(self, wanted: Filter) -> None:
        """Show only what passes."""
        if wanted != self.filter:
            self.filter = wanted
            self.search()
            self.draw_chrome()

    def do_order(self) -> None:
        """Ask for the column to order by."""
        from tasktui.tui.screens.ordering import OrderMenu  # noqa: PLC0415 - not for first frame

        self.app.push_screen(OrderMenu(self.desk.palette), self.order_by)

    def order_by(self, order: Order | None) -> None:
        """Order by a column; the other way round where it is so already."""
        if order is not None:
            self.rows.sorting = self.rows.sorting.by(order)
            self.table.repaint()
            self.search()

    def on_table_head_clicked(self, message: Table.HeadClicked) -> None:
        """A title was clicked."""
        self.order_by(ORDERS.get(str(message.column)))

    def do_wide(self) -> None:
        """Every column as wide as its content, or those that fit again."""
        self.rows.widen()
        self.table.shift(0)
        self._notice = ()
        self.draw()
        if self.rows.wide:
            self.say("Full width: Left and Right show more columns, x what fits.")

    def without_room(self, chosen: Chosen) -> Chosen:
        """Which of these columns the screen has no room for."""
        return self.rows.without_room(chosen, self.table.room)

    def do_left(self) -> None:
        """Columns further to the left."""
        self.table.shift(-STEP)

    def do_right(self) -> None:
        """Columns further to the right."""
        self.table.shift(STEP)

    # Marked rows.

    def verb(self, action: Action) -> None:
        """Start a verb on all marked tasks, or on the one under the cursor where none is."""
        from tasktui.tui.screens import bulk, several  # noqa: PLC0415 - not for the first frame

        keys = [int(key) for key in self.table.marked if isinstance(key, int)]
        if not keys:
            super().verb(action)
        elif action in several.ACTIONS:
            self.during(bulk.perform, action, keys)
        else:
            self.say(f"{action} works on one task: Esc takes the marks away.", Tone.NOTE)

    def failures(self, why: Mapping[TaskId, str]) -> None:
        """Leave only these tasks marked, with what kept them from being changed."""
        self._failures = why
        self.table.marked = set(why)
        self.table.repaint()

    @property
    def failure(self) -> str:
        """What kept the task under the cursor, still marked, from being changed."""
        at = self.table.at
        return self._failures.get(TaskId(at), "") if at in self.table.marked else ""  # type: ignore[arg-type]

    def do_mark(self) -> None:
        """Mark the row, or not any more."""
        self.table.mark()
        self._count_marks()

    def do_mark_all(self) -> None:
        """Mark every row that is shown, or none of them any more."""
        self.table.mark_all()
        self._count_marks()

    def _count_marks(self) -> None:
        """How many there are goes before an older notice."""
        self._notice = ()
        self.draw_chrome()

    # The prompt.

    def do_filter(self) -> None:
        """Open the filter line."""
        self._before = self.filter
        self.open_prompt("/", self.filter.text)

    def open_prompt(self, mark: str, text: str) -> None:
        """Open a line; a command's names are read meanwhile."""
        super().open_prompt(mark, text)
        if mark == ":" and self._prompt is not None:
            from tasktui.runtime.views import load  # noqa: PLC0415 - not for the first frame

            self._prompt.views = list(load(self.desk.views)) if self.desk.views else ()
            self.run_worker(self._read_names(self._prompt), group="names")

    async def _read_names(self, prompt: Prompt) -> None:
        with suppress(TasktuiError):  # the next read of the table says what is wrong
            prompt.names = await self.desk.session.acall(lambda c: c.names())

    def resting(self) -> Widget:
        """The table."""
        return self.table

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        """Filter with each letter."""
        if message.mark != "/":
            return
        message.prevent_default()
        self.set_filter(replace(self.filter, text=message.text.strip()))
        if message.done:
            self.close_prompt()

    def on_prompt_left(self, message: Prompt.Left) -> None:
        """Left without Enter: the filter is what it was."""
        if message.mark == "/":
            self.set_filter(self._before)
