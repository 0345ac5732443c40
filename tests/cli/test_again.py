"""What the program says to type is what works where it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasktui.cli.again import again


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "venv" / "bin"
    folder.mkdir(parents=True)
    made = folder / "tasktui"
    made.write_text("#!/bin/sh\n")
    made.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [str(made), "demo"])
    monkeypatch.setenv("PATH", "/nowhere")
    return made


@pytest.mark.usefixtures("program")
def test_a_program_that_path_does_not_have_is_named_by_the_shorter_path() -> None:
    assert again(["demo", "--down"]) == "venv/bin/tasktui demo --down"


def test_a_program_on_path_is_named_by_its_name(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(program.parent))
    assert again([]) == "tasktui"


@pytest.mark.usefixtures("program")
def test_another_program_of_that_name_on_path_is_not_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "tasktui").write_text("#!/bin/sh\n")
    (other / "tasktui").chmod(0o755)
    monkeypatch.setenv("PATH", str(other))
    assert again([]) == "venv/bin/tasktui"


def test_a_module_is_run_as_a_module_and_flags_go_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/somewhere/tasktui/__main__.py"])
    assert again(["ls"], "my state").endswith("-m tasktui --state-dir 'my state' ls")
