from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from cli.tool import Tool

HOURS = 3600.0


def package(tool: Tool) -> Path:
    (found,) = (p for p in tool.state_dir.glob("artifacts/*.zip") if p.stem not in official(tool))
    return found


def official(tool: Tool) -> set[str]:
    return {a["digest"] for a in tool.json("artifact", "ls") if a["kind"] == "official"}


def left(tool: Tool, hours: float = 0.0) -> Path:
    """A package whose artifact was removed so many hours ago."""
    tool.run("artifact", "add", str(tool.model()))
    found = package(tool)
    tool.run("artifact", "rm", "my-model")
    at = time.time() - timedelta(hours=hours).total_seconds()
    os.utime(found, (at, at))
    return found


def test_a_package_goes_a_day_after_its_last_artifact(tool: Tool) -> None:
    path = left(tool, hours=25)
    tool.run("artifact", "prune", "--dry-run")
    assert "would go: 1" in tool.out
    assert path.exists()
    made = tool.json("artifact", "prune")
    assert [p["package"] for p in made["removed"]] == [path.stem]
    assert not path.exists()
    assert tool.run("artifact", "prune") == "Every package is used.\n"


def test_a_young_one_stays_unless_all_are_meant(tool: Tool) -> None:
    path = left(tool, hours=1)
    tool.run("artifact", "prune")
    assert "removed: 0, 0 B. kept: 1" in tool.out
    assert "once unused for 24 h (unused_limit_h), or now: --all" in tool.out
    assert path.exists()
    tool.run("artifact", "prune", "--all")
    assert not path.exists()


def test_the_time_of_grace_is_a_setting(tool: Tool) -> None:
    path = left(tool, hours=2)
    tool.environ["TASKTUI_UNUSED_LIMIT_H"] = "1.5"
    tool.run("artifact", "prune")
    assert not path.exists()


def test_read_only_may_look_and_not_remove(tool: Tool) -> None:
    path = left(tool, hours=25)
    tool.environ["TASKTUI_READ_ONLY"] = "1"
    assert "Read-only" in tool.fails("artifact", "prune")
    assert path.exists()
    tool.run("artifact", "prune", "--dry-run")
    assert path.stem[:12] in tool.out


def test_a_disk_that_refuses_is_said_with_the_file(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = left(tool, hours=25)

    def refuse(self: Path, **_: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "unlink", refuse)
    complaint = tool.fails("artifact", "prune", code=1)
    assert f"A package cannot be removed: Permission denied: {path}." in complaint
