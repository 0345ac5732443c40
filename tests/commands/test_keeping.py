from __future__ import annotations

from pathlib import Path

import pytest

from commands.desk import Desk, one_off, spec
from make import NOW, make_daily, make_task
from tasktui.cli.taskfile import read_task
from tasktui.commands import keeping
from tasktui.commands.keeping import task_file
from tasktui.domain.schedule import Schedule
from tasktui.errors import NotFound


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.launched("chat")
    desk.launched("batch")
    return desk


def test_every_task_that_is_not_archived_is_exported_by_name(desk: Desk) -> None:
    desk.launched("old")
    desk.commands.archive("old")
    assert [name for name, _ in desk.commands.export()] == ["batch", "chat"]
    assert [name for name, _ in desk.commands.export(["chat"])] == ["chat"]
    with pytest.raises(NotFound):
        desk.commands.export(["nobody"])


@pytest.mark.parametrize(
    "schedule",
    [
        make_daily("08:00=2-4,20:00=0-1@Asia/Tokyo", "Europe/Berlin", weekdays=frozenset({0, 4})),
        one_off(NOW.replace(tzinfo=None)),
        one_off(),
    ],
    ids=["daily", "one-off", "now"],
)
def test_launching_an_exported_file_gives_the_same_task(
    desk: Desk, tmp_path: Path, schedule: Schedule
) -> None:
    task = desk.commands.launch(spec("again", "model@1", schedule))
    file = tmp_path / "again.yaml"
    file.write_text(task_file(task))
    assert read_task(str(file)) == desk.commands.spec_of(task)


def test_values_of_variables_stay_here_and_references_go_along(tmp_path: Path) -> None:
    env = {"KEY": "hunter22", "TOKEN": "env:TOKEN", "CERT": "file:/etc/cert"}
    text = task_file(make_task(env=env))
    assert "hunter22" not in text
    assert "# env: the values of KEY are not exported." in text
    file = tmp_path / "task.yaml"
    file.write_text(text)
    assert read_task(str(file)).env == {"TOKEN": "env:TOKEN", "CERT": "file:/etc/cert"}


def test_a_backup_can_be_asked_for(desk: Desk) -> None:
    made = desk.commands.backup()
    assert made.exists()
    assert made.stat().st_mode & 0o777 == 0o600


def test_tasks_are_exported_one_by_one_however_many_pages_they_fill(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_PAGE", 2)
    for name in ("a", "b", "c", "d", "e"):
        desk.launched(name)
    assert sorted(desk.commands.exported()) == desk.commands.export()
    assert len(list(desk.commands.exported())) >= 5
