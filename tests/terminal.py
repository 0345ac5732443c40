"""A real terminal for tests: a program on a pty, its screen kept by pyte."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

import cast
from picture import PictureScreen
from picture import save as save_picture

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pgdn": "\x1b[6~",
    "pgup": "\x1b[5~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "ctrl+c": "\x03",
    "ctrl+g": "\x07",
    "ctrl+o": "\x0f",
    "ctrl+u": "\x15",
    "space": " ",
    "f1": "\x1bOP",
}

# Makes the pty the controlling terminal, so that closing it is a SIGHUP as over SSH.
TAKE_TERMINAL = (
    "import fcntl, os, signal, sys, termios;"
    # Under nohup the tests would run a program that ignores it.
    "signal.signal(signal.SIGHUP, signal.SIG_DFL);"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """One program on a pty of ``columns`` x ``rows``. Ends the program on exit."""

    def __init__(
        self,
        command: Sequence[str],
        columns: int = 100,
        rows: int = 30,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.raw = bytearray()
        self.came: list[tuple[float, bytes]] = []
        """What was read, and when."""
        self._screen = PictureScreen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        env = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", **(environ or {})}
        for name in {"NO_COLOR", "TMUX"} - {*(environ or {})}:
            env.pop(name, None)
        state = env.get("TASKTUI_STATE_DIR")
        if state and not {"HOME", "XDG_CONFIG_HOME"} & {*(environ or {})}:
            env["XDG_CONFIG_HOME"] = f"{state}-config"  # keys chosen here are nobody's own
        self._master, slave = pty.openpty()
        _set_size(slave, columns, rows)
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            close_fds=True,
            cwd=Path("/"),
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def text(self) -> str:
        """What the screen shows, without trailing blanks."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def picture(self, path: Path, title: str = "tasktui") -> None:
        """Save what the screen shows as an SVG."""
        save_picture(self._screen, path, title)

    def record(self, path: Path, title: str = "tasktui") -> None:
        """Save everything that was shown until now, for ``asciinema play``."""
        screen = self._screen
        found = cast.lines(self.came, screen.columns, screen.lines, title)
        path.write_text("\n".join(found) + "\n", encoding="utf-8")

    def pump(self, seconds: float = 0.05) -> bool:
        """Read what has come; False when the program is gone."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            return False
        if not data:
            return False
        self.raw += data
        self.came.append((time.monotonic(), data))
        self._answer(data)
        self._stream.feed(data)
        return True

    def _answer(self, data: bytes) -> None:
        # What a terminal answers to the questions that Textual asks at start.
        for question, answer in ((b"\x1b[?2026$p", b"\x1b[?2026;2$y"), (b"\x1b[6n", b"\x1b[1;1R")):
            if question in data:
                os.write(self._master, answer)

    def wait(self, seen: str | Callable[[str], bool], seconds: float = 20.0) -> str:
        """Wait until the screen shows ``seen``; fails with the screen otherwise."""
        matches = seen if callable(seen) else lambda text: seen in text
        end = time.monotonic() + seconds
        while not matches(self.text):
            assert time.monotonic() < end, f"never saw {seen!r} in:\n{self.text}"
            if not self.pump() and not matches(self.text):
                raise AssertionError(f"ended before {seen!r} was seen in:\n{self.text}")
        return self.text

    def settle(self, quiet: float = 0.3, seconds: float = 5.0) -> str:
        """Read until nothing has come for ``quiet`` seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            before = len(self.raw)
            self.pump(quiet)
            if len(self.raw) == before:
                break
        return self.text

    def press(self, *keys: str) -> None:
        """Send keys by name, or any other text as it is."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())
            self.pump(0.06)

    def type(self, text: str) -> None:
        """Send text as one paste-like burst of keys."""
        os.write(self._master, text.encode())
        self.pump(0.06)

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size, as a window manager would."""
        self._screen.resize(rows, columns)
        _set_size(self._master, columns, rows)

    def hang_up(self) -> None:
        """Close the line, as a dropped SSH connection does."""
        os.close(self._master)
        self._master = -1
        self.process.wait(10)

    def close(self) -> None:
        """End the program, by force where need be."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(5)


def _set_size(fd: int, columns: int, rows: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
