"""Tokens in files and in the environment."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tasktui.engine import tokens
from tasktui.errors import Unauthorized


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_variable_comes_before_files(tmp_path: Path) -> None:
    file = write(tmp_path / "file", "from-file")
    write(tmp_path / ".ray/auth_token", "from-home")
    environ = {"HOME": str(tmp_path)}
    assert tokens.of_environment(environ) == "from-home"
    environ["RAY_AUTH_TOKEN_PATH"] = str(file)
    assert tokens.of_environment(environ) == "from-file"
    environ["RAY_AUTH_TOKEN"] = " given "
    assert tokens.of_environment(environ) == "given"


def test_without_any_there_is_none(tmp_path: Path) -> None:
    assert tokens.of_environment({"HOME": str(tmp_path)}) == ""


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "RAY_AUTH_TOKEN_PATH": str(tmp_path / "none")}
    with pytest.raises(Unauthorized, match="No such file") as caught:
        tokens.of_environment(environ)
    assert "RAY_AUTH_TOKEN" in caught.value.hint


def link(path: Path) -> None:
    path.symlink_to(write(path.with_name("target"), "secret"))


def unreadable(path: Path) -> None:
    write(path, "two secret\nlines")


def binary(path: Path) -> None:
    path.write_bytes(b"\xff\xfe")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (link, "symbolic link"),
        (Path.mkdir, "not a file"),
        (os.mkfifo, "not a file"),
        (lambda p: write(p, " \n"), "no token"),
        (lambda p: write(p, "x" * 5000), "no token"),
        (unreadable, "no token"),
        (binary, "no token"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_not_what(
    tmp_path: Path, make: Callable[[Path], object], why: str
) -> None:
    path = tmp_path / "token"
    make(path)
    with pytest.raises(Unauthorized, match=why) as caught:
        tokens.read(path)
    assert "secret" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "token", "secret")
    os.chown(path, 12345, 12345)
    with pytest.raises(Unauthorized, match="another user"):
        tokens.read(path)


def test_what_is_written_is_for_the_owner_and_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "token"
    write(path, "old").chmod(0o644)
    tokens.write(path, "new")
    assert tokens.read(path) == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_writing_replaces_a_link_and_not_its_target(tmp_path: Path) -> None:
    target = write(tmp_path / "target", "theirs")
    path = tmp_path / "token"
    path.symlink_to(target)
    tokens.write(path, "ours")
    assert target.read_text() == "theirs"
    assert tokens.read(path) == "ours"
