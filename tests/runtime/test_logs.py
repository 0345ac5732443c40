from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from fake_server import FakeServer
from make import DIGEST, OURS, make_progress, make_replica, make_service, make_task
from tasktui.config import Config
from tasktui.domain.log import ALL_LINES, Stream
from tasktui.domain.task import Task
from tasktui.engine.fake import FakeRay
from tasktui.engine.payload import package_name
from tasktui.engine.ray_serve import RayServe
from tasktui.errors import NotFound, Rejected, StoreError, Unreachable
from tasktui.runtime.kept import keep
from tasktui.runtime.logs import Kind, Source, choose, feed, newest, sources


def task(*replicas: str, error: str = "") -> Task:
    rows = tuple(make_replica(r) for r in replicas)
    return make_task(progress=make_progress(replicas=rows, last_error=error))


def end(config: Config, replica: str, ago: int) -> None:
    path = keep(config.state_dir, "chat", replica, f"log of {replica}\nKilled")
    os.utime(path, (1_770_000_000 - ago, 1_770_000_000 - ago))


def ids(found: tuple[Source, ...]) -> list[tuple[str, str]]:
    return [(str(s.kind), s.id) for s in found]


def test_living_replicas_come_first_then_those_that_ended_last_then_what_is_around(
    config: Config,
) -> None:
    end(config, "old", 60)
    end(config, "new", 30)
    end(config, "r1", 10)
    found = sources(config, task("r1", "r2"))
    assert ids(found) == [
        ("live", "r1"),
        ("live", "r2"),
        ("dead", "new"),
        ("dead", "old"),
        ("controller", "controller"),
        ("build", "build"),
    ]
    assert [s.grows for s in found] == [True, True, False, False, True, False]
    live, dead = newest(found, Kind.LIVE), newest(found, Kind.DEAD)
    assert live is not None
    assert dead is not None
    assert (live.id, dead.id) == ("r2", "new")


@pytest.mark.parametrize(
    ("wanted", "previous", "found"),
    [
        ("", False, "r2"),
        ("r1", False, "r1"),
        ("ew", False, "new"),
        ("", True, "new"),
        ("ol", True, "old"),
        ("contr", False, "controller"),
        ("build", False, "build"),
    ],
)
def test_a_log_is_chosen_by_a_part_of_its_id(
    config: Config, wanted: str, found: str, *, previous: bool
) -> None:
    end(config, "old", 60)
    end(config, "new", 30)
    chat = task("r1", "r2")
    assert choose(chat, sources(config, chat), wanted, previous=previous).id == found


def test_what_is_not_there_is_told_with_what_is(config: Config) -> None:
    chat = task("abc")
    with pytest.raises(NotFound, match=r"no replica zzz\. It has: abc, controller, build"):
        choose(chat, sources(config, chat), "zzz")
    with pytest.raises(NotFound, match="No log of a replica of chat that has ended is kept"):
        choose(chat, sources(config, chat), "", previous=True)
    with pytest.raises(NotFound, match="chat is Idle and has no replica"):
        choose(task(), sources(config, task()), "")
    end(config, "old", 1)
    with pytest.raises(NotFound, match="--previous shows the last of 1 that ended"):
        choose(task(), sources(config, task()), "")


def test_a_log_that_is_kept_is_read_without_ray(config: Config) -> None:
    end(config, "old", 1)
    (source,) = (s for s in sources(config, task()) if s.kind is Kind.DEAD)
    assert feed(config, source, Stream.LOG, ALL_LINES).news() == ["log of old", "Killed"]
    assert feed(config, source, Stream.LOG, 1).news() == ["Killed"]
    assert source.path is not None
    source.path.unlink()
    with pytest.raises(StoreError, match="thrown away after 7 days"):
        feed(config, source, Stream.LOG, 1).news()


def test_the_last_error_of_a_start_is_a_log_too(config: Config) -> None:
    source = sources(config, task(error="Traceback\nImportError: x"))[-1]
    assert feed(config, source, Stream.LOG, 10).news() == ["Traceback", "ImportError: x"]
    assert list(feed(config, sources(config, task())[-1], Stream.LOG, 10).news()) == []


@pytest.fixture
def ray() -> Iterator[FakeServer]:
    fake = FakeRay(build_s=0, start_s=0)
    fake.packages[package_name(DIGEST)] = b"zip"
    with FakeServer(fake).running() as server:
        yield server


async def started(ray: FakeServer) -> Source:
    engine = RayServe(ray.address)
    await engine.apply(OURS, [make_service(replicas="1")])
    (app,) = (await engine.observe()).apps.values()
    await engine.close()
    return Source(kind=Kind.LIVE, id=app.replicas[0].id, replica=app.replicas[0])


def test_the_log_of_a_living_replica_comes_from_ray(config: Config, ray: FakeServer) -> None:
    source = asyncio.run(started(ray))
    near = replace(config, address=ray.address)
    log = feed(near, source, Stream.LOG, 10)
    (first,) = log.news()
    assert source.id in first
    ray.ray.logs.write(source.id, "two\nthr")
    assert log.news() == ["two"]
    ray.ray.logs.write(source.id, "ee\n")
    assert log.news() == ["three"]
    ray.ray.logs.files[f"serve/replica_{source.id}.log"] = "rotated\n"
    assert list(log.news())[1:] == ["rotated"]
    assert list(feed(near, source, Stream.OUT, 10).news()) == []
    ray.ray.logs.files.clear()
    with pytest.raises(Rejected, match="Ray has no log of replica"):
        log.news()


def test_the_controllers_log_comes_from_ray(config: Config, ray: FakeServer) -> None:
    near = replace(config, address=ray.address)
    source = Source(kind=Kind.CONTROLLER, id="controller")
    assert "controller" in feed(near, source, Stream.LOG, 10).news()[0]
    ray.ray.down = True
    with pytest.raises(Unreachable):
        feed(near, source, Stream.LOG, 10).news()
