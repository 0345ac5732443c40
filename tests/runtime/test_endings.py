from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from make import DIGEST, OURS, OWNER, make_progress, make_service, make_task
from tasktui.config import Config
from tasktui.domain.observed import Replica
from tasktui.domain.task import Task
from tasktui.engine.fake import FakeRay
from tasktui.engine.fake_logs import FakeLogs
from tasktui.engine.payload import package_name
from tasktui.engine.ray_serve import RayServe
from tasktui.runtime.endings import Endings
from tasktui.runtime.files import prepare
from tasktui.runtime.kept import folder, kept

APP = make_service().app


class Bench:
    """A fake cluster with ``chat`` on it, and who keeps its logs."""

    def __init__(self, config: Config) -> None:
        self.work: list[asyncio.Task[None]] = []
        prepare(config.state_dir)
        self.config = config
        self.ray = FakeRay()
        self.ray.packages[package_name(DIGEST)] = b"zip"
        self.engine = RayServe(self.ray.address, transport=self.ray.transport())
        self.anew()

    def anew(self, *tasks: Task) -> None:
        """As after a start of the scheduler."""
        self.endings = Endings(self.config, again_s=0.01)
        self.endings.begin(OWNER, tasks)
        self.work.append(asyncio.create_task(self.endings.run()))

    async def runs(self, **service: Any) -> Replica:
        await self.engine.apply(OURS, [make_service(replicas="1", **service)])
        return await self.looks()

    async def looks(self, seconds: float = 5.0) -> Replica:
        self.ray.advance(seconds)
        seen = await self.engine.observe()
        self.endings.look(self.engine, seen)
        return seen.apps[APP].replicas[0]

    async def until(self, check: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not check():  # noqa: ASYNC110 - files tell nobody
                await asyncio.sleep(0.01)

    async def text(self, replica: Replica) -> str:
        path = folder(self.config.state_dir, "chat") / f"{replica.id}.log"
        await self.until(path.exists)
        return path.read_text()


@pytest.fixture
async def bench(config: Config) -> AsyncIterator[Bench]:
    made = Bench(config)
    yield made
    for task in made.work:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await made.engine.close()


async def test_the_log_of_a_replica_that_dies_is_kept(bench: Bench) -> None:
    replica = await bench.runs()
    bench.ray.logs.write(replica.id, "ERROR out of memory\n")
    bench.ray.lose_replicas(APP)
    other = await bench.looks()
    assert other.id != replica.id
    text = await bench.text(replica)
    assert text.startswith(f"-- replica {replica.id} of chat on 127.0.0.1, process {replica.pid};")
    assert text.endswith("ERROR out of memory\n")
    assert [k.replica for k in kept(bench.config.state_dir, "chat")] == [replica.id]


async def test_what_its_process_wrote_is_kept_too_and_the_log_not_twice(bench: Bench) -> None:
    replica = await bench.runs()
    files = bench.ray.logs.files
    files[f"worker-00ff-01000000-{replica.pid}.err"] += "Segmentation fault\n"
    files[f"worker-00ff-01000000-{replica.pid}.out"] += "loading weights\n"
    bench.ray.lose_replicas(APP)
    await bench.looks()
    lines = (await bench.text(replica)).splitlines()[1:]
    assert lines[1:] == ["-- stderr --", "Segmentation fault", "-- stdout --", "loading weights"]
    assert replica.id in lines[0]


async def test_the_log_of_a_task_that_is_stopped_is_kept(bench: Bench) -> None:
    replica = await bench.runs()
    await bench.engine.apply(OURS, [])
    bench.ray.advance(60)
    bench.endings.look(bench.engine, await bench.engine.observe())
    assert "Started initializing" in await bench.text(replica)


async def test_values_of_the_environment_are_not_in_it_even_when_the_task_is_gone(
    bench: Bench,
) -> None:
    replica = await bench.runs(env={"TOKEN": "hunter22"})
    bench.ray.logs.write(replica.id, "token hunter22\n")
    await bench.engine.apply(OURS, [])
    bench.ray.advance(60)
    bench.endings.look(bench.engine, await bench.engine.observe())
    assert (await bench.text(replica)).endswith("token ***\n")


async def test_a_replica_that_ended_while_no_scheduler_ran_is_kept_with_nothing_secret(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica = await bench.runs(env={"TOKEN": "hunter22", "PLAIN": "swordfish"})
    bench.ray.logs.write(replica.id, "hunter22 swordfish\n")
    await bench.engine.apply(OURS, [])
    bench.ray.advance(60)
    monkeypatch.setenv("SECRET", "hunter22")
    bench.anew(
        make_task(
            env={"TOKEN": "env:SECRET", "PLAIN": "swordfish"},
            progress=make_progress(replicas=(replica,)),
        )
    )
    bench.endings.look(bench.engine, await bench.engine.observe())
    assert (await bench.text(replica)).endswith("*** ***\n")


async def test_what_ray_has_lost_is_said_in_its_place(bench: Bench) -> None:
    replica = await bench.runs()
    bench.ray.logs = FakeLogs()
    bench.ray.lose_replicas(APP)
    await bench.looks()
    assert "Ray does not have its log any more: its node is gone" in await bench.text(replica)


async def test_what_was_kept_when_it_was_about_to_end_stays(bench: Bench) -> None:
    replica = await bench.runs()
    seen = await bench.engine.observe()
    stopping = replace(seen.apps[APP], replicas=(replace(replica, state="STOPPING"),))
    bench.endings.look(bench.engine, replace(seen, apps={APP: stopping}))
    text = await bench.text(replica)
    bench.ray.logs = FakeLogs()
    bench.ray.lose_replicas(APP)
    other = await bench.looks()
    bench.ray.lose_replicas(APP)
    await bench.looks()
    await bench.text(other)
    assert await bench.text(replica) == text


async def test_ray_is_asked_again_while_it_does_not_answer(bench: Bench) -> None:
    replica = await bench.runs()
    bench.ray.lose_replicas(APP)
    await bench.looks()
    bench.ray.down = True
    await asyncio.sleep(0.02)
    bench.ray.down = False
    assert "Started initializing" in await bench.text(replica)


async def test_applications_of_others_are_not_kept(bench: Bench) -> None:
    bench.ray.deploy_foreign("others")
    await bench.runs()
    bench.ray.lose_replicas("others")
    bench.ray.lose_replicas(APP)
    await bench.looks()
    await bench.until(lambda: bool(kept(bench.config.state_dir, "chat")))
    assert [p.name for p in (bench.config.state_dir / "logs").iterdir()] == ["chat"]


async def test_nobody_hears_of_a_disk_that_takes_nothing(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    (bench.config.state_dir / "logs").write_text("in the way")
    replica = await bench.runs()
    bench.ray.lose_replicas(APP)
    await bench.looks()
    await bench.until(lambda: f"The log of {replica.id} was not kept" in caplog.text)
