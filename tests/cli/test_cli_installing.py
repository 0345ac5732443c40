from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cli.tool import Tool
from tasktui.cli import installing


def unit(tool: Tool) -> Path:
    return tool.folder / ".config/systemd/user/tasktui.service"


def test_the_unit_is_written_and_what_to_type_is_said(tool: Tool) -> None:
    tool.run("scheduler", "install")
    text = unit(tool).read_text()
    words = f"{sys.executable} -m tasktui --state-dir {tool.state_dir} scheduler run"
    assert f"ExecStart={words}" in text
    assert "systemctl --user enable --now tasktui.service" in tool.out
    assert "TASKTUI_NO_SCHEDULER" in tool.err
    assert unit(tool).stat().st_mode & 0o777 == 0o644


def test_it_may_be_printed_only(tool: Tool) -> None:
    tool.run("scheduler", "install", "--print", "--address", "http://127.0.0.1:8265")
    assert tool.out.startswith("# Made by")
    assert "--address http://127.0.0.1:8265 scheduler run" in tool.out
    assert not unit(tool).exists()


def test_no_token_is_written_down(tool: Tool) -> None:
    tool.environ["RAY_AUTH_TOKEN"] = "s3cret-token"
    tool.run("scheduler", "install")
    assert "s3cret" not in unit(tool).read_text() + tool.out + tool.err
    assert "--token-file" in tool.err
    tool.run("scheduler", "install", "--token-file", "/etc/ray-token")
    assert "LoadCredential=ray-token:/etc/ray-token" in unit(tool).read_text()


def test_the_token_file_that_ray_itself_uses_is_handed_on(tool: Tool) -> None:
    tool.environ["RAY_AUTH_TOKEN_PATH"] = "/etc/other"
    assert "ray-token:/etc/other" in tool.run("scheduler", "install", "--print")


def test_somebody_elses_unit_is_left_alone(tool: Tool) -> None:
    unit(tool).parent.mkdir(parents=True)
    unit(tool).write_text("[Unit]\n")
    for verb in ("install", "uninstall"):
        assert "not made by tasktui" in tool.fails("scheduler", verb)
    assert unit(tool).read_text() == "[Unit]\n"


def test_it_is_removed_again(tool: Tool) -> None:
    assert tool.json("scheduler", "install")["unit"] == str(unit(tool))
    assert "disable --now" in tool.json("scheduler", "uninstall")["steps"][0]
    assert not unit(tool).exists()
    assert "There is no unit" in tool.fails("scheduler", "uninstall")


def test_a_unit_of_the_machine_runs_as_the_owner_of_the_directory(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing, "_SYSTEM", tool.folder / "etc")
    tool.run("scheduler", "install", "--system")
    text = (tool.folder / "etc/tasktui.service").read_text()
    assert f"User={tool.state_dir.owner()}" in text
    assert "systemctl enable --now" in tool.out
    tool.run("scheduler", "uninstall", "--system")


def test_a_place_that_cannot_be_written_is_told(tool: Tool) -> None:
    (tool.folder / ".config").mkdir()
    (tool.folder / ".config/systemd").write_text("a file")
    assert "cannot be written" in tool.fails("scheduler", "install")
