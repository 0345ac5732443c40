"""A program on a real pty, timed by its bytes: when they came, how many, and what they cost.

Interprets nothing but a few questions that programs ask a terminal: keeping a screen would take
longer than what is measured.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

import psutil

COLUMNS, ROWS = 120, 40
ESCAPES = re.compile(
    rb"\x1b\[[0-9;?<>=:$ ]*[@-~]|\x1b[\]P_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][0-9A-Z]|\x1b[=>78c]"
)
FRAME = 400
"""Cells, blank ones too, from which what was written counts as a frame and not as a set-up."""
_ANSWERS = (
    (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
    (b"\x1b[?2048$p", b"\x1b[?2048;0$y"),
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b[c", b"\x1b[?62;22c"),
)


@dataclass(frozen=True, slots=True)
class Burst:
    """What came after a moment: seconds to its first and its last byte, and how many bytes."""

    first: float
    last: float
    size: int


class Probe:
    """One program, from its start to its end. Ends the program on exit."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str] | None = None) -> None:
        env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        for name in ("NO_COLOR", "TMUX", "COLUMNS", "LINES"):
            env.pop(name, None)
        env |= environ or {}
        self.raw = bytearray()
        self.chunks: list[tuple[float, int]] = []
        """When each read came back, and how many bytes there were then."""
        self.ended = False
        self.began = time.perf_counter()
        self.pid, self._line = pty.fork()
        if not self.pid:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.chdir("/")
            try:
                os.execvpe(command[0], list(command), env)  # noqa: S606 - never a shell
            finally:
                os._exit(127)
        self.process = psutil.Process(self.pid)

    def __enter__(self) -> Probe:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def pump(self, seconds: float) -> bool:
        """Read once, waiting at most so long; False when nothing came."""
        if self.ended or not select.select([self._line], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._line, 1 << 16)
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return False
        self.raw += data
        self.chunks.append((time.perf_counter(), len(self.raw)))
        for question, answer in _ANSWERS:
            if question in data:
                os.write(self._line, answer)
        return True

    def until(self, text: str, limit_s: float, start: int = 0) -> float | None:
        """Seconds from the start of the program until ``text`` had come; None when it did not."""
        return self._until(lambda shown: text.encode() in shown, limit_s, start)

    def until_frame(self, limit_s: float) -> float | None:
        """Seconds from the start of the program until a frame had come."""
        return self._until(lambda shown: len(shown) >= FRAME, limit_s, 0)

    def _until(self, seen: Callable[[bytes], bool], limit_s: float, start: int) -> float | None:
        end = time.perf_counter() + limit_s
        while not seen(ESCAPES.sub(b"", bytes(self.raw[start:]))):
            if self.ended or time.perf_counter() > end:
                return None
            self.pump(0.05)
        return self.chunks[-1][0] - self.began

    def first_byte(self, limit_s: float) -> float | None:
        """Seconds from the start of the program until anything had come."""
        end = time.perf_counter() + limit_s
        while not self.chunks and not self.ended and time.perf_counter() < end:
            self.pump(0.05)
        return self.chunks[0][0] - self.began if self.chunks else None

    def press(self, keys: str, quiet_s: float = 0.03, limit_s: float = 5.0) -> Burst | None:
        """Send keys and read what follows until it is quiet; None when nothing follows."""
        while self.pump(0.0):
            pass
        began = time.perf_counter()
        os.write(self._line, keys.encode())
        return self.burst(began, quiet_s, limit_s)

    def burst(self, began: float, quiet_s: float, limit_s: float) -> Burst | None:
        """What comes from now on until it is quiet, timed from ``began``; None when nothing does.

        Quiet is measured from the last byte on, the limit until the first one.
        """
        at = len(self.chunks)
        before = len(self.raw)
        if not self.pump(limit_s):
            return None
        while self.pump(quiet_s):
            pass
        first, last = self.chunks[at][0], self.chunks[-1][0]
        return Burst(first - began, last - began, len(self.raw) - before)

    def settle(self, quiet_s: float = 0.4, limit_s: float = 10.0) -> None:
        """Read until nothing comes for so long."""
        end = time.perf_counter() + limit_s
        while self.pump(quiet_s) and time.perf_counter() < end:
            pass

    def cpu_s(self) -> float:
        """Seconds of processor time so far, of all threads."""
        used = self.process.cpu_times()
        return float(used.user + used.system)

    def idle(self, seconds: float) -> tuple[float, float]:
        """Per cent of one processor and bytes each second while nobody touches it."""
        before, began, cpu = len(self.raw), time.perf_counter(), self.cpu_s()
        while (left := began + seconds - time.perf_counter()) > 0 and not self.ended:
            self.pump(left)
        passed = time.perf_counter() - began
        return (self.cpu_s() - cpu) / passed * 100, (len(self.raw) - before) / passed

    def memory_mb(self) -> float:
        """Resident memory of the program."""
        return float(self.process.memory_info().rss / 2**20)

    def close(self, keys: str = "") -> None:
        """End the program: by its own key, by a hang-up, by force."""
        with contextlib.suppress(OSError):
            if keys and not self.ended:
                os.write(self._line, keys.encode())
                self._gone(3.0)
        if self._line >= 0:
            os.close(self._line)
            self._line = -1
            self.ended = True
        if self.process.is_running() and not self._gone(3.0):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._gone(5.0)

    def _gone(self, limit_s: float) -> bool:
        end = time.perf_counter() + limit_s
        while time.perf_counter() < end:
            try:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    return True
            except ChildProcessError:
                return True
            if self.ended or not self.pump(0.01):
                time.sleep(0.01)
        return False
