"""The skeleton on a real terminal, and what it must never do to one."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tasktui.cli import parser
from tasktui.config import NO_SCHEDULER
from tasktui.tui import skeleton
from tasktui.tui.chrome import tabs
from tasktui.tui.empty import loading
from tasktui.tui.lines import plain
from terminal import Terminal

LOADING = "Reading tasks ..."
HELD = """
import os, sys, time, tasktui
from tasktui.tui import skeleton
try:
    skeleton.lift([], os.environ)
    {then}
except KeyboardInterrupt:
    sys.exit(130)
finally:
    skeleton.drop()
"""
LEAVE = b"\x1b[?1049l"


def held(then: str) -> list[str]:
    """A program that shows the skeleton and then does something else than open the app."""
    return [sys.executable, "-c", HELD.format(then=then)]


def shown(columns: int) -> list[str]:
    text = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", skeleton.drawn(columns))
    return [line.rstrip() for line in text.split("\r\n")]


@pytest.mark.parametrize("columns", [80, 94, 95, 120, 250])
def test_it_says_what_the_app_says_before_it_has_read_anything(columns: int) -> None:
    assert shown(columns) == [
        " tasktui",
        plain(tabs(0, {}, columns)[0]).rstrip(),
        *(plain(line).rstrip() for line in loading()),
    ]


@pytest.mark.parametrize(
    ("words", "opens"),
    [
        ([], True),
        (["--state-dir", "/s", "--allow-remote"], True),
        (["--address=http://127.0.0.1:1"], True),
        (["ls"], False),
        (["--help"], False),
        (["--version"], False),
        (["--state-dir"], False),
        (["--state-dir", "--help"], False),
        (["--state-dir", "/s", "ls"], False),
        (["--stat", "/s"], False),
    ],
)
def test_only_a_command_line_that_opens_the_app_shows_it(words: list[str], opens: bool) -> None:
    assert skeleton._opens_app(words) is opens


def test_it_knows_every_setting_of_the_command_line() -> None:
    known = {flag: bool(metavar) for flag, (metavar, _) in parser._SETTINGS.items()}
    known |= {"--view": True}
    assert known == dict.fromkeys(skeleton._VALUED, True) | dict.fromkeys(skeleton._SWITCHES, False)


def test_it_is_there_before_textual_is_imported() -> None:
    then = "assert 'textual' not in sys.modules and 'argparse' not in sys.modules; time.sleep(60)"
    with Terminal(held(then)) as terminal:
        terminal.wait(LOADING)


def test_without_a_terminal_nothing_is_written() -> None:
    done = subprocess.run(
        held("pass"), stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.parametrize(
    ("columns", "rows", "environ"), [(79, 24, {}), (80, 23, {}), (80, 24, {"TERM": "dumb"})]
)
def test_a_terminal_that_is_small_or_dumb_gets_nothing(
    columns: int, rows: int, environ: dict[str, str]
) -> None:
    with Terminal(held("print('done', flush=True)"), columns, rows, environ) as terminal:
        terminal.wait("done")
        assert b"\x1b" not in terminal.raw


def ends(how: str) -> Callable[[Terminal], None]:
    def signalled(terminal: Terminal) -> None:
        terminal.process.send_signal(getattr(signal, how))

    return signalled


@pytest.mark.parametrize(
    "end",
    [ends("SIGTERM"), ends("SIGHUP"), ends("SIGINT"), lambda t: t.press("ctrl+c")],
    ids=["SIGTERM", "SIGHUP", "SIGINT", "Ctrl-C"],
)
def test_a_signal_before_the_app_is_there_leaves_the_terminal_as_it_was(
    end: Callable[[Terminal], None],
) -> None:
    with Terminal(held("time.sleep(60)")) as terminal:
        before = settings(terminal)
        terminal.wait(LOADING)
        assert settings(terminal) != before
        end(terminal)
        drain(terminal)
        assert terminal.process.wait(20) in {-signal.SIGTERM, -signal.SIGHUP, 130}
        assert terminal.raw.count(LEAVE) == 1
        assert settings(terminal) == before


def drain(terminal: Terminal) -> None:
    """Read until the program is gone."""
    end = time.monotonic() + 60
    while terminal.pump(1.0):
        assert time.monotonic() < end, terminal.text


def settings(terminal: Terminal) -> list[object]:
    return termios.tcgetattr(terminal._master)


def test_keys_typed_meanwhile_are_not_shown_and_reach_the_app() -> None:
    then = "time.sleep(1); print('got', ascii(os.read(0, 9)), flush=True)"
    with Terminal(held(then)) as terminal:
        terminal.wait(LOADING)
        terminal.press("q", "enter")
        terminal.wait(r"got b'q\r'")
        assert b"q" not in terminal.raw.partition(b"got")[0].partition(LOADING.encode())[2]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"TASKTUI_STATE_DIR": str(tmp_path / "state"), NO_SCHEDULER: "1", "HOME": str(tmp_path)}


def test_the_app_takes_over_on_the_same_screen_and_leaves_the_terminal_as_it_was(
    environ: dict[str, str],
) -> None:
    with Terminal([sys.executable, "-m", "tasktui"], environ=environ) as terminal:
        before = settings(terminal)
        terminal.wait(LOADING)
        terminal.wait("No task yet", 60)
        assert terminal.raw.count(skeleton.ENTER.encode()) == 1
        terminal.press("q")
        drain(terminal)
        assert settings(terminal) == before
        assert terminal.raw.count(LEAVE) == 1


def test_an_error_before_the_app_is_there_can_be_read(environ: dict[str, str]) -> None:
    file = Path(environ["HOME"]) / "file"
    file.write_text("")
    environ["TASKTUI_STATE_DIR"] = str(file / "state")
    with Terminal([sys.executable, "-m", "tasktui"], environ=environ) as terminal:
        drain(terminal)
        after = terminal.raw.partition(LEAVE)[2]
        assert b"tasktui: " in after
        assert skeleton.ENTER.encode() not in after
        assert terminal.process.wait(20) not in {0, 70}


def test_in_the_background_nothing_is_drawn() -> None:
    there = "import os; from tasktui.tui import skeleton; skeleton.lift([], os.environ)"
    program = f"""
import subprocess, sys
subprocess.run([sys.executable, '-c', {there!r}], process_group=0)
print('done', flush=True)
"""
    with Terminal([sys.executable, "-c", program]) as terminal:
        terminal.wait("done")
        assert b"\x1b" not in terminal.raw
