"""What every full screen does: keys by the table, live reads, notices, header and banner.

A page never blocks the event loop: reads and changes run on the store's own
thread. Errors of commands become notices; they never end the app.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual._styles_cache import StylesCache

from tasktui.commands.commands import Commands
from tasktui.domain.task import Task
from tasktui.errors import ReadOnly, TasktuiError
from tasktui.tui.chrome import banner, footer, header
from tasktui.tui.desk import Desk
from tasktui.tui.display.sparing import redraw
from tasktui.tui.habits import no_key
from tasktui.tui.key import LOOKS
from tasktui.tui.keyorder import OrderedKeys
from tasktui.tui.keys import Where, key, keys_of
from tasktui.tui.keys import footer as footer_keys
from tasktui.tui.lines import Line, Span, Tone, line, within
from tasktui.tui.messages import StoreChanged, Ticked
from tasktui.tui.screens.elsewhere import Elsewhere
from tasktui.tui.screens.looks import look
from tasktui.tui.widgets.lineview import LineView

if TYPE_CHECKING:
    from tasktui.domain.actions import Action

Work = Callable[..., Coroutine[object, object, None]]
"""A coroutine function of ``verbs``: takes the page, and what else it was given."""
NOTICE_TICKS = 12
"""Seconds that a notice stays."""
NOTICE_LINES = 2
"""Lines that a notice or the banner may take, where there is room."""
ROOMY = 24
"""Lines from which on there is."""
LOW = 9
"""Lines below which header and keys give way to the content."""
FAR = 10**9
"""More lines than any page has."""


class Page(Elsewhere, inherit_bindings=False):
    """Base of the task table, the task's detail and the logs."""

    DEFAULT_CSS: ClassVar[str] = "Page { overflow: hidden; }"
    ALLOW_SELECT = False
    WHERE = Where.TASKS

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.head = LineView(desk.palette, id="head")
        self.banner = LineView(desk.palette, id="banner")
        self.status = LineView(desk.palette, id="status")
        self.keys = LineView(desk.palette, id="keys")
        self.known = frozenset(name for k in keys_of(self.WHERE) for name in k.names.split())
        """Names of the keys that mean something here."""
        self._dirty = False
        self._reading = False
        self._busy = False
        self._notice: Line = ()
        self._notice_ticks = 0

    # What pages fill in.

    async def read(self) -> None:
        """Read what the page shows and draw it. Raises TasktuiError."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draw the page again from what was read: every second, and after changes of the view."""
        self.draw_chrome()

    def failed(self, error: TasktuiError) -> None:
        """Reading failed: say so where the page shows its content."""
        self.desk.store_error = f"Cannot read the store: {error}"
        self.draw()

    def target(self) -> Task | None:
        """The task that keys act on."""
        return None

    def chosen_revision(self) -> int | None:
        """The revision that a rollback goes to; None: the one before the present."""
        return None

    def show_task(self, task: Task) -> None:
        """Bring a task into view, where the page shows several."""

    def move(self, lines: int) -> None:
        """Move the cursor, or scroll, by lines; far beyond the ends is allowed."""

    @property
    def lines_shown(self) -> int:
        """Lines of one page."""
        return 1

    def idle_status(self) -> Line:
        """The status line while there is no notice."""
        return ()

    # Live data.

    def on_mount(self) -> None:
        """Draw at once what is known, then read."""
        self.draw()
        self.reload()

    def on_unmount(self) -> None:
        """Let go of what was painted: Textual memoizes a method, and so keeps 1,024 painters."""
        StylesCache.get_inner_outer.cache_clear()

    def on_screen_resume(self) -> None:
        """Another screen was closed: what is shown may be old."""
        self.draw()
        self.reload()

    def on_resize(self) -> None:
        """Other widths."""
        self.draw()

    def on_store_changed(self, message: StoreChanged) -> None:
        """Somebody committed."""
        message.stop()
        self.reload()

    def on_ticked(self, message: Ticked) -> None:
        """A second passed: ages, the clock, the end of a notice."""
        message.stop()
        due = message.due
        if self._notice_ticks:
            self._notice_ticks -= 1
            if not self._notice_ticks:
                self._notice, due = (), True
        if self.desk.store_error:
            self.reload()
        if due:
            self.draw()

    def reload(self) -> None:
        """Read again soon; many calls while a read runs are one more read."""
        self._dirty = True
        if not self._reading:
            self._reading = True
            self.run_worker(self._read(), group="read")

    async def _read(self) -> None:
        try:
            while self._dirty:
                self._dirty = False
                await self._read_once()
        finally:
            self._reading = False

    async def _read_once(self) -> None:
        try:
            await self.read()
        except TasktuiError as error:
            self.failed(error)
        else:
            if self.desk.store_error:
                self.desk.store_error = ""
                self.draw_chrome()

    # Notices and the lines around the content.

    def say(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Show a notice in the status line for a while."""
        self._notice = line(Span(f" {text}", tone))
        self._notice_ticks = NOTICE_TICKS
        self.draw_chrome()

    def status_line(self) -> Line:
        """The notice while there is one."""
        return self._notice or self.idle_status()

    def draw_chrome(self) -> None:
        """Draw header, banner, status line and keys."""
        if not self.is_mounted:
            return
        cells, view = self.size.width, self.desk.view()
        low = self.size.height < LOW
        read_only = self.desk.session.read_only
        self.head.show([] if low else [header(view, self.desk.health, cells, read_only=read_only)])
        trouble = banner(view, self.desk.trouble())
        lines = NOTICE_LINES if self.size.height >= ROOMY else 1
        self.banner.show(within(trouble, cells, lines) if trouble else [])
        self.status.show(within(self.status_line(), cells, lines))
        rows = 1 if cells >= 160 or self.size.height < 24 else 2
        keys = footer(footer_keys(self.WHERE), self.target(), cells, rows)
        self.keys.show(() if low else keys)

    # Keys.

    def action_press(self, id: str) -> None:  # noqa: A002 - the key's id
        """Do what a key of the table says; refused ones say why."""
        if self._busy:
            return
        row = key(id)
        if row.changes and self.desk.session.read_only:
            self.say(str(ReadOnly()), Tone.NOTE)
        elif row.action is not None:
            self.verb(row.action)
        elif id in LOOKS:
            self.look(id)
        else:
            getattr(self, f"do_{id}")()

    def on_key(self, event: events.Key) -> None:
        """A key that means nothing here says so, and what does it instead."""
        if event.key not in self.known and event.key not in self.active_bindings:
            name = event.character if event.is_printable else None
            self.say(no_key(name or event.key), Tone.NOTE)

    def look(self, id: str) -> None:  # noqa: A002 - the key's id
        """Open a screen on the target."""
        task = self.target()
        if task is None:
            self.say("No task is selected.", Tone.NOTE)
        else:
            self.app.push_screen(look(id, self.desk, task))

    def verb(self, action: Action) -> None:
        """Start a verb on the target: question, then command."""
        from tasktui.tui.screens.verbs import perform  # noqa: PLC0415 - not for the first frame

        task = self.target()
        if task is None:
            self.say("No task is selected.", Tone.NOTE)
        else:
            self.during(perform, action, task)

    def during(self, work: Work, *args: object, hold: bool = False) -> None:
        """Run a coroutine function of verbs; keys pressed before its dialog shows are dropped.

        Where it opens none, ``hold`` lets all keys wait until it is done: they are meant for
        what it finds. Its errors become notices.
        """
        self._busy = True
        if hold and isinstance(self.app, OrderedKeys):
            self.app.hold_keys()
        self.run_worker(self._during(work, *args), group="verb")

    async def _during(self, work: Work, *args: object) -> None:
        try:
            await work(self, *args)
        except (TasktuiError, OSError) as error:
            self.say(str(error), Tone.PROBLEM)
        finally:
            self._busy = False
            if isinstance(self.app, OrderedKeys):
                self.app.release_keys()

    async def command(self, change: Callable[[Commands], object]) -> None:
        """Run a command, and read again. Raises its TasktuiError."""
        await self.desk.session.acall(change)
        self.reload()

    # Moving.

    def do_down(self) -> None:
        """One line down."""
        self.move(1)

    def do_up(self) -> None:
        """One line up."""
        self.move(-1)

    def do_top(self) -> None:
        """To the first line."""
        self.move(-FAR)

    def do_bottom(self) -> None:
        """To the last line."""
        self.move(FAR)

    def do_page_down(self) -> None:
        """A page down."""
        self.move(self.lines_shown)

    def do_page_up(self) -> None:
        """A page up."""
        self.move(-self.lines_shown)

    def do_half_down(self) -> None:
        """Half a page down."""
        self.move(self.lines_shown // 2)

    def do_half_up(self) -> None:
        """Half a page up."""
        self.move(-(self.lines_shown // 2))

    # What every page can do.

    def do_refresh(self) -> None:
        """Read again now."""
        self.reload()

    def do_redraw(self) -> None:
        """Draw the whole screen again."""
        redraw(self.app)

    def do_time_base(self) -> None:
        """Turn to the next time base."""
        self.desk.base = self.desk.base.next()
        self.draw()
        self.say(f"Times are in {self.desk.base}.")

    def do_help(self) -> None:
        """The keys of this screen."""
        from tasktui.tui.screens.help import HelpScreen  # noqa: PLC0415 - not for the first frame

        self.app.push_screen(HelpScreen(self.desk, self.WHERE))

    def do_undo(self) -> None:
        """Take back the last change."""
        from tasktui.tui.screens.undo import undo  # noqa: PLC0415 - not for the first frame

        self.during(undo)

    def do_cluster(self) -> None:
        """Offer to start a cluster on this machine."""
        from tasktui.tui.screens.engines import start_cluster  # noqa: PLC0415

        self.during(start_cluster)

    def do_back(self) -> None:
        """One step back."""
        self.dismiss()

    def do_close(self) -> None:
        """Back."""
        self.dismiss()
