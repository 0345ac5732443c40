"""One suite for the engine over the fake and over a real Ray: what the scheduler relies on."""

from __future__ import annotations

import asyncio
import re
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from make import OURS, make_replica, make_replicas, make_service
from tasktui.domain.artifact import Spec
from tasktui.domain.build import Deployment
from tasktui.domain.log import ALL_LINES, Stream
from tasktui.domain.observed import App, AppStatus, Observed
from tasktui.domain.recipe import Health, Recipe, Scalar
from tasktui.domain.service import Service
from tasktui.engine.cluster_import import Errand, Pace, run_there
from tasktui.engine.fake import FakeRay
from tasktui.engine.imported import Asked, tell
from tasktui.engine.importer import End, Ending, Limits, Log
from tasktui.engine.packages import pack
from tasktui.engine.payload import code_env, lost_package, same, to_config
from tasktui.engine.ray_jobs import JobStatus, JobView
from tasktui.engine.ray_serve import RayServe
from tasktui.errors import EngineError, Rejected

SCRIPT = """
from ray import serve


@serve.deployment
class Echo:
    def __call__(self, request):
        return {"ok": True}


app = Echo.bind()
"""


BUILDER = """
from ray import serve


@serve.deployment
class Echo:
    def __init__(self, args):
        self.args = args

    def __call__(self, request):
        return self.args


def app(args):
    return Echo.bind(args)
"""


@dataclass
class Bench:
    """An engine, and a way to let time pass."""

    engine: RayServe
    digest: str
    archive: Path
    wait: Callable[[], Awaitable[None]]
    put: Callable[[list[dict[str, Any]]], Awaitable[None]]
    calls: bool = False
    """Whether endpoints answer."""
    pace: Pace = field(default_factory=Pace)
    seen: list[Observed] = field(default_factory=list)

    def service(self, name: str = "chat", replicas: str = "1-2", **kw: Any) -> Service:
        return make_service(name, replicas, digest=self.digest, spec=Spec(cpu=0.1), **kw)

    async def apply(self, *services: Service) -> None:
        await self.engine.ensure_package(self.digest, self.archive)
        await self.engine.apply(OURS, services)

    async def until(self, check: Callable[[Observed], bool]) -> Observed:
        for _ in range(200):
            seen = await self.engine.observe()
            if check(seen):
                return seen
            await self.wait()
        raise AssertionError({n: (a.status, a.message) for n, a in seen.apps.items()})

    async def running(self, *services: Service) -> Observed:
        def check(seen: Observed) -> bool:
            apps = [seen.apps.get(s.app) for s in services]
            return all(a and a.status is AppStatus.RUNNING for a in apps)

        return await self.until(check)


@pytest.fixture
def package(tmp_path: Path) -> tuple[str, Path]:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "serve.py").write_text(SCRIPT)
    digest = pack(folder, tmp_path).digest
    archive = tmp_path / f"{digest}.zip"
    assert zipfile.is_zipfile(archive)
    return digest, archive


@pytest.fixture(params=["fake", pytest.param("ray", marks=pytest.mark.ray)])
async def bench(request: pytest.FixtureRequest, package: tuple[str, Path]) -> AsyncIterator[Bench]:
    if request.param == "fake":
        made = _fake(*package)
    else:
        made = _real(*package, request.getfixturevalue("real_ray"))
    await made.engine.apply(OURS, [])
    yield made
    await made.put([])
    await made.until(lambda seen: not seen.apps)
    await made.engine.close()


def _fake(digest: str, archive: Path) -> Bench:
    fake = FakeRay()
    fake.nodes["node-1"] |= {"GPU": 4, "licence": 2}
    engine = RayServe(fake.address, transport=fake.transport())

    async def wait() -> None:
        fake.advance(0.3)

    pace = Pace(lambda: fake.now, lambda _: wait())
    return Bench(engine, digest, archive, wait, _putter(engine), pace=pace)


def _real(digest: str, archive: Path, ray: Any) -> Bench:
    engine = RayServe(ray.address, ray.token)

    async def wait() -> None:
        await asyncio.sleep(0.3)

    return Bench(engine, digest, archive, wait, _putter(engine), calls=True)


def _putter(engine: RayServe) -> Callable[[list[dict[str, Any]]], Awaitable[None]]:
    async def put(configs: list[dict[str, Any]]) -> None:
        await engine._http.call(
            "PUT", "/api/serve/applications/", payload={"applications": configs}, deadline_s=60
        )

    return put


async def test_a_service_comes_up_with_a_ready_replica(bench: Bench) -> None:
    service = bench.service()
    await bench.apply(service)
    seen = await bench.running(service)
    app = seen.apps[service.app]
    assert [r.ready for r in app.replicas] == [True]
    assert app.replicas[0].pid
    assert (app.route, app.deployments) == ("/chat", ("Echo",))
    assert same(service, app)
    assert seen.serve_url.startswith("http://127.0.0.1:")


