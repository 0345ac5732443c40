"""An app's screen drawn twice from the same updates: as Textual writes it, and by differences.

Every update is compared, cell by cell with colours and attributes, on a small
emulator of ours and, where pyte knows what was written, on pyte too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyte
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.control import Control
from rich.style import Style
from textual import events
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.driver import Driver
from textual.geometry import Size
from textual.strip import Strip

from tasktui.tui.display.sparing import SparingDisplay
from tui.display.emulator import Cell, Emulator, Measure, as_textual

# What the layer never sends: control characters in a text, and marks of direction.
DROPPED = re.compile(
    r"[\x00-\x1a\x1c-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]|\x1b(?![][\\])"
)


class MemoryDriver(Driver):
    """A driver whose terminal is a string."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.sent = ""

    def write(self, data: str) -> None:
        self.sent += data

    def start_application_mode(self) -> None: ...

    def disable_input(self) -> None: ...

    def stop_application_mode(self) -> None: ...

    def close(self) -> None: ...


class Beside(SparingDisplay[None]):
    """Mix in before an app: compares after every update, and counts."""

    measure: Measure = staticmethod(as_textual)
    begun = False
    pyte = False
    """Whether pyte knows all that is written."""

    def begin(self, system: ColorSystem | None = None) -> None:
        if system is not None:
            self.console._color_system = system
        width, height = self.size
        self.plain, self.layer = Emulator(width, height), Emulator(width, height, self.measure)
        self.pytes = [pyte.Screen(width, height) for _ in range(2)] if self.pyte else []
        self.begun = True
        self.compared = self.bytes_plain = self.bytes_layer = 0
        self.settled = False
        """Textual has drawn all of the screen since it heard that it was resized."""
        self.heard = True

    def get_driver_class(self) -> type[Driver]:
        return MemoryDriver

    def resized(self, width: int, height: int) -> None:
        """The terminal's size changes, and the app hears of it."""
        self.settled = self.heard = False
        for screen in (self.plain, self.layer):
            screen.resize(width, height)
        for other in self.pytes:
            other.resize(height, width)
        size = Size(width, height)
        self.post_message(events.Resize(size, size))

    def terminal_taken(self) -> None:
        # From here on the layer draws what is there; Textual only what it knows to be new.
        self.heard, self.settled = True, False
        super().terminal_taken()

    def _display(self, screen: Any, renderable: Any) -> None:
        drawing = self.begun and self._drawing() and isinstance(renderable, CompositorUpdate)
        if drawing:
            self._draw_plain(renderable)
        driver = self._driver
        assert isinstance(driver, MemoryDriver)
        driver.sent = ""
        super()._display(screen, renderable)
        assert self.sparing, "the layer gave up"
        if drawing:
            self._draw_layer(driver.sent)

    def _draw_plain(self, update: Any) -> None:
        for strip in strips(update):
            forget(strip)
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        data = update.render_segments(self.console) + Control.move_to(*cursor).segment.text
        self.bytes_plain += len(data.encode())
        whole = isinstance(update, LayoutUpdate) and update.region.size == self.size
        self.settled |= whole and self.heard
        # Line feeds stand before moves to the next line: they move nothing.
        data = DROPPED.sub("", data)
        self.plain.feed(data)
        if self.pytes:
            pyte.Stream(self.pytes[0]).feed(data)

    def _draw_layer(self, data: str) -> None:
        self.bytes_layer += len(data.encode())
        self.layer.feed(data)
        if self.pytes:
            pyte.Stream(self.pytes[1]).feed(data)
        if self.settled and self.size == (self.plain.width, self.plain.height):
            self.compared += 1
            self.compare()

    def compare(self) -> None:
        """Fails with the first cells that differ."""
        for y, (one, other) in enumerate(zip(self.plain.rows, self.layer.rows, strict=True)):
            wrong = [
                (x, a, b)
                for x, (a, b) in enumerate(zip(one, other, strict=True))
                if a != b and not lost_mark(a, b)
            ]
            assert not wrong, f"line {y}: {wrong[:3]}\n{self.plain.text()}\n{self.layer.text()}"
        at = [(screen.x, screen.y) for screen in (self.plain, self.layer)]
        assert at[0] == at[1], f"the cursor: {at}"
        if self.pytes:
            plain, layer = (list(self._pyte_cells(s)) for s in self.pytes)
            unlike = [pair for pair in zip(plain, layer, strict=True) if pair[0] != pair[1]]
            assert not unlike, unlike[:3]

    def _pyte_cells(self, screen: Any) -> Iterator[Any]:
        """pyte keeps the other half of a wide character that lost one: not compared."""
        for y in range(screen.lines):
            for x in range(screen.columns):
                char = screen.buffer[y][x]
                half = not char.data or len(char.data.encode()) > 2
                blank = self.plain.rows[y][x].text == " "
                yield y, x, char._replace(data=" ") if half and blank else char
        yield screen.cursor.x, screen.cursor.y


def lost_mark(plain: Cell, layer: Cell) -> bool:
    """A mark that was cut from its character stands on another widget's: the layer drops it."""
    rest = plain.text.removeprefix(layer.text)
    return plain.look == layer.look and bool(layer.text) and rest != "" and cell_len(rest) == 0


def strips(update: Any) -> Iterator[Strip]:
    if isinstance(update, LayoutUpdate):
        update.strips = [list(line) for line in update.strips]
        for line in update.strips:
            yield from line
    elif isinstance(update, ChopsUpdate):
        for chops in update.chops:
            yield from (strip for strip in chops.values() if strip is not None)


def forget(strip: Strip) -> None:
    """What was sent for another number of colours is not kept."""
    strip._render_cache = None
    strip._crop_cache.clear()


_render_style = Strip.render_style


def render_afresh(style: Style, text: str, color_system: ColorSystem) -> str:
    """Textual's own, but for styles that remember the codes of another number of colours."""
    style._ansi = None
    return _render_style(style, text, color_system)
