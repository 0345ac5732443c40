from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from make import make_arming, make_daily, make_node, make_task
from tasktui import __version__
from tasktui.config import Config
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterState, ClusterView, SchedulerView
from tasktui.engine.ray_serve import Probe, RayServe
from tasktui.errors import Unauthorized, Unreachable
from tasktui.runtime import doctor
from tasktui.runtime.doctor import Check, Host, Level, examine
from tasktui.scheduler.leader import LeaderLock
from tasktui.store.store import Store

NOW = datetime.now(UTC)
URL = "http://127.0.0.1:9"


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    _answers(monkeypatch, Unreachable("Nobody answers.", "Is it up?"))
    monkeypatch.setattr(doctor, "others", tuple)
    environ = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    return Host(config=Config(state_dir=tmp_path / "state"), environ=environ, now=NOW)


@pytest.fixture
def store(host: Host) -> Iterator[Store]:
    made = Store.open(host.config.database)
    yield made
    made.close()


def _answers(monkeypatch: pytest.MonkeyPatch, answer: Probe | Exception) -> None:
    async def probe(_: RayServe) -> Probe:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(RayServe, "probe", probe)


def check(host: Host, name: str) -> Check:
    return next(c for c in examine(host) if c.name == name)


def addressed(host: Host) -> Host:
    return replace(host, config=replace(host.config, address=URL))


def test_on_a_fresh_machine_nothing_fails_and_nothing_is_made(host: Host) -> None:
    found = examine(host)
    assert {c.name for c in found if c.level is Level.FAIL} == set()
    assert {c.name for c in found} == set(doctor.CHECKS)
    assert not host.config.state_dir.exists()


def test_every_check_is_a_sentence_and_what_is_wrong_has_a_hint(host: Host) -> None:
    for found in examine(host):
        assert found.text
        assert found.hint or found.level is Level.OK


@pytest.mark.usefixtures("store")
def test_a_state_directory_in_order_is_ok(host: Host) -> None:
    assert check(host, "state directory").level is Level.OK
    assert check(host, "database") == Check("database", Level.OK, check(host, "database").text)
    assert "whole" in check(host, "database").text


@pytest.mark.usefixtures("store")
def test_a_file_that_others_can_read_is_named(host: Host) -> None:
    log = host.config.scheduler_log
    log.touch(mode=0o644)
    log.chmod(0o644)
    found = check(host, "state directory")
    assert found.level is Level.WARN
    assert str(log) in found.text
    assert "chmod" in found.hint


def test_a_file_that_is_no_database_fails_only_its_checks(host: Host) -> None:
    host.config.state_dir.mkdir(mode=0o700)
    host.config.database.write_bytes(b"not a database at all" * 100)
    host.config.database.chmod(0o600)
    failed = {c.name for c in examine(host) if c.level is Level.FAIL}
    assert "database" in failed
    assert not failed & {"sqlite", "timezones", "disk", "ray program", "state directory"}


