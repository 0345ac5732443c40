"""What RayServe makes of a Ray that misbehaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from make import DIGEST, OURS, make_service
from tasktui.engine.fake import FakeRay
from tasktui.engine.payload import package_name
from tasktui.engine.ray_serve import RayServe
from tasktui.errors import Rejected, StoreBroken, Unauthorized, Unreachable


@pytest.fixture
def ray() -> FakeRay:
    fake = FakeRay()
    fake.packages[package_name(DIGEST)] = b"zip"
    return fake


@pytest.fixture
async def engine(ray: FakeRay) -> AsyncIterator[RayServe]:
    made = RayServe(ray.address, transport=ray.transport())
    yield made
    await made.close()


async def test_a_refused_connection_is_unreachable(ray: FakeRay, engine: RayServe) -> None:
    ray.down = True
    with pytest.raises(Unreachable, match="cannot be connected to"):
        await engine.observe()


@pytest.mark.parametrize("status", [401, 403])
async def test_a_missing_or_wrong_token_is_named(
    ray: FakeRay, engine: RayServe, status: int
) -> None:
    ray.status = status
    with pytest.raises(Unauthorized, match="token"):
        await engine.observe()


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_error_is_unreachable_not_empty(
    ray: FakeRay, engine: RayServe, status: int
) -> None:
    ray.status = status
    with pytest.raises(Unreachable, match=str(status)):
        await engine.observe()


@pytest.mark.parametrize("body", [b"<html>hello</html>", b'{"applications": {"a', b"[]"])
async def test_garbage_is_unreachable_not_empty(
    ray: FakeRay, engine: RayServe, body: bytes
) -> None:
    ray.garbage = body
    with pytest.raises(Unreachable):
        await engine.observe()


@pytest.mark.parametrize(
    "address", ["ftp://127.0.0.1", "http://", "nonsense", "http://10.1.2.3:8265"]
)
def test_an_address_that_is_not_allowed_is_refused_in_words(address: str) -> None:
    with pytest.raises(Unreachable) as caught:
        RayServe(address)
    assert caught.value.hint


async def test_a_token_is_sent(ray: FakeRay) -> None:
    ray.token = "secret"
    engine = RayServe(ray.address, "secret", transport=ray.transport())
    assert (await engine.observe()).ray_version
    await engine.close()


async def test_after_a_refusal_the_set_of_before_is_sent_again(
    ray: FakeRay, engine: RayServe
) -> None:
    ray.deploy_foreign("others")
    await engine.apply(OURS, [make_service("good")])
    bad = make_service("bad")
    ray.refusing = {bad.app: "no such field"}
    with pytest.raises(Rejected, match="no such field"):
        await engine.apply(OURS, [make_service("good"), bad])
    assert {a["name"] for a in ray.puts[-1]["applications"]} == {
        "others",
        make_service("good").app,
    }


async def test_a_lost_answer_is_not_followed_by_a_blind_repeat(
    ray: FakeRay, engine: RayServe
) -> None:
    ray.answers_put = False
    with pytest.raises(Unreachable):
        await engine.apply(OURS, [make_service()])
    await engine.apply(OURS, [make_service()])
    assert len(ray.puts) == 1


async def test_a_foreign_application_without_a_configuration_stops_the_change(
    ray: FakeRay, engine: RayServe
) -> None:
    ray.deploy_foreign("others")
    ray.apps["others"].config = {}
    with pytest.raises(Rejected, match="others"):
        await engine.apply(OURS, [make_service()])
    assert not ray.puts


async def test_a_package_that_is_gone_from_the_disk_is_named(
    engine: RayServe, tmp_path: Path
) -> None:
    with pytest.raises(StoreBroken, match="artifact add"):
        await engine.ensure_package("f" * 64, tmp_path / "none.zip")


@pytest.mark.parametrize("silent", [False, True])
async def test_a_missing_log_is_told_from_an_empty_one(
    ray: FakeRay, engine: RayServe, silent: bool
) -> None:
    """Ray 2.60, asked by four at a time: 14 % of missing files came as 200 and empty."""
    service = make_service()
    await engine.apply(OURS, [service])
    ray.advance(5)
    (app,) = (await engine.observe()).apps.values()
    (replica, *_) = app.replicas
    ray.logs.silent = silent
    name = f"serve/replica_{replica.id}.log"
    ray.logs.files[name] = ""
    assert await engine.logs(replica) == ""
    del ray.logs.files[name]
    with pytest.raises(Rejected, match=f"Ray has no log of replica {replica.id}"):
        await engine.logs(replica)


async def test_values_of_the_environment_are_not_in_what_ray_says(
    ray: FakeRay, engine: RayServe
) -> None:
    service = make_service(env={"TOKEN": "hunter22", "WORDS": "two words"})
    await engine.apply(OURS, [service])
    ray.advance(5)
    (app,) = (await engine.observe()).apps.values()
    ray.logs.write(app.replicas[0].id, "with hunter22 and two words\n")
    assert (await engine.logs(app.replicas[0], lines=1)) == "with *** and ***\n"
    ray.refusing[service.app] = "bad: {'TOKEN': 'hunter22'}"
    with pytest.raises(Rejected, match=r"'\*\*\*'") as caught:
        await engine.apply(OURS, [make_service("other"), service])
    assert "hunter22" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    ray.refusing.clear()
    ray.failing[make_service("new", env={"K": "hunter22"}).app] = "ValueError: hunter22 is old"
    await engine.apply(OURS, [make_service("new", env={"K": "hunter22"})])
    ray.advance(5)
    found = (await engine.observe()).apps[make_service("new").app]
    assert found.message == "ValueError: *** is old"
    assert "hunter22" not in repr(make_service(env={"K": "hunter22"}))


@pytest.mark.parametrize("token", ["", "t0ken"])
async def test_whether_ray_asks_for_a_token_is_seen(ray: FakeRay, token: str) -> None:
    ray.token = token
    engine = RayServe(ray.address, token, transport=ray.transport())
    assert (await engine.observe()).open is not bool(token)
    await engine.close()


async def test_a_ray_that_knows_no_token_is_open(
    ray: FakeRay, engine: RayServe, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ray._answers()
    del answers["/api/authentication_mode"]
    monkeypatch.setattr(ray, "_answers", lambda: answers)
    assert (await engine.observe()).open is True
