"""The terminal app: one desk, the screens, the second's tick, and news of every commit.

Guarantees that the terminal is left as it was found, also after a crash, whose
traceback goes to a file: what it holds may be secret. Knows no task.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from textual.driver import Driver
from textual.screen import Screen
from textual.worker import WorkerFailed

from tasktui.config import NO_SCHEDULER
from tasktui.engine.logfile import append
from tasktui.errors import TasktuiError
from tasktui.runtime.daemon import Health, State
from tasktui.runtime.host import others
from tasktui.runtime.session import Session, utc_now
from tasktui.runtime.views import place
from tasktui.schedule.resolve import zone, zone_names
from tasktui.tui import keys, skeleton
from tasktui.tui.desk import Desk
from tasktui.tui.display.sparing import SparingDisplay
from tasktui.tui.keymap import remap
from tasktui.tui.keyorder import OrderedKeys
from tasktui.tui.lines import Tone
from tasktui.tui.messages import StoreChanged, Ticked
from tasktui.tui.palette import palette
from tasktui.tui.pulse import Pulse
from tasktui.tui.screens.page import Page
from tasktui.tui.screens.tasks import TasksScreen
from tasktui.tui.screens.views import Shown
from tasktui.tui.takeover import successor
from tasktui.tui.themes import WIDGETS
from tasktui.tui.wizard.here import local_zone

CRASHED = 70
"""Exit code after an error that nobody expected (EX_SOFTWARE)."""
CRASH_LOG = "crash.log"
MOUSE = "TASKTUI_MOUSE"
"""Set to 0 to leave the mouse to the terminal."""
DISPLAY = "TASKTUI_DISPLAY"
"""Set to ``plain`` to send the screen the way Textual does it."""

_TICK_S = 1.0
_HEALTH_S = 3.0
_CLUSTER_S = 3.0
_STAGE_S = 1.0
"""The embedded cluster comes up: its stages are shown as they come."""
_RETRY_S = 1.0
_HANGUP_S = 0.7
"""How long leaving may take after the terminal is gone."""


class TasktuiApp(SparingDisplay[None], OrderedKeys[None], inherit_bindings=False):
    """The app. Every key belongs to a screen."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    CSS: ClassVar[str] = "* { scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; }"

    def __init__(self, desk: Desk, *, sparing: bool = True) -> None:
        """Without ``sparing`` the screen is sent the way Textual does it."""
        # Said here and by the theme: NO_COLOR greys colours out that were not native at this point.
        super().__init__(sparing=sparing, ansi_color=True)
        self.desk = desk
        self.theme = WIDGETS[desk.palette.theme]
        self.animation_level = "none"
        self._terminal = os.isatty(0)
        self._pulse = Pulse()

    def get_driver_class(self) -> type[Driver]:
        """The driver goes on from the skeleton where that is up."""
        return successor(super().get_driver_class())

    def get_default_screen(self) -> Screen[None]:
        """The task table is the root."""
        return TasksScreen(self.desk)

    def use_theme(self, name: str) -> None:
        """Turn to another theme, one of THEMES: everything is painted anew."""
        self.desk.palette.theme = name
        self.theme = WIDGETS[name]
        for screen in self.screen_stack:
            for widget in (screen, *screen.walk_children()):
                widget.refresh()

    def on_load(self) -> None:
        """Be ready for signals before the terminal is taken: it is given back in any case."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.exit, None, 128 + signal.SIGTERM)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means what it says
            loop.add_signal_handler(signal.SIGHUP, self._hung_up)

    def on_mount(self) -> None:
        """Begin to tick, to watch the store, and to look after the scheduler."""
        self.set_keymap(keys.keymap())
        if self.desk.wrong_keys and isinstance(self.screen, Page):
            first = self.desk.wrong_keys[0]
            self.screen.say(f"Key not used: {first} tasktui keys lists all.", Tone.NOTE)
        self.set_interval(_TICK_S, self._tick)
        self.run_worker(self._watch_store(), group="watch")
        self.run_worker(self._start_scheduler(), group="scheduler")
        self.run_worker(self._keep_health(), group="health")
        self.run_worker(self._follow_cluster(), group="cluster")

    # What happens by itself.

    def _seen(self) -> Iterator[Screen[object]]:
        """The screens that are on view: the top one, and those below a dialog."""
        for screen in reversed(self.screen_stack):
            yield screen
            if not screen.is_modal:
                return

    def _tick(self) -> None:
        if self._terminal and not os.isatty(0):
            self._hung_up()
        due = self._pulse.due(self.desk.now(), self.painted, focused=self.app_focus)
        for screen in self._seen():
            screen.post_message(Ticked(due=due))

    def on_app_focus(self) -> None:
        """Looked at again: ages go on at once."""
        self._pulse.nudge()
        self._tick()

    def _changed(self) -> None:
        for screen in self._seen():
            screen.post_message(StoreChanged())

    async def _watch_store(self) -> None:
        """Hear of commits as soon as there is a store; pages say meanwhile why there is none."""
        loop = asyncio.get_running_loop()

        def news() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is looking
                loop.call_soon_threadsafe(self._changed)

        while True:
            try:
                await self.desk.session.acall(lambda c: c.owner())
                await asyncio.to_thread(self.desk.session.watch, news)
            except TasktuiError:
                await asyncio.sleep(_RETRY_S)
            else:
                return self._changed()

    async def _start_scheduler(self) -> None:
        if os.environ.get(NO_SCHEDULER):
            return
        self.desk.asked_at = self.desk.now()
        try:
            await asyncio.to_thread(self.desk.session.start_scheduler)
        except (TasktuiError, OSError) as error:
            self.desk.asked_at = None
            if isinstance(self.screen, Page):
                self.screen.say(f"The scheduler cannot be started: {error}")

    async def _keep_health(self) -> None:
        while True:
            with contextlib.suppress(TasktuiError):  # the page that reads the store says it
                before, self.desk.health = self.desk.health, await self.desk.session.ahealth()
                if _shown(before) != _shown(self.desk.health):
                    self._pulse.nudge()
                if self.desk.health.state is State.RUNNING:
                    self.desk.asked_at = None
            await asyncio.sleep(_HEALTH_S)

    async def _follow_cluster(self) -> None:
        """Show how the embedded cluster comes up, or why it did not; asks only if it may."""
        session, seen = self.desk.session, None
        while True:
            stamp = await asyncio.to_thread(_stamp, session.config.cluster_record)
            if stamp != seen or self.desk.starting:
                seen = stamp
                with contextlib.suppress(TasktuiError, OSError):
                    self.desk.note_cluster(await asyncio.to_thread(session.local_status))
                    self._pulse.nudge()
            await asyncio.sleep(_STAGE_S if self.desk.starting else _CLUSTER_S)

    # The end.

    def _hung_up(self) -> None:
        """The terminal is gone: nothing can be written to it, so never wait for that."""
        watchdog = threading.Timer(_HANGUP_S, os._exit, [128 + signal.SIGHUP])
        watchdog.daemon = True
        watchdog.start()
        self.exit(None, 128 + signal.SIGHUP)

    def _fatal_error(self) -> None:
        """Leave without Textual's traceback: it would print local variables, secrets too."""
        self._close_messages_no_wait()

    @property
    def crash(self) -> Exception | None:
        """The error that nobody expected, None after an ordinary end."""
        error = self._exception
        inner = error.error if isinstance(error, WorkerFailed) else error
        return inner if isinstance(inner, Exception) else error


