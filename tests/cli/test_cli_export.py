from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import yaml

from cli.tool import Tool


def written(folder: Path) -> Any:
    return yaml.safe_load((folder / "serve.yaml").read_text())["applications"]


def test_a_serve_configuration_is_written_with_its_packages_beside_it(tool: Tool) -> None:
    tool.launched("chat")
    tool.launched("embed", "--one-off", "now", "--env", "KEY=hunter22")
    folder = tool.folder / "out"
    folder.mkdir()
    tool.run("export", "--format", "serve", "-o", str(folder / "serve.yaml"))
    chat, embed = written(folder)
    assert (chat["name"], embed["name"]) == ("chat", "embed")
    uri = chat["runtime_env"]["working_dir"]
    assert uri.startswith(f"file://{folder}/")
    assert "serve.py" in zipfile.ZipFile(uri.removeprefix("file://")).namelist()
    assert embed["runtime_env"]["env_vars"] == {"KEY": "${EMBED_KEY}"}
    assert "${EMBED_KEY}: KEY of embed" in tool.err
    assert "Left out: chat: its schedule; it has 2-4 replicas there" in tool.err
    assert {p.stat().st_mode & 0o777 for p in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 2


def test_packages_may_be_put_anywhere(tool: Tool) -> None:
    tool.launched("chat")
    file = tool.folder / "serve.yaml"
    prefix = "https://files.example.com/models/"
    words = ("export", "chat", "--format", "serve", "-o", str(file), "--package-url-prefix", prefix)
    body = tool.json(*words)
    (package,) = body["packages"]
    (app,) = body["config"]["applications"]
    assert app["runtime_env"]["working_dir"] == prefix + package
    assert (tool.folder / package).exists()
    assert body["left_out"] == ["chat: its schedule; it has 2-4 replicas there"]


def test_values_go_along_where_that_is_asked_for(tool: Tool) -> None:
    tool.launched("chat", "--one-off", "now", "--env", "KEY=hunter22")
    file = str(tool.folder / "serve.yaml")
    tool.run("export", "--format", "serve", "-o", file, "--with-values")
    (app,) = written(tool.folder)
    assert app["runtime_env"]["env_vars"] == {"KEY": "hunter22"}


def test_an_export_needs_a_place_that_can_be_written(tool: Tool) -> None:
    tool.launched("chat")
    assert "must lie somewhere" in tool.fails("export", "--format", "serve")
    gone = str(tool.folder / "nowhere" / "serve.yaml")
    assert "cannot be written" in tool.fails("export", "--format", "serve", "-o", gone)
    assert "belong to --format serve" in tool.fails("export", "--with-values")


def test_tasks_are_written_to_a_file(tool: Tool) -> None:
    tool.launched("chat")
    file = tool.folder / "tasks.yaml"
    tool.run("export", "-o", str(file))
    assert tool.out == ""
    assert "1 task written to" in tool.err
    tool.run("archive", "chat")
    tool.run("launch", "-f", str(file))
