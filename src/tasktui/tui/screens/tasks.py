"""The task table: tabs, rows, the selected task's summary, filter and command line."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.timer import Timer

from tasktui.domain.event import Event
from tasktui.domain.task import Task
from tasktui.errors import TasktuiError
from tasktui.tui import chrome
from tasktui.tui.desk import Desk
from tasktui.tui.empty import loading, unreadable
from tasktui.tui.keys import TAB_NAMES, Where, bindings
from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.screens.finding import Finding
from tasktui.tui.screens.rows import Filter
from tasktui.tui.screens.views import begin, mark
from tasktui.tui.summary import pane, title
from tasktui.tui.widgets.lineview import LineView
from tasktui.tui.widgets.tabstrip import TabStrip

SMALL = (80, 24)
EVENT_DELAY_S = 0.08
"""How long the cursor rests before the last event of its row is read."""
ARCHIVED_TAB = len(TAB_NAMES) - 1


class TasksScreen(Finding):
    """The root of the app."""

    WHERE = Where.TASKS
    BINDINGS: ClassVar = bindings(Where.TASKS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.tabs = TabStrip(desk.palette, id="tabs")
        self.pane = LineView(desk.palette, id="pane")
        self._last_tab = 0
        self._event: tuple[Task, Event | None] | None = None
        self._event_timer: Timer | None = None
        if desk.opens is not None:
            begin(self, desk.opens)

    def compose(self) -> ComposeResult:
        """Header, banner, tabs, table, summary, status line, keys."""
        yield self.head
        yield self.banner
        yield self.tabs
        yield self.table
        yield self.pane
        yield self.status
        yield self.keys

    # Reading.

    async def read(self) -> None:
        """Read the cluster and the rows that changed; search again where tasks changed."""
        session = self.desk.session
        around = await session.acall(lambda c: (c.cluster(), c.owner()))
        self.desk.cluster, self.desk.owner = around
        await self.feed.refresh()
        if self.feed.pending:
            self.search_again()
        self.draw()
        self._read_event_soon()

    def failed(self, error: TasktuiError) -> None:
        """The store cannot be read: rows stay, the banner and an empty table say why."""
        if not self.searched:
            self.table.say(unreadable(error, self.size.width))
        super().failed(error)

    def _read_event_soon(self) -> None:
        if self._event_timer is not None:
            self._event_timer.stop()
        self._event_timer = self.set_timer(EVENT_DELAY_S, self._read_event)

    async def _read_event(self) -> None:
        task = self.target()
        if task is None:
            return
        try:
            found = await self.desk.session.acall(lambda c: c.events_of(task.id, limit=1))
        except TasktuiError:
            return  # the next read of the table says what is wrong
        self._event = (task, found[-1] if found else None)
        self._draw_pane()

    # Drawing.

    def draw(self) -> None:
        """Draw everything again from what was read."""
        super().draw()
        if not self.is_mounted:
            return
        self._draw_tabs()
        if not self.searched and not self.desk.store_error:
            self.table.say(loading())
        self.table.repaint()
        self._draw_pane()

    def _draw_tabs(self) -> None:
        self.tabs.show_tabs(self.tab, self.feed.found.passing, mark(self))

    def filled(self) -> None:
        """Another search was answered."""
        self.draw()
        self._read_event_soon()

    def arrived(self) -> None:
        """Rows came."""
        self._draw_pane()

    def _draw_pane(self) -> None:
        task, height = self.target(), self.size.height
        if task is None or height < SMALL[1] or self.size.width < SMALL[0]:
            self.pane.show([])
            return
        last = self._event[1] if self._event and self._event[0].id == task.id else None
        stroke = self.desk.palette.glyphs.rule
        width = self.size.width
        lines = pane(task, self.desk.view(), last, 4 if height < 30 else 7, width)
        self.pane.show([chrome.rule(title(task), width, stroke), *lines])

    def idle_status(self) -> Line:
        """How many rows of how many, the filter, and a line asking for more room."""
        width, height = self.size.width, self.size.height
        if width < SMALL[0] or height < SMALL[1]:
            return line(Span(f" {width}x{height}: make it 80x24 to see all", Tone.NOTE))
        if self.failure:
            return line(Span(f" {self.failure}", Tone.PROBLEM))
        total, shown = self.total, len(self.feed)
        marked = len(self.table.marked)
        if not total and not marked:
            return ()
        parts = [f" {shown} of {total} shown" if self.filter else f" {total} shown"]
        parts += [f"{marked} marked"] if marked else []
        parts += [f"filter: {self.filter.words}"] if self.filter else []
        order = self.rows.unseen_order(self.table.room)
        parts += [f"ordered by {order}"] if order else []
        return line(Span(", ".join(parts), Tone.NOTE if len(parts) > 1 else Tone.DIM))

    def target(self) -> Task | None:
        """The task under the cursor."""
        return self.table.selected

    # The table and the tabs.

    def on_table_moved(self) -> None:
        """The cursor came to another row."""
        self.remember()
        self.draw_chrome()
        self._draw_pane()
        self._read_event_soon()

    def on_table_opened(self) -> None:
        """A row was double-clicked."""
        self.look("detail")

    def on_tab_strip_chosen(self, message: TabStrip.Chosen) -> None:
        """A tab was clicked."""
        self.show_tab(message.tab)

    def show_tab(self, tab: int) -> None:
        """Turn to a tab, counted from 0."""
        if tab == self.tab:
            return
        self._last_tab, self.tab = self.tab, tab
        self._draw_tabs()
        self.search()

    def show_task(self, task: Task) -> None:
        """Put the cursor on a task, wherever it is; the filter is cleared for it."""
        self.filter = Filter()
        tab = ARCHIVED_TAB if task.archived_at else 0
        self.go_to(tab, task.id)
        if tab != self.tab:
            self.show_tab(tab)
        else:
            self.search()

    def action_press(self, id: str) -> None:  # noqa: A002
        """Keys of the table; the tabs' digits share one meaning."""
        if id.startswith("tab_"):
            self.show_tab(int(id.removeprefix("tab_")) - 1)
        else:
            super().action_press(id)

    def do_next_tab(self) -> None:
        """The tab to the right."""
        self.show_tab((self.tab + 1) % len(TAB_NAMES))

    def do_previous_tab(self) -> None:
        """The tab to the left."""
        self.show_tab((self.tab - 1) % len(TAB_NAMES))

    def do_last_tab(self) -> None:
        """The tab before."""
        self.show_tab(self._last_tab)

    def move(self, lines: int) -> None:
        """Move the cursor."""
        self.table.move(lines)

    @property
    def lines_shown(self) -> int:
        """Rows of one page."""
        return self.table.page

    def do_launch(self) -> None:
        """Open the wizard, empty or with the draft."""
        from tasktui.tui.screens.verbs import launch  # noqa: PLC0415 - not for the first frame

        self.during(launch)

    def do_columns(self) -> None:
        """Choose the columns."""
        from tasktui.tui.screens.columns import (  # noqa: PLC0415 - not for the first frame
            ColumnPicker,
            choose,
        )

        picker = ColumnPicker(self.desk, self.rows.chosen, self.without_room)
        self.app.push_screen(picker, partial(choose, self))

    def do_back(self) -> None:
        """One step back: filter, problems, marks, then tab All; never quits."""
        if self.filter.text:
            self.set_filter(replace(self.filter, text=""))
        elif self.filter.problems:
            self.set_filter(Filter())
        elif self.table.marked:
            self.table.unmark()
            self.draw_chrome()
        else:
            self.show_tab(0)

    def do_quit(self) -> None:
        """Leave; the scheduler goes on."""
        self.app.exit()
