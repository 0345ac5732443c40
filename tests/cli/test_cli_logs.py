from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from cli.tool import Tool
from make import make_replica
from tasktui.cli import logs
from tasktui.domain.log import ALL_LINES, Stream
from tasktui.domain.status import Status
from tasktui.runtime.kept import keep
from tasktui.runtime.logfeed import LogFeed
from tasktui.runtime.logs import Source
from tasktui.runtime.session import Session

ESC = "\x1b]52;c;aGk=\x07\u202e"
TIMED = [f"INFO 2026-03-05 13:{m:02}:00,000 minute {m}" for m in range(60)]


class Ray:
    """Answers for living replicas; kept logs are read as ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[str] = ["one", "two"]
        self.asked: list[tuple[str, Stream, int]] = []
        self.reads = 0
        real = Session.log_feed

        def feed(session: Session, source: Source, stream: Stream, first: int) -> LogFeed:
            self.asked.append((source.id, stream, first))
            if source.path is not None:
                return real(session, source, stream, first)
            return LogFeed(self._tail, first, grows=source.grows)

        monkeypatch.setattr(Session, "log_feed", feed)

    def _tail(self, count: int) -> str:
        self.reads += 1
        lines = self.lines if count == ALL_LINES else self.lines[-count:]
        return "".join(f"{x}\n" for x in lines)


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> Ray:
    return Ray(monkeypatch)


@pytest.fixture
def running(tool: Tool, ray: Ray) -> Tool:
    tool.launched("chat")
    assert not ray.asked
    rows = (make_replica("r-11"), make_replica("r-22"))
    tool.becomes("chat", Status.RUNNING, replicas=rows)
    return tool


def test_a_task_without_replicas_says_so(tool: Tool) -> None:
    tool.launched("chat")
    assert "no replica" in tool.fails("logs", "chat")


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ([], ("r-22", Stream.LOG, 200)),
        (["--replica", "11", "-n", "9"], ("r-11", Stream.LOG, 9)),
        (["--replica", "controller"], ("controller", Stream.LOG, 200)),
        (["--stream", "stderr"], ("r-22", Stream.ERR, 200)),
        (["--since", "5m"], ("r-22", Stream.LOG, ALL_LINES)),
        (["--grep", "x"], ("r-22", Stream.LOG, ALL_LINES)),
    ],
)
def test_the_flags_choose_what_is_read(
    running: Tool, ray: Ray, words: Sequence[str], asked: tuple[str, Stream, int]
) -> None:
    running.run("logs", "chat", *words)
    assert ray.asked == [asked]


def test_lines_are_printed_one_by_one_and_harmless(running: Tool, ray: Ray) -> None:
    ray.lines = ["one", ESC, "x" * 300_000]
    out = running.run("logs", "chat")
    assert out.splitlines()[0] == "one"
    assert len(out.splitlines()) == 3
    assert "\x1b" not in out
    assert out.count("x") >= 300_000


def test_only_what_was_written_lately_or_holds_a_text_is_shown(running: Tool, ray: Ray) -> None:
    ray.lines = TIMED
    out = running.run("logs", "chat", "--since", "2m").splitlines()
    assert [x.rpartition(" ")[2] for x in out] == ["57", "58", "59"]
    out = running.run("logs", "chat", "--grep", "MINUTE 5").splitlines()
    assert out == []
    assert "No line." in running.err
    out = running.run("logs", "chat", "--grep", "minute 5", "-n", "2").splitlines()
    assert [x.rpartition(" ")[2] for x in out] == ["58", "59"]


def test_a_replica_that_has_ended_is_shown_from_the_disk(running: Tool) -> None:
    assert "has ended is kept" in running.fails("logs", "chat", "--previous")
    keep(running.state_dir, "chat", "r-00", "the end\nKilled")
    assert running.run("logs", "chat", "--previous") == "the end\nKilled\n"
    assert running.run("logs", "chat", "--replica", "r-00", "--follow") == "the end\nKilled\n"


def test_json_names_the_log(running: Tool) -> None:
    assert running.json("logs", "chat") == {
        "task": "chat",
        "log": "r-22",
        "kind": "live",
        "stream": "log",
        "lines": ["one", "two"],
    }


@pytest.mark.parametrize("as_json", [False, True])
def test_following_prints_what_comes_until_it_is_interrupted(
    running: Tool, ray: Ray, monkeypatch: pytest.MonkeyPatch, *, as_json: bool
) -> None:
    monkeypatch.setattr(logs, "EVERY_S", 0.0)
    real = ray._tail

    def tail(count: int) -> str:
        if ray.reads == 3:
            raise KeyboardInterrupt
        text = real(count)
        ray.lines.append(f"line {ray.reads}")
        return text

    monkeypatch.setattr(ray, "_tail", tail)
    words = ["--follow", "--grep", "line", *(["--json"] if as_json else [])]
    out = running.run("logs", "chat", *words, code=130).splitlines()
    assert [json.loads(x)["line"] if as_json else x for x in out] == ["line 1", "line 2"]


@pytest.mark.parametrize("words", [["--since", "soon"], ["--stream", "x"], ["--replica", "zzz"]])
def test_what_is_wrong_is_told(running: Tool, words: Sequence[str]) -> None:
    assert running.fails("logs", "chat", *words)


def test_the_last_error_of_a_start_is_a_log(tool: Tool) -> None:
    tool.launched("chat")
    tool.becomes("chat", Status.IDLE, last_error="Traceback\nImportError")
    assert tool.run("logs", "chat", "--replica", "build") == "Traceback\nImportError\n"
