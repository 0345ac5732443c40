from __future__ import annotations

from dataclasses import replace

import pytest

from cli.tool import Tool
from make import make_one_off
from tasktui.cli import changes
from tasktui.domain.status import Status


def test_activate_waits_for_the_first_scheduled_time_unless_told_now(tool: Tool) -> None:
    tool.launched("chat")
    assert "waiting for" in tool.run("activate", "chat")
    assert tool.task("chat").progress.due_at is None
    tool.run("activate", "chat", "--when", "now")
    assert tool.task("chat").progress.due_at


def test_a_one_off_whose_time_has_passed_needs_leave(tool: Tool) -> None:
    tool.launched("chat", "--one-off", "2199-01-01T00:00", "--timezone", "UTC")
    _make_late(tool)
    assert "--late-ok" in tool.fails("activate", "chat")
    assert tool.json("activate", "chat", "--late-ok")["status"] == "In-queue"


def _make_late(tool: Tool) -> None:
    store = tool.store()
    task = store.task("chat")
    store.save_task(replace(task, schedule=make_one_off("2001-01-01T00:00")))
    store.close()


def test_deactivate_of_a_waiting_task_is_idle_at_once(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("activate", "chat")
    assert tool.json("deactivate", "chat", "--wait")["status"] == "Idle"


def test_a_second_deactivate_or_force_cuts_the_drain_short(tool: Tool) -> None:
    for name, words in (("one", ("--force",)), ("two", ())):
        tool.launched(name)
        tool.run("activate", name)
        tool.becomes(name, Status.RUNNING)
        tool.run("deactivate", name, *words)
        assert tool.task(name).stop_forced is bool(words)
    tool.run("deactivate", "two")
    assert tool.task("two").stop_forced


def test_what_is_not_allowed_now_is_refused_with_its_reason(tool: Tool) -> None:
    tool.launched("chat")
    assert "nothing to deactivate" in tool.fails("deactivate", "chat")
    assert "only a Running task" in tool.fails("restart", "chat")
    tool.run("activate", "chat", "--when", "now")
    assert "active already" in tool.fails("activate", "chat")
    assert "--when-idle" in tool.fails("archive", "chat")


def test_restart_asks_for_new_replicas(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("activate", "chat", "--when", "now")
    tool.becomes("chat", Status.RUNNING)
    tool.run("restart", "chat")
    assert tool.task("chat").restarts == 1


def test_archive_when_idle_stops_first(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("activate", "chat", "--when", "now")
    tool.becomes("chat", Status.RUNNING)
    assert tool.json("archive", "chat", "--when-idle")["status"] == "Need Stop"
    assert tool.task("chat").archive_when_idle


def test_restore_under_another_name_when_its_own_is_taken(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("archive", "chat")
    tool.launched("chat")
    assert "taken" in tool.fails("restore", "chat")
    assert tool.json("restore", "chat", "--name", "chat-2")["status"] == "Idle"


def test_delete_needs_yes_where_nobody_can_be_asked(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("archive", "chat")
    assert "--yes" in tool.fails("rm", "chat")
    assert tool.json("rm", "chat", "--yes") == {"deleted": "chat"}
    assert tool.json("ls", "--all") == []


def test_only_an_archived_task_is_deleted(tool: Tool) -> None:
    tool.launched("chat")
    assert "archive it first" in tool.fails("rm", "chat", "--yes")
    assert "No task is named" in tool.fails("rm", "nope", "--yes")


@pytest.mark.parametrize(("typed", "code"), [("chat", 0), (" chat ", 0), ("chap", 2), ("", 2)])
def test_on_a_terminal_the_name_is_typed_to_delete(
    tool: Tool, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    tool.launched("chat")
    tool.run("archive", "chat")
    monkeypatch.setattr(changes, "interactive", lambda: True)
    monkeypatch.setattr("builtins.input", lambda: typed)
    tool.run("rm", "chat", code=code)
    assert "Type its name" in tool.err
    assert len(tool.json("ls", "--all")) == (1 if code else 0)


def test_no_answer_is_no(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed() -> str:
        raise EOFError

    tool.launched("chat")
    tool.run("archive", "chat")
    monkeypatch.setattr(changes, "interactive", lambda: True)
    monkeypatch.setattr("builtins.input", closed)
    tool.run("rm", "chat", code=2)
    assert "nothing was deleted" in tool.err
