from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from fake_server import FakeServer
from runtime.processes import leader, leads, scheduler, until
from tasktui.config import Config
from tasktui.domain.observed import ClusterState, ClusterView, SchedulerView
from tasktui.engine.fake import FakeRay
from tasktui.runtime import doorbell, service
from tasktui.scheduler.leader import is_locked
from tasktui.store.store import Store


@pytest.fixture
def near(config: Config) -> Config:
    config.state_dir.mkdir(mode=0o700, exist_ok=True)
    return config


@pytest.fixture
def ray(near: Config) -> Iterator[Config]:
    """Settings that lead to a fake cluster that answers."""
    with FakeServer(FakeRay()).running() as server:
        yield replace(near, address=server.address)


def seen(config: Config) -> ClusterView:
    with closing(Store.open(config.database)) as store:
        return store.cluster()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_with_the_lock_released(
    near: Config, number: signal.Signals
) -> None:
    with scheduler(near) as process:
        leads(near)
        process.send_signal(number)
        assert process.wait(20) == 0
    assert not is_locked(near.state_dir)
    assert doorbell.ring(near.state_dir) is False


def test_a_signal_that_comes_twice_ends_it_no_less_cleanly(near: Config) -> None:
    with scheduler(near) as process:
        leads(near)
        for _ in range(2):
            process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert not is_locked(near.state_dir)
    assert "Traceback" not in near.scheduler_log.read_text()


def test_a_second_one_is_refused_and_the_first_goes_on(near: Config) -> None:
    with scheduler(near) as first:
        view = leads(near)
        with scheduler(near) as second:
            words, _ = second.communicate(timeout=20)
        assert second.returncode != 0
        assert "running already" in words
        assert leader(near).epoch == view.epoch
        first.terminate()
        assert first.wait(20) == 0


def test_a_database_that_cannot_be_used_ends_it_with_the_reason(near: Config) -> None:
    near.database.write_text("something else")
    with scheduler(near) as process:
        words, _ = process.communicate(timeout=20)
    assert process.returncode != 0
    assert "is not a database of tasktui" in words
    assert "Traceback" not in words
    assert not is_locked(near.state_dir)


def test_one_that_was_replaced_steps_down_at_the_next_ring(near: Config) -> None:
    with scheduler(near) as process:
        leads(near)
        with closing(Store.open(near.database)) as store:
            epoch = store.lead(SchedulerView(holder="other", pid=7))
        until(lambda: not doorbell.ring(near.state_dir) or process.poll() is not None)
        assert process.wait(20) == 1
    assert leader(near).epoch == epoch
    assert "Another scheduler took over: other (pid 7)" in near.scheduler_log.read_text()


def test_what_it_sees_of_the_cluster_is_there_for_every_viewer(ray: Config) -> None:
    with scheduler(ray) as process:
        leads(ray)
        until(lambda: seen(ray).state is ClusterState.CONNECTED)
        assert seen(ray).address == ray.address
        process.terminate()
        assert process.wait(20) == 0


def test_a_cluster_that_does_not_answer_is_told_and_it_goes_on(near: Config) -> None:
    with scheduler(near) as process:
        leads(near)
        until(lambda: bool(seen(near).error))
        assert seen(near).state is ClusterState.UNREACHABLE
        assert process.poll() is None
        process.terminate()
        assert process.wait(20) == 0


@pytest.mark.parametrize("step", ["before-record", "after-record"])
def test_it_dies_at_the_step_that_a_test_names_and_the_next_one_goes_on(
    ray: Config, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setenv(service.CRASH, step)
    with scheduler(ray) as process:
        assert process.wait(20) == -signal.SIGKILL
    assert (seen(ray).state is ClusterState.CONNECTED) is (step == "after-record")
    monkeypatch.delenv(service.CRASH)
    with scheduler(ray) as process:
        assert leads(ray, after=1).epoch == 2
        until(lambda: seen(ray).state is ClusterState.CONNECTED)
        process.terminate()
        assert process.wait(20) == 0


def test_no_step_is_deadly_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(service.CRASH, raising=False)
    service._crash("before-put")
    monkeypatch.setenv(service.CRASH, "after-put")
    service._crash("before-put")


@pytest.mark.usefixtures("lock")
def test_without_the_lock_it_touches_nothing(near: Config) -> None:
    with scheduler(replace(near, address="")) as process:
        words, _ = process.communicate(timeout=20)
    assert process.returncode != 0
    assert "running already" in words
    assert not near.database.exists()
    assert not near.scheduler_log.exists()
