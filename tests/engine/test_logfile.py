from __future__ import annotations

from pathlib import Path

import pytest

from tasktui.engine.logfile import append, bounded


def test_a_log_is_appended_to_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    log = tmp_path / "crash.log"
    append(log, "one\n")
    append(log, "two \udcff\n")
    assert log.read_text() == "one\ntwo \\udcff\n"
    assert log.stat().st_mode & 0o777 == 0o600


def test_it_never_takes_more_than_two_files_of_the_limit(tmp_path: Path) -> None:
    log = tmp_path / "crash.log"
    for number in range(500):
        append(log, f"{number:>9}\n", limit=1000)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["crash.log", "crash.log.1"]
    assert sum(p.stat().st_size for p in tmp_path.iterdir()) <= 2 * 1000 + 250
    assert log.read_text().endswith("499\n")


def test_one_text_that_is_too_long_is_cut_at_its_beginning(tmp_path: Path) -> None:
    append(tmp_path / "log", "x" * 5000 + "end", limit=1000)
    assert (tmp_path / "log").read_text() == "x" * 247 + "end"


def test_a_log_below_its_limit_or_missing_stays(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert bounded(log) == log
    log.write_text("short")
    bounded(log)
    assert log.read_text() == "short"


def test_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        append(tmp_path / "log", "x")
    assert not (tmp_path / "elsewhere").exists()