async def test_what_a_manifest_says_reaches_the_builder_and_the_cluster(
    bench: Bench, tmp_path: Path
) -> None:
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "serve.py").write_text(BUILDER)
    built = pack(folder, tmp_path)
    args: dict[str, Scalar] = {"max_tokens": 512, "heat": 1.0, "style": "rich", "stream": True}
    service = replace(
        bench.service(replicas="1"),
        digest=built.digest,
        spec=Spec(cpu=0.1, custom=(("licence", 0.5),)),
        recipe=Recipe(args=args, health=Health(check_period_s=5, check_timeout_s=3)),
    )
    await bench.engine.ensure_package(built.digest, tmp_path / f"{built.digest}.zip")
    await bench.apply(service)
    seen = await bench.running(service)
    assert same(service, seen.apps[service.app])
    seen = await bench.until(lambda s: dict(s.nodes[0].used.custom).get("licence") == 0.5)
    assert dict(seen.nodes[0].total.custom)["licence"] == 2
    if bench.calls:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{seen.serve_url}{service.route}", timeout=60)
        assert answer.json() == args


async def test_new_bounds_keep_the_replica(bench: Bench) -> None:
    service = bench.service()
    await bench.apply(service)
    before = (await bench.running(service)).apps[service.app].replicas
    wider = replace(service, replicas=make_replicas("2-3"))
    await bench.apply(wider)

    def two(seen: Observed) -> bool:
        return sum(r.ready for r in seen.apps[service.app].replicas) == 2

    after = (await bench.until(two)).apps[service.app]
    assert before[0].pid in {r.pid for r in after.replicas}
    assert same(wider, after)


async def test_applications_of_others_stay_as_they_are(bench: Bench) -> None:
    others = {**to_config(bench.service("theirs")), "name": "others", "route_prefix": "/others"}
    await bench.engine.ensure_package(bench.digest, bench.archive)
    await bench.put([others])
    before = await bench.until(lambda s: _status(s, "others") is AppStatus.RUNNING)
    service = bench.service()
    await bench.apply(service)
    await bench.running(service)
    await bench.apply()
    after = await bench.until(lambda s: service.app not in s.apps)
    assert after.apps["others"].config == before.apps["others"].config
    assert _pids(after.apps["others"]) == _pids(before.apps["others"])


async def test_a_service_that_is_not_asked_for_any_more_goes_away(bench: Bench) -> None:
    one, two = bench.service("one"), bench.service("two")
    await bench.apply(one, two)
    await bench.running(one, two)
    await bench.apply(two)
    await bench.until(lambda s: one.app not in s.apps and two.app in s.apps)


