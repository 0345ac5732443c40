from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tasktui.catalog import Official, official
from tasktui.domain.artifact import Spec
from tasktui.domain.manifest import Manifest
from tasktui.domain.task import check_name
from tasktui.engine.packages import pack
from tasktui.engine.script import inspect
from tasktui.errors import InvalidField, UserError

MANIFEST = """
description = "Says hello"
file_path = "models/serve"
deployment_name = "main"

[resources]
cpu = 2
gpu = 0.5
gpu_type = "H100"
"""


def manifest(place: Path, text: str, name: str = "hello") -> Path:
    (place / name).mkdir(exist_ok=True)
    (place / name / "artifact.toml").write_text(text)
    return place


def test_a_manifest_becomes_an_official_model(tmp_path: Path) -> None:
    assert official(manifest(tmp_path, MANIFEST)) == (
        Official(
            folder=tmp_path / "hello",
            manifest=Manifest(
                name="hello",
                file_path="models/serve",
                deployment_name="main",
                spec=Spec(cpu=2, gpu=0.5, gpu_type="H100"),
                description="Says hello",
            ),
        ),
    )


def test_models_come_by_name_and_other_folders_are_none(tmp_path: Path) -> None:
    for name in ("b", "a"):
        manifest(tmp_path, MANIFEST, name)
    (tmp_path / "__pycache__").mkdir()
    assert [m.name for m in official(tmp_path)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (f"title = 'x'\n{MANIFEST}", "title"),
        (f"{MANIFEST}\nreplicas = 3", "replicas"),
        ("file_path = 'x'", "description"),
        (f"name = 'other'\n{MANIFEST}", "other"),
    ],
)
def test_unknown_and_missing_keys_are_refused_by_name(text: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=word) as raised:
        official(manifest(tmp_path, text))
    assert "hello/artifact.toml" in str(raised.value)


def test_a_manifest_that_is_not_toml_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(InvalidField, match=r"hello/artifact\.toml: .*line 1"):
        official(manifest(tmp_path, "= ="))


# -- the models that come with the program


@pytest.mark.parametrize("model", official(), ids=lambda m: m.name)
def test_an_official_model_can_be_packed_and_read(model: Official, tmp_path: Path) -> None:
    assert check_name(model.name) == model.name
    script = model.folder / f"{model.manifest.file_path}.py"
    manifest = model.manifest
    assert inspect(script.read_text(), manifest.deployment_name, manifest.scales).scaled
    assert script.name in pack(model.folder, tmp_path).files
    assert model.manifest.description


def test_echo_is_small_and_needs_nothing_beyond_ray_serve() -> None:
    (echo,) = (m for m in official() if m.name == "echo")
    assert echo.manifest.spec == Spec(cpu=0.1)
    text = (echo.folder / "serve.py").read_text()
    assert inspect(text, "app").scaled == "Echo"
    assert imports(text) - sys.stdlib_module_names == {"ray", "starlette"}


def imports(text: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {a.name.partition(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
    return found
