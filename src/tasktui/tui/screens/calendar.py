"""The calendar of one task, live: a week of day strips and the points to come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from tasktui.commands.commands import Commands
from tasktui.domain.event import Event
from tasktui.domain.observed import ClusterView
from tasktui.domain.task import Task, TaskId
from tasktui.errors import InvalidField, NotFound
from tasktui.schedule.coming import coming
from tasktui.schedule.days import course, today
from tasktui.schedule.ics import export
from tasktui.schedule.phases import applied
from tasktui.tui import calendar
from tasktui.tui.calendar import POINTS, WEEK, Week
from tasktui.tui.chrome import rule
from tasktui.tui.desk import Desk
from tasktui.tui.keys import Where, bindings
from tasktui.tui.lines import Line, Tone
from tasktui.tui.screens.copy import to_clipboard
from tasktui.tui.screens.page import Page
from tasktui.tui.screens.reader import Reader
from tasktui.tui.times import zone_name

EVENTS = 200
"""Events among which the last point that was applied is looked for."""


class CalendarScreen(Reader):
    """One task, known by its id: it may be renamed, archived or deleted while it is shown."""

    WHERE = Where.CALENDAR
    BINDINGS: ClassVar = bindings(Where.CALENDAR)

    def __init__(self, desk: Desk, task: Task) -> None:
        super().__init__(desk)
        self.week = Week(task)
        self._events: Sequence[Event] = ()
        self._gone = False

    async def read(self) -> None:
        """Read the task, its events and the cluster in one hop."""
        try:
            found = await self.desk.session.acall(lambda c: _read(c, self.week.task.id))
        except NotFound:
            self._gone = True
        else:
            task, self._events, self.desk.cluster, self.desk.owner = found
            self.week = Week(task, self.week.first)
        self.draw()

    def target(self) -> Task | None:
        """The task, as long as it exists."""
        return None if self._gone else self.week.task

    def heading(self) -> Line:
        """Whose calendar it is."""
        text = calendar.title(self.week, self.desk.view())
        return rule(text, self.size.width, self.desk.palette.glyphs.rule)

    def content(self, cells: int) -> Sequence[Line]:
        """Days, legend, points."""
        return calendar.lines(self.week, self.desk.view(), cells)

    def idle_status(self) -> Line:
        """What was applied last."""
        zone = self.week.task.schedule.timezone
        return calendar.last(self._events, self.desk.view(), zone)

    # Weeks.

    def do_next_week(self) -> None:
        """Seven days on."""
        self._turn(WEEK)

    def do_previous_week(self) -> None:
        """Seven days back."""
        self._turn(-WEEK)

    def do_today(self) -> None:
        """The week that begins today."""
        self.week = Week(self.week.task)
        self.draw()

    def _turn(self, by: int) -> None:
        view, task = self.desk.view(), self.week.task
        try:
            now = today(view.now, zone_name(task.schedule.timezone, view))
            first = (self.week.first or now) + timedelta(days=by)
        except (InvalidField, OverflowError):
            return  # an unknown zone, which the page says, or the end of all dates
        self.week = Week(task, None if first == now else first)
        self.draw()

    # Taking it away.

    def do_copy_points(self) -> None:
        """The next points as text."""
        self.during(_copy, self.week.task)

    def do_save_points(self) -> None:
        """The next points as a calendar file."""
        self.during(_save, self.week.task)


def _read(commands: Commands, task: TaskId) -> tuple[Task, Sequence[Event], ClusterView, str]:
    events = commands.events_of(task, limit=EVENTS)
    return commands.task_by_id(task), events, commands.cluster(), commands.owner()


async def _copy(page: Page, task: Task) -> None:
    to_clipboard(page.app, calendar.as_text(task, page.desk.view()))
    page.say("The points are sent to the terminal's clipboard.", Tone.GOOD)


async def _save(page: Page, task: Task) -> None:
    """Write STATE/NAME.ics. Raises OSError and InvalidField."""
    now = page.desk.now()
    if task.armed is None:
        rows = [r.instant for r in coming(course(task, now), now, POINTS)]
    else:
        rows = applied(task, now, POINTS)
    if not rows:
        page.say("No point is to come: nothing was saved.", Tone.NOTE)
        return
    file: Path = page.desk.session.config.state_dir / f"{task.name}.ics"
    content = export(rows, task.name)
    await asyncio.to_thread(file.write_text, content, encoding="utf-8", newline="")
    page.say(f"The next {len(rows)} points are saved in {file}.", Tone.GOOD)
