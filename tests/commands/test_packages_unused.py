from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from commands.desk import Desk

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def archive(desk: Desk, label: str) -> Path:
    return desk.store.archive_path(desk.store.artifact(label).digest)


def removed(desk: Desk, name: str = "model") -> Path:
    """The package of an artifact that was there until now."""
    label = desk.artifact(name, f"{SCRIPT}# {name}\n")
    path = archive(desk, label)
    os.utime(path, (0, 0))  # it was packed long ago
    desk.commands.remove_artifact(label)
    return path


SCRIPT = """
from ray import serve

@serve.deployment
class Model:
    async def __call__(self, request): return "ok"

app = Model.bind()
"""


def test_a_package_goes_once_it_was_unused_for_the_time_of_grace(desk: Desk) -> None:
    path = removed(desk)
    (unused,) = desk.commands.unused_packages()
    assert (unused.digest, unused.size, unused.since) == (path.stem, path.stat().st_size, desk.at)
    desk.later(DAY.total_seconds() - 1)
    assert desk.commands.prune_packages(DAY) == []
    desk.later(1)
    assert desk.commands.due_packages(DAY) == [unused]
    assert path.exists(), "a plan removes nothing"
    assert desk.commands.prune_packages(DAY) == [unused]
    assert not path.exists()
    assert desk.commands.unused_packages() == []


def test_what_an_artifact_uses_stays_however_old_it_is(desk: Desk) -> None:
    path = archive(desk, desk.artifact())
    os.utime(path, (0, 0))
    assert desk.commands.unused_packages() == []
    assert desk.commands.prune_packages(timedelta()) == []
    assert path.exists()


def test_versions_of_the_same_content_share_a_package_to_the_last(desk: Desk) -> None:
    one, two = desk.artifact("one"), desk.artifact("two")
    path = archive(desk, one)
    assert path == archive(desk, two)
    desk.commands.remove_artifact(one)
    desk.later(DAY.total_seconds())
    assert desk.commands.prune_packages(DAY) == []
    desk.commands.remove_artifact(two)
    desk.later(DAY.total_seconds())
    assert [u.digest for u in desk.commands.prune_packages(DAY)] == [path.stem]


def test_a_package_that_is_just_being_added_stays_without_any_grace(desk: Desk) -> None:
    path = desk.store.archive_path("f" * 64)
    path.write_bytes(b"packed, not yet kept")
    at = desk.at.timestamp()
    os.utime(path, (at, at))
    desk.later(30)
    assert desk.commands.prune_packages(timedelta()) == []
    desk.later(31)
    assert [u.digest for u in desk.commands.prune_packages(timedelta())] == ["f" * 64]


def test_adding_the_same_content_again_makes_its_package_young(desk: Desk) -> None:
    path = removed(desk)
    os.utime(path, (0, 0))
    label = desk.artifact("model", f"{SCRIPT}# model\n")
    assert archive(desk, label) == path
    assert path.stat().st_mtime > 0


def test_one_taken_up_after_the_plan_stays(desk: Desk) -> None:
    path = removed(desk)
    desk.later(DAY.total_seconds())
    (unused,) = desk.commands.due_packages(HOUR)
    os.utime(path)
    assert desk.commands._drop(unused) is False
    assert path.exists()
    path.unlink()
    assert desk.commands._drop(unused) is False


def test_the_longest_unused_is_named_first(desk: Desk) -> None:
    first = removed(desk, "first")
    desk.later(60)
    second = removed(desk, "second")
    assert [u.digest for u in desk.commands.unused_packages()] == [first.stem, second.stem]
