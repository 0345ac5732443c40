"""Builds whose script a cluster imports: when, with what, and how each ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fake_server import FakeServer
from runtime.bad_inputs import SCRIPT, folder
from runtime.building import Site, until
from tasktui.commands.artifacts import NewArtifact
from tasktui.config import Builds, Config
from tasktui.domain.build import BuildStatus
from tasktui.engine.fake import FakeRay
from tasktui.engine.fake_jobs import FakeImport
from tasktui.runtime.imports import STAND_IN
from tasktui.runtime.session import Session
from tasktui.store import buildfiles

NEEDS = "requirements = ['not-there-at-all==1.0']\n"
ENV = "[env]\nPLAIN = 'yes'\nTOKEN = 'env:TOKEN'\n"


@dataclass
class Bench:
    """A cluster that answers, and a session that builds."""

    ray: FakeRay
    server: FakeServer
    config: Config
    undo: ExitStack

    def site(self, builds: Builds = "import", **kw: object) -> Site:
        given = {"address": self.server.address, **kw}
        made = Site(Session(replace(self.config, builds=builds, **given), {}, "cli"))  # type: ignore[arg-type]
        self.undo.callback(made.end)
        return made

    @property
    def where(self) -> str:
        return f"on the cluster at {self.server.address}"

    def waits(self) -> None:
        """Imports do not end by themselves from now on."""
        self.ray.jobs.does = FakeImport(seconds=1e6, output="waiting\n")


@pytest.fixture
def bench(config: Config) -> Iterator[Bench]:
    ray = FakeRay()
    ray.jobs.setup_s = 0.0
    ray.jobs.does = FakeImport(seconds=0.0, output="hello\n")
    with ExitStack() as undo:
        server = undo.enter_context(FakeServer(ray).running())
        yield Bench(ray, server, config, undo)


def needing(place: Path, manifest: str = NEEDS) -> NewArtifact:
    return folder({"serve.py": f"import not_there\n{SCRIPT}", "artifact.toml": manifest})(place)


def test_what_is_missing_here_is_imported_on_the_cluster(bench: Bench, tmp_path: Path) -> None:
    site = bench.site()
    found = site.built(needing(tmp_path, NEEDS + ENV))
    build = found.build
    assert (build.status, build.where, build.note) == (BuildStatus.SUCCESS, bench.where, "")
    assert (found.scaled, build.deployments[0].name) == ("Echo", "Echo"), "told, not read"
    head, said, *_ = site.log(found.label).splitlines()
    assert "after installing not-there-at-all==1.0" in head
    assert said == "hello"
    assert len(bench.ray.jobs.entries) == 1
    assert not bench.ray.jobs.rows


def test_no_secret_and_no_more_than_a_replica_gets_is_told_to_the_cluster(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "the-secret-itself")
    bench.waits()
    site = bench.site()
    label = site.add(needing(tmp_path, NEEDS + ENV)).label
    until(lambda: "waiting" in site.log(label))
    (job,) = bench.ray.jobs.rows.values()
    assert job.runtime_env["env_vars"] == {"PLAIN": "yes", "TOKEN": STAND_IN}
    assert job.runtime_env["pip"] == ["not-there-at-all==1.0"]
    assert "the-secret-itself" not in job.entrypoint
    artifact = site.artifact(label)
    assert (artifact.build.status, artifact.build.where) == (BuildStatus.BUILDING, bench.where)


def test_what_is_all_here_is_imported_here(bench: Bench, tmp_path: Path) -> None:
    found = bench.site().built(folder({"serve.py": SCRIPT})(tmp_path))
    assert (found.build.status, found.build.where) == (BuildStatus.SUCCESS, "on this machine")
    assert not bench.ray.jobs.entries


@pytest.mark.parametrize("script", ["import not_there\n", "raise ImportError('needs vLLM')\n"])
def test_a_module_that_nobody_required_may_be_on_the_cluster(
    bench: Bench, tmp_path: Path, script: str
) -> None:
    site = bench.site()
    found = site.built(folder({"serve.py": f"{script}{SCRIPT}"})(tmp_path))
    assert (found.build.status, found.build.where) == (BuildStatus.SUCCESS, bench.where)
    log = site.log(found.label)
    assert log.index("Error") < log.index("-- imported on the cluster"), "tried here before"


def test_everything_can_be_imported_on_the_cluster(bench: Bench, tmp_path: Path) -> None:
    found = bench.site("cluster").built(folder({"serve.py": SCRIPT})(tmp_path))
    assert (found.scaled, found.build.where) == ("Echo", bench.where)


def test_where_it_has_to_be_on_a_cluster_and_none_answers_it_fails(
    bench: Bench, tmp_path: Path
) -> None:
    bench.ray.token = "needed"
    build = bench.site("cluster").built(folder({"serve.py": SCRIPT})(tmp_path)).build
    assert (build.status, build.where) == (BuildStatus.FAILURE, "")
    assert "wants a token" in build.why
    assert "set builds to import to have them here" in build.why


def test_a_module_that_is_missing_there_is_told_so(bench: Bench, tmp_path: Path) -> None:
    answer = {"stage": "import", "type": "ModuleNotFoundError", "message": "", "missing": "torch"}
    bench.ray.jobs.does = FakeImport(seconds=0.0, answer=answer)
    build = bench.site().built(needing(tmp_path)).build
    assert build.status is BuildStatus.FAILURE
    assert "serve.py needs the module torch, which is not installed there." in build.why


def test_a_cluster_that_refuses_the_job_fails_the_build(bench: Bench, tmp_path: Path) -> None:
    bench.ray.jobs.refusing = "no such key"
    build = bench.site().built(needing(tmp_path)).build
    assert build.status is BuildStatus.FAILURE
    assert "serve.py cannot be imported on the cluster: Ray refused POST" in build.why


def test_a_cancelled_build_stops_its_job(bench: Bench, tmp_path: Path) -> None:
    bench.waits()
    site = bench.site()
    label = site.add(needing(tmp_path)).label
    until(lambda: "waiting" in site.log(label))
    site.cancel(label)
    assert site.over(label).build.status is BuildStatus.CANCELLED
    assert not bench.ray.jobs.rows


def test_the_job_of_a_killed_build_is_ended_by_the_next_one(bench: Bench, tmp_path: Path) -> None:
    bench.waits()
    site = bench.site()
    artifact = site.add(needing(tmp_path))
    until(lambda: "waiting" in site.log(artifact.label))
    os.kill(buildfiles.process(bench.config.state_dir, artifact.id), signal.SIGKILL)
    assert site.over(artifact.label).build.status is BuildStatus.FAILURE
    (left,) = bench.ray.jobs.rows.values()
    bench.ray.jobs.does = FakeImport(seconds=0.0)
    site.session.call(lambda c: c.rebuild(artifact.label))
    assert site.over(artifact.label).build.status is BuildStatus.SUCCESS
    assert left.stopped
