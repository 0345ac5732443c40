from __future__ import annotations

from pathlib import Path

import pytest

from cli.tool import Tool
from tasktui.config import NO_SCHEDULER


@pytest.fixture
def tool(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Tool:
    # Read from the process's own environment by whoever would start one.
    monkeypatch.setenv(NO_SCHEDULER, "1")
    monkeypatch.setattr("sys.argv", ["tasktui"])
    environ = {
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),  # where Ray would announce a head
        "TASKTUI_STATE_DIR": str(tmp_path / "state"),
        "TASKTUI_BUILDS": "read",
        "TZ": "Europe/Berlin",
    }
    return Tool(tmp_path, capsys, environ)
