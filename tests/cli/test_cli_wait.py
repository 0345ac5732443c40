from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cli.tool import Tool
from make import NOW, make_replica, make_task
from tasktui.cli.waiting import Outcome, Teller, decide, wait_for
from tasktui.config import load
from tasktui.domain.schedule import Replicas
from tasktui.domain.status import Badge, Mark, Reason, Status
from tasktui.domain.task import Task
from tasktui.runtime.session import Session
from tasktui.store.store import Store

FAILED = {"badges": (Mark(Badge.FAILED, "5/5"),), "last_error": "Traceback\n  ValueError: no\n"}


@pytest.mark.parametrize(
    ("status", "goal", "code"),
    [
        (Status.RUNNING, Status.RUNNING, 0),
        (Status.IDLE, Status.IDLE, 0),
        (Status.IN_QUEUE, Status.RUNNING, None),
        (Status.STARTING, Status.RUNNING, None),
        (Status.RUNNING, Status.IDLE, None),
        (Status.NEED_STOP, Status.IDLE, None),
        (Status.IDLE, Status.RUNNING, 3),
        (Status.IDLE, Status.ARCHIVED, 3),
        (Status.NEED_STOP, Status.RUNNING, 3),
        (Status.NEED_STOP, Status.ARCHIVED, 3),
    ],
)
def test_how_a_wait_ends_by_status(status: Status, goal: Status, code: int | None) -> None:
    outcome = decide(make_task(status=status), goal)
    assert (outcome.code if outcome else None) == code


def test_an_archived_task_ends_a_wait_for_anything_else() -> None:
    task = make_task(archived_at=NOW)
    assert decide(task, Status.ARCHIVED) == Outcome(0)
    outcome = decide(task, Status.RUNNING)
    assert outcome
    assert outcome.code == 4


@pytest.mark.parametrize("status", [Status.NEED_STOP, Status.IDLE])
def test_a_task_that_is_to_be_archived_may_still_get_there(status: Status) -> None:
    task = make_task(status=status, archive_when_idle=True)
    assert decide(task, Status.ARCHIVED) is None


def _progress(tool: Tool, status: Status, **progress: Any) -> None:
    tool.launched("chat")
    tool.run("activate", "chat", "--when", "now")
    tool.becomes("chat", status, **progress)


def test_reached_is_zero_and_prints_the_task(tool: Tool) -> None:
    _progress(tool, Status.RUNNING, replicas=(make_replica(),), wanted=Replicas(1, 2))
    tool.seen(serve_url="http://127.0.0.1:8000")
    assert "http://127.0.0.1:8000/chat" in tool.run("wait", "chat")
    assert tool.json("wait", "chat", "--for", "running")["status"] == "Running"


def test_failed_is_three_and_says_the_last_words_of_the_error(tool: Tool) -> None:
    _progress(tool, Status.IDLE, **FAILED)
    tool.run("wait", "chat", "--for", "Running", code=3)
    assert "chat failed and is Idle: ValueError: no" in tool.err


def test_an_idle_task_will_not_run_by_itself(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("wait", "chat", code=3)
    assert "will not be Running by itself" in tool.err


def test_archived_is_four(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("archive", "chat")
    tool.run("wait", "chat", "--for", "Running", code=4)
    tool.run("wait", "chat", "--for", "Archived")


def test_out_of_time_is_124_and_says_where_it_stands(tool: Tool) -> None:
    _progress(tool, Status.STARTING, reason=Reason("pulling"))
    tool.run("wait", "chat", "--for", "Running", "--timeout", "0", code=124)
    assert "chat is Starting after 0 s, not Running" in tool.err
    assert tool.json("wait", "chat", "--timeout", "0.01", code=124)["status"] == "Starting"


def test_a_change_by_another_program_ends_the_wait(tool: Tool) -> None:
    _progress(tool, Status.STARTING)
    later = threading.Thread(target=lambda: tool.becomes("chat", Status.RUNNING))
    later.start()
    tool.run("wait", "chat", "--timeout", "60")
    later.join()


def _waited(tool: Tool, change: Callable[[Store, Task], object]) -> Outcome:
    """Wait for Running; ``change`` happens after the first look, by another program."""
    _progress(tool, Status.STARTING)
    session = Session(load(tool.environ), tool.environ, "cli")
    task = tool.task("chat")

    def tell(_: str) -> None:
        store = tool.store()
        change(store, store.task_by_id(task.id))
        store.close()

    try:
        return wait_for(session, task, Status.RUNNING, 60, tell)
    finally:
        session.close()


def test_a_task_deleted_meanwhile_ends_the_wait(tool: Tool) -> None:
    assert _waited(tool, lambda s, t: s.delete_task(t.id)) == Outcome(4, "chat was deleted.")


def test_a_task_renamed_meanwhile_is_still_the_one(tool: Tool) -> None:
    def rename(store: Store, task: Task) -> None:
        running = replace(task.progress, status=Status.RUNNING)
        store.save_task(replace(task, name="talk", progress=running))

    assert _waited(tool, rename) == Outcome(0)


def test_what_a_task_waits_for_is_told_on_a_terminal_once(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    teller = Teller()
    for text in ("chat  Starting", "chat  Starting", "chat  Running"):
        teller(text)
    assert tool.capsys.readouterr().err == "chat  Starting\nchat  Running\n"


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf"])
def test_a_timeout_is_a_number_of_seconds(tool: Tool, text: str) -> None:
    tool.launched("chat")
    assert "Give seconds" in tool.fails("wait", "chat", f"--timeout={text}")


def test_activate_and_wait_ends_with_the_code_of_the_wait(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("activate", "chat", "--wait", "--timeout", "0", code=124)
    assert tool.task("chat").armed


def test_deactivate_and_wait_is_done_when_idle(tool: Tool) -> None:
    _progress(tool, Status.RUNNING, replicas=(make_replica(),))
    tool.run("deactivate", "chat", "--wait", "--timeout", "0", code=124)
    tool.becomes("chat", Status.IDLE, replicas=())
    tool.run("wait", "chat", "--for", "Idle")
