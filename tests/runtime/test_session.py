from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from make import NOW, make_daily, make_replica
from runtime.conftest import NOWHERE
from tasktui.config import Config
from tasktui.domain.log import Stream
from tasktui.domain.task import TaskSpec
from tasktui.engine import packages
from tasktui.errors import (
    DiskFull,
    NotFound,
    ReadOnly,
    SchedulerError,
    StoreBroken,
    StoreError,
    Unreachable,
)
from tasktui.runtime import daemon
from tasktui.runtime.logs import Kind, Source
from tasktui.runtime.session import ADDRESS, Session
from tasktui.scheduler.leader import LeaderLock

OTHER = "http://127.0.0.1:10"
SPEC = TaskSpec(
    name="chat", artifact="echo", file_path="", deployment_name="", schedule=make_daily()
)


@pytest.fixture
def session(config: Config) -> Iterator[Session]:
    made = Session(config, {}, "cli", now=lambda: NOW)
    yield made
    made.close()


def bound(session: Session) -> str | None:
    return session.call(lambda c: c.setting(ADDRESS))


@pytest.fixture
def at(config: Config) -> Iterator[Callable[[str], Session]]:
    """Other faces of the same state directory, each with its own idea of the cluster."""
    made: list[Session] = []

    def make(address: str) -> Session:
        made.append(Session(replace(config, address=address), {}, "cli", now=lambda: NOW))
        return made[-1]

    yield make
    for session in made:
        session.close()


# Calls


def test_a_call_answers_and_its_task_stays(session: Session) -> None:
    task = session.call(lambda c: c.launch(SPEC))
    assert session.call(lambda c: c.task("chat")) == task


async def test_both_ways_of_calling_see_the_same_store(session: Session) -> None:
    await session.acall(lambda c: c.launch(SPEC))
    assert session.call(lambda c: c.task("chat")).name == "chat"


async def test_an_asynchronous_call_runs_on_another_thread(session: Session) -> None:
    assert await session.acall(lambda _: threading.get_ident()) != threading.get_ident()


async def test_many_calls_at_once_are_all_answered(session: Session) -> None:
    owners = await asyncio.gather(*(session.acall(lambda c: c.owner()) for _ in range(20)))
    assert len(set(owners)) == 1


async def test_what_a_command_refuses_comes_back(session: Session) -> None:
    with pytest.raises(NotFound):
        session.call(lambda c: c.task("nobody"))
    with pytest.raises(NotFound):
        await session.acall(lambda c: c.task("nobody"))


def test_the_official_models_are_there_from_the_first_call(session: Session) -> None:
    assert session.call(lambda c: c.artifact("echo")).label == "echo"


async def test_a_store_that_could_not_be_opened_is_opened_whole_later(session: Session) -> None:
    """The official models come with it, too."""
    session.config.database.write_text("something else")
    for _ in range(2):
        with pytest.raises(StoreBroken):
            await session.acall(lambda c: c.owner())
        with pytest.raises(StoreBroken):
            session.call(lambda c: c.owner())
    session.config.database.unlink()
    assert (await session.acall(lambda c: c.artifact("echo"))).label == "echo"


def test_the_state_directory_is_made_with_the_session(config: Config) -> None:
    Session(config, {}, "cli").close()
    assert config.state_dir.stat().st_mode & 0o777 == 0o700


def test_closing_twice_or_unused_is_fine(config: Config) -> None:
    made = Session(config, {}, "tui")
    made.close()
    made.close()


# Who


@pytest.mark.parametrize(
    ("environ", "origin"),
    [
        ({}, "cli"),
        ({"SSH_CONNECTION": ""}, "cli"),
        ({"SSH_CONNECTION": "10.0.0.7 50000 10.0.0.1 22"}, "cli, ssh from 10.0.0.7"),
        ({"SSH_CONNECTION": "fe80::1%eth0 5 fe80::2 22"}, "cli, ssh from fe80::1%eth0"),
    ],
)
def test_the_event_says_who_and_from_where(
    config: Config, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], origin: str
) -> None:
    monkeypatch.setenv("LOGNAME", "op7")
    session = Session(config, environ, "cli", now=lambda: NOW)
    session.call(lambda c: c.launch(SPEC))
    (event,) = session.call(lambda c: c.events("chat"))
    assert event.actor == f"op7 ({origin})"
    assert event.at == NOW
    session.close()


# Changes


def test_a_change_by_another_face_is_heard_until_the_session_ends(
    session: Session, at: Callable[[str], Session]
) -> None:
    session.call(lambda c: c.owner())
    heard = threading.Event()
    session.watch(heard.set)
    other = at(NOWHERE)
    other.call(lambda c: c.launch(SPEC))
    assert heard.wait(20)
    session.close()
    heard.clear()
    other.call(lambda c: c.set_setting("k", "v"))
    assert not [t for t in threading.enumerate() if t.name == "store-watch"]
    assert not heard.is_set()


