from __future__ import annotations

import pytest

from cli.tool import Tool


@pytest.mark.parametrize("name", ["activate chat", "archive chat", "pause chat", "scale chat 1-1"])
@pytest.mark.parametrize("how", ["before", "after", "variable"])
def test_a_read_only_command_line_refuses_changes(tool: Tool, name: str, how: str) -> None:
    tool.launched()
    before = tool.json("show", "chat"), tool.json("events")
    words = name.split()
    if how == "variable":
        tool.environ["TASKTUI_READ_ONLY"] = "1"
    else:
        words = ["--read-only", *words] if how == "before" else [*words, "--read-only"]
    assert "Read-only: nothing was changed." in tool.fails(*words)
    assert (tool.json("show", "chat"), tool.json("events")) == before


@pytest.mark.parametrize(
    "words",
    [
        ("cluster", "up"),
        ("cluster", "down"),
        ("demo",),
        ("demo", "--down"),
        ("backup",),
        ("restore-backup", "x.db"),
        ("scheduler", "start"),
        ("scheduler", "stop"),
        ("scheduler", "takeover"),
        ("scheduler", "accept-clock"),
        ("scheduler", "install"),
        ("scheduler", "uninstall"),
        ("artifact", "add", "."),
    ],
    ids=" ".join,
)
def test_what_is_not_about_a_task_is_refused_too(tool: Tool, words: tuple[str, ...]) -> None:
    tool.launched()
    assert "Read-only" in tool.fails("--read-only", *words)


def test_read_only_still_reads(tool: Tool) -> None:
    tool.launched()
    tool.environ["TASKTUI_READ_ONLY"] = "1"
    assert tool.json("ls")[0]["name"] == "chat"
    assert "chat" in tool.run("show", "chat")
