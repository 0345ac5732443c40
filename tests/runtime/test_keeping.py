from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from make import make_task
from tasktui.config import Config
from tasktui.runtime.keeping import KEPT, export, keep, keep_daily, prune
from tasktui.store.store import Store

HOUR = timedelta(hours=1)


@pytest.fixture
def near(config: Config) -> Iterator[Config]:
    with closing(Store.open(config.database)) as store:
        store.add_task(make_task("chat"))
        yield config


def copies(config: Config) -> list[Path]:
    return sorted(config.state_dir.glob("backups/*.db"))


def exports(config: Config) -> list[Path]:
    return sorted((config.state_dir / "exports").iterdir())


def test_a_copy_and_the_tasks_as_files_are_there_for_their_owner_alone(near: Config) -> None:
    assert keep(near, datetime.now(UTC)) is True
    (copy,) = copies(near)
    (folder,) = exports(near)
    (file,) = folder.iterdir()
    assert file.name == "chat.yaml"
    assert "name: chat" in file.read_text()
    modes = [p.stat().st_mode & 0o777 for p in (copy.parent, copy, folder.parent, folder, file)]
    assert modes == [0o700, 0o600, 0o700, 0o700, 0o600]
    with closing(Store.open(near.database)) as store:
        store.add_task(make_task("later"))


def test_once_a_day_is_enough(near: Config) -> None:
    now = datetime.now(UTC)
    assert keep(near, now) is True
    assert keep(near, now + 23 * HOUR) is False
    assert keep(near, now + 25 * HOUR) is True
    assert len(copies(near)) == 2


def test_a_copy_from_a_time_to_come_does_not_count(near: Config) -> None:
    now = datetime.now(UTC)
    keep(near, now)
    for made in [*copies(near), *exports(near)]:
        later = now.timestamp() + 10 * 24 * 3600
        os.utime(made, (later, later))
    assert keep(near, now + HOUR) is True


def test_a_copy_before_a_migration_does_not_stand_for_the_daily_one(near: Config) -> None:
    keep(near, datetime.now(UTC))
    (copy,) = copies(near)
    copy.rename(copy.with_name(copy.name.replace("daily", "form-1")))
    for folder in exports(near):
        (folder / "chat.yaml").unlink()
        folder.rmdir()
    assert keep(near, datetime.now(UTC)) is True


def test_the_newest_seven_exports_stay(tmp_path: Path) -> None:
    now = datetime(2026, 3, 5, tzinfo=UTC)
    made = [export(tmp_path / "e", [("a", "x")], now + timedelta(days=n)) for n in range(KEPT + 3)]
    assert sorted((tmp_path / "e").iterdir()) == made[-KEPT:]


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        export(tmp_path / "e", [("a", "x"), ("no/where", "x")], datetime.now(UTC))
    assert list((tmp_path / "e").iterdir()) == []


async def test_a_copy_that_cannot_be_made_is_said_and_the_scheduler_goes_on(
    near: Config, caplog: pytest.LogCaptureFixture
) -> None:
    (near.state_dir / "backups").write_text("in the way")
    caplog.set_level(logging.WARNING)
    task = asyncio.create_task(keep_daily(near, first_s=0))
    async with asyncio.timeout(20):
        while not caplog.records:  # noqa: ASYNC110 - a log has no event to wait for
            await asyncio.sleep(0.01)
    assert not task.done()
    task.cancel()
    assert "No daily copy was made" in caplog.text


def test_a_package_goes_with_the_look_after_its_time_of_grace(near: Config) -> None:
    now = datetime.now(UTC)
    with closing(Store.open(near.database)) as store:
        path = store.archive_path("e" * 64)
        path.write_bytes(b"zip")
    assert prune(near, now + timedelta(hours=near.unused_limit_h) - HOUR) == 0
    assert path.exists()
    assert prune(near, now + timedelta(hours=near.unused_limit_h) + HOUR) == 1
    assert not path.exists()


async def test_packages_are_looked_after_where_a_copy_cannot_be_made(near: Config) -> None:
    (near.state_dir / "backups").write_text("in the way")
    with closing(Store.open(near.database)) as store:
        path = store.archive_path("e" * 64)
    path.write_bytes(b"zip")
    os.utime(path, (0, 0))
    task = asyncio.create_task(keep_daily(near, first_s=0))
    async with asyncio.timeout(20):
        while path.exists():  # noqa: ASYNC110 - a file has no event to wait for
            await asyncio.sleep(0.01)
    task.cancel()