async def test_a_missing_package_is_uploaded_once(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "another"
    folder.mkdir()
    (folder / "serve.py").write_text(SCRIPT + f"# {tmp_path}\n")
    digest = pack(folder, tmp_path).digest
    archive = tmp_path / f"{digest}.zip"
    assert await bench.engine.ensure_package(digest, archive) is True
    assert await bench.engine.ensure_package(digest, archive) is False


async def test_an_unknown_package_fails_the_deployment_in_words(bench: Bench) -> None:
    service = make_service("lost", digest="0" * 64)
    await bench.engine.apply(OURS, [service])
    seen = await bench.until(lambda s: _status(s, service.app) is AppStatus.DEPLOY_FAILED)
    assert "package" in seen.apps[service.app].message


async def test_nodes_show_what_they_have_and_what_is_used(bench: Bench) -> None:
    service = bench.service(replicas="1")
    await bench.apply(service)
    await bench.running(service)
    # Ray counts some seconds late: what the test before this one held may be in it for a while.
    seen = await bench.until(lambda s: s.nodes[0].used.cpu == pytest.approx(0.1))
    (node,) = seen.nodes
    assert node.total.gpu == 4
    assert seen.autoscaler is False


async def test_the_version_and_the_authentication_are_told(bench: Bench) -> None:
    probe = await bench.engine.probe()
    assert probe.ray_version.count(".") == 2
    assert probe.auth_mode in {"token", "disabled"}


async def test_a_replica_has_a_log_and_keeps_it_after_its_end(bench: Bench) -> None:
    service = bench.service(replicas="1")
    await bench.apply(service)
    (replica,) = (await bench.running(service)).apps[service.app].replicas
    living = await bench.engine.logs(replica)
    assert replica.id in living
    for stream in Stream:
        assert ":actor_name:" not in await bench.engine.logs(replica, stream=stream)
    await bench.apply()
    await bench.until(lambda s: service.app not in s.apps)
    ended = await bench.engine.logs(replica, lines=ALL_LINES)
    assert ended.startswith(living.splitlines()[0])
    assert len((await bench.engine.logs(replica, lines=1)).splitlines()) == 1


async def test_the_log_of_a_replica_is_found_without_its_name(bench: Bench) -> None:
    """Ray tells the name of the file only once the replica has come up."""
    service = bench.service(replicas="1")
    await bench.apply(service)
    (replica,) = (await bench.running(service)).apps[service.app].replicas
    assert replica.id in await bench.engine.logs(replace(replica, log_file=""))


async def test_a_log_that_ray_does_not_have_is_refused_in_words(bench: Bench) -> None:
    (node,) = (await bench.engine.observe()).nodes
    lost = make_replica("lost", node=node.id, log_file="/serve/replica_lost.log", pid=2**22 - 1)
    for stream in Stream:
        with pytest.raises(Rejected, match=f"Ray has no {stream} of replica lost"):
            await bench.engine.logs(lost, stream=stream)
    with pytest.raises(Rejected, match="Ray has no log of replica lost"):
        await bench.engine.logs(replace(lost, node="0" * 56))


async def test_the_controller_has_a_log(bench: Bench) -> None:
    assert "controller" in await bench.engine.controller_log()


def _status(seen: Observed, name: str) -> AppStatus | None:
    app = seen.apps.get(name)
    return app.status if app else None


def _pids(app: App) -> list[int | None]:
    return [r.pid for r in app.replicas]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    place = tmp_path / "work"
    place.mkdir()
    return place


async def _imported(bench: Bench, place: Path, **kw: Any) -> Ending:
    given = {"digest": bench.digest, "archive": bench.archive, "requirements": (), **kw}
    errand = Errand(
        owner="abc123", env={"PLAIN": "yes"}, module="serve", name="app", args={}, **given
    )
    with (place / "log").open("wb") as file:
        return await run_there(
            bench.engine,
            errand,
            Limits(seconds=180),
            Log(file),
            lambda: False,
            place=place,
            pace=bench.pace,
        )


async def test_a_script_is_imported_by_a_job_that_leaves_no_record(
    bench: Bench, work: Path
) -> None:
    ending = await _imported(bench, work)
    assert (ending.end, ending.code) == (End.ANSWERED, 0)
    told = tell(Asked(script="serve.py", name="app", args={}), ending)
    assert told.build.deployments == (Deployment(name="Echo"),)
    assert told.scaled == "Echo"
    (name,) = re.findall(r"by the job (tasktui-build-abc123-\S+)", (work / "log").read_text())
    for _ in range(10):
        assert name not in await bench.engine.jobs.names("tasktui-build-abc123-")
        await bench.wait()


async def test_packages_that_only_the_cluster_gets_are_there_for_the_import(
    bench: Bench, work: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "needs"
    folder.mkdir()
    (folder / "serve.py").write_text(f"import only_there\n{SCRIPT}")
    digest = pack(folder, tmp_path).digest
    ending = await _imported(
        bench,
        work,
        digest=digest,
        archive=tmp_path / f"{digest}.zip",
        requirements=(f"only-there @ {_wheel(tmp_path).as_uri()}",),
    )
    assert (ending.end, ending.why) == (End.ANSWERED, "")
    assert ending.answer is not None
    assert "deployments" in ending.answer


def _wheel(place: Path) -> Path:
    """A package of one module, made without any tool."""
    info = "only_there-1.0.dist-info"
    files = {
        "only_there.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: only-there\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in files)
    path = place / "only_there-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


async def test_a_job_whose_package_is_nowhere_fails_in_words(bench: Bench) -> None:
    jobs = bench.engine.jobs
    name = await jobs.start("true", runtime_env=code_env("0" * 64, ()))
    seen = await _over(bench, name)
    assert seen.status is JobStatus.FAILED
    assert lost_package(seen.message)
    await jobs.forget(name)


async def test_a_job_that_is_stopped_can_be_forgotten(bench: Bench) -> None:
    jobs = bench.engine.jobs
    name = await jobs.start("sleep 600", name="tasktui-build-abc123-waits")
    assert name in await jobs.names("tasktui-build-abc123-")
    with pytest.raises(EngineError):
        await jobs.forget(name)
    await jobs.stop(name)
    assert (await _over(bench, name)).status is JobStatus.STOPPED
    await jobs.forget(name)
    assert await jobs.look(name) is None
    await jobs.stop(name)
    await jobs.forget(name)


async def _over(bench: Bench, name: str) -> JobView:
    for _ in range(200):
        seen = await bench.engine.jobs.look(name)
        assert seen
        if seen.over:
            return seen
        await bench.wait()
    raise AssertionError(seen)
