from __future__ import annotations

import pytest

from cli.tool import Tool
from tasktui.runtime import doctor
from tasktui.runtime.doctor import Check, Level

CHECKS = [
    Check("disk", Level.OK, "10 GB free"),
    Check("cluster", Level.WARN, "No cluster was found.", "tasktui cluster up"),
]
BAD = Check("database", Level.FAIL, "It is damaged.", "Restore a backup.")


def _finds(monkeypatch: pytest.MonkeyPatch, *checks: Check) -> None:
    monkeypatch.setattr(doctor, "examine", lambda _: list(checks))


def test_each_check_is_a_line_and_what_to_do_stands_below(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _finds(monkeypatch, *CHECKS)
    assert tool.run("doctor").splitlines() == [
        "ok    disk     10 GB free",
        "warn  cluster  No cluster was found.",
        "               tasktui cluster up",
    ]


def test_a_failed_check_is_exit_code_one(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    _finds(monkeypatch, *CHECKS, BAD)
    body = tool.json("doctor", code=1)
    assert body["ok"] is False
    assert body["checks"][-1] == {
        "name": "database",
        "level": "fail",
        "text": "It is damaged.",
        "hint": "Restore a backup.",
    }


def test_warnings_alone_are_no_failure(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    _finds(monkeypatch, *CHECKS)
    assert tool.json("doctor")["ok"] is True