@pytest.mark.parametrize(
    ("free", "level"), [(10**10, Level.OK), (10**9, Level.WARN), (10**7, Level.FAIL)]
)
def test_room_on_the_disk(
    host: Host, monkeypatch: pytest.MonkeyPatch, free: int, level: Level
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    assert check(host, "disk").level is level


def test_without_a_scheduler_only_activated_tasks_are_a_failure(host: Host, store: Store) -> None:
    assert check(host, "scheduler").level is Level.OK
    task = store.add_task(make_task())
    assert check(host, "scheduler").level is Level.OK
    store.save_task(replace(task, armed=make_arming()))
    found = check(host, "scheduler")
    assert (found.level, found.hint[:8]) == (Level.FAIL, "start it")


@pytest.mark.parametrize(
    ("beat", "version", "level", "said"),
    [
        (timedelta(0), __version__, Level.OK, "runs"),
        (timedelta(0), "0.0.1", Level.WARN, "0.0.1"),
        (timedelta(minutes=-5), __version__, Level.FAIL, "stuck"),
    ],
)
def test_how_the_scheduler_is(
    host: Host, store: Store, beat: timedelta, version: str, level: Level, said: str
) -> None:
    view = SchedulerView(pid=42, started_at=NOW, heartbeat_at=NOW + beat, version=version)
    store.lead(view)
    lock = LeaderLock(host.config.state_dir)
    lock.acquire()
    try:
        found = check(host, "scheduler")
    finally:
        lock.release()
    assert found.level is level
    assert said in found.text


def test_a_clock_that_was_set_back_is_noticed(host: Host, store: Store) -> None:
    assert check(host, "clock").level is Level.OK
    store.lead(SchedulerView(pid=42, heartbeat_at=NOW + timedelta(hours=2), started_at=NOW))
    assert "set back" in check(host, "clock").hint


def test_no_cluster_at_all_is_a_warning_with_both_ways_out(host: Host) -> None:
    found = check(host, "cluster")
    assert found.level is Level.WARN
    assert "tasktui cluster up" in found.hint


def test_a_named_cluster_that_does_not_answer_is_a_failure(host: Host) -> None:
    found = check(addressed(host), "cluster")
    assert found.level is Level.FAIL
    assert "found by: given" in found.text


def test_a_token_that_is_refused_is_a_failure(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(monkeypatch, Unauthorized("Ray wants a token (401).", "Give it."))
    assert check(addressed(host), "cluster").level is Level.FAIL


@pytest.mark.parametrize(
    ("probe", "others", "level", "said"),
    [
        (Probe("2.60.0", "token"), ["bob"], Level.OK, "authentication: token"),
        (Probe("2.60.0", "disabled"), [], Level.OK, "authentication: disabled"),
        (Probe("2.60.0", "disabled"), ["bob"], Level.WARN, "bob"),
        (Probe("2.9.3", "token"), [], Level.WARN, "older"),
        (Probe("3.0.0.dev0", "token"), [], Level.OK, "3.0.0.dev0"),
        (Probe("", "token"), [], Level.OK, URL),
    ],
)
def test_how_the_cluster_is(
    host: Host,
    monkeypatch: pytest.MonkeyPatch,
    probe: Probe,
    others: list[str],
    level: Level,
    said: str,
) -> None:
    _answers(monkeypatch, probe)
    monkeypatch.setattr(doctor, "others", lambda: tuple(others))
    found = check(addressed(host), "cluster")
    assert found.level is level
    assert said in found.text


def test_where_the_token_comes_from_and_whether_others_can_read_it(
    host: Host, tmp_path: Path
) -> None:
    path = tmp_path / "token"
    assert check(host, "token").text == "none"
    path.write_text("secret")
    path.chmod(0o644)
    named = replace(host, environ={**host.environ, "RAY_AUTH_TOKEN_PATH": str(path)})
    assert check(named, "token").level is Level.WARN
    path.chmod(0o600)
    assert check(named, "token").level is Level.OK
    direct = replace(host, environ={**host.environ, "RAY_AUTH_TOKEN": "secret"})
    assert "RAY_AUTH_TOKEN" in check(direct, "token").text
    assert not any("secret" in c.text for c in examine(direct))


def test_an_address_that_the_state_directory_is_bound_to_is_the_one_asked(
    host: Host, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answers(monkeypatch, Probe("2.60.0", "token"))
    store.set_setting("address", URL)
    assert URL in check(host, "cluster").text


def test_doubtful_schedules_of_activated_tasks_are_told(host: Host, store: Store) -> None:
    night = make_daily("02:30=1-1", "Europe/Berlin")
    store.add_task(make_task("idle", schedule=night))
    assert check(host, "schedules").level is Level.OK
    store.add_task(make_task("night", schedule=night, armed=make_arming()))
    found = check(host, "schedules")
    assert found.level is Level.WARN
    assert found.text.startswith("night: ")
    assert "does not exist in Europe/Berlin" in found.text
    assert "more" in found.text


def test_a_task_that_no_node_can_hold_is_told(host: Host, store: Store) -> None:
    store.add_task(make_task("big", spec=Spec(gpu=64), armed=make_arming()))
    epoch = store.lead(SchedulerView())
    view = ClusterView(state=ClusterState.CONNECTED, nodes=(make_node(),))
    store.record(epoch, (), (), view)
    assert "big: No node of the cluster can hold" in check(host, "schedules").text
