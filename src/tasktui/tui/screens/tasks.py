"""The task table: tabs, rows, the selected task's summary, filter and command line."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.timer import Timer

from tasktui.commands.commands import Commands
from tasktui.commands.present import problem
from tasktui.domain.event import Event
from tasktui.domain.observed import ClusterView
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.errors import TasktuiError
from tasktui.tui import chrome
from tasktui.tui.columns import layout
from tasktui.tui.desk import Desk
from tasktui.tui.empty import loading, nothing, unreadable
from tasktui.tui.keys import TAB_NAMES, Where, bindings
from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.present import head, matches, row, wants
from tasktui.tui.screens.page import Page
from tasktui.tui.summary import summary, title
from tasktui.tui.widgets.lineview import LineView
from tasktui.tui.widgets.table import Table
from tasktui.tui.widgets.tabstrip import TabStrip

if TYPE_CHECKING:
    from tasktui.tui.widgets.prompt import Prompt

SMALL = (80, 24)
EVENT_DELAY_S = 0.08
"""How long the cursor rests before the last event of its row is read."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One consistent read of what the table shows."""

    tasks: Sequence[Task]
    counts: Mapping[Status, int]
    cluster: ClusterView
    owner: str


class TaskRows:
    """How a task looks as a row, at the present width."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.tasks: Sequence[Task] = ()
        """The rows whose content decides the widths."""

    def key(self, task: Task) -> Hashable:
        """A task's id: it survives a rename."""
        return task.id

    def head(self, cells: int) -> Line:
        """Titles of the columns that fit."""
        return head(layout(cells, wants(self.tasks, self._desk.view())))

    def line(self, task: Task, cells: int) -> Line:
        """The cells of one task."""
        view = self._desk.view()
        columns = layout(cells, wants(self.tasks, view))
        return row(task, view, columns, self._desk.palette.glyphs.ellipsis)


