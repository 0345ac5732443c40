"""The request that one would send first."""

from __future__ import annotations

import pytest

from commands.desk import SCRIPT, Desk, spec
from tasktui.commands.artifacts import NewArtifact
from tasktui.commands.request import Request
from tasktui.domain.task import Task


def launched(desk: Desk, manifest: str | None) -> Task:
    folder = desk.folder / "src" / "model"
    folder.mkdir(parents=True)
    (folder / "serve.py").write_text(SCRIPT)
    if manifest is not None:
        (folder / "artifact.toml").write_text(manifest)
    label = desk.commands.add_artifact(NewArtifact(source=folder)).label
    return desk.commands.launch(spec("chat", label))


@pytest.mark.parametrize(
    ("manifest", "request_"),
    [
        (None, Request()),
        ("", Request()),
        ("[sample]\npath = '/health'", Request("GET", "/health")),
        (
            "[sample]\nmethod = 'POST'\nbody = {a = [1]}",
            Request("POST", "/", '{"a": [1]}'),
        ),
        ("\ufeff[sample]\nbody = 'text'", Request("GET", "/", "text")),
    ],
)
def test_it_is_what_the_manifest_says(desk: Desk, manifest: str | None, request_: Request) -> None:
    assert desk.commands.sample(launched(desk, manifest)) == request_


def test_it_is_a_plain_one_when_the_package_is_gone(desk: Desk) -> None:
    task = launched(desk, "[sample]\npath = '/health'")
    desk.store.archive_path(task.digest).unlink()
    assert desk.commands.sample(task) == Request()
