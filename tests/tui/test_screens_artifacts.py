"""Artifacts and their builds: the list, the log, building again."""

from __future__ import annotations

import os
from dataclasses import replace

from make import NOW
from tasktui.commands.artifacts import NewArtifact
from tasktui.domain.build import Build, BuildStatus, Deployment
from tasktui.store import buildfiles
from tasktui.tui.lines import plain
from tasktui.tui.screens.build import told
from tui.bench import Bench, press, until
from tui.wizard_app import SCRIPT

SIZE = (100, 50)
FAILED = Build(
    status=BuildStatus.FAILURE, seconds=1.5, error="serve.py cannot be imported: \x1b[2J.\nlast"
)


def added(bench: Bench, build: Build | None = None, log: str = "") -> str:
    """An artifact with this build."""
    folder = bench.folder / "mine"
    folder.mkdir(exist_ok=True)
    (folder / "serve.py").write_text(SCRIPT)
    artifact = bench.other.call(lambda c: c.add_artifact(NewArtifact(source=folder)))
    if build is not None:
        with bench.store() as store:
            assert store.tell_build(replace(artifact, build=build), artifact.build)
    with buildfiles.open_log(bench.config.state_dir, artifact.id) as file:
        file.write(log.encode())
    return artifact.label


async def test_the_list_says_which_build_failed_and_why(bench: Bench) -> None:
    added(bench, FAILED)
    bench.launched("chat")
    bench.launched("other")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "> chat")
        seen = await press(pilot, "b", seen="echo  official")
        assert "echo  official  SUCCESS  used by chat (Idle) and 1 more" in seen
        assert "mine@1  folder  FAILURE" in seen
        assert "serve.py cannot be imported" in seen
        await press(pilot, "G", seen="> mine@1")
        await press(pilot, "escape", seen="> chat")


async def test_enter_shows_what_a_build_told_and_wrote(bench: Bench) -> None:
    added(bench, FAILED, "Traceback\n  \x1b]0;gone\x07 in line 3\n")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "artifact")
        await press(pilot, "b", seen="echo  official")
        await press(pilot, "G", "enter", seen="build of mine@1")
        seen = await until(pilot, "in line 3")
        assert "FAILURE  1.5 s" in seen
        assert "\\x1b]0;gone" in seen


async def test_a_log_grows_while_it_is_written(bench: Bench) -> None:
    label = added(bench, Build(status=BuildStatus.BUILDING, at=NOW), "first\n")
    with bench.store() as store:
        key = store.artifact(label).id
    lock = buildfiles.take(bench.config.state_dir, key)
    assert lock is not None
    try:
        async with bench.app().run_test(size=SIZE) as pilot:
            await until(pilot, "artifact")
            await press(pilot, "b", seen="echo  official")
            await press(pilot, "G", "l", seen="first")
            with buildfiles.open_log(bench.config.state_dir, key) as file:
                file.write(b"first\nsecond\n")
            await until(pilot, "second")
    finally:
        os.close(lock)


async def test_a_build_that_cannot_be_is_refused_in_words(bench: Bench) -> None:
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "artifact")
        await press(pilot, "b", seen="echo  official")
        await press(pilot, "B", seen="is imported again")
        await press(pilot, "tab", "enter", seen="there is no package to build")


async def test_an_artifact_that_is_removed_stays_as_it_was(bench: Bench) -> None:
    label = added(bench, log="it went well")
    async with bench.app().run_test(size=SIZE) as pilot:
        await until(pilot, "artifact")
        await press(pilot, "b", seen="echo  official")
        await press(pilot, "G", "enter", seen="it went well")
        bench.other.call(lambda c: c.remove_artifact(label))
        await until(pilot, "was removed; this is how it was")
        await press(pilot, "escape", seen="echo  official")


def test_a_build_tells_its_deployments() -> None:
    build = Build(
        status=BuildStatus.SUCCESS,
        deployments=(
            Deployment(name="Ingress", calls=("Model",), cpu=1, gpu=0),
            Deployment(name="Model", cpu=2, gpu=1),
        ),
        docs_path="/docs",
        note="only read",
        where="on this machine",
    )
    shown = "\n".join(plain(row) for row in told(build, 80))
    assert "Topology   Ingress: 0 GPU, 1 CPU, calls Model" in shown
    assert "Model: 1 GPU, 2 CPU" in shown
    assert "/docs" in shown
    assert "only read" in shown
    assert "Imported   on this machine" in shown
