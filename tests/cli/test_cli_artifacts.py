from __future__ import annotations

from pathlib import Path

import pytest

from cli.tool import SCRIPT, Tool
from tasktui.commands.packages import size_text


def test_a_folder_becomes_an_artifact_and_a_change_a_new_version(tool: Tool) -> None:
    folder = str(tool.model("My Model"))
    words = ("--gpu", "1", "--cpu", "2", "--memory", "16", "--gpu-type", "H100", "--env", "A=b")
    made = tool.json("artifact", "add", folder, *words, "--description", "mine")
    assert made["label"] == "my-model@1"
    assert made["spec"] == {"cpu": 2, "memory_gb": 16, "gpu": 1, "gpu_type": "H100", "custom": {}}
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


# -- a folder with a manifest

MANIFEST = """
name = "chat"
description = "From the file"
deployment_name = "other"
tags = ["llm"]

[resources]
cpu = 2
gpu = 1
gpu_type = "H100"

[env]
A = "a"
HF_TOKEN = "env:HF_TOKEN"

[autoscaling]
upscale_delay_s = 5
"""


def described(tool: Tool, text: str = MANIFEST, script: str = SCRIPT) -> Path:
    folder = tool.model("My Model", script)
    (folder / "artifact.toml").write_text(text)
    return folder


def test_a_folder_says_itself_what_it_is(tool: Tool) -> None:
    made = tool.json("artifact", "add", str(described(tool)))
    assert made["label"] == "chat@1"
    assert made["description"] == "From the file"
    assert made["scales"] == "Other"
    assert made["spec"] == {"cpu": 2, "memory_gb": 0, "gpu": 1, "gpu_type": "H100", "custom": {}}
    assert made["env"] == ["A", "HF_TOKEN"]
    assert "artifact.toml" in made["files"]
    assert made["tags"] == ["llm"]
    store = tool.store()
    try:
        assert store.artifact("chat").autoscaling == {"upscale_delay_s": 5}
        assert store.artifact("chat").env == {"A": "a", "HF_TOKEN": "env:HF_TOKEN"}
    finally:
        store.close()


def test_flags_win_over_the_manifest(tool: Tool) -> None:
    words = (
        *("--name", "mine", "--gpu", "0", "--gpu-type", "", "--memory", "4", "--env", "A=b"),
        *("--deployment-name", "app", "--description", ""),
    )
    made = tool.json("artifact", "add", str(described(tool)), *words)
    assert made["label"] == "mine@1"
    assert made["description"] == ""
    assert made["scales"] == "Model"
    assert made["spec"] == {"cpu": 2, "memory_gb": 4, "gpu": 0, "gpu_type": "", "custom": {}}
    store = tool.store()
    try:
        assert store.artifact("mine").env == {"A": "b", "HF_TOKEN": "env:HF_TOKEN"}
    finally:
        store.close()


def test_options_of_the_manifest_win_over_those_in_the_code(tool: Tool) -> None:
    script = SCRIPT.replace(
        "@serve.deployment",
        '@serve.deployment(autoscaling_config={"upscale_delay_s": 9, "downscale_delay_s": 7})',
    )
    tool.run("artifact", "add", str(described(tool, script=script)))
    store = tool.store()
    try:
        assert store.artifact("chat").autoscaling == {"upscale_delay_s": 5, "downscale_delay_s": 7}
    finally:
        store.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 3", "artifact.toml line 1: name: 3"),
        ("nmae = 'x'", "did you mean name?"),
        ("name = 'echo'", "official model"),
        ("file_path = '../serve'", "without '..'"),
        ("deployment_name = 'nope'", "nope"),
        ("scales = 'nope'", "one of its deployments: Model"),
        ("[resources]\ngpu = 1.5", "whole GPUs"),
        ("= =", "artifact.toml: 'line 1, column 1' is not valid: TOML"),
    ],
)
def test_a_wrong_manifest_adds_nothing_and_check_says_the_same(
    tool: Tool, text: str, said: str
) -> None:
    folder = str(described(tool, text))
    assert said in tool.fails("artifact", "add", folder)
    assert [a["label"] for a in tool.json("artifact", "ls") if a["kind"] == "folder"] == []
    found = tool.json("artifact", "check", folder, code=2)
    assert not found["good"]
    assert said in found["problems"][0]["message"]
    assert said in tool.run("artifact", "check", folder, code=2)


def test_check_shows_what_would_be_added_and_adds_nothing(tool: Tool) -> None:
    folder = described(tool)
    (folder / ".env").write_text("SECRET=1")
    found = tool.json("artifact", "check", str(folder))
    assert found["good"]
    assert (found["name"], found["scales"]) == ("chat", "Other")
    assert found["files"] == ["artifact.toml", "serve.py"]
    assert found["tags"] == ["llm"]
    assert found["problems"] == []
    out = tool.run("artifact", "check", str(folder))
    assert "HF_TOKEN=env:HF_TOKEN" in out
    assert f"tasktui artifact add {folder}" in out
    assert not tool.state_dir.exists()


