"""The wizard in a real terminal, typed in bursts as a slow line delivers them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from terminal import Terminal


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
def test_a_whole_form_typed_in_bursts_arrives_in_its_fields(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    command = [sys.executable, "-m", "tasktui", "--state-dir", str(tmp_path / "state")]
    environ = {"TASKTUI_NO_SCHEDULER": "1", "TZ": "Europe/Berlin"}
    with Terminal(command, *size, environ=environ) as terminal:
        terminal.wait("No task yet")
        terminal.press("n")
        terminal.wait("newest version first")
        terminal.type("echo\r")
        terminal.wait("One replica needs")
        terminal.press("pgdn")
        terminal.wait("[echo")
        terminal.type("\x15talk\r\r\r\x1b[C\r\r07:00\r2\r4\r12:30\r2\r4\r\r20:00\r0\r1\r")
        terminal.press("pgdn")
        terminal.wait("Daily 07:00 2-4, 12:30 2-4, 20:00 0-1, Europe/Berlin")
        terminal.wait("[ Launch ]")
        terminal.press("enter")
        terminal.wait("talk is launched")
