from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.programs import program
from tasktui.errors import StoreError
from tasktui.store.store import Store
from tasktui.store.watch import Watcher

WAIT_S = 20.0
"""Only a test that fails waits so long."""

COMMIT = """
store = Store.open(path)
hold()
store.set_setting("k", "v")
"""


class Seen:
    """Counts the calls, and waits for one."""

    def __init__(self) -> None:
        self.calls = 0
        self._called = threading.Event()

    def __call__(self) -> None:
        self.calls += 1
        self._called.set()

    def wait(self) -> bool:
        found = self._called.wait(WAIT_S)
        self._called.clear()
        return found


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def watcher(path: Path, store: Store, seen: Seen) -> Iterator[Watcher]:
    assert store
    made = Watcher(path, seen, interval_s=0.005)
    made.start()
    yield made
    made.stop()


def watching() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "store-watch"]


def delete(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    new = path.with_name("new")
    new.touch()
    new.replace(path)


@pytest.mark.usefixtures("watcher")
def test_a_commit_of_another_connection_is_noticed(store: Store, seen: Seen) -> None:
    store.set_setting("k", "1")
    assert seen.wait()
    store.set_setting("k", "2")
    assert seen.wait()


@pytest.mark.usefixtures("watcher")
def test_a_commit_of_another_process_is_noticed(path: Path, seen: Seen) -> None:
    with program(COMMIT, str(path)) as other:
        assert other.line() == "ready"
        other.go()
        assert seen.wait()


@pytest.mark.parametrize("change", [delete, replace])
@pytest.mark.usefixtures("watcher")
def test_a_file_that_is_not_the_same_any_more_is_noticed(
    path: Path, seen: Seen, change: Callable[[Path], None]
) -> None:
    change(path)
    assert seen.wait()


def test_nothing_is_called_without_a_change_and_nothing_stays_after_the_end(
    path: Path, store: Store, seen: Seen
) -> None:
    watcher = Watcher(path, seen, interval_s=0.001)
    store.set_setting("before", "x")
    watcher.start()
    assert watching()
    watcher.stop()
    store.set_setting("after", "x")
    assert (seen.calls, watching()) == (0, [])
    watcher.stop()


def test_a_watcher_that_never_began_can_be_stopped(path: Path, seen: Seen) -> None:
    Watcher(path, seen).stop()


def test_there_must_be_a_database_to_watch(path: Path, seen: Seen) -> None:
    with pytest.raises(StoreError):
        Watcher(path, seen).start()
    assert watching() == []


def test_watching_keeps_nobody_from_writing_or_from_closing(
    path: Path, store: Store, watcher: Watcher
) -> None:
    for number in range(20):
        store.set_setting("k", str(number))
    store.close()
    watcher.stop()
    again = Store.open(path)
    assert again.setting("k") == "19"
    again.close()
