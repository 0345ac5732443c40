from __future__ import annotations

import pytest

from cli.tool import SCRIPT, Tool
from tasktui.cli.artifacts import size_text


def test_a_folder_becomes_an_artifact_and_a_change_a_new_version(tool: Tool) -> None:
    folder = str(tool.model("My Model"))
    words = ("--gpu", "1", "--cpu", "2", "--memory", "16", "--gpu-type", "H100", "--env", "A=b")
    made = tool.json("artifact", "add", folder, *words, "--description", "mine")
    assert made["label"] == "my-model@1"
    assert made["spec"] == {"cpu": 2, "memory_gb": 16, "gpu": 1, "gpu_type": "H100"}
    assert made["env"] == ["A"], "names only: values may be secrets"
    assert made["scales"] == "Model"
    assert tool.json("artifact", "add", folder, *words)["label"] == "my-model@1"
    tool.model("My Model", SCRIPT + "\n# changed\n")
    assert tool.json("artifact", "add", folder)["label"] == "my-model@2"


def test_adding_says_how_to_go_on(tool: Tool) -> None:
    out = tool.run("artifact", "add", str(tool.model("mine")), "--name", "own")
    assert out.startswith("own@1")
    assert "tasktui launch NAME --artifact own" in out


def test_the_list_has_official_models_and_ones_own(tool: Tool) -> None:
    tool.run("artifact", "add", str(tool.model("mine")))
    found = {a["label"]: a["kind"] for a in tool.json("artifact", "ls")}
    assert found["mine@1"] == "folder"
    assert found["echo"] == "official"
    out = tool.run("artifact", "ls")
    assert out.splitlines()[0].startswith("ARTIFACT")
    assert "mine@1" in out


def test_show_lists_what_is_in_it(tool: Tool) -> None:
    folder = tool.model("mine")
    for number in range(30):
        (folder / f"part{number:02}.py").write_text("")
    tool.run("artifact", "add", str(folder))
    out = tool.run("artifact", "show", "mine")
    assert "serve.py, app" in out
    assert "and 11 more" in out
    assert len(tool.json("artifact", "show", "mine@1")["files"]) == 31


def test_a_version_in_use_stays(tool: Tool) -> None:
    tool.run("artifact", "add", str(tool.model("mine")))
    tool.run("launch", "x", "--artifact", "mine", "--one-off", "now")
    assert "used by x" in tool.fails("artifact", "rm", "mine@1")
    tool.run("edit", "x", "--artifact", "echo")
    assert tool.json("artifact", "rm", "mine@1") == {"removed": "mine@1"}
    assert "official" in tool.fails("artifact", "rm", "echo")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--gpu", "many"), "gpu: 'many' is not valid: a number"),
        (("--gpu", "1.5"), "whole GPUs"),
        (("--cpu", "-1"), "0 or more"),
        (("--memory", "nan"), "memory"),
        (("--file-path", "nope"), "nope.py must exist"),
        (("--file-path", "../serve"), "without '..'"),
        (("--deployment-name", "1x"), "identifier"),
        (("--deployment-name", "nope"), "nope"),
        (("--name", "Not A Name"), "name"),
        (("--name", "echo"), "official model"),
        (("--env", "=x"), "NAME=VALUE"),
    ],
)
def test_what_is_wrong_with_a_folder_is_named(
    tool: Tool, words: tuple[str, ...], said: str
) -> None:
    assert said in tool.fails("artifact", "add", str(tool.model("mine")), *words)
    assert [a["label"] for a in tool.json("artifact", "ls") if a["kind"] == "folder"] == []


def test_a_folder_that_is_not_there_is_refused(tool: Tool) -> None:
    assert "an existing folder" in tool.fails("artifact", "add", str(tool.folder / "nope"))


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (12_345, "12 kB"), (3_400_000, "3.4 MB")]
)
def test_sizes_are_said_shortly(size: int, text: str) -> None:
    assert size_text(size) == text
