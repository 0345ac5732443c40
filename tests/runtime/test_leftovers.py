from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tasktui.engine import local_command, local_record
from tasktui.engine.local_record import LocalState, Record
from tasktui.runtime.leftovers import Leftover, leftovers


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where embedded clusters have their folders."""
    made = tmp_path / "tmp"
    made.mkdir()
    monkeypatch.setattr(local_command, "ROOT", str(made))
    return made


@pytest.fixture
def state(tmp_path: Path, root: Path) -> Path:
    assert root
    made = tmp_path / "state"
    (made / "artifacts").mkdir(parents=True)
    return made


def aged(path: Path) -> Path:
    os.utime(path, (0, 0))
    return path


def found(state: Path, *used: str) -> list[Leftover]:
    return leftovers(state, used.__contains__)


def test_a_directory_in_use_has_none(state: Path) -> None:
    for name in ("tasktui.db", "scheduler.lock", "scheduler.pipe", "owner", "artifacts/aa.zip"):
        aged(state / name if (state / name).exists() else touched(state / name))
    assert found(state, "aa") == []


def touched(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.touch()
    return path


def test_a_package_that_nobody_uses_is_named_with_its_size(state: Path) -> None:
    package = state / "artifacts/deadbeefdeadbeef.zip"
    package.write_bytes(bytes(2_500_000))
    assert found(state) == [], "it may be just being added"
    (one,) = found_after(aged(package), state)
    assert "deadbeefdead... (2.5 MB), which no artifact uses" in one.text
    assert one.mend == "tasktui artifact prune"
    assert found(state, "deadbeefdeadbeef") == []


def test_a_package_that_the_scheduler_will_remove_is_not_named_before(state: Path) -> None:
    package = touched(state / "artifacts/deadbeefdeadbeef.zip")
    unused_for = time.time() - 10 * 3600
    os.utime(package, (unused_for, unused_for))
    assert leftovers(state, set().__contains__, 10 * 3600) == []
    assert len(leftovers(state, set().__contains__, 8 * 3600)) == 1


def found_after(_: Path, state: Path) -> list[Leftover]:
    return found(state)


@pytest.mark.parametrize(
    "name",
    [".owner-123", ".tasktui.db-1-2", ".restore-1.db", "artifacts/.pack-x.tmp", "backups/x.part"],
)
def test_what_was_never_finished_is_named_once_it_is_old(state: Path, name: str) -> None:
    file = touched(state / name)
    assert found(state) == []
    (one,) = found_after(aged(file), state)
    assert one.text == f"{file.name}, which was never finished"


def test_what_a_restored_backup_replaced_is_named(state: Path) -> None:
    (state / "replaced-20260305T000000.000000Z").mkdir()
    (one,) = found(state)
    assert "before a backup was put back" in one.text


def test_a_broken_cluster_is_named_with_the_verb_that_mends_it(state: Path) -> None:
    record = Record(state=LocalState.BROKEN, marker="x:/tmp/tasktui-x")
    local_record.write(local_record.record_path(state), record)
    (one,) = found(state)
    assert one == Leftover("a broken embedded cluster", "tasktui cluster down")
    local_record.write(
        local_record.record_path(state), replace(record, state=LocalState.STARTING, stage="at it")
    )
    assert [o.mend for o in found(state)] == ["tasktui cluster down"], "its start was killed"


def test_a_clusters_folder_is_named_when_nobody_works_in_it(state: Path, root: Path) -> None:
    dead, living = root / "tasktui-dead", root / "tasktui-living"
    for folder in (dead, living, root / "other-x"):
        (folder / "ray").mkdir(parents=True)
        aged(folder)
    (root / "tasktui-memory").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", "input()"],
        stdin=subprocess.PIPE,
        env={"TASKTUI_CLUSTER": f"abc:{living}"},
    )
    with process:
        try:
            assert [o.mend for o in found(state)] == [f"rm -r {dead}"]
        finally:
            process.kill()
