"""A real scheduler on a real disk that gets full: the schedule goes on, nothing is lost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fake_server import FakeServer
from make import DIGEST, make_artifact
from runtime.processes import leads, scheduler, until
from tasktui.commands.commands import Commands
from tasktui.commands.context import Context
from tasktui.config import Config
from tasktui.domain.event import Actor
from tasktui.domain.schedule import OneOff, Replicas
from tasktui.domain.status import Status
from tasktui.domain.task import Task, TaskSpec, When
from tasktui.engine.fake import FakeRay
from tasktui.runtime import daemon
from tasktui.scheduler.leader import holder
from tasktui.store.store import Store


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    point = tmp_path / "small"
    point.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount")
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tasktui-test", str(point)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted here")
    try:
        yield point
    finally:
        subprocess.run(["umount", str(point)], check=True)


@pytest.fixture
def site(small: Path) -> Iterator[tuple[Config, FakeServer]]:
    ray = FakeRay(build_s=0.1, start_s=0.1, drain_s=0.1)
    with FakeServer(ray).running() as server:
        yield Config(state_dir=small / "state", address=server.address), server


@contextmanager
def commands(config: Config) -> Iterator[Commands]:
    with closing(Store.open(config.database)) as store:
        store.add_artifact(make_artifact())
        store.archive_path(DIGEST).write_bytes(b"zip")
        context = Context(
            store=store,
            config=config,
            actor=Actor(user="op"),
            now=lambda: datetime.now(UTC),
            poke=lambda: None,
        )
        yield Commands(context)


def spec(end: datetime | None = None) -> TaskSpec:
    local = end.replace(tzinfo=None, microsecond=0) if end else None
    schedule = OneOff(at=None, timezone="UTC", replicas=Replicas(1, 1), end=local)
    return TaskSpec(
        name="chat", artifact="echo", file_path="", deployment_name="", schedule=schedule
    )


def task(config: Config) -> Task:
    with closing(Store.open(config.database)) as store:
        return store.task("chat")


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def test_the_schedule_goes_on_while_the_disk_is_full(site: tuple[Config, FakeServer]) -> None:
    config, server = site
    config.state_dir.mkdir(mode=0o700)
    with commands(config) as c:
        c.launch(spec())
        c.activate("chat", When.NOW)
    ballast = config.state_dir.parent / "ballast"
    with scheduler(config) as process:
        leads(config)
        until(lambda: task(config).status is Status.RUNNING)
        with commands(config) as c:
            c.edit("chat", 1, spec(datetime.now(UTC) + timedelta(seconds=4)))
        fill(ballast)
        until(lambda: bool((held := holder(config.state_dir)) and held.trouble))
        until(lambda: not server.ray.apps)
        assert task(config).status is Status.RUNNING, "nobody could write it down"
        with closing(Store.open(config.database)) as store:
            found = daemon.health(config, store.leader())
        assert found.state is daemon.State.RUNNING
        assert "No space is left" in found.trouble
        ballast.unlink()
        until(lambda: task(config).status is Status.IDLE)
        until(lambda: (held := holder(config.state_dir)) is not None and not held.trouble)
        process.terminate()
        assert process.wait(20) == 0
        said = process.stdout.read() if process.stdout else ""
    assert "Traceback" not in said
    with closing(Store.open(config.database, leader=True)) as store:
        reasons = [e.reason for e in store.events()]
        assert any("could not be written from" in r for r in reasons)
        path = [e.new for e in store.events(store.task("chat").id) if e.new is not e.old]
    assert path[-2:] == [Status.NEED_STOP, Status.IDLE] or path[-1] is Status.IDLE
    log = config.scheduler_log.read_text()
    assert log.count("No space is left") <= 2, "at most one line a minute"


def test_one_that_starts_on_a_full_disk_says_so(site: tuple[Config, FakeServer]) -> None:
    config, _ = site
    config.state_dir.mkdir(mode=0o700)
    Store.open(config.database).close()
    fill(config.state_dir.parent / "ballast")
    with scheduler(replace(config)) as process:
        words, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "Traceback" not in words
    assert "space" in words
