"""The lines of a log that hold a text, found piece by piece: nobody waits for all of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from tasktui.commands.logtext import folds, holds
from tasktui.runtime.linefile import LineFile


class Hits:
    """One text in one log that may still grow."""

    def __init__(self, file: LineFile, text: str, within: str = "") -> None:
        """``within``: only in lines that hold this, too."""
        self._file = file
        self.text = text
        self._within = within
        self._next = 0
        self._found = array("I")
        self.done = False
        """Whether all of the log was looked through, as it was a moment ago."""

    def step(self) -> bool:
        """Look through one more piece, on any one thread at a time; whether there is another."""
        found, upto = self._file.find(self.text, self._next, fold=folds(self.text))
        if self._within:
            texts = self._file.lines(found)
            found = [n for n, t in zip(found, texts, strict=True) if holds(self._within, t)]
        self._found.extend(found)
        gone = bisect_left(self._found, self._file.numbers.start)
        if gone > len(self._found) // 2:
            del self._found[:gone]
        self.done = upto == self._next
        self._next = upto
        return not self.done

    def numbers(self, first: int) -> Sequence[int]:
        """Numbers of the lines that were found so far, from ``first`` on."""
        start = bisect_left(self._found, first)
        return self._found[start:] if start else self._found

    def beside(self, number: int, step: int, first: int) -> int | None:
        """The match after (``step`` 1) or before (-1) a line, round the ends; None without any."""
        found = self.numbers(first)
        if not found:
            return None
        place = bisect_right(found, number) if step > 0 else bisect_left(found, number) - 1
        return found[place % len(found)]
