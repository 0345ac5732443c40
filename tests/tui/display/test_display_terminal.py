"""The real app on real terminals, one drawn by differences and one as Textual does: the same."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from terminal import Terminal
from tui.bench import Bench

COMMAND = (sys.executable, "-m", "tasktui")
SYNC = b"\x1b[?2026h"
ANY_MOTION = b"\x1b[?1003h"


@pytest.fixture
def tasks(bench: Bench) -> Bench:
    for n in range(20):
        bench.launched(f"chat-{n}")
    return bench


@pytest.fixture
def opened(tasks: Bench) -> Iterator[Callable[..., Terminal]]:
    ends = ExitStack()
    state = str(tasks.config.state_dir)

    def opened(**environ: str) -> Terminal:
        settings = {"TASKTUI_STATE_DIR": state, **environ}
        screen = ends.enter_context(Terminal(COMMAND, 90, 28, settings))
        screen.wait("> chat-0")
        return screen

    with ends:
        yield opened


def cells(screen: Terminal) -> list[Any]:
    buffer = screen._screen.buffer
    return [buffer[y][x] for y in range(screen._screen.lines) for x in range(90)]


def alike(one: Terminal, other: Terminal, seconds: float = 30.0) -> bool:
    """Wait until both show the same: a clock or an age may differ for a moment."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for screen in (one, other):
            screen.settle(0.1, 2.0)
        if cells(one) == cells(other):
            return True
    return False


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}])
def test_both_ways_of_drawing_show_the_same(
    opened: Callable[..., Terminal], environ: dict[str, str]
) -> None:
    layer, plain = opened(**environ), opened(TASKTUI_DISPLAY="plain", **environ)
    for keys in ("jjj", "A", "esc", "/中", "esc", "?"):
        for screen in (layer, plain):
            screen.press(*([keys] if keys == "esc" else keys))
        assert alike(layer, plain), keys
    for size in ((40, 10), (90, 28)):
        for screen in (layer, plain):
            screen.resize(*size)
    assert alike(layer, plain)
    assert len(layer.raw) < len(plain.raw) / 2


def blotted(screen: Terminal) -> None:
    """Another program writes over the screen."""
    screen._stream.feed(b"\x1b[H\x1b[2Jgarbage")


def test_ctrl_l_draws_all_of_it_again(opened: Callable[..., Terminal]) -> None:
    screen = opened()
    blotted(screen)
    screen.press("\x0c")
    assert "garbage" not in screen.wait("> chat-0")


@pytest.mark.parametrize("stop", [signal.SIGSTOP, signal.SIGTSTP])
def test_after_a_stop_all_of_it_is_drawn_again_and_keys_work(
    opened: Callable[..., Terminal], stop: signal.Signals
) -> None:
    screen = opened()
    pid = screen.process.pid
    os.kill(pid, stop)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
    screen.settle()
    blotted(screen)
    os.kill(pid, signal.SIGCONT)
    assert "garbage" not in screen.wait("> chat-0")
    screen.type("jjj")
    screen.wait("> chat-11")
    screen.press("q")
    assert screen.process.wait(20) == 0


def test_stops_in_the_midst_of_drawing_never_hang(opened: Callable[..., Terminal]) -> None:
    screen = opened()
    pid = screen.process.pid
    for _ in range(15):
        screen.type("jjjkkk")
        os.kill(pid, signal.SIGTSTP)
        os.waitid(os.P_PID, pid, os.WSTOPPED)
        os.kill(pid, signal.SIGCONT)
        os.waitid(os.P_PID, pid, os.WCONTINUED)
    screen.settle()
    screen.press("g")
    screen.wait("> chat-0")
    screen.press("q")
    assert screen.process.wait(30) == 0


def test_the_mouse_is_asked_for_clicks_not_for_every_move(opened: Callable[..., Terminal]) -> None:
    screen = opened()
    assert ANY_MOTION not in bytes(screen.raw)
    lines = screen.wait("The scheduler is down").splitlines()
    line = next(y for y, text in enumerate(lines, 1) if "chat-10" in text)
    screen.press(f"\x1b[<0;10;{line}M", f"\x1b[<0;10;{line}m")
    screen.wait("> chat-10")


def test_a_multiplexer_gets_no_synchronised_updates(opened: Callable[..., Terminal]) -> None:
    screen = opened()
    screen.press("?")
    screen.wait("Keys of the screen")
    assert SYNC in bytes(screen.raw)
    other = opened(TMUX="/tmp/tmux-0/default,1,0")
    other.press("?")
    other.wait("Keys of the screen")
    assert SYNC not in bytes(other.raw)
