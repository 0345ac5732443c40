from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from runtime.conftest import NOWHERE
from tasktui.config import Config
from tasktui.engine import local_record, tokens
from tasktui.engine.address import DEFAULT
from tasktui.engine.local_record import LocalState, Record
from tasktui.errors import Unreachable
from tasktui.runtime import contact as module
from tasktui.runtime.contact import ADDRESS, ClusterContact
from tasktui.store.store import Store
from tasktui.store.thread import StoreThread

MARKER = "marker-of-this-test"
EMBEDDED = "http://127.0.0.1:11"


@pytest.fixture
async def thread(config: Config) -> AsyncIterator[StoreThread]:
    made = StoreThread(lambda: Store.open(config.database))
    yield made
    made.close()


@pytest.fixture
async def contact(config: Config, thread: StoreThread) -> AsyncIterator[ClusterContact]:
    """One that was told no address."""
    made = ClusterContact(replace(config, address=""), thread)
    yield made
    await made.close()


@pytest.fixture
def head() -> Iterator[int]:
    """A process that looks like the embedded cluster's."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"],
        env={**os.environ, "TASKTUI_CLUSTER": MARKER},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout
        process.stdout.readline()
        yield process.pid
        process.kill()


def record(config: Config, pid: int, address: str = EMBEDDED) -> None:
    tokens.replace_file(local_record.token_path(config.state_dir), "t" * 32)
    local_record.write(
        config.cluster_record,
        Record(state=LocalState.RUNNING, marker=MARKER, address=address, head_pid=pid),
    )


async def test_a_given_address_is_used(config: Config, thread: StoreThread) -> None:
    contact = ClusterContact(config, thread)
    found = await contact.find()
    assert (found.address, found.embedded, found.guessed) == (NOWHERE, False, False)
    await contact.close()


async def test_without_a_word_the_default_is_a_guess(contact: ClusterContact) -> None:
    found = await contact.find()
    assert (found.address, found.embedded, found.guessed) == (DEFAULT, False, True)


async def test_the_address_that_the_directory_is_bound_to_is_used(
    contact: ClusterContact, thread: StoreThread
) -> None:
    await thread.run(lambda s: s.set_setting(ADDRESS, NOWHERE))
    assert (await contact.find()).address == NOWHERE


async def test_a_given_address_wins_over_the_bound_one(config: Config, thread: StoreThread) -> None:
    await thread.run(lambda s: s.set_setting(ADDRESS, "http://127.0.0.1:12"))
    contact = ClusterContact(config, thread)
    assert (await contact.find()).address == NOWHERE
    await contact.close()


async def test_an_address_beyond_this_machine_needs_leave(
    config: Config, thread: StoreThread
) -> None:
    far = replace(config, address="http://198.51.100.1:8265")
    contact = ClusterContact(far, thread)
    with pytest.raises(Unreachable, match="--allow-remote"):
        await contact.find()
    await contact.close()
    allowed = ClusterContact(replace(far, allow_remote=True), thread)
    assert (await allowed.find()).address == "http://198.51.100.1:8265"
    await allowed.close()


async def test_one_connection_is_kept_while_the_cluster_is_the_same(
    contact: ClusterContact, config: Config, head: int, thread: StoreThread
) -> None:
    await thread.run(lambda s: s.owner())
    record(config, head)
    first = await contact.find()
    contact._found_at = 0.0
    second = await contact.find()
    assert second.engine is first.engine
    assert (first.address, first.embedded) == (EMBEDDED, True)


async def test_the_address_is_found_anew_when_the_embedded_cluster_changed(
    contact: ClusterContact,
    config: Config,
    head: int,
    thread: StoreThread,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_WATCH_S", 0.01)
    await thread.run(lambda s: s.owner())
    changed = asyncio.Event()
    contact.on_change(changed.set)
    first = await contact.find()
    assert first.guessed
    for address in (EMBEDDED, "http://127.0.0.1:13"):
        record(config, head, address)
        async with asyncio.timeout(20):
            await changed.wait()
        changed.clear()
        found = await contact.find()
        assert (found.address, found.embedded) == (address, True)
        assert found.engine is not first.engine
    config.cluster_record.unlink()
    async with asyncio.timeout(20):
        await changed.wait()
    assert (await contact.find()).guessed


async def test_a_record_whose_process_is_gone_is_not_believed(
    contact: ClusterContact, config: Config, thread: StoreThread
) -> None:
    await thread.run(lambda s: s.owner())
    record(config, os.getpid())
    assert (await contact.find()).guessed


async def test_closing_unused_or_twice_is_fine(config: Config, thread: StoreThread) -> None:
    contact = ClusterContact(config, thread)
    await contact.close()
    contact.on_change(lambda: None)
    await contact.find()
    await contact.close()
    await contact.close()
