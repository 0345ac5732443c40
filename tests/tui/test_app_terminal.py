"""The app on a real terminal: what only shows where bytes are really sent."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tasktui.runtime.views import SavedView, place, save
from tasktui.tui.app import CRASH_LOG, CRASHED
from terminal import Terminal
from tui.bench import Bench

COMMAND = (sys.executable, "-m", "tasktui")
# The page of keys fails when it is drawn.
BROKEN = """
import tasktui.tui.screens.help as page
from tasktui.__main__ import main
page.keys_help = None
secret = "hunter2"
raise SystemExit(main())
"""
DEAF = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.execv(sys.executable, [sys.executable, "-m", "tasktui"])
"""
# The signal comes when the terminal is taken, and nothing is drawn yet.
EARLY = """
import os, signal
from tasktui.__main__ import main
from tasktui.tui.app import TasktuiApp
mounted = TasktuiApp.on_mount
def on_mount(app):
    os.kill(os.getpid(), signal.SIGTERM)
    mounted(app)
TasktuiApp.on_mount = on_mount
raise SystemExit(main())
"""
COLOUR = re.compile(rb"\x1b\[(\d+;)*(3[0-7]|4[0-7]|9[0-7]|10[0-7]|[34]8;\d+)[\d;]*m")
LEFT = b"\x1b[?1049l"


def terminal(bench: Bench, command: Sequence[str] = COMMAND, **environ: str) -> Terminal:
    state = str(bench.config.state_dir)
    return Terminal(command, 80, 24, {"TASKTUI_STATE_DIR": state, **environ})


def drained(screen: Terminal) -> int:
    """Read until the program has ended; its exit code."""
    while screen.process.poll() is None:
        screen.pump(0.05)
    for _ in range(20):
        screen.pump(0.01)
    return int(screen.process.returncode)


def test_the_table_is_painted_and_q_gives_the_terminal_back(bench: Bench) -> None:
    bench.launched()
    with terminal(bench) as screen:
        screen.wait("> chat")
        screen.press("q")
        assert drained(screen) == 0
        assert LEFT in bytes(screen.raw)


def test_the_app_opens_in_a_view_and_says_what_it_does_not_know(bench: Bench) -> None:
    bench.launched()
    save(place({"XDG_CONFIG_HOME": str(bench.folder)}), "night", SavedView(columns=("zone",)))
    folder = {"XDG_CONFIG_HOME": str(bench.folder)}
    with terminal(bench, (*COMMAND, "--view", "night"), **folder) as screen:
        screen.wait("view night")
        screen.press("q")
        assert drained(screen) == 0
    with terminal(bench, (*COMMAND, "--view=noon"), **folder) as screen:
        screen.wait("There is no view 'noon'")
        screen.wait("Views: night.")
        assert drained(screen) == 2


def test_an_empty_store_is_painted_too(bench: Bench) -> None:
    with terminal(bench) as screen:
        screen.wait("No task yet.")


def test_ctrl_c_leaves_like_q(bench: Bench) -> None:
    with terminal(bench) as screen:
        screen.wait("No task yet.")
        screen.press("ctrl+c")
        assert drained(screen) == 0


def test_a_commit_of_another_process_is_painted(bench: Bench) -> None:
    bench.launched()
    with terminal(bench) as screen:
        screen.wait("> chat")
        bench.launched("late")
        screen.wait("late")


def test_a_closed_terminal_ends_the_app_at_once_and_quietly(bench: Bench) -> None:
    with terminal(bench) as screen:
        screen.wait("No task yet.")
        screen.hang_up()
        assert screen.process.returncode == 128 + signal.SIGHUP
    assert not (bench.config.state_dir / CRASH_LOG).exists()


def test_a_closed_terminal_ends_the_app_where_the_signal_is_ignored_too(bench: Bench) -> None:
    with terminal(bench, (sys.executable, "-c", DEAF)) as screen:
        screen.wait("No task yet.")
        screen.hang_up()
        assert screen.process.returncode is not None


