"""Official models count as built: because each of them is, here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.building import Site
from tasktui.catalog import official
from tasktui.commands.artifacts import NewArtifact
from tasktui.config import Config
from tasktui.domain.build import BuildStatus
from tasktui.runtime.session import Session

FOR_GPUS = {"llm-vllm": "needs vLLM on every node"}
"""Models that need packages which only nodes with GPUs have, and what they say without."""


@pytest.fixture
def site(config: Config) -> Iterator[Site]:
    made = Site(Session(config, {}, "cli"))
    yield made
    made.end()


@pytest.mark.parametrize("name", [m.name for m in official()])
def test_an_official_model_builds_and_scales_what_its_script_was_read_to(
    site: Site, tmp_path: Path, name: str
) -> None:
    (model,) = (m for m in official() if m.name == name)
    copy = shutil.copytree(model.folder, tmp_path / "copy")
    found = site.built(NewArtifact(source=copy, name=f"own-{name}"))
    if name in FOR_GPUS and not found.build.launchable:
        assert FOR_GPUS[name] in found.build.why
        return
    assert found.build.status is BuildStatus.SUCCESS, found.build.error
    read = site.artifact(name)
    assert (found.scaled, dict(found.autoscaling)) == (read.scaled, dict(read.autoscaling))