def test_before_the_first_call_there_is_nothing_to_watch(session: Session) -> None:
    with pytest.raises(StoreError):
        session.watch(lambda: None)


# Which cluster


def test_the_first_explicit_address_binds_the_state_directory(session: Session) -> None:
    session.bind()
    assert bound(session) == NOWHERE


def test_without_an_explicit_address_nothing_is_bound(
    session: Session, at: Callable[[str], Session]
) -> None:
    unsaid = at("")
    unsaid.bind()
    assert bound(session) is None
    session.bind()
    unsaid.bind()
    assert bound(session) == NOWHERE


def test_another_address_binds_anew_while_no_scheduler_runs(
    session: Session, at: Callable[[str], Session]
) -> None:
    session.bind()
    other = at(OTHER)
    other.bind()
    assert bound(session) == OTHER


@pytest.mark.usefixtures("lock")
def test_a_running_scheduler_keeps_its_cluster(
    session: Session, lock: LeaderLock, at: Callable[[str], Session]
) -> None:
    lock.release()
    session.bind()
    lock.acquire()
    session.bind()
    other = at(OTHER)
    with pytest.raises(SchedulerError, match=f"drives {NOWHERE}, not {OTHER}.*scheduler stop"):
        other.bind()
    assert bound(session) == NOWHERE


@pytest.mark.usefixtures("lock")
def test_a_running_scheduler_that_has_found_no_cluster_turns_to_the_one_that_is_named(
    session: Session,
) -> None:
    session.bind()
    assert bound(session) == NOWHERE


# The processes


def test_health_tells_of_a_scheduler_by_its_lock(session: Session) -> None:
    assert session.health().state is daemon.State.DOWN


@pytest.mark.usefixtures("lock")
async def test_health_is_the_same_for_an_event_loop(session: Session) -> None:
    assert await session.ahealth() == session.health()
    assert (await session.ahealth()).state is daemon.State.RUNNING


async def test_stopping_what_does_not_run_is_told(session: Session) -> None:
    assert session.stop_scheduler() is False
    assert await session.astop_scheduler() is False


def test_there_is_no_embedded_cluster_before_it_is_started(session: Session) -> None:
    assert session.local_status().state == "down"


# Logs


LIVE = Source(kind=Kind.LIVE, id="abc", replica=make_replica("abc", node="n1", pid=7))


async def test_logs_come_from_the_cluster_that_the_directory_is_bound_to(
    session: Session, at: Callable[[str], Session]
) -> None:
    session.bind()
    feed = await at("").alog_feed(LIVE, Stream.ERR, 10)
    with pytest.raises(Unreachable, match=f"{NOWHERE} cannot be"):
        await asyncio.to_thread(feed.news)
    with pytest.raises(Unreachable, match=f"{NOWHERE} cannot be"):
        await asyncio.to_thread(at("").log_feed(LIVE, Stream.ERR, 10).news)


def test_a_full_disk_does_not_keep_one_from_reading(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade the official models are packed anew at the first opening."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(packages, "_write", full)
    session = Session(config, {}, "cli")
    assert session.call(lambda c: c.tasks()) == []
    with pytest.raises(DiskFull, match="No space is left"):
        session.call(lambda c: c.add_official())
    session.close()


# Read-only


def test_a_read_only_face_reads_and_changes_nothing(session: Session, config: Config) -> None:
    session.call(lambda c: c.launch(SPEC))
    viewer = Session(replace(config, read_only=True, address=OTHER), {}, "cli", now=lambda: NOW)
    try:
        viewer.bind()
        before = viewer.call(lambda c: (c.tasks(), c.events()))
        with pytest.raises(ReadOnly, match="nothing was changed"):
            viewer.call(lambda c: c.archive("chat"))
        with pytest.raises(ReadOnly):
            viewer.call(lambda c: c.set_setting("k", "v"))
        for change in (viewer.start_scheduler, viewer.stop_scheduler, viewer.take_over):
            with pytest.raises(ReadOnly):
                change()
        with pytest.raises(ReadOnly):
            viewer.start_cluster()
        assert viewer.call(lambda c: (c.tasks(), c.events())) == before
    finally:
        viewer.close()
    assert bound(session) is None


async def test_a_face_becomes_read_only_and_back_while_it_is_open(session: Session) -> None:
    assert await session.acall(lambda c: c.tasks()) == []
    session.read_only = True
    with pytest.raises(ReadOnly):
        await session.acall(lambda c: c.launch(SPEC))
    with pytest.raises(ReadOnly):
        await session.atake_over()
    with pytest.raises(ReadOnly):
        await session.astop_scheduler()
    session.read_only = False
    assert (await session.acall(lambda c: c.launch(SPEC))).name == "chat"