def test_sigterm_gives_the_terminal_back(bench: Bench) -> None:
    with terminal(bench) as screen:
        screen.wait("No task yet.")
        screen.process.send_signal(signal.SIGTERM)
        assert drained(screen) == 128 + signal.SIGTERM
        assert LEFT in bytes(screen.raw)


def test_sigterm_before_the_first_picture_gives_the_terminal_back_too(bench: Bench) -> None:
    with terminal(bench, (sys.executable, "-c", EARLY)) as screen:
        assert drained(screen) == 128 + signal.SIGTERM
        assert LEFT in bytes(screen.raw)


def test_a_crash_gives_the_terminal_back_and_says_where_to_read(bench: Bench) -> None:
    with terminal(bench, (sys.executable, "-c", BROKEN)) as screen:
        screen.wait("No task yet.")
        screen.press("?")
        assert drained(screen) == CRASHED
        after = bytes(screen.raw).rpartition(LEFT)[2]
        assert b"tasktui met an error that it did not expect: TypeError" in after
        assert CRASH_LOG.encode() in after
        assert b"Traceback" not in after
        assert b"hunter2" not in bytes(screen.raw)
    log = bench.config.state_dir / CRASH_LOG
    assert "TypeError" in log.read_text()
    assert mode(log) == 0o600


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def test_no_color_sends_no_colour(bench: Bench) -> None:
    bench.launched()
    with terminal(bench, NO_COLOR="1") as screen:
        screen.wait("> chat")
        screen.press("?")
        screen.wait("Keys of the screen")
        screen.press("q")
        screen.wait("> chat")
        screen.press("A")
        screen.wait("Activate chat")
        assert not COLOUR.search(bytes(screen.raw))


def test_colours_are_the_terminals_own_sixteen(bench: Bench) -> None:
    bench.launched()
    with terminal(bench, COLORTERM="truecolor") as screen:
        screen.wait("> chat")
        screen.press("A")
        screen.wait("Activate chat")
        assert COLOUR.search(bytes(screen.raw))
        assert b"8;2;" not in bytes(screen.raw)
        assert b"8;5;" not in bytes(screen.raw)


@pytest.mark.parametrize("environ", [{"LC_ALL": "C"}, {"LC_ALL": "en_US.ISO-8859-1"}])
def test_an_ascii_terminal_gets_ascii(bench: Bench, environ: dict[str, str]) -> None:
    bench.launched()
    with terminal(bench, **environ) as screen:
        screen.wait("> chat")
        screen.press("A")
        screen.wait("Activate chat")
        assert bytes(screen.raw).isascii()


def test_the_mouse_can_be_left_to_the_terminal(bench: Bench) -> None:
    with terminal(bench, TASKTUI_MOUSE="0") as screen:
        screen.wait("No task yet.")
        assert b"\x1b[?1000h" not in bytes(screen.raw)


@pytest.mark.parametrize("environ", [{}, {"COLUMNS": "80", "LINES": "24"}], ids=["", "exported"])
def test_a_resize_is_painted(bench: Bench, environ: dict[str, str]) -> None:
    bench.launched()
    with terminal(bench, **environ) as screen:
        screen.wait("> chat")
        for size in ((20, 5), (120, 40), (1, 1), (80, 24)):
            screen.resize(*size)
            screen.settle(0.2)
        screen.wait("> chat")
        assert screen.process.poll() is None


def test_changes_of_the_size_that_come_and_go_at_once_are_painted(bench: Bench) -> None:
    bench.launched()
    with terminal(bench) as screen:
        screen.wait("> chat")
        for size in ((1, 1), (80, 24)) * 3:
            screen.resize(*size)
        screen.wait("> chat")


def test_a_command_typed_in_one_burst_is_understood(bench: Bench) -> None:
    bench.launched("alpha")
    bench.launched("beta")
    with terminal(bench) as screen:
        screen.wait("> alpha")
        screen.type(":task beta\r")
        screen.wait("> beta")
        screen.type(":task alpha\rj")
        screen.wait("> beta")
        screen.type("/alph\rg")
        screen.wait("> alpha")