def test_check_takes_a_folder_without_a_manifest_too(tool: Tool) -> None:
    found = tool.json("artifact", "check", str(tool.model("My Model")))
    assert found["good"]
    assert found["name"] == "my-model"


def test_check_tells_every_problem_at_once(tool: Tool) -> None:
    folder = described(tool, "name = 3\n[resources]\ncpu = 'x'")
    (folder / ".taskignore").write_text("!serve.py")
    messages = " ".join(
        p["message"] for p in tool.json("artifact", "check", str(folder), code=2)["problems"]
    )
    assert "name: 3" in messages
    assert "resources.cpu" in messages
    assert "!serve.py" in messages


def test_check_leaves_to_the_build_what_only_a_run_can_tell(tool: Tool) -> None:
    folder = tool.model("mine", "from other import app\n")
    found = tool.json("artifact", "check", str(folder))
    assert found["good"]
    (problem,) = found["problems"]
    assert problem["warning"]
    assert "--scales" in problem["message"]
    assert "--scales" in tool.fails("artifact", "add", str(folder)), "scripts are only read here"


def test_check_finds_a_script_that_is_left_out(tool: Tool) -> None:
    folder = described(tool)
    (folder / ".taskignore").write_text("serve.py")
    (problem,) = tool.json("artifact", "check", str(folder), code=2)["problems"]
    assert "ignore rules" in problem["message"]


def test_check_finds_a_manifest_that_is_left_out(tool: Tool) -> None:
    folder = described(tool, "")
    (folder / ".taskignore").write_text("*.toml")
    (problem,) = tool.json("artifact", "check", str(folder))["problems"]
    assert problem["field"] == "artifact.toml"
    assert problem["warning"]


def test_check_warns_of_a_secret_that_is_written_out(tool: Tool) -> None:
    text = '[env]\nAPI_KEY = "hunter2"\nHF_TOKEN = "env:HF_TOKEN"\nKEYBOARD = "us"'
    out = tool.run("artifact", "check", str(described(tool, text)))
    assert "env.API_KEY: the value is packed" in out
    assert "hunter2" not in out
    assert "env.HF_TOKEN" not in out
    assert "env.KEYBOARD" not in out


def test_check_of_what_is_no_folder_is_refused(tool: Tool) -> None:
    assert "an existing folder" in tool.fails("artifact", "check", str(tool.folder / "nope"))


def test_init_writes_what_the_script_says_and_add_takes_it(tool: Tool) -> None:
    script = SCRIPT.replace(
        "@serve.deployment", '@serve.deployment(ray_actor_options={"num_gpus": 0.5})'
    )
    folder = tool.model("My Model", script)
    assert "is written" in tool.run("artifact", "init", str(folder))
    text = (folder / "artifact.toml").read_text()
    assert 'deployment_name = "app"' in text
    assert '\nscales = "Model"' in text
    assert "\ngpu = 0.5" in text
    assert tool.json("artifact", "check", str(folder))["problems"] == []
    assert tool.json("artifact", "add", str(folder))["spec"]["gpu"] == 0.5


@pytest.mark.parametrize("kind", ["file", "link"])
def test_init_never_overwrites(tool: Tool, kind: str) -> None:
    folder = tool.model()
    path = folder / "artifact.toml"
    if kind == "file":
        path.write_text("name = 'mine'")
    else:
        path.symlink_to(tool.folder / "nowhere")
    assert "is there already" in tool.fails("artifact", "init", str(folder))
    assert not (tool.folder / "nowhere").exists()
    assert kind == "link" or path.read_text() == "name = 'mine'"


def test_init_finds_a_script_of_another_name(tool: Tool) -> None:
    folder = tool.folder / "deep"
    (folder / "models").mkdir(parents=True)
    (folder / "broken.py").write_text("def")
    (folder / "plain.py").write_text("x = 1")
    (folder / "models" / "run.py").write_text(SCRIPT.replace("app =", "main ="))
    tool.run("artifact", "init", str(folder))
    found = tool.json("artifact", "check", str(folder))
    assert found["good"]
    assert (found["file_path"], found["deployment_name"]) == ("models/run", "main")


@pytest.mark.parametrize(
    ("script", "doubt"),
    [
        ("x = 1", "no script that binds an application"),
        (f"{SCRIPT}\napp = Model.bind(other, Model.bind(), Model.bind())", "--scales"),
    ],
)
def test_init_says_what_it_could_not_tell(tool: Tool, script: str, doubt: str) -> None:
    folder = tool.model("m", script)
    tool.run("artifact", "init", str(folder))
    assert doubt in (folder / "artifact.toml").read_text()


def test_a_read_only_face_writes_no_manifest(tool: Tool) -> None:
    folder = tool.model()
    assert "Read-only" in tool.fails("--read-only", "artifact", "init", str(folder))
    assert not (folder / "artifact.toml").exists()


def test_a_hostile_manifest_does_nothing_to_the_terminal(tool: Tool) -> None:
    folder = str(described(tool, '"\\u001b]0;x\\u0007" = 1\ndescription = "\\u202e"'))
    assert "\x1b" not in tool.fails("artifact", "add", folder)
    out = tool.run("artifact", "check", folder, code=2)
    assert "no key here" in out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)