class TasksScreen(Page):
    """The root of the app."""

    WHERE = Where.TASKS
    BINDINGS: ClassVar = bindings(Where.TASKS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._look = TaskRows(desk)
        self.table: Table[Task] = Table(self._look, desk.palette, id="table")
        self.tabs = TabStrip(desk.palette, id="tabs")
        self.pane = LineView(desk.palette, id="pane")
        self.tab = 0
        self._last_tab = 0
        self._cursors: dict[int, Hashable] = {}
        self._shown: Shown | None = None
        self._shown_tab = -1
        self.query_text = ""
        self.only_problems = False
        self._event: tuple[Task, Event | None] | None = None
        self._event_timer: Timer | None = None
        self._prompt: Prompt | None = None

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
        """Read the shown tab, the counts and the cluster in one hop."""
        tab = self.tab
        shown = await self.desk.session.acall(lambda c: _read(c, chrome.TABS[tab]))
        self.desk.cluster, self.desk.owner = shown.cluster, shown.owner
        if tab != self.tab:
            self.reload()
            return
        self._shown = shown
        if tab != self._shown_tab:
            self._shown_tab = tab
            self.draw()
            self.table.select(self._cursors.get(tab))
        self.draw()
        self._read_event_soon()

    def failed(self, error: TasktuiError) -> None:
        """The store cannot be read: rows stay, the banner and an empty table say why."""
        if self._shown is None:
            self.table.say(unreadable(error))
        super().failed(error)

    def _read_event_soon(self) -> None:
        if self._event_timer is not None:
            self._event_timer.stop()
        self._event_timer = self.set_timer(EVENT_DELAY_S, self._read_event)

    async def _read_event(self) -> None:
        task = self.target()
        if task is None or task.archived_at:
            return
        try:
            found = await self.desk.session.acall(lambda c: c.events(task.name, limit=1))
        except TasktuiError:
            return  # it was renamed or archived a moment ago: the next change reads again
        self._event = (task, found[-1] if found else None)
        self._draw_pane()

    # Drawing.

    def draw(self) -> None:
        """Draw everything from what was read."""
        super().draw()
        if not self.is_mounted:
            return
        shown = self._shown
        counts = shown.counts if shown else {}
        self.tabs.show_tabs(self.tab, counts)
        if shown is not None:
            rows = self._rows(shown)
            self._look.tasks = rows
            if not rows:
                self.table.say(nothing(self.tab, counts, self._filter_words()))
            self.table.show(rows)
        elif not self.desk.store_error:
            self.table.say(loading())
        self._draw_pane()

    def _rows(self, shown: Shown) -> Sequence[Task]:
        if not self.query_text and not self.only_problems:
            return shown.tasks
        view = self.desk.view()
        return [
            t
            for t in shown.tasks
            if (not self.only_problems or problem(t)) and matches(t, view, self.query_text)
        ]

    def _filter_words(self) -> str:
        problems = "problems only" if self.only_problems else ""
        return ", ".join(w for w in (self.query_text, problems) if w)

    def _draw_pane(self) -> None:
        task, height = self.target(), self.size.height
        if task is None or height < SMALL[1] or self.size.width < SMALL[0]:
            self.pane.show([])
            return
        last = self._event[1] if self._event and self._event[0].id == task.id else None
        stroke = self.desk.palette.glyphs.rule
        lines = summary(task, self.desk.view(), last, 4 if height < 30 else 7)
        self.pane.show([chrome.rule(title(task), self.size.width, stroke), *lines])

    def idle_status(self) -> Line:
        """How many rows of how many, the filter, and a line asking for more room."""
        width, height = self.size.width, self.size.height
        if width < SMALL[0] or height < SMALL[1]:
            return line(Span(f" {width}x{height}: make it 80x24 to see all", Tone.NOTE))
        shown = self._shown
        if shown is None or not shown.tasks:
            return ()
        words = self._filter_words()
        if not words:
            return line(Span(f" {len(shown.tasks)} shown", Tone.DIM))
        rows = len(self._rows(shown))
        return line(Span(f" {rows} of {len(shown.tasks)} shown, filter: {words}", Tone.NOTE))

    def target(self) -> Task | None:
        """The task under the cursor."""
        return self.table.selected

    # The table and the tabs.

    def on_table_moved(self) -> None:
        """The cursor came to another row."""
        if self._shown_tab == self.tab:
            task = self.target()
            self._cursors[self.tab] = task.id if task else None
        self.draw_chrome()
        self._draw_pane()
        self._read_event_soon()

    def on_table_opened(self) -> None:
        """A row was double-clicked."""
        self.do_detail()

    def on_tab_strip_chosen(self, message: TabStrip.Chosen) -> None:
        """A tab was clicked."""
        self.show_tab(message.tab)

    def show_tab(self, tab: int) -> None:
        """Turn to a tab, counted from 0."""
        if tab == self.tab:
            return
        self._last_tab, self.tab = self.tab, tab
        self.tabs.show_tabs(tab, self._shown.counts if self._shown else {})
        self.reload()

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

    def do_down(self) -> None:
        """One row down."""
        self.table.move(1)

    def do_up(self) -> None:
        """One row up."""
        self.table.move(-1)

    def do_top(self) -> None:
        """The first row."""
        self.table.move(-(10**9))

    def do_bottom(self) -> None:
        """The last row."""
        self.table.move(10**9)

    def do_page_down(self) -> None:
        """A page down."""
        self.table.move(self.table.page)

    def do_page_up(self) -> None:
        """A page up."""
        self.table.move(-self.table.page)

    def do_half_down(self) -> None:
        """Half a page down."""
        self.table.move(self.table.page // 2)

    def do_half_up(self) -> None:
        """Half a page up."""
        self.table.move(-(self.table.page // 2))

    # Looking.

    def do_detail(self) -> None:
        """Open the task under the cursor."""
        from tasktui.tui.screens.detail import DetailScreen  # noqa: PLC0415 - not for first frame

        task = self.target()
        if task is None:
            self.say("No task is selected.", Tone.NOTE)
        else:
            self.app.push_screen(DetailScreen(self.desk, task))

    def do_problems(self) -> None:
        """Only tasks with a problem, or all again."""
        self.only_problems = not self.only_problems
        self.draw()

    def do_filter(self) -> None:
        """Open the filter line."""
        self._open_prompt("/", self.query_text)

    def do_command(self) -> None:
        """Open the command line."""
        self._open_prompt(":", "")

    def _open_prompt(self, mark: str, text: str) -> None:
        from tasktui.tui.widgets.prompt import Prompt  # noqa: PLC0415 - not for the first frame

        if self._prompt is None:
            self._prompt = Prompt(mark, text, [t.name for t in self._all_tasks()])
            self.mount(self._prompt, before=self.status)
            self.status.display = False

    def _all_tasks(self) -> Sequence[Task]:
        return self._shown.tasks if self._shown else ()

    def close_prompt(self) -> None:
        """Back from the prompt to the table."""
        if self._prompt is not None:
            self._prompt.remove()
            self._prompt = None
            self.status.display = True
            self.table.focus()

    def do_launch(self) -> None:
        """Open the wizard, empty or with the draft."""
        from tasktui.tui.screens.verbs import launch  # noqa: PLC0415 - not for the first frame

        self.during(launch)

    def do_cluster(self) -> None:
        """Offer to start a cluster on this machine."""
        from tasktui.tui.screens.verbs import start_cluster  # noqa: PLC0415

        self.during(start_cluster)

    def do_back(self) -> None:
        """One step back: the filter, then the problems filter, then tab All; never quits."""
        if self.query_text:
            self.query_text = ""
        elif self.only_problems:
            self.only_problems = False
        elif self.tab:
            self.show_tab(0)
        self.draw()

    def do_quit(self) -> None:
        """Leave; the scheduler goes on."""
        self.app.exit()

    def on_click(self, event: events.Click) -> None:
        """Clicks outside the prompt close it."""
        if self._prompt is not None and event.widget is not self._prompt:
            self.close_prompt()


def _read(commands: Commands, status: Status | None) -> Shown:
    return Shown(
        tasks=commands.tasks(status),
        counts=commands.counts(),
        cluster=commands.cluster(),
        owner=commands.owner(),
    )
