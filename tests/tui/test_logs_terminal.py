"""The log viewer on a real terminal: which bytes reach it, and who has the mouse."""

from __future__ import annotations

import sys

from tasktui.runtime.kept import keep
from terminal import Terminal
from tui.bench import Bench

COMMAND = (sys.executable, "-m", "tasktui")
HOSTILE = (
    "\x1b]52;c;aGk=\x07clipboard\n"
    "\x1b]0;title\x07title\n"
    "\x1b[2Jcleared\n"
    "\x9b31mc1\n"
    "\u202ebidi\u2066\n"
    "[@click=app.exit]markup[/]\n"
    "\x1b[31mcolour\x1b[0m\n"
    "10%\r20%\n"
    "last line\n"
)
BAD = (b"\x1b]52", b"\x1b]0;title", b"\xc2\x9b31m", "\u202e".encode())
WAIT_S = 60.0


def test_no_byte_of_a_log_acts_on_the_terminal_and_f_gives_it_the_mouse(bench: Bench) -> None:
    bench.launched()
    keep(bench.config.state_dir, "chat", "dead1", HOSTILE)
    environ = {"TASKTUI_STATE_DIR": str(bench.config.state_dir)}
    with Terminal(COMMAND, 80, 24, environ) as screen:
        screen.wait("> chat", WAIT_S)
        screen.press("l")
        seen = screen.wait("last line", WAIT_S)
        for word in ("clipboard", "title", "cleared", "bidi", "[@click=app.exit]markup[/]"):
            assert word in seen
        assert "\ncolour\n10%\n20%\nlast line" in seen
        assert not [bad for bad in BAD if bad in bytes(screen.raw)]
        screen.press("/")
        screen.type("markup")
        screen.press("enter")
        screen.wait("match 1 of 1", WAIT_S)
        before = len(screen.raw)
        screen.press("F")
        screen.wait(lambda text: "log of chat" not in text, WAIT_S)
        assert b"\x1b[?1000l" in bytes(screen.raw[before:])
        before = len(screen.raw)
        screen.press("F")
        screen.wait("log of chat", WAIT_S)
        assert b"\x1b[?1000h" in bytes(screen.raw[before:])
