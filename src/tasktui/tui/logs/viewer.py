"""The log viewer without its keys: reads, looks through, draws, and scrolls.

Nothing here waits: reading and searching run on other threads, and what they find
is drawn as it comes. A log that was read stays, whatever becomes of its replica.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.worker import WorkType

from tasktui.domain.log import ALL_LINES, Stream
from tasktui.domain.task import Task
from tasktui.errors import StoreError, TasktuiError
from tasktui.runtime.apart import apart
from tasktui.runtime.logs import Kind, Source, newest, sources
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.lines import Line, Span, Tone, line, wrap
from tasktui.tui.logs.look import Look
from tasktui.tui.logs.mouse import give_mouse
from tasktui.tui.logs.opened import OpenLog
from tasktui.tui.logs.words import State, heading, status
from tasktui.tui.messages import StoreChanged, Ticked
from tasktui.tui.screens.page import FAR
from tasktui.tui.screens.prompting import Prompting
from tasktui.tui.widgets.lineview import LineView

FIRST = 10_000
"""Lines that are read at first; ``0`` reads all of them."""
EVERY_S = 2.0
"""How often a log that grows is read again."""
_WHEEL = 3
_DRAWN = 1_000


class LogViewer(Prompting):
    """One task's logs, one at a time."""

    AUTO_FOCUS: ClassVar[str] = ""

    def __init__(self, desk: Desk, task: Task) -> None:
        super().__init__(desk)
        self.title_line = LineView(desk.palette, id="title")
        self.text = LineView(desk.palette, id="text")
        self.text.styles.height = "1fr"
        self.log_open: OpenLog | None = None
        self.follow = True
        self.subject = task
        self.sources: Sequence[Source] = ()
        self.chosen = False
        """Whether somebody chose the log; until then the newest replica's is shown."""
        self.wrapped = True
        self.times = True
        self.bare = False
        self._hit: int | None = None
        self._step = 0
        """Which way to the match that is looked for: 0, where none is."""
        self._looking = False
        self._again = False
        self._error = ""
        self._drawn: dict[int, tuple[Look, Sequence[Line]]] = {}
        """Lines near the screen, as they were drawn."""

    def compose(self) -> ComposeResult:
        """Top to bottom."""
        yield self.head
        yield self.banner
        yield self.title_line
        yield self.text
        yield self.status
        yield self.keys

    # Reading.

    async def read(self) -> None:
        """Read the task and which logs there are; open one at first."""
        session = self.desk.session
        self.subject = await session.acall(lambda c: c.task_by_id(self.subject.id))
        task = self.subject
        self.sources = await apart(lambda: sources(session.config, task))
        best = newest(self.sources, Kind.LIVE) or newest(self.sources, Kind.DEAD)
        best = best or self.sources[-1]
        log = self.log_open
        better = log is None or (log.source.kind is not Kind.LIVE and best.kind is Kind.LIVE)
        if better and not self.chosen:
            await self.open(best)
        self.draw()

    async def open(
        self,
        source: Source,
        stream: Stream = Stream.LOG,
        *,
        first: int = FIRST,
        length: timedelta | None = None,
    ) -> None:
        """Show another log from ``first`` lines before its end on; ``length``: see OpenLog."""
        session = self.desk.session
        feed = await session.alog_feed(source, stream, first)
        made = OpenLog(source, stream, feed, session.config.state_dir, length)
        made.whole = first == ALL_LINES
        old, self.log_open = self.log_open, made
        if old is not None:
            old.close()
        self._error, self._hit, self._step = "", None, 0
        self._drawn.clear()
        self.follow = True
        self._work(partial(self._read_on, made), "feed")

    async def _read_on(self, log: OpenLog) -> None:
        """Read, again and again while the log grows; what fails is said and tried again."""
        while log is self.log_open:
            try:
                await apart(log.more)
            except StoreError as error:
                self._error = str(error)
            except (TasktuiError, OSError) as error:
                self._error = f"{error} Trying again."
            else:
                self._error = ""
            self.look_soon()
            self.came()
            if not log.source.grows and log.read:
                return
            await asyncio.sleep(EVERY_S)

    def _work(self, work: WorkType[None], group: str) -> None:
        # The function itself: one that never began leaves no coroutine behind.
        self.run_worker(work, group=group, exclusive=True)

    def on_unmount(self) -> None:
        """Let go of the lines, and give the mouse back."""
        if self.log_open is not None:
            self.log_open.close()
        give_mouse(self.app, on=True)

    def on_store_changed(self, message: StoreChanged) -> None:
        """Heartbeats come often; the second's tick is enough."""
        message.stop()

    def on_ticked(self, message: Ticked) -> None:
        """Replicas come and go."""
        self.reload()
        super().on_ticked(message)

    # Looking through.

    def look_soon(self) -> None:
        """Look through what is not looked through yet."""
        log = self.log_open
        self._again = log is not None and (log.search is not None or log.filter is not None)
        if self._again and not self._looking:
            self._looking = True
            self._work(self._look_through, "look")

    async def _look_through(self) -> None:
        """Find what is sought, piece by piece; the search may be another one meanwhile."""
        try:
            while self._again:
                self._again = False
                while (log := self.log_open) is not None:
                    more = await asyncio.to_thread(log.look_through)
                    self._go_to_hit()
                    self.came()
                    if not more:
                        break
        finally:
            self._looking = False
        self._go_to_hit()
        self.draw()

    def search(self, text: str) -> None:
        """Search for another text, or for none."""
        if self.log_open is not None:
            self.log_open.seek(text)
            self._hit = None
            self.go_to_hit(1 if text else 0)
            self.draw()

    def go_to_hit(self, step: int) -> None:
        """Go to the next match (1) or the one before (-1), as soon as it is found."""
        self._step = step
        self._go_to_hit()
        self.look_soon()

    def _go_to_hit(self) -> None:
        log = self.log_open
        if log is None or log.search is None or not self._step:
            return
        whole = log.search.done
        here = self._hit if self._hit is not None else log.window.at - 1
        found = log.beside(here, self._step)
        round_the_end = found is not None and (found - here) * self._step <= 0
        if found is None or (round_the_end and not whole):
            self._step = self._step if not whole else 0
            return
        self._hit, self._step, self.follow = found, 0, False
        log.window.reveal(found, log.numbers, self.rows, self.lines_shown)
        if round_the_end and found != here:
            self.say("The search went on at the other end.", Tone.NOTE)
        self.draw()

    # Drawing.

    def came(self) -> None:
        """Lines came: the end stays in sight while it is followed."""
        log = self.log_open
        if log is not None and self.follow:
            log.window.to_end(log.numbers, self.rows, self.lines_shown)
        self.draw()

    def rows(self, number: int) -> Sequence[Line]:
        """The rows of one line."""
        log = self.log_open
        if log is None:
            return ((),)
        look = Look(
            cells=self.size.width,
            wrapped=self.wrapped,
            times=self.times,
            sought=log.search.text if log.search else "",
            hit=number == self._hit,
            ellipsis=self.desk.palette.glyphs.ellipsis,
        )
        known = self._drawn.get(number)
        if known is not None and known[0] == look:
            return known[1]
        if len(self._drawn) >= _DRAWN:
            self._drawn.clear()
        rows = look.rows(log.text(number))
        self._drawn[number] = (look, rows)
        return rows

    def draw(self) -> None:
        """Draw the rows on screen and what is said around them."""
        super().draw()
        if not self.is_mounted:
            return
        log = self.log_open
        source = None if log is None else log.source
        stream = Stream.LOG if log is None else log.stream
        text = heading(self.subject.name, source, stream, self.desk.view())
        stroke = self.desk.palette.glyphs.rule
        self.title_line.show([] if self.bare else [rule(text, self.size.width, stroke)])
        self.text.show(self._page())

    def _page(self) -> list[Line]:
        log, height = self.log_open, self.lines_shown
        notes = wrap(line(Span(self._error, Tone.NOTE)), self.size.width) if self._error else []
        if log is None or not log.read:
            notes = notes or [line(Span("Reading ...", Tone.DIM))]
        elif not log.numbers:
            notes = [*notes, line(Span(self._nothing(log), Tone.DIM))]
        if log is None:
            return notes
        rows = log.window.page(log.numbers, self.rows, max(0, height - len(notes)))
        return [*notes, *rows][:height]

    def _nothing(self, log: OpenLog) -> str:
        if log.count:
            return "(no line is shown: & with an empty text shows all, 0 too)"
        if log.source.kind is Kind.BUILD:
            return "(no start has failed; r chooses another log)"
        return "(empty)"

    def draw_chrome(self) -> None:
        """Nothing around the log, where one wants to select it."""
        super().draw_chrome()
        if self.bare and self.is_mounted:
            for part in (self.head, self.banner, self.status, self.keys):
                part.show([])

    def idle_status(self) -> Line:
        """What is found, filtered and shown."""
        if self.log_open is None:
            return ()
        state = State(
            follow=self.follow, wrapped=self.wrapped, hit=self._hit, looking=self._looking
        )
        return status(self.log_open, state)

    @property
    def lines_shown(self) -> int:
        """Rows of one page."""
        return max(1, self.text.size.height)

    def on_resize(self) -> None:
        """Another width, another height."""
        self.came()

    # Moving.

    def move(self, lines: int) -> None:
        """Scroll; up ends the following, the very end begins it."""
        log = self.log_open
        if log is None:
            return
        if lines >= FAR:
            self.follow = True
        elif lines <= -FAR:
            self.follow = False
            log.window.to_start()
        else:
            self.follow = self.follow and lines > 0
            log.window.move(log.numbers, self.rows, lines, self.lines_shown)
        self.came()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        event.stop()
        self.move(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        event.stop()
        self.move(-_WHEEL)
