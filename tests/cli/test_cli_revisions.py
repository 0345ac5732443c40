from __future__ import annotations

import pytest

from cli.tool import Tool
from tasktui.domain.status import Status


@pytest.fixture
def edited(tool: Tool) -> Tool:
    tool.launched()
    tool.run("edit", "chat", "--daily", "08:00=3-6")
    tool.run("edit", "chat", "--env", "TOKEN=hush-hush")
    return tool


def test_history_shows_each_revision_with_what_it_changed(edited: Tool) -> None:
    shown = edited.run("history", "chat").splitlines()
    assert [x.split("  ")[0] for x in shown if not x.startswith(" ")] == [
        "revision 1",
        "revision 2",
        "revision 3",
    ]
    assert shown[2].startswith("  schedule: ")
    assert shown[2].endswith("[hot]")
    assert shown[-2].endswith("(now)")
    assert shown[-1] == "  environment: - -> TOKEN  [restarts]"
    assert "hush" not in edited.out


def test_history_as_json(edited: Tool) -> None:
    first, second, third = edited.json("history", "chat")
    assert (first["revision"], first["changes"], first["now"]) == (1, [], False)
    assert second["changes"][0]["restarts"] is False
    assert (third["now"], third["changes"][0]["field"]) == (True, "environment")
    assert third["at"].endswith("Z")
    assert "hush" not in edited.out


def test_rollback_goes_to_the_revision_before(edited: Tool) -> None:
    assert edited.json("rollback", "chat")["task"]["revision"] == 4
    assert edited.task("chat").env == {}
    assert "3-6" in edited.json("show", "chat")["schedule"]


def test_rollback_to_one_that_is_named(edited: Tool) -> None:
    shown = edited.run("rollback", "chat", "1")
    assert "[hot]" in shown
    assert "environment: TOKEN -> -" in shown
    assert "2-4" in edited.json("show", "chat")["schedule"]


def test_a_dry_run_shows_the_changes_and_writes_nothing(edited: Tool) -> None:
    edited.becomes("chat", Status.RUNNING)
    assert edited.run("rollback", "chat", "--dry-run").splitlines() == [
        "environment: TOKEN -> -  [hot]",
        "It becomes a new revision; the ones of now stay in its history.",
    ]
    assert "Nothing was written" in edited.err
    assert edited.task("chat").revision == 3


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("chat", "9"), "no revision 9"),
        (("chat", "x"), "invalid int value"),
        (("nobody",), "No task is named"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    edited: Tool, words: tuple[str, ...], why: str
) -> None:
    assert why in edited.fails("rollback", *words)


def test_a_task_that_was_never_edited_has_nothing_to_go_back_to(tool: Tool) -> None:
    tool.launched()
    assert "first revision" in tool.fails("rollback", "chat")
    assert "first revision" in tool.fails("rollback", "chat", "--dry-run")


def test_to_the_present_revision_nothing_changes(edited: Tool) -> None:
    edited.run("rollback", "chat", "3")
    assert "Nothing changes" in edited.err
    assert edited.task("chat").revision == 3


def test_an_archived_task_shows_its_history_and_is_not_rolled_back(edited: Tool) -> None:
    edited.run("archive", "chat")
    assert len(edited.json("history", "chat")) == 3
    assert "archived" in edited.fails("rollback", "chat")


def test_a_removal_is_confirmed_where_one_waits(tool: Tool) -> None:
    assert "No removal waits" in tool.run("scheduler", "confirm-removal")
    store = tool.store()
    store.set_setting("removal_asked", '["tasktui-0a1b2c-chat"]')
    store.close()
    assert "asks before it removes tasktui-0a1b2c-chat" in tool.run("scheduler", "status")
    assert tool.json("scheduler", "confirm-removal") == {"confirmed": ["tasktui-0a1b2c-chat"]}


def test_takeover_is_refused_where_none_hangs(tool: Tool) -> None:
    assert "does not hang" in tool.fails("scheduler", "takeover", code=1)


def test_activate_takes_whether_to_try_again_at_the_next_point(tool: Tool) -> None:
    tool.launched()
    tool.run("activate", "chat", "--try-again")
    armed = tool.task("chat").armed
    assert armed is not None
    assert armed.again
