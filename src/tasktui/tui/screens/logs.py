"""The keys of the log viewer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partialmethod
from typing import TYPE_CHECKING, ClassVar

from tasktui.domain.log import ALL_LINES, Stream
from tasktui.runtime.apart import apart
from tasktui.runtime.kept import new_file
from tasktui.runtime.logs import Kind, Source
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import Tone
from tasktui.tui.logs.mouse import give_mouse
from tasktui.tui.logs.opened import OpenLog
from tasktui.tui.logs.viewer import LogViewer
from tasktui.tui.screens.copy import to_clipboard

if TYPE_CHECKING:
    from tasktui.tui.widgets.prompt import Prompt


class LogsScreen(LogViewer):
    """One task's logs."""

    WHERE = Where.LOGS
    BINDINGS: ClassVar = bindings(Where.LOGS)

    # Searching and filtering.

    def open_prompt(self, mark: str, text: str) -> None:
        """Open a line, which the bare view has no place for."""
        self.show_bare(on=False)
        super().open_prompt(mark, text)

    def do_log_search(self) -> None:
        """Ask what to search for."""
        self.open_prompt("/", "")

    def do_only(self) -> None:
        """Ask what the lines must hold."""
        log = self.log_open
        present = log.filter.text if log is not None and log.filter is not None else ""
        self.open_prompt("&", present)

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        """Entered: search or filter."""
        if message.mark == ":":
            return
        message.prevent_default()
        if message.done:
            self.close_prompt()
            self._entered(message.mark, message.text)

    def _entered(self, mark: str, text: str) -> None:
        log = self.log_open
        if log is None:
            return
        if mark == "/":
            self.search(text)
        else:
            log.only(text)
            self.look_soon()
            self.came()

    def do_next_hit(self) -> None:
        """To the next match."""
        self._to_hit(1)

    def do_last_hit(self) -> None:
        """To the match before."""
        self._to_hit(-1)

    def _to_hit(self, step: int) -> None:
        if self.log_open is None or self.log_open.search is None:
            self.say("Nothing is searched for: / begins.", Tone.NOTE)
        else:
            self.go_to_hit(step)

    # What is shown, and how.

    def do_follow(self) -> None:
        """Follow the end, or stay."""
        self.follow = not self.follow
        self.came()

    def do_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self.wrapped = not self.wrapped
        self.came()

    def do_log_times(self) -> None:
        """With or without the times."""
        self.times = not self.times
        self.came()

    def do_log_mark(self) -> None:
        """A line with the time at the end."""
        if self.log_open is not None:
            at = self.desk.now().astimezone(self.desk.mine)
            self.log_open.add(f"-- mark {at:%H:%M:%S} {'-' * 40}")
            self.came()

    def do_bare(self) -> None:
        """Only the log, or everything again."""
        self.show_bare(on=not self.bare)

    def show_bare(self, *, on: bool) -> None:
        """Leave everything around the log away, and the mouse to the terminal."""
        if on != self.bare:
            self.bare = on
            give_mouse(self.app, on=not on)
            self.draw()
            self.call_after_refresh(self.came)

    def _since(self, minutes: int, *, head: bool = False) -> None:
        """Show the newest lines only, or (0) all."""
        self.during(_show_since, timedelta(minutes=minutes) if minutes else None, head)

    do_since_0 = partialmethod(_since, 0)
    do_since_1 = partialmethod(_since, 0, head=True)
    do_since_2 = partialmethod(_since, 1)
    do_since_3 = partialmethod(_since, 5)
    do_since_4 = partialmethod(_since, 15)
    do_since_5 = partialmethod(_since, 60)

    # Another log.

    def do_dead(self) -> None:
        """The replica that ended before this one, round the end."""
        dead = [s for s in self.sources if s.kind is Kind.DEAD]
        if not dead:
            self.say("No log of a replica that has ended is kept.", Tone.NOTE)
            return
        log = self.log_open
        ids = [s.id for s in dead]
        at = ids.index(log.source.id) + 1 if log is not None and log.source.id in ids else 0
        self.during(_open, dead[at % len(dead)], Stream.LOG)

    def do_replica(self) -> None:
        """Choose among all logs."""
        self.during(_choose)

    def do_stream(self) -> None:
        """The next of log, stderr and stdout."""
        log = self.log_open
        if log is None or log.source.kind is not Kind.LIVE:
            self.say("Only a living replica has them apart.", Tone.NOTE)
            return
        order = list(Stream)
        following = order[(order.index(log.stream) + 1) % len(order)]
        self.during(_open, log.source, following)

    # Taking it away.

    def do_save(self) -> None:
        """Save what is shown."""
        self.during(_save)

    def do_page_copy(self) -> None:
        """Copy the lines on the screen."""
        log = self.log_open
        if log is None or not log.numbers:
            self.say("There is nothing to copy.", Tone.NOTE)
            return
        texts = log.texts(log.window.seen(log.numbers, self.rows, self.lines_shown))
        to_clipboard(self.app, "".join(f"{text}\n" for text in texts))
        self.say(f"Sent {len(texts)} lines to the terminal's clipboard; F lets the mouse select.")

    # Leaving.

    def do_back(self) -> None:
        """One step back: the bare view, the search, the filter, the screen."""
        log = self.log_open
        if self.bare:
            self.show_bare(on=False)
        elif log is not None and log.search is not None:
            self.search("")
        elif log is not None and log.filter is not None:
            log.only("")
            self.came()
        else:
            super().do_back()


async def _open(screen: LogsScreen, source: Source, stream: Stream) -> None:
    screen.chosen = True
    await screen.open(source, stream)
    screen.draw()


async def _choose(screen: LogsScreen) -> None:
    from tasktui.tui.logs.picker import SourcePicker  # noqa: PLC0415 - only when it is wanted

    present = screen.log_open.source if screen.log_open is not None else None
    picker = SourcePicker(screen.desk, screen.subject.name, screen.sources, present)
    chosen = await screen.app.push_screen_wait(picker)
    if chosen is not None:
        await _open(screen, chosen, Stream.LOG)


async def _show_since(screen: LogsScreen, length: timedelta | None, head: bool) -> None:
    """Show the newest lines only, or all; what is not read yet is read."""
    log = screen.log_open
    if log is None:
        return
    reaches = await apart(_since(log, length))
    if not (reaches or log.whole):
        await screen.open(log.source, log.stream, first=ALL_LINES, length=length)
    screen.follow = not head
    if head and screen.log_open is not None:
        screen.log_open.window.to_start()
    screen.came()


def _since(log: OpenLog, length: timedelta | None) -> Callable[[], bool]:
    return lambda: log.show_since(length)


async def _save(screen: LogsScreen) -> None:
    """Raises OSError where it cannot be written."""
    log, session = screen.log_open, screen.desk.session
    if log is None:
        return
    name = f"{screen.subject.name}-{log.source.id}"
    path = await apart(lambda: new_file(session.config.state_dir, name, screen.desk.now()))
    await apart(lambda: log.write(path))
    screen.say(f"Saved: {path}", Tone.GOOD)
