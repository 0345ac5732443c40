from __future__ import annotations

import os
from pathlib import Path

import pytest

from tasktui.engine.secrets import LIMIT, resolve
from tasktui.errors import InvalidField


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "secret"
    made.write_text("hunter22\n")
    made.chmod(0o600)
    return made


def test_references_become_values_and_values_stay(file: Path) -> None:
    env = {"A": "plain", "B": "env:TOKEN", "C": f"file:{file}", "D": "file:///not/a/reference"}
    assert resolve(env, {"TOKEN": "t0ken", "OTHER": "x"}) == {
        "A": "plain",
        "B": "t0ken",
        "C": "hunter22",
        "D": "file:///not/a/reference",
    }


def test_only_the_last_line_end_is_left_out(file: Path) -> None:
    file.write_text("one\ntwo\n\n")
    assert resolve({"A": f"file:{file}"}, {}) == {"A": "one\ntwo\n"}


def refused(value: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(InvalidField) as caught:
        resolve({"KEY": value}, environ or {})
    assert caught.value.field == "env"
    assert f"KEY={value}" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("env:TOKEN", "TOKEN is not set in this environment"),
        ("env:", "needs the name of a variable"),
        ("env:a b", "needs the name of a variable"),
        ("file:relative", "needs an absolute path"),
        ("file:", "needs an absolute path"),
        ("file:/nowhere/at/all", "No such file"),
        ("file:/", "not a plain file"),
        ("file:/dev/null", "not a plain file"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused_with_its_variable(value: str, why: str) -> None:
    assert why in refused(value)


def test_no_link_is_followed(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file)
    assert "cannot be read" in refused(f"file:{link}")


def test_a_file_that_others_can_write_is_not_believed(file: Path) -> None:
    file.chmod(0o622)
    assert "chmod go-w" in refused(f"file:{file}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_somebody_elses_file_is_not_believed(file: Path) -> None:
    os.chown(file, 65534, 65534)
    assert "another user (uid 65534)" in refused(f"file:{file}")


@pytest.mark.parametrize(
    "content", [b"x" * (LIMIT + 1), b"sec\0ret", b"\xff\xfesecret"], ids=["long", "nul", "bytes"]
)
def test_what_is_no_text_is_refused_without_showing_it(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    text = refused(f"file:{file}")
    assert "the file must be text" in text
    assert "ret" not in text.rpartition("must be")[2].replace("at most", "")
