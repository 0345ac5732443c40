"""Lines of a log on disk, found by their numbers: millions of them, in little memory.

The file has no name, so nothing of it is left when the program ends, however it
does. Guarantees a limit on disk and in memory: beyond it the oldest half is let
go. A line keeps its number for good. Safe for several threads.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock

LIMIT = 200 * 2**20
"""Bytes on disk."""
MOST = 2_000_000
"""Lines. Each takes four bytes of memory."""
LONGEST = 16 * 2**10
"""Bytes of a line; the rest of a longer one is cut off, visibly."""
_CUT = b" (cut here)"
_PIECE = 4 * 2**20
"""Bytes that are looked through at once."""


class _Part:
    """Some lines in a row: a file, and where in it each begins."""

    def __init__(self, folder: Path, first: int) -> None:
        self.first = first
        self.starts = array("I")
        self.size = 0
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by ``close``
        self.close = self._file.close

    @property
    def end(self) -> int:
        """One past the number of the last line."""
        return self.first + len(self.starts)

    def append(self, lines: Sequence[bytes]) -> None:
        """Add lines, each with its line end."""
        at = self.size
        for line in lines:
            self.starts.append(at)
            at += len(line)
        os.lseek(self._file.fileno(), self.size, os.SEEK_SET)
        _write(self._file.fileno(), b"".join(lines))
        self.size = at

    def line(self, number: int) -> bytes:
        at = number - self.first
        start = self.starts[at]
        end = self.starts[at + 1] if at + 1 < len(self.starts) else self.size
        return os.pread(self._file.fileno(), end - 1 - start, start)

    def find(self, wanted: bytes, number: int, *, fold: bool) -> tuple[list[int], int]:
        """Lines from ``number`` on that hold ``wanted``, and up to where was looked."""
        start = self.starts[number - self.first]
        upto = self.end if self.size <= start + _PIECE else self._at(start + _PIECE)
        upto = max(upto, number + 1)
        stop = self.size if upto == self.end else self.starts[upto - self.first]
        text = os.pread(self._file.fileno(), stop - start, start)
        text = text.lower() if fold else text
        found, at = [], text.find(wanted)
        while at >= 0:
            hit = self._at(start + at)
            found.append(hit)
            if hit + 1 >= upto:
                break
            at = text.find(wanted, self.starts[hit + 1 - self.first] - start)
        return found, upto

    def _at(self, offset: int) -> int:
        """Number of the line that the byte at ``offset`` belongs to."""
        return self.first + bisect_right(self.starts, offset) - 1


class LineFile:
    """Appended to by one, read by others."""

    def __init__(self, folder: Path, *, limit: int = LIMIT, most: int = MOST) -> None:
        self._folder = folder
        self._limit, self._most = limit // 2, most // 2
        self._lock = Lock()
        self._parts = [_Part(folder, 0)]

    @property
    def numbers(self) -> range:
        """Numbers of the lines that are there."""
        with self._lock:
            return range(self._parts[0].first, self._parts[-1].end) if self._parts else range(0)

    def append(self, lines: Iterable[str]) -> None:
        """Add lines; the oldest half goes where there is no room. Raises OSError."""
        batch: list[bytes] = []
        size = 0
        for text in lines:
            line = text.encode(errors="replace")
            line = (line if len(line) <= LONGEST else line[:LONGEST] + _CUT) + b"\n"
            if size + len(line) > self._limit // 4:
                self._add(batch, size)
                batch, size = [], 0
            batch.append(line)
            size += len(line)
        self._add(batch, size)

    def lines(self, numbers: Iterable[int]) -> list[str]:
        """The lines of these numbers; empty ones for those that are not there any more."""
        with self._lock:
            return [self._line(number) for number in numbers]

    def find(self, text: str, number: int, *, fold: bool) -> tuple[list[int], int]:
        """Numbers of lines that hold ``text`` in one piece of the file, and where to go on.

        ``fold``: capitals do not count, and ``text`` has none. At the end of the
        file nothing is found, and the number comes back as it was given.
        """
        wanted = text.encode(errors="replace")
        with self._lock:
            part = next((p for p in self._parts if number < p.end), None)
            if part is None:
                return [], number
            return part.find(wanted, max(number, part.first), fold=fold)

    def close(self) -> None:
        """Let go of the file: from now on there is no line in it, and none is added."""
        with self._lock:
            while self._parts:
                self._parts.pop().close()

    def _line(self, number: int) -> str:
        for part in self._parts:
            if part.first <= number < part.end:
                return part.line(number).decode(errors="replace")
        return ""

    def _add(self, batch: Sequence[bytes], size: int) -> None:
        with self._lock:
            if not self._parts:
                return
            last = self._parts[-1]
            full = last.size + size > self._limit or len(last.starts) + len(batch) > self._most
            if full and last.starts:
                last = _Part(self._folder, last.end)
                self._parts.append(last)
            last.append(batch)
            while len(self._parts) > 2:
                self._parts.pop(0).close()


def _write(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]
