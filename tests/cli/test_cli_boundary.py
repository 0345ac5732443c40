"""Errors of every kind become a sentence and an exit code."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.tool import Tool
from tasktui import __version__
from tasktui.cli import app, command
from tasktui.cli.table import VERBS
from tasktui.cli.verbs import Call, Verb
from tasktui.errors import NotFound


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lauch",), "Did you mean launch"),
        (("xyzzy",), "--help lists them"),
        (("cluster", "upp"), "Did you mean up?"),
        (("cluster", "xyzzy"), "It takes up, down, status."),
        (("activate", "x", "--when", "later"), "It takes next, now."),
        (("activate",), "required: NAME"),
        (("ls", "--jsn"), "Did you mean --json?"),
        (("launch", "x", "--tz", "UTC"), "Did you mean --timezone?"),
        (("ls", "--j"), "does not take the option '--j'"),
        (("ls", "extra"), "does not take the argument 'extra'"),
        (("ls", "--status"), "expected one argument"),
        (("version", "--num-cpus=3"), "does not take the option '--num-cpus'"),
    ],
)
def test_a_slip_on_the_command_line_is_answered_with_what_was_meant(
    tool: Tool, words: tuple[str, ...], said: str
) -> None:
    assert said in tool.fails(*words)
    assert "\n  " in tool.err, "a hint"


def test_settings_stand_before_or_after_the_verb(tool: Tool) -> None:
    del tool.environ["TASKTUI_STATE_DIR"]
    one, two = tool.folder / "one", tool.folder / "two"
    tool.json("--state-dir", str(one), "ls")
    tool.json("ls", "--state-dir", str(two))
    assert (one / "tasktui.db").exists()
    assert (two / "tasktui.db").exists()
    tool.json("--state-dir", str(one), "artifact", "ls")


def test_a_setting_that_is_wrong_is_named(tool: Tool) -> None:
    tool.environ["TASKTUI_DRAIN_S"] = "soon"
    assert "drain_s" in tool.fails("ls")


def test_with_json_an_error_is_json_on_standard_error(tool: Tool) -> None:
    tool.run("show", "nope", "--json", code=2)
    assert tool.out == ""
    error = json.loads(tool.err)["error"]
    assert error["kind"] == "NotFound"
    assert "nope" in error["what"]
    assert set(error) == {"kind", "what", "hint"}


@pytest.mark.parametrize("words", [("--version",), ("version",)])
def test_the_version(tool: Tool, words: tuple[str, ...]) -> None:
    assert tool.run(*words) == f"tasktui {__version__}\n"
    assert tool.json("version") == {"version": __version__}


def test_help_of_every_verb_ends_well(tool: Tool) -> None:
    for verb in VERBS:
        assert verb.summary in tool.run(verb.name, "--help")


def test_a_group_without_its_verb_shows_its_help(tool: Tool) -> None:
    tool.run("cluster", code=2)
    assert "usage: tasktui cluster" in tool.err


@pytest.mark.parametrize(
    ("term", "terminal", "said"),
    [
        ("xterm", False, "is not one"),
        ("dumb", True, "dumb"),
        ("xterm", True, ""),
        (None, True, ""),
    ],
)
def test_the_terminal_app_needs_a_terminal(term: str | None, terminal: bool, said: str) -> None:
    why = app.refusal({"TERM": term} if term else {}, terminal)
    assert said in why
    assert bool(why) is bool(said)


def test_nothing_at_all_without_a_terminal_names_the_command_line(tool: Tool) -> None:
    assert "tasktui ls" in tool.fails()


def _failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(_: Call) -> int:
        raise error

    monkeypatch.setattr(command, "VERBS", (Verb(name="fail", summary="Fail", run=fail),))


def test_a_bug_is_a_sentence_and_its_traceback_a_private_file(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(monkeypatch, RuntimeError("odd \x1b[31m"))
    tool.run("fail", code=70)
    log = tool.state_dir / "crash.log"
    assert "RuntimeError: odd" in tool.err
    assert "\x1b" not in tool.err
    assert str(log) in tool.err
    assert "Traceback" not in tool.err
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_bug_where_nothing_can_be_kept_is_printed(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(monkeypatch, RuntimeError("odd"))
    tool.environ["TASKTUI_STATE_DIR"] = "/dev/null/x"
    tool.run("fail", code=70)
    assert "Traceback" in tool.err


def test_ctrl_c_is_130_and_silent(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    _failing(monkeypatch, KeyboardInterrupt())
    tool.run("fail", code=130)
    assert tool.err == ""


def test_an_error_without_a_hint_is_one_line(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    _failing(monkeypatch, NotFound("Nothing here."))
    assert tool.fails("fail") == "tasktui: Nothing here.\n"


def test_a_reader_that_leaves_early_is_no_error(tool: Tool) -> None:
    tool.launched("chat")
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as out:
        done = subprocess.run(
            [sys.executable, "-m", "tasktui", "ls"],
            env={**os.environ, **tool.environ},
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (141, "")


def test_a_terminal_that_cannot_show_a_character_gets_its_number(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    _failing(monkeypatch, NotFound("Nothing is named 模型."))
    monkeypatch.setattr("sys.stderr", narrow)
    assert command.main(["fail"], tool.environ) == 2
    narrow.flush()
    assert narrow.buffer.getvalue() == b"tasktui: Nothing is named \\u6a21\\u578b.\n"


def test_the_program_runs_as_a_module(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tasktui", "version"],
        env={**os.environ, "TASKTUI_STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, f"tasktui {__version__}\n")


def test_listing_imports_nothing_slow(tool: Tool) -> None:
    tool.launched("chat")
    program = (
        "import sys, tasktui.cli.command as c\n"
        "code = c.main(['ls', '--json'])\n"
        "print(' '.join(sys.modules), file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **tool.environ},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout)[0]["name"] == "chat"
    slow = {"sqlite_utils", "httpx", "yaml", "textual", "rich", "croniter", "psutil", "ray"}
    assert not slow & set(done.stderr.split())
