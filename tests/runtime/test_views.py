from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tasktui.errors import InvalidField, NotFound, UserError
from tasktui.runtime.views import (
    NAME,
    SavedView,
    columns,
    load,
    named,
    place,
    save,
    save_columns,
)

VIEW = SavedView(tab="Running", filter="llama", order="next", reverse=True, wide=True)


def test_a_view_is_kept_replaced_and_removed(tmp_path: Path) -> None:
    file = place({"XDG_CONFIG_HOME": str(tmp_path)})
    assert load(file) == {}
    save(file, "night", VIEW)
    save(file, "a", SavedView())
    save(file, "a", VIEW)
    assert load(file) == {"a": VIEW, "night": VIEW}
    save(file, "a", None)
    assert list(load(file)) == ["night"]
    assert [f.name for f in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("name", ["", "save", "rm", "two words", "../x", "x\x1b[2J", "n" * 101])
def test_a_name_that_will_not_do_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidField):
        save(tmp_path / "views.json", name, VIEW)


def test_a_view_that_is_not_there_cannot_be_removed(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nope"):
        save(tmp_path / "views.json", "nope", None)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        save(tmp_path / "file" / "views.json", "a", VIEW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"a": 1}',
        '{"a": {"tab": 7}}',
        '{"a": {"reverse": "yes"}}',
        '{"\\u001b[2J": {}}',
        "[" * 100_000,
        '{"a": {"filter": "' + "x" * 200 + '"}}',
    ],
)
def test_a_broken_or_hostile_file_is_no_view(tmp_path: Path, text: str) -> None:
    file = tmp_path / "views.json"
    file.write_text(text)
    assert load(file) == {}


def test_what_a_newer_version_wrote_beside_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "views.json"
    file.write_text('{"a": {"tab": "Idle", "colours": [1]}, "b": 2}')
    assert load(file) == {"a": SavedView(tab="Idle")}


@pytest.mark.parametrize("text", ["{,}", "[1]", '"x"', "{" * 50])
def test_saving_loses_nothing_of_a_file_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    file = tmp_path / NAME
    file.write_text(text)
    with pytest.raises(UserError, match="Mend it"):
        save(file, "mine", SavedView())
    assert file.read_text() == text


def test_saving_keeps_what_this_version_does_not_know(tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_text('{"newer": {"tab": 7, "columns": ["a"]}}')
    save(file, "mine", SavedView())
    assert json.loads(file.read_text())["newer"] == {"tab": 7, "columns": ["a"]}
    assert list(load(file)) == ["mine"]


def test_a_filter_with_control_characters_is_no_view(tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_text(json.dumps({"bad": {"filter": "\x1b[31m"}}))
    assert load(file) == {}


def test_the_users_own_columns_are_no_view_and_stay_when_views_are_saved(tmp_path: Path) -> None:
    file = tmp_path / NAME
    assert columns(file) == ()
    save_columns(file, ())
    assert not file.exists()
    save_columns(file, ("name", "next"))
    save(file, "night", replace(VIEW, columns=("name", "status")))
    assert columns(file) == ("name", "next")
    assert load(file) == {"night": replace(VIEW, columns=("name", "status"))}
    save_columns(file, ())
    assert columns(file) == ()
    assert list(load(file)) == ["night"]


@pytest.mark.parametrize("words", ["7", "[7]", '["\\u001b[2J"]', '"name"', "null"])
def test_hostile_columns_are_none(tmp_path: Path, words: str) -> None:
    file = tmp_path / NAME
    file.write_text(f'{{"": {{"columns": {words}}}, "a": {{"columns": {words}}}}}')
    assert columns(file) == ()
    assert load(file) == {}


def test_a_view_that_is_not_there_is_said_with_those_that_are(tmp_path: Path) -> None:
    file = tmp_path / NAME
    with pytest.raises(NotFound, match="none yet; in the app :view save NAME keeps one"):
        named(file, "night")
    save(file, "night", VIEW)
    assert named(file, "night") == VIEW
    with pytest.raises(NotFound, match="'noon'"):
        named(file, "noon")
