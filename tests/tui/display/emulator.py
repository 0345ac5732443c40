"""A small terminal that keeps what pyte does not: clusters, halves of wide characters, dim, links.

It takes only what Textual and the display layer send, and refuses the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rich.cells import split_graphemes
from wcwidth import wcwidth

_TOKEN = re.compile(
    r"\x1b\[(?P<private>[?>]?)(?P<codes>[\d;]*)(?P<final>[A-Za-z])"
    r"|\x1b\]8;(?P<id>[^;\x1b]*);(?P<link>[^\x1b]*)\x1b\\"
    r"|(?P<control>[\r\n\b])"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
)
_OFF = {22: (1, 2), 23: (3,), 24: (4, 21), 25: (5, 6), 27: (7,), 28: (8,), 29: (9,), 54: (51, 52)}

Measure = Callable[[str], list[tuple[str, int]]]


def as_textual(text: str) -> list[tuple[str, int]]:
    """Clusters and their widths the way Textual measures: joined emoji are one character."""
    spans, _ = split_graphemes(text)
    return [(text[start:end], width) for start, end, width in spans]


def one_by_one(text: str) -> list[tuple[str, int]]:
    """The way of older terminals: every code point for itself."""
    return [(character, max(0, wcwidth(character))) for character in text]


@dataclass(frozen=True, slots=True)
class Look:
    attributes: frozenset[int] = frozenset()
    foreground: str = ""
    background: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str = " "
    look: Look = field(default_factory=Look)


class Emulator:
    def __init__(self, width: int, height: int, measure: Measure = as_textual) -> None:
        self.measure = measure
        self.look = Look()
        self.x = self.y = 0
        self.rows: list[list[Cell]] = []
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        """Keep the top left corner, as most terminals do."""
        old, self.width, self.height = self.rows, width, height
        self.rows = [
            [old[y][x] if y < len(old) and x < len(old[y]) else Cell() for x in range(width)]
            for y in range(height)
        ]
        for y in range(height):
            self._mend(y, width - 1)
        self.x, self.y = min(self.x, width - 1), min(self.y, height - 1)

    def feed(self, data: str) -> None:
        at = 0
        while at < len(data):
            found = _TOKEN.match(data, at)
            assert found is not None, f"never to be sent: {data[at : at + 20]!r}"
            at = found.end()
            if found["text"]:
                self._write(found["text"])
            elif found["control"]:
                self._control(found["control"])
            elif found["link"] is not None:
                self.look = replace(self.look, link=found["link"])
            elif not found["private"]:
                codes = [int(c or 0) for c in found["codes"].split(";")]
                self._sequence(found["final"], codes)

    def text(self) -> str:
        return "\n".join("".join(c.text for c in row) for row in self.rows)

    def _control(self, control: str) -> None:
        if control == "\b":
            self.x = max(0, self.x - 1)
            return
        self.x = 0
        if control == "\n":
            assert self.y + 1 < self.height, "a line feed that scrolls"
            self.y += 1

    def _sequence(self, final: str, codes: list[int]) -> None:
        count = max(1, codes[0])
        if final == "m":
            self._style(codes)
        elif final == "H":
            column = codes[1] if len(codes) > 1 else 1
            self._go(max(1, column) - 1, count - 1)
        elif final in "ABCD":
            dx, dy = {"A": (0, -1), "B": (0, 1), "C": (1, 0), "D": (-1, 0)}[final]
            self._go(self.x + dx * count, self.y + dy * count)
        elif final == "K":
            assert codes == [0]
            for x in range(self.x, self.width):
                self._set(x, Cell(" ", Look(background=self.look.background)))
        elif final == "J":
            assert codes == [2]
            blank = Cell(" ", Look(background=self.look.background))
            self.rows = [[blank] * self.width for _ in range(self.height)]
        else:
            raise AssertionError(f"unknown: {codes}{final}")

    def _go(self, x: int, y: int) -> None:
        self.x = max(0, min(x, self.width - 1))
        self.y = max(0, min(y, self.height - 1))

    def _style(self, codes: list[int]) -> None:
        look, rest = self.look, codes.copy()
        while rest:
            code = rest.pop(0)
            if code == 0:
                look = Look(link=look.link)
            elif code in {38, 48}:
                count = 4 if rest[0] == 2 else 2
                colour, rest = ";".join(map(str, (code, *rest[:count]))), rest[count:]
                look = _coloured(look, colour, foreground=code == 38)
            elif code in {39, 49}:
                look = _coloured(look, "", foreground=code == 39)
            elif 30 <= code <= 37 or 90 <= code <= 97:
                look = _coloured(look, str(code), foreground=True)
            elif 40 <= code <= 47 or 100 <= code <= 107:
                look = _coloured(look, str(code), foreground=False)
            else:
                ended = _OFF.get(code, (53,) if code == 55 else ())
                begun = {code} if not ended else set()
                look = replace(look, attributes=(look.attributes - set(ended)) | begun)
        self.look = look

    def _write(self, text: str) -> None:
        for cluster, width in self.measure(text):
            if width == 0:
                self._mark(cluster)
                continue
            x = min(self.x, self.width - 1)
            if x + width > self.width:  # no wrap: what does not fit is cut
                self._set(x, Cell(" ", self.look))
                self.x = self.width
                continue
            for half in range(width):
                self._set(x + half, Cell("" if half else cluster, self.look))
            self.x = x + width
        self.x = min(self.x, self.width)

    def _mark(self, text: str) -> None:
        x = self.x - 1
        while x > 0 and not self.rows[self.y][x].text:
            x -= 1
        if x >= 0:
            cell = self.rows[self.y][x]
            self.rows[self.y][x] = replace(cell, text=cell.text + text)

    def _set(self, x: int, cell: Cell) -> None:
        """Write a cell; what is left of a wide character that loses one becomes blank."""
        row = self.rows[self.y]
        if row[x].text == "" and cell.text != "":
            self._blank(self.y, x - 1)
        row[x] = cell
        if cell.text != "" and x + 1 < self.width and row[x + 1].text == "":
            self._blank_on(x + 1)
        if cell.text == "" and x + 1 < self.width and row[x + 1].text == "":
            self._blank_on(x + 1)

    def _blank_on(self, x: int) -> None:
        row = self.rows[self.y]
        while x < self.width and row[x].text == "":
            row[x] = replace(row[x], text=" ")
            x += 1

    def _blank(self, y: int, x: int) -> None:
        row = self.rows[y]
        while row[x].text == "":
            row[x] = replace(row[x], text=" ")
            x -= 1
        row[x] = replace(row[x], text=" ")

    def _mend(self, y: int, x: int) -> None:
        """A wide character that was cut by a smaller window."""
        row = self.rows[y]
        if self.measure(row[x].text) and sum(w for _, w in self.measure(row[x].text)) > 1:
            row[x] = replace(row[x], text=" ")


def _coloured(look: Look, colour: str, *, foreground: bool) -> Look:
    return replace(look, foreground=colour) if foreground else replace(look, background=colour)
