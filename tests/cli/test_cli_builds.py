from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.tool import Tool

FAILS = "from other import app\nprint('\\x1b[31mhello')\n"
WAITS = f"{FAILS}import time\ntime.sleep(600)\n"


@pytest.fixture
def builder(tool: Tool) -> Iterator[Tool]:
    """A tool that builds for real, and leaves no build behind."""
    tool.environ["TASKTUI_BUILDS"] = "import"
    yield tool
    for artifact in tool.json("artifact", "ls"):
        if artifact["build"]["status"] in {"QUEUED", "BUILDING"}:
            tool.run("artifact", "cancel", artifact["label"])


def model(tool: Tool, script: str) -> Path:
    folder = tool.model("mine", script)
    (folder / "other.py").write_text("app = 1\n")
    return folder


def test_a_failed_build_is_told_shown_and_can_not_be_launched(builder: Tool) -> None:
    folder = model(builder, FAILS)
    out = builder.run("artifact", "add", str(folder), code=3)
    assert out.splitlines()[0].startswith("mine@1  2 files")
    assert "serve.py" in out
    assert "mine@1: FAILURE: app of serve.py is of type int, no Serve application" in builder.err
    assert "Imported on this machine. tasktui artifact log mine@1" in builder.err
    assert "FAILURE" in builder.run("artifact", "ls")
    shown = builder.run("artifact", "show", "mine")
    assert "Build        FAILURE" in shown
    assert "Failed       app of serve.py is of type int" in shown
    assert "Imported     on this machine" in shown
    assert "hello" in builder.run("artifact", "log", "mine")
    assert "mine@1  FAILURE in" in builder.err
    assert "on this machine: app of serve.py is of type int" in builder.err
    assert "\x1b" not in builder.out + builder.err + shown
    words = ("launch", "x", "--artifact", "mine", "--one-off", "now")
    assert "its build says FAILURE: app of serve.py" in builder.fails(*words)


def test_what_failed_is_built_again_when_it_is_added_again(builder: Tool) -> None:
    folder = str(model(builder, FAILS))
    made = builder.json("artifact", "add", folder, code=3)
    assert (made["label"], made["build"]["status"]) == ("mine@1", "FAILURE")
    again = builder.json("artifact", "add", folder, code=3)
    assert again["label"] == "mine@1"
    assert again["build"]["at"] > made["build"]["at"]
    assert builder.json("artifact", "log", "mine")["log"].endswith("hello\n")


def test_a_build_goes_on_without_whoever_started_it_until_it_is_cancelled(builder: Tool) -> None:
    folder = str(model(builder, WAITS))
    made = builder.json("artifact", "add", folder, "--no-wait")
    assert made["build"]["status"] == "QUEUED"
    words = ("launch", "x", "--artifact", "mine", "--one-off", "now")
    assert "one that is built" in builder.fails(*words)
    assert "is being built already" in builder.fails("artifact", "build", "mine")
    assert builder.run("artifact", "cancel", "mine").startswith("mine@1  CANCELLED")
    assert "QUEUED" in builder.run("artifact", "build", "mine", "--no-wait")
    assert builder.run("artifact", "cancel", "mine").startswith("mine@1  CANCELLED")
    assert "is not being built" in builder.fails("artifact", "cancel", "mine")
    assert "QUEUED" in builder.run("artifact", "build", "mine", "--no-wait")


def test_where_scripts_are_only_read_nothing_is_built(tool: Tool) -> None:
    made = tool.json("artifact", "add", str(tool.model("mine")))
    assert made["build"]["status"] == "SUCCESS"
    assert "only read" in tool.fails("artifact", "build", "mine")
    assert "no package to build" in tool.fails("artifact", "build", "echo")


def test_an_image_is_added_by_its_reference(tool: Tool) -> None:
    words = ("--image", "reg.local:5000/chat:1.2", "--name", "chat", "--scales", "Model")
    said = tool.run("artifact", "add", *words)
    assert "Not built here" in said
    assert "files" not in said, "what is in an image is not known here"
    made = tool.json("artifact", "show", "chat")
    assert (made["kind"], made["scales"], made["files"]) == ("image", "Model", [])
    assert tool.json("artifact", "add", *words)["label"] == "chat@1"
    other = tool.json("artifact", "add", "--image", "reg.local:5000/chat:1.3", *words[2:])
    assert other["label"] == "chat@2"
    launched = tool.launched("x", "--artifact", "chat", "--one-off", "now")
    assert launched["artifact"] == "chat@2"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Give a folder, a zip, or --image REF"),
        ((".", "--image", "a:1"), "one of them"),
        (("--image", "a:1", "--scales", "M"), "name"),
        (("--image", "a:1", "--name", "a"), "scales"),
        (("--image", "A:1", "--name", "a", "--scales", "M"), "lower case"),
        (("--image", "a", "--name", "a", "--scales", "M"), "the tag or digest"),
        (("--image", "reg:5000/a", "--name", "a", "--scales", "M"), "the tag or digest"),
        (("--image", "a:1 b", "--name", "a", "--scales", "M"), "registry/path:tag"),
        (("--image", "a@sha256:12", "--name", "a", "--scales", "M"), "registry/path:tag"),
    ],
)
def test_what_is_wrong_with_an_image_is_named(
    tool: Tool, words: tuple[str, ...], said: str
) -> None:
    assert said in tool.fails("artifact", "add", *words)
