"""The log of one replica, followed. Bounded, and never waited for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tasktui.domain.observed import Replica
from tasktui.domain.task import Task
from tasktui.errors import NotFound, StoreError, TasktuiError
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.messages import StoreChanged, Ticked
from tasktui.tui.screens.reader import Reader

LINES = 500
"""Lines of the log that are read and kept."""
EVERY_TICKS = 2
"""How often it is read again, in seconds."""


class LogsScreen(Reader):
    """Reads again every two seconds; the end stays in sight as long as one looks at it."""

    WHERE = Where.LOGS
    BINDINGS: ClassVar = bindings(Where.LOGS)

    def __init__(self, desk: Desk, task: Task) -> None:
        super().__init__(desk)
        self._subject = task
        self._chosen = ""
        """Id of the replica; empty: the newest."""
        self._read_of = ""
        self._log: Sequence[str] = ()
        self._error = ""
        self._wrapped: tuple[object, Sequence[Line]] = (None, ())
        self._ticks = 0

    async def read(self) -> None:
        """Read the task, and the log of the chosen replica."""
        try:
            self._subject = await self.desk.session.acall(lambda c: c.task_by_id(self._subject.id))
            replica = self._replica()
            wanted = replica.id if replica else ""
            text = await self.desk.session.alogs(self._subject, wanted or None, LINES)
        except StoreError:
            raise
        except NotFound as error:
            self._error = str(error)
        except TasktuiError as error:
            self._error = f"{error} Trying again."
        else:
            self._error, self._read_of = "", wanted
            self._show(text.splitlines()[-LINES:])
        self.draw()

    def _show(self, log: Sequence[str]) -> None:
        follow = self.at_end
        if log != self._log:
            self._log = log
            self.draw()
        if follow:
            self._scroller.scroll_end(animate=False)

    def _replica(self) -> Replica | None:
        """The chosen one; the newest where it is gone."""
        rows = self._subject.progress.replicas
        return next((r for r in rows if r.id == self._chosen), rows[-1] if rows else None)

    def do_replica(self) -> None:
        """The next replica's log."""
        rows, now = self._subject.progress.replicas, self._replica()
        if now is None or len(rows) < 2:
            self.say("There is no other replica.", Tone.NOTE)
            return
        self._chosen = rows[(rows.index(now) + 1) % len(rows)].id
        self._log = ()
        self.reload()
        self.draw()

    def on_store_changed(self, message: StoreChanged) -> None:
        """Heartbeats come often, and the log is read by the clock."""
        message.stop()

    def on_ticked(self, message: Ticked) -> None:
        """Read again every few seconds."""
        self._ticks += 1
        if self._ticks % EVERY_TICKS == 0:
            self.reload()
        super().on_ticked(message)

    def heading(self) -> Line:
        """Which replica of how many."""
        replica, rows = self._replica(), self._subject.progress.replicas
        text = [Span(f"log of {self._subject.name}", Tone.TITLE)]
        if replica is not None:
            at = rows.index(replica) + 1
            text.append(Span(f" {replica.id} ({at} of {len(rows)}, {replica.state})", Tone.DIM))
        return rule(tuple(text), self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """The log's lines, wrapped; above them why there is nothing newer."""
        key = (cells, self._log)
        if self._wrapped[0] != key:
            self._wrapped = (key, [w for text in self._log for w in wrap(line(text), cells)])
        if self._error:
            return [*wrap(line(Span(self._error, Tone.DIM)), cells), EMPTY, *self._wrapped[1]]
        if not self._log:
            return [line(Span("(empty)" if self._read_of else "Reading ...", Tone.DIM))]
        return self._wrapped[1]

    def idle_status(self) -> Line:
        """Whether the end is followed."""
        words = "following" if self.at_end else "not following: G goes to the end"
        return line(Span(f" {len(self._log)} lines (at most {LINES}), {words}", Tone.DIM))
