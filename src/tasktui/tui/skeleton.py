"""What the terminal shows until the app is there: its frame, and that it loads.

Guarantees that the terminal is given back whatever happens before the app takes
it, that keys typed meanwhile are neither shown nor lost, and that nothing is
shown that might not be true any more. Must not import what takes time: it is
drawn before anything else is.
"""

from __future__ import annotations

import os
import signal
import termios
from collections.abc import Mapping, Sequence

TYPE_CHECKING = False  # typing would be most of what is imported here
if TYPE_CHECKING:
    from typing import Any

    Settings = list[Any]

ENTER = "\x1b[?1049h"
"""Turns to the alternate screen, as Textual writes it."""
COLUMNS, LINES = 80, 24
"""Below these nothing is drawn: what is shown there is up to the app."""
_WIDE = 95
"""Columns from which tabs have their full names, as in ``chrome.tabs``."""
_TABS = ("All", "Idle", "In-queue", "Starting", "Running", "Need Stop", "Archived")
_SHORT = ("All", "Idle", "Queue", "Start", "Run", "Stop", "Arch")
_VALUED = ("--state-dir", "--address", "--view")
_SWITCHES = ("--allow-remote", "--read-only")
"""Settings of the command line, as in ``cli.parser``, and the view to open in."""
_SIGNALS = (signal.SIGHUP, signal.SIGTERM)
_INPUT, _OUTPUT = 0, 2
"""Where Textual reads from and writes to."""

_before: Settings | None = None
"""The terminal's settings before the skeleton; None while there is none."""


def lift(words: Sequence[str], environ: Mapping[str, str]) -> None:
    """Draw the skeleton where these words open the app and the terminal can show it."""
    global _before  # noqa: PLW0603 - a process has one terminal
    if not _opens_app(words) or not _fits(environ):
        return
    try:
        _before = termios.tcgetattr(_INPUT)
        for number in _SIGNALS:
            if signal.getsignal(number) is signal.SIG_DFL:  # nohup means what it says
                signal.signal(number, _end)
        termios.tcsetattr(_INPUT, termios.TCSANOW, _quiet(_before))
        os.write(_OUTPUT, drawn(os.get_terminal_size(_OUTPUT).columns).encode())
    except (OSError, termios.error):
        drop()


def drop() -> None:
    """Give the terminal back as it was found; nothing where the app has it, or nobody took it."""
    settings = taken()
    if settings is None:
        return
    try:
        os.write(_OUTPUT, b"\x1b[?25h\x1b[?1049l")
        # What was typed was meant for the app: the shell must not run it.
        termios.tcsetattr(_INPUT, termios.TCSAFLUSH, settings)
    except (OSError, termios.error):
        return  # the terminal is gone


def is_up() -> bool:
    """Whether the skeleton is what the terminal shows."""
    return _before is not None


def taken() -> Settings | None:
    """The app has the terminal from now on; the settings to leave behind, None where unknown."""
    global _before
    settings, _before = _before, None
    return settings


def drawn(columns: int) -> str:
    """The skeleton as what a terminal gets; as wide as that."""
    names, joint = (_TABS, "|") if columns >= _WIDE else (_SHORT, "")
    active, *others = (f"{n} {name} ?" for n, name in enumerate(names, 1))
    tabs = joint.join(["\x1b[1;7m[" + active + "]\x1b[m", *(f" {t} " for t in others)])
    lines = ("\x1b[1m tasktui\x1b[m", tabs, "", "\x1b[2m  Reading tasks ...\x1b[m")
    return f"{ENTER}\x1b[?25l\x1b[H\x1b[2J" + "\r\n".join(lines)


def _opens_app(words: Sequence[str]) -> bool:
    """Whether nothing but settings is on the command line; where in doubt, not."""
    rest = iter(words)
    for word in rest:
        if word in _VALUED:
            if next(rest, "-").startswith("-"):
                return False
        elif word not in _SWITCHES and word.partition("=")[0] not in _VALUED:
            return False
    return True


def _fits(environ: Mapping[str, str]) -> bool:
    if environ.get("TERM", "dumb") == "dumb":
        return False
    try:
        if not (os.isatty(_INPUT) and os.isatty(1) and os.isatty(_OUTPUT)):
            return False
        size = os.get_terminal_size(_OUTPUT)
        return size.columns >= COLUMNS and size.lines >= LINES and _in_front()
    except OSError:
        return False


def _in_front() -> bool:
    """Whether the terminal is ours now: one that started it with & goes on typing."""
    return os.tcgetpgrp(_INPUT) == os.getpgrp()


def _quiet(settings: Settings) -> Settings:
    """Settings under which typed keys wait, unseen and as they are; Ctrl-C still interrupts."""
    iflag, oflag, cflag, lflag, ispeed, ospeed, chars = settings
    chars = [*chars]
    chars[termios.VMIN], chars[termios.VTIME] = 1, 0
    for key in (termios.VSUSP, termios.VQUIT):
        chars[key] = b"\0"  # neither stops nor kills while the screen is not the shell's
    iflag &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    lflag &= ~(termios.ECHO | termios.ICANON)
    return [iflag, oflag, cflag, lflag, ispeed, ospeed, chars]


def _end(number: int, frame: object) -> None:  # noqa: ARG001 - as signals call it
    """Die of the signal, as without a skeleton, but leave the terminal as it was."""
    drop()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
