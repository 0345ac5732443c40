from __future__ import annotations

from dataclasses import replace

import pytest

from commands.desk import Desk, spec
from tasktui.commands.artifacts import NewArtifact
from tasktui.domain.recipe import Scalar
from tasktui.domain.task import Task
from tasktui.errors import InvalidField, UserError

SCRIPT = """
from ray import serve

@serve.deployment
class Model:
    async def __call__(self, request): return "ok"

def app(args):
    return Model.bind()
"""
MANIFEST = """
tags = ["llm"]
requirements = ["httpx"]

[resources.custom]
licence = 1

[env]
MODE = "fast"

[parameters.max_tokens]
type = "integer"
default = 256
min = 1
max = 4096

[parameters.style]
type = "text"
default = "plain"

[health]
start_limit_s = 90
"""


def model(desk: Desk, manifest: str = MANIFEST, script: str = SCRIPT) -> str:
    folder = desk.folder / "src" / "llm"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "serve.py").write_text(script)
    (folder / "artifact.toml").write_text(manifest)
    return desk.commands.add_artifact(NewArtifact(source=folder, name="llm")).label


def launched(desk: Desk, **parameters: Scalar) -> Task:
    return desk.commands.launch(replace(spec("chat", model(desk)), parameters=parameters))


def edited(desk: Desk, **parameters: Scalar) -> Task:
    task = desk.commands.task("chat")
    new = replace(desk.commands.spec_of(task), parameters=parameters)
    return desk.commands.edit("chat", task.revision, new)


def test_an_artifact_keeps_all_that_its_manifest_says(desk: Desk) -> None:
    artifact = desk.store.artifact(model(desk))
    assert artifact.tags == ("llm",)
    assert [p.name for p in artifact.parameters] == ["max_tokens", "style"]
    assert artifact.recipe.requirements == ("httpx",)
    assert artifact.recipe.health.start_limit_s == 90
    assert artifact.spec.custom == (("licence", 1.0),)
    assert str(artifact.spec) == "1 CPU 1 licence"


def test_a_launch_keeps_what_was_given_and_settles_every_value(desk: Desk) -> None:
    task = launched(desk, max_tokens=512, style="plain")
    assert dict(task.parameters) == {"max_tokens": 512}
    assert dict(task.recipe.args) == {"max_tokens": 512, "style": "plain"}
    assert task.recipe.requirements == ("httpx",)
    assert desk.commands.task("chat") == task


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"max_tokens": 5000}, "parameters.max_tokens: 5000 is not valid: a whole number from 1"),
        ({"max_tokens": "many"}, "parameters.max_tokens: 'many' is not valid"),
        ({"max_token": 5}, "parameters.max_token: 5 is not valid: .* did you mean max_tokens"),
    ],
)
def test_a_wrong_value_is_refused_before_anything_is_written(
    desk: Desk, parameters: dict[str, Scalar], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        launched(desk, **parameters)
    assert desk.commands.tasks() == []


def test_another_value_is_an_edit_that_restarts_and_a_rollback_takes_back(desk: Desk) -> None:
    new = replace(desk.commands.spec_of(launched(desk)), parameters={"style": "x"})
    (change,) = desk.commands.changes("chat", new)
    assert (change.field, change.old, change.new) == ("parameters", "-", "style=x")
    assert change.restarts
    assert edited(desk, style="x").recipe.args["style"] == "x"
    steps = desk.commands.history(desk.commands.task("chat"))
    assert [c.new for c in steps[1].changes] == ["style=x"]
    back = desk.commands.rollback("chat")
    assert dict(back.recipe.args) == {"max_tokens": 256, "style": "plain"}
    assert dict(back.parameters) == {}


def test_a_default_that_is_written_out_changes_nothing(desk: Desk) -> None:
    launched(desk)
    assert edited(desk, max_tokens=256).revision == 1


def test_a_clone_has_the_same_values(desk: Desk) -> None:
    clone = replace(desk.commands.spec_of(launched(desk, style="x")), name="other")
    assert dict(desk.commands.launch(clone).parameters) == {"style": "x"}


def test_an_exported_task_says_its_values(desk: Desk) -> None:
    launched(desk, max_tokens=512)
    ((_, text),) = desk.commands.export(["chat"])
    assert "parameters:\n  max_tokens: 512\n" in text


def test_a_new_version_keeps_values_that_it_knows_and_brings_its_own_variables(
    desk: Desk,
) -> None:
    task = launched(desk, max_tokens=512, style="x")
    newer = MANIFEST.replace("style", "manner").replace('MODE = "fast"', 'MODE = "slow"\nNEW = "1"')
    given = desk.commands.spec_of(task)
    given = replace(given, env={**given.env, "OWN": "2"})
    moved = desk.commands.moved(task, given, model(desk, newer))
    assert dict(moved.parameters) == {"max_tokens": 512}
    assert dict(moved.env) == {"MODE": "slow", "NEW": "1", "OWN": "2"}
    assert (moved.file_path, moved.deployment_name) == ("", "")


def test_parameters_need_a_function_that_takes_them(desk: Desk) -> None:
    script = SCRIPT.replace("def app(args):\n    return ", "app = ")
    with pytest.raises(InvalidField, match=r"deployment_name.*a function of one parameter.*style"):
        model(desk, script=script)


def test_a_reference_of_the_artifact_without_a_value_is_refused_before_the_launch(
    desk: Desk,
) -> None:
    label = model(desk, MANIFEST.replace('"fast"', '"env:NOT_SET_ANYWHERE"'))
    with pytest.raises(UserError, match=r"env: 'MODE=env:NOT_SET_ANYWHERE'"):
        desk.commands.launch(spec("chat", label))
    given = replace(spec("chat", label), env={"MODE": "mine"})
    assert desk.commands.launch(given).env["MODE"] == "mine"