def run(session: Session, environ: Mapping[str, str], opens: Shown | None = None) -> int:
    """Open the app on the terminal, in a saved view, until the user leaves; the exit code."""
    for name in ("COLUMNS", "LINES"):
        # Exported by some shells: they would count for more than the terminal, and never change.
        os.environ.pop(name, None)
    desk = make_desk(session, environ)
    desk.opens = opens
    app = TasktuiApp(desk, sparing=environ.get(DISPLAY) != "plain")
    try:
        app.run(mouse=environ.get(MOUSE) != "0")
        crash = app.crash
    except Exception as error:  # noqa: BLE001 - whatever it is, the user is told where to read it
        crash = error
    skeleton.drop()
    if crash is None:
        return app.return_code or 0
    log = session.config.state_dir / CRASH_LOG
    _keep(crash, log)
    sys.stderr.write(
        f"tasktui met an error that it did not expect: {type(crash).__name__}. Tasks and "
        f"scheduler go on; tasktui opens again. The traceback is in {log}\n"
    )
    return CRASHED


def make_desk(session: Session, environ: Mapping[str, str]) -> Desk:
    """What the screens share, for the terminal that ``environ`` describes."""
    mine = zone(local_zone(environ, zone_names(), Path("/etc")))
    look = palette(
        no_color=bool(environ.get("NO_COLOR")),
        encoding=encoding(environ),
        theme=session.config.theme,
    )
    own, wrong = remap(keys.KEYS, session.config.keys)
    keys.use(own)
    desk = Desk(session, look, utc_now, mine, others())
    desk.wrong_keys = wrong
    desk.views = place(environ)
    return desk


def encoding(environ: Mapping[str, str]) -> str:
    """The locale's encoding by name, ``ascii`` where it names none."""
    names = (environ.get(n, "") for n in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next(filter(None, names), "")
    return locale.partition(".")[2].partition("@")[0] or "ascii"


def _shown(health: Health | None) -> object:
    """What the screen shows of it: heartbeats come all the time."""
    return health and (health.state, health.pid, health.trouble)


def _stamp(file: Path) -> int | None:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return None


def _keep(error: Exception, log: Path) -> None:
    with contextlib.suppress(OSError):
        append(log, "".join(traceback.format_exception(error)))
