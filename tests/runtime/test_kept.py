from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasktui.runtime import kept as module
from tasktui.runtime.kept import AGE, folder, keep, kept, tidy

NOW = datetime.now(UTC)


def aged(path: Path, **ago: float) -> None:
    at = (NOW - timedelta(**ago)).timestamp()
    os.utime(path, (at, at))


def test_a_log_is_kept_for_its_owner_alone_and_told_with_its_time(tmp_path: Path) -> None:
    path = keep(tmp_path, "chat", "r1", "one\n")
    assert path == tmp_path / "logs/chat/r1.log"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    aged(path, hours=1)
    (found,) = kept(tmp_path, "chat")
    assert (found.replica, found.path, found.size) == ("r1", path, 4)
    assert abs((NOW - found.at) - timedelta(hours=1)) < timedelta(seconds=1)


def test_what_is_known_later_takes_the_place_of_what_was_kept(tmp_path: Path) -> None:
    keep(tmp_path, "chat", "r1", "one\n")
    path = keep(tmp_path, "chat", "r1", "one\ntwo\n")
    assert path.read_text() == "one\ntwo\n"
    assert [p.name for p in path.parent.iterdir()] == ["r1.log"]


def test_the_newest_comes_first_and_other_tasks_do_not_count(tmp_path: Path) -> None:
    for minutes, name in ((3, "old"), (1, "new"), (2, "mid")):
        aged(keep(tmp_path, "chat", name, "x"), minutes=minutes)
    keep(tmp_path, "other", "r9", "x")
    assert [k.replica for k in kept(tmp_path, "chat")] == ["new", "mid", "old"]
    assert kept(tmp_path, "nobody") == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "/abs", ".hidden", "a\nb\x1b[0m", "", ".."])
def test_no_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    path = keep(tmp_path, "chat", name, "x")
    assert path.parent == folder(tmp_path, "chat")
    assert len(kept(tmp_path, "chat")) == 1
    assert path.name.isprintable()


def test_no_link_is_followed(tmp_path: Path) -> None:
    place = folder(tmp_path, "chat")
    place.mkdir(parents=True)
    (place / "r1.log").symlink_to(tmp_path / "elsewhere")
    keep(tmp_path, "chat", "r1", "x")
    assert not (tmp_path / "elsewhere").exists()


def test_the_beginning_of_a_log_that_is_too_long_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ONE", 100)
    text = "".join(f"line {n}\n" for n in range(1_000))
    lines = keep(tmp_path, "chat", "r1", text).read_text().splitlines()
    assert lines[0] == "-- the beginning was left out --"
    assert lines[1].startswith("line ")
    assert lines[-1] == "line 999"


def test_what_is_too_old_is_thrown_away_and_an_empty_folder_with_it(tmp_path: Path) -> None:
    aged(keep(tmp_path, "gone", "r1", "x"), days=7, minutes=1)
    aged(keep(tmp_path, "chat", "r1", "x"), days=8)
    aged(keep(tmp_path, "chat", "r2", "x"), days=6)
    assert tidy(tmp_path, NOW) == 2
    assert [k.replica for k in kept(tmp_path, "chat")] == ["r2"]
    assert not folder(tmp_path, "gone").exists()
    assert timedelta(days=7) == AGE


def test_of_what_is_too_much_the_oldest_goes(tmp_path: Path) -> None:
    for minutes in range(5):
        aged(keep(tmp_path, "chat", f"r{minutes}", "x" * 100), minutes=minutes)
    aged(keep(tmp_path, "other", "r1", "x" * 100), minutes=9)
    assert tidy(tmp_path, NOW, most=250) == 3
    assert [k.replica for k in kept(tmp_path, "chat")] == ["r0", "r1"]
    assert len(kept(tmp_path, "other")) == 1


def test_without_any_log_there_is_nothing_to_tidy(tmp_path: Path) -> None:
    assert tidy(tmp_path, NOW) == 0
