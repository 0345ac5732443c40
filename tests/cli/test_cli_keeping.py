from __future__ import annotations

from pathlib import Path

from cli.tool import Tool
from tasktui.scheduler.leader import LeaderLock


def test_an_exported_task_can_be_launched_again(tool: Tool) -> None:
    tool.launched("chat")
    file = tool.file("chat.yaml", tool.run("export", "chat"))
    tool.run("archive", "chat")
    tool.run("launch", "-f", file)
    assert tool.json("show", "chat")["status"] == "Idle"


def test_several_tasks_are_printed_as_documents(tool: Tool) -> None:
    tool.launched("a")
    tool.launched("b")
    out = tool.run("export")
    assert out.index("name: a") < out.index("\n---\n") < out.index("name: b")
    assert [e["name"] for e in tool.json("export")] == ["a", "b"]
    assert "No task is named 'c'" in tool.fails("export", "c")


def test_a_backup_is_put_back(tool: Tool) -> None:
    tool.launched("old")
    made = tool.json("backup")["file"]
    assert Path(made).exists()
    assert tool.run("backup").strip() != made
    tool.launched("new")
    tool.run("restore-backup", made)
    assert "what was there is in" in tool.out
    assert [t["name"] for t in tool.json("ls")] == ["old"]
    assert Path(tool.json("restore-backup", made)["kept"]).is_dir()


def test_nothing_is_put_back_under_a_running_scheduler(tool: Tool) -> None:
    tool.launched("old")
    made = tool.json("backup")["file"]
    lock = LeaderLock(tool.state_dir)
    lock.acquire()
    try:
        assert "running already" in tool.fails("restore-backup", made, code=1)
    finally:
        lock.release()


def test_a_file_that_is_no_backup_is_refused(tool: Tool) -> None:
    tool.launched("old")
    assert "not a database" in tool.fails("restore-backup", tool.file("x", "y" * 9999), code=1)
    assert [t["name"] for t in tool.json("ls")] == ["old"]
