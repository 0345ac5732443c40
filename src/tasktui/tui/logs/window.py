"""Which rows of which lines are on screen. Pure; lines are known by their numbers.

A line takes one row or, wrapped, several. Only the lines near the screen are ever
asked for, so that a log of millions of lines costs no more than a short one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from tasktui.tui.lines import EMPTY, Line

Rows = Callable[[int], Sequence[Line]]
"""The rows of the line of that number: one at least."""


class Window:
    """A place in a log. ``numbers`` are always the sorted numbers of the lines that are shown."""

    def __init__(self) -> None:
        self.at = 0
        """Number of the line at the top."""
        self.skip = 0
        """Rows of it that are above the screen."""

    def page(self, numbers: Sequence[int], rows: Rows, height: int) -> list[Line]:
        """The rows on screen, ``height`` of them."""
        self._settle(numbers, rows)
        out: list[Line] = []
        for number in _from(numbers, self.at):
            found = rows(number)
            out += found[self.skip :] if number == self.at else found
            if len(out) >= height:
                break
        return [*out[:height], *[EMPTY] * (height - len(out))]

    def seen(self, numbers: Sequence[int], rows: Rows, height: int) -> list[int]:
        """Numbers of the lines on screen."""
        self._settle(numbers, rows)
        found: list[int] = []
        room = height + self.skip
        for number in _from(numbers, self.at):
            if room <= 0:
                break
            found.append(number)
            room -= len(rows(number))
        return found

    def move(self, numbers: Sequence[int], rows: Rows, by: int, height: int) -> None:
        """Scroll by rows, stopping at the ends."""
        self._settle(numbers, rows)
        for _ in range(abs(by)):
            if not (self._down(numbers, rows) if by > 0 else self._up(numbers, rows)):
                break
        if by > 0 and self.at_end(numbers, rows, height):
            self.to_end(numbers, rows, height)

    def to_start(self) -> None:
        """To the first row."""
        self.at = self.skip = 0

    def to_end(self, numbers: Sequence[int], rows: Rows, height: int) -> None:
        """To the last row, at the bottom of the screen."""
        self.at, self.skip = _end(numbers, rows, height)

    def at_end(self, numbers: Sequence[int], rows: Rows, height: int) -> bool:
        """Whether the last row is in sight."""
        return (self.at, self.skip) >= _end(numbers, rows, height)

    def reveal(self, number: int, numbers: Sequence[int], rows: Rows, height: int) -> None:
        """Bring a line into sight, with what is around it, unless it is there already."""
        if number in self.seen(numbers, rows, height):
            return
        self.at, self.skip = number, 0
        self.move(numbers, rows, -(height // 3), height)

    def _settle(self, numbers: Sequence[int], rows: Rows) -> None:
        """Stand on a line that is shown: the next one where this one is not any more."""
        if not numbers:
            self.at = self.skip = 0
            return
        place = min(bisect_left(numbers, self.at), len(numbers) - 1)
        if numbers[place] != self.at:
            self.at, self.skip = numbers[place], 0
        self.skip = min(self.skip, len(rows(self.at)) - 1) if self.skip else 0

    def _down(self, numbers: Sequence[int], rows: Rows) -> bool:
        if numbers and self.skip + 1 < len(rows(self.at)):
            self.skip += 1
            return True
        place = bisect_left(numbers, self.at) + 1
        if place >= len(numbers):
            return False
        self.at, self.skip = numbers[place], 0
        return True

    def _up(self, numbers: Sequence[int], rows: Rows) -> bool:
        if self.skip:
            self.skip -= 1
            return True
        place = bisect_left(numbers, self.at) - 1
        if place < 0 or not numbers:
            return False
        self.at = numbers[place]
        self.skip = len(rows(self.at)) - 1
        return True


def _from(numbers: Sequence[int], at: int) -> Sequence[int]:
    start = bisect_left(numbers, at)
    # A screen has fewer lines than this; a slice of millions would be copied.
    return numbers[start : start + 1000]


def _end(numbers: Sequence[int], rows: Rows, height: int) -> tuple[int, int]:
    """The place from which the last row is at the bottom of the screen."""
    room = height
    place = len(numbers)
    while place and room > 0:
        place -= 1
        room -= len(rows(numbers[place]))
    return (numbers[place], max(0, -room)) if numbers else (0, 0)
