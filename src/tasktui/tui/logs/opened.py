"""One log that is open: its lines on disk, what is shown of them, and where one looks.

Everything that may take long is a plain function for another thread; the rest is
quick. Knows no screen.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from tasktui.commands.logtext import moment
from tasktui.domain.log import Stream
from tasktui.runtime.linefile import LineFile
from tasktui.runtime.logfeed import LogFeed
from tasktui.runtime.logs import Source
from tasktui.tui.logs.hits import Hits
from tasktui.tui.logs.window import Window

_BLOCK = 1_000
"""Lines that are read at once where many are looked at."""


class OpenLog:
    """Lines are known by their numbers, which they keep while older ones are let go."""

    def __init__(
        self,
        source: Source,
        stream: Stream,
        feed: LogFeed,
        folder: Path,
        length: timedelta | None = None,
    ) -> None:
        """``folder``: where the lines are put; nothing of them is left there.

        ``length``: only the lines of the last so many minutes are shown.
        """
        self.source = source
        self.stream = stream
        self.window = Window()
        self.search: Hits | None = None
        self.filter: Hits | None = None
        self.since: datetime | None = None
        """From when on lines are shown, on the log's own clock."""
        self.whole = False
        """Whether it is read from its first line on."""
        self.read = False
        """Whether anything was read yet; it may have been nothing."""
        self._length = length
        self._feed = feed
        self._file = LineFile(folder)
        self._first = 0

    # What may take long.

    def more(self) -> int:
        """Read what is new; how many lines there are then. Raises what reading raises."""
        self._file.append(self._feed.news())
        if not self.read:
            self.show_since(self._length)
        self.read = True
        return len(self._file.numbers)

    def look_through(self) -> bool:
        """Look one piece further for what is sought; whether there is more to look through."""
        steps = [h.step() for h in (self.filter, self.search) if h is not None]
        return any(steps)

    def show_since(self, length: timedelta | None) -> bool:
        """Show only the lines of the last ``length``, counted back from the newest one.

        Returns whether older ones are there, so that none can be missing.
        """
        numbers = self._file.numbers
        self._first, self.since = 0, None
        newest: datetime | None = None
        for end in range(len(numbers), 0, -_BLOCK) if length else ():
            block = numbers[max(0, end - _BLOCK) : end]
            times = [moment(text) for text in self._file.lines(block)]
            known = [(n, at) for n, at in zip(block, times, strict=True) if at is not None]
            newest = newest or max((at for _, at in known), default=None)
            if length is None or newest is None:
                continue
            late = [n for n, at in known if at >= newest - length]
            self._first = late[0] if late else self._first
            self.since = newest - length
            if len(late) < len(known):
                return True
        return False

    def write(self, path: Path) -> None:
        """Write the lines that are shown into a new file. Raises OSError."""
        numbers = self.numbers
        with path.open("x", errors="replace") as file:
            for at in range(0, len(numbers), _BLOCK):
                texts = self._file.lines(numbers[at : at + _BLOCK])
                file.writelines(f"{text}\n" for text in texts)

    # What is quick.

    @property
    def numbers(self) -> Sequence[int]:
        """Numbers of the lines that are shown."""
        there = self._file.numbers
        first = max(self._first, there.start)
        if self.filter is not None:
            return self.filter.numbers(first)
        return there[first - there.start :]

    @property
    def count(self) -> int:
        """Lines that are there, shown or not."""
        return len(self._file.numbers)

    def text(self, number: int) -> str:
        """One line."""
        return self._file.lines([number])[0]

    def texts(self, numbers: Sequence[int]) -> list[str]:
        """Several lines."""
        return self._file.lines(numbers)

    def add(self, text: str) -> None:
        """Add a line of one's own at the end."""
        self._file.append([text])

    def seek(self, text: str) -> None:
        """Search for a text in what is shown; none where it is empty."""
        within = self.filter.text if self.filter is not None else ""
        self.search = Hits(self._file, text, within) if text else None

    def only(self, text: str) -> None:
        """Show only the lines that hold a text; all where it is empty."""
        self.filter = Hits(self._file, text) if text else None
        if self.search is not None:
            self.seek(self.search.text)

    def beside(self, number: int, step: int) -> int | None:
        """The match after or before a line; None where there is none so far."""
        return None if self.search is None else self.search.beside(number, step, self._first)

    def place(self, number: int) -> tuple[int, int]:
        """Which match of how many so far a line is, counted from 1; 0 where it is none."""
        found = self.search.numbers(self._first) if self.search is not None else ()
        place = bisect_left(found, number)
        return (place + 1 if place < len(found) and found[place] == number else 0), len(found)

    def close(self) -> None:
        """Let go of the lines."""
        self._file.close()
