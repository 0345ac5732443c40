"""The part of an app that draws by differences: mix it into a Textual App.

What Textual would write is compared with what the terminal holds, and only
changed cells are sent. It relies on private parts of Textual: with a version on
which it was not proved, or as soon as anything goes wrong in it, the app draws
the way Textual does. Knows nothing of what is drawn.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import textual
from rich.color import ColorSystem
from rich.console import RenderableType
from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip

from tasktui.tui.display.cells import fill
from tasktui.tui.display.frame import Frame
from tasktui.tui.display.pen import Pen

R = TypeVar("R")

PROVED = ("8.2.8",)
"""Versions of Textual on which the tests compared this with Textual's own output."""
_SETTLED_S = 0.3
"""After a change of the size, until it is asked for once more."""
_AT_ONCE = 256
"""Characters that a terminal shows in one go without being asked to."""


def proved() -> bool:
    """Whether this is a Textual that the layer was proved on.

    By the installed package's folder: to ask for the version takes 20 ms.
    """
    packages = Path(textual.__file__).parent.parent
    return any((packages / f"textual-{version}.dist-info").is_dir() for version in PROVED)


class SparingDisplay(App[R]):
    """An app whose screen is sent by differences, unless ``sparing`` is false."""

    def __init__(self, *, sparing: bool = True, ansi_color: bool | None = None) -> None:
        self._frame = Frame() if sparing and proved() else None
        super().__init__(ansi_color=ansi_color)
        self.painted = 0
        """How often anything was drawn: tells an app whether its screen stands still."""
        # A terminal multiplexer draws the whole pane again at the end of each such update.
        self._multiplexed = "TMUX" in os.environ

    @property
    def sparing(self) -> bool:
        """Whether only differences are sent."""
        return self._frame is not None

    def get_driver_class(self) -> type[Driver]:
        """The quiet driver in place of Textual's usual one."""
        from textual.drivers.linux_driver import LinuxDriver  # noqa: PLC0415 - not on Windows

        from tasktui.tui.display.driver import QuietDriver  # noqa: PLC0415 - not on Windows

        chosen = super().get_driver_class()
        return QuietDriver if self._frame is not None and chosen is LinuxDriver else chosen

    def terminal_taken(self) -> None:
        """What the terminal holds is not known any more."""
        if self._frame is not None:
            self._frame.forget()

    async def on_event(self, event: events.Event) -> None:
        """After a change of the size the terminal may hold anything, even if it was undone."""
        if isinstance(event, events.Resize):
            self.terminal_taken()
        await super().on_event(event)
        if isinstance(event, events.Resize) and self.screen_stack:
            # Of several quick changes Textual may see none, the terminal saw them.
            self.screen.refresh()
            self.set_timer(_SETTLED_S, self._settle)

    def _settle(self) -> None:
        """Ask for the size once more: Linux tells of a change just before it holds."""
        ask = getattr(self._driver, "_get_terminal_size", None)
        if ask is None:  # no terminal
            return
        size = Size(*ask())
        if size != self.size:
            self.post_message(events.Resize(size, size))

    def _begin_update(self) -> None:
        if not self._multiplexed:
            super()._begin_update()

    def _end_update(self) -> None:
        if not self._multiplexed:
            super()._end_update()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if renderable is not None:
            self.painted += 1
        if self._frame is None or not self._drawing() or renderable is None:
            super()._display(screen, renderable)
            return
        if not isinstance(renderable, (ChopsUpdate, LayoutUpdate)):
            self._frame.forget()
            super()._display(screen, renderable)
            return
        try:
            sequence = self._differences(self._frame, screen, renderable)
        except Exception:  # noqa: BLE001 - whatever it is, Textual's own way is left
            self._frame = None
            super()._display(screen, screen._compositor.render_full_update())  # noqa: SLF001
            return
        self._send(sequence)
        self.post_display_hook()

    def _drawing(self) -> bool:
        """Whether Textual would write now."""
        driver = self._driver
        if driver is None or driver.is_inline or self.is_headless:
            return False
        return self._running and not self._closed and not self._batch_count

    def _differences(
        self, frame: Frame, screen: Screen[object], update: ChopsUpdate | LayoutUpdate
    ) -> str:
        start = ""
        width, height = self.size
        if not frame.fits(width, height):
            start = frame.clear(width, height)
            update = screen._compositor.render_full_update()  # noqa: SLF001 - see the module
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        self._previous_cursor_position = cursor
        system = self.console._color_system or ColorSystem.TRUECOLOR  # noqa: SLF001 - as Textual
        return start + frame.draw(_pieces(update, system), cursor)

    def _send(self, sequence: str) -> None:
        if not sequence or self._driver is None:
            return
        if self._sync_available and not self._multiplexed and len(sequence) > _AT_ONCE:
            sequence = f"{SYNC_START}{sequence}{SYNC_END}"
        self._driver.write(sequence)
        self._driver.flush()


def redraw(app: App[object]) -> None:
    """Draw all of the screen again, on a cleared one where the app is sparing."""
    if isinstance(app, SparingDisplay):
        app.terminal_taken()
    app.screen.refresh(repaint=True, layout=True)


def _pieces(
    update: CompositorUpdate, system: ColorSystem
) -> Iterator[tuple[int, int, list[str], list[Pen]]]:
    """Column, line and cells of everything that the update would write."""
    for x, y, strip in _strips(update):
        texts: list[str] = []
        pens: list[Pen] = []
        fill(strip, system, texts, pens)
        yield x, y, texts, pens


def _strips(update: CompositorUpdate) -> Iterator[tuple[int, int, Strip]]:
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield x, y, strip
                x += strip.cell_length
    elif isinstance(update, ChopsUpdate):
        yield from _chops(update)


def _chops(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """The strips that lie in the changed spans, cut at their right end as Textual cuts them."""
    for y, start, stop in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x <= stop and end > start:
                yield x, y, strip.crop(0, min(end, stop) - x)
