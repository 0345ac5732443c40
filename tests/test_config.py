from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tasktui import config
from tasktui.config import Config
from tasktui.errors import InvalidField, TasktuiError, UserError


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / ".config/tasktui/config.toml"
    made.parent.mkdir(parents=True)
    return made


def test_without_settings_everything_has_a_default(tmp_path: Path, environ: dict[str, str]) -> None:
    assert config.load(environ) == Config(state_dir=tmp_path / ".local/state/tasktui")


def test_the_places_of_xdg_are_used(tmp_path: Path, environ: dict[str, str]) -> None:
    file = tmp_path / "conf/tasktui/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("drain_s = 5")
    places = {
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "conf"),
    }
    made = config.load({**environ, **places})
    assert (made.state_dir, made.drain_s) == (tmp_path / "state/tasktui", 5.0)


@pytest.mark.parametrize(
    ("name", "text", "variable", "flag"),
    [
        ("state_dir", '"/file"', "/variable", "/flag"),
        ("address", '"http://file"', "http://variable", "http://flag"),
        ("drain_s", "1", "2.5", 3.0),
        ("start_limit_s", "1.5", "2", 3),
        ("late_limit_h", "0", "2", 3.0),
        ("admission", '"strict"', "off", "auto"),
    ],
)
def test_flags_win_over_the_environment_and_that_over_the_file(
    environ: dict[str, str], file: Path, name: str, text: str, variable: str, flag: object
) -> None:
    kind = type(getattr(config.load(environ), name))
    file.write_text(f"{name} = {text}")
    set_ = {**environ, f"TASKTUI_{name.upper()}": variable}
    found = [config.load(environ), config.load(set_), config.load(set_, **{name: flag})]
    values = [getattr(c, name) for c in found]
    assert values == [kind(text.strip('"')), kind(variable), kind(flag)]
    assert {type(v) for v in values} == {kind}


@pytest.mark.parametrize(
    ("text", "expected"), [("true", True), ("false", False), ("1", True), ("0", False)]
)
def test_truth_has_two_spellings(environ: dict[str, str], text: str, expected: bool) -> None:
    assert config.load({**environ, "TASKTUI_ALLOW_REMOTE": text}).allow_remote is expected
    assert config.load(environ, allow_remote=expected).allow_remote is expected


def test_what_is_empty_or_none_counts_as_not_given(environ: dict[str, str], file: Path) -> None:
    file.write_text('address = "http://file"')
    made = config.load({**environ, "TASKTUI_ADDRESS": ""}, address=None)
    assert made.address == "http://file"


def test_an_empty_flag_is_given(environ: dict[str, str], file: Path) -> None:
    file.write_text('address = "http://file"')
    assert config.load(environ, address="").address == ""


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("drain", "'drain' is not valid: no key here; did you mean drain_s?"),
        ("Drain_s", "did you mean drain_s?"),
        ("state-dir", "did you mean state_dir?"),
        ("[pink]", "no key here; known keys: address, admission"),
    ],
)
def test_an_unknown_key_of_the_file_is_refused_with_what_was_meant(
    environ: dict[str, str], file: Path, key: str, says: str
) -> None:
    file.write_text(f"{key}\n" if key.startswith("[") else f"{key} = 1\n")
    with pytest.raises(InvalidField) as caught:
        config.load(environ)
    assert "config.toml: " in caught.value.what
    assert says in caught.value.what


def test_an_unknown_flag_is_refused(environ: dict[str, str]) -> None:
    with pytest.raises(InvalidField, match="command line: 'drain' is not valid: no key here"):
        config.load(environ, drain=1)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("drain_s", "soon"),
        ("drain_s", -1),
        ("drain_s", float("inf")),
        ("drain_s", float("nan")),
        ("drain_s", True),
        ("start_limit_s", [1]),
        ("late_limit_h", {}),
        ("allow_remote", "yes"),
        ("allow_remote", 2),
        ("admission", "always"),
        ("admission", ["auto"]),
        ("admission", True),
        ("address", 8265),
        ("address", ["http://a"]),
        ("address", True),
        ("state_dir", 5),
        ("state_dir", []),
        ("state_dir", "~nobody-has-this-name/x"),
        ("state_dir", ""),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_name(
    environ: dict[str, str], key: str, value: Any
) -> None:
    with pytest.raises(InvalidField, match=f"command line: {key}"):
        config.load(environ, **{key: value})


@pytest.mark.parametrize(
    "line", ['address = ["http://a"]', "state_dir = 5", "drain_s = 2026-01-01"]
)
def test_a_value_of_the_wrong_kind_in_the_file_names_the_file(
    environ: dict[str, str], file: Path, line: str
) -> None:
    file.write_text(line)
    with pytest.raises(InvalidField, match=r"config\.toml"):
        config.load(environ)


@pytest.mark.parametrize("content", [b"drain_s = ", b"\xff\xfe", b"a = 1\na = 2"])
def test_a_file_that_cannot_be_understood_is_told(
    environ: dict[str, str], file: Path, content: bytes
) -> None:
    file.write_bytes(content)
    with pytest.raises(UserError, match=r"config\.toml cannot be read.*Mend or remove"):
        config.load(environ)


def test_a_folder_in_the_place_of_the_file_is_told(environ: dict[str, str], file: Path) -> None:
    file.mkdir()
    with pytest.raises(TasktuiError, match="cannot be read"):
        config.load(environ)


def test_the_state_directory_is_absolute(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/op")
    assert config.load(environ, state_dir="here").state_dir == tmp_path / "here"
    assert config.load(environ, state_dir="~/here").state_dir == Path("/home/op/here")


def test_every_file_lies_in_the_state_directory(tmp_path: Path) -> None:
    made = Config(state_dir=tmp_path)
    for path in (made.database, made.scheduler_log, made.cluster_record):
        assert path.parent == tmp_path
