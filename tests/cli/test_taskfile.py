from __future__ import annotations

from pathlib import Path

import pytest

from tasktui.cli.taskfile import LIMIT, load, read_task
from tasktui.domain.schedule import Daily, OneOff
from tasktui.errors import NotFound, UserError

DAILY = """
name: chat
artifact: my-model@3
file_path: models/serve
deployment_name: app
env: {TOKEN: "x", EMPTY: ""}
schedule:
  type: daily
  timezone: Europe/Berlin
  weekdays: mo-fr
  except_dates: [2026-12-24]
  points:
    - {time: "08:00", replicas: "2-4"}
    - {time: "12:30", replicas: 4, timezone: America/New_York}
"""
SHORT = "name: x\nartifact: echo\nschedule: {type: one-off}\n"


def write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "task.yaml"
    path.write_text(text)
    return str(path)


def test_every_key_of_a_task_is_read(tmp_path: Path) -> None:
    spec = read_task(write(tmp_path, DAILY))
    assert (spec.name, spec.artifact, spec.file_path) == ("chat", "my-model@3", "models/serve")
    assert dict(spec.env) == {"TOKEN": "x", "EMPTY": ""}
    assert isinstance(spec.schedule, Daily)
    assert [str(p.replicas) for p in spec.schedule.points] == ["2-4", "4-4"]
    assert spec.schedule.points[1].timezone == "America/New_York"


def test_what_is_optional_may_be_left_out(tmp_path: Path) -> None:
    spec = read_task(write(tmp_path, SHORT))
    assert (spec.file_path, spec.deployment_name, dict(spec.env)) == ("", "", {})
    assert isinstance(spec.schedule, OneOff)
    assert spec.schedule.at is None


def test_a_name_given_beside_the_file_counts(tmp_path: Path) -> None:
    assert read_task(write(tmp_path, SHORT), "other").name == "other"
    assert read_task(write(tmp_path, SHORT.replace("name: x\n", "")), "other").name == "other"


def test_json_is_yaml_too(tmp_path: Path) -> None:
    text = '{"name": "x", "artifact": "echo", "schedule": {"type": "one-off", "at": "now"}}'
    assert read_task(write(tmp_path, text)).name == "x"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a mapping"),
        ("just words", "a mapping"),
        ("- a\n- b", "a mapping"),
        ("1: 2", "a mapping"),
        (SHORT + "artefact: y\n", "did you mean artifact?"),
        (SHORT + "colour: red\n", "known keys: name, artifact"),
        (SHORT.replace("name: x\n", ""), "says no name"),
        (SHORT.replace("artifact: echo\n", ""), "says no artifact"),
        ("name: x\nartifact: echo\n", "says no schedule"),
        (SHORT.replace("name: x", "name: 1"), "name: 1 is not valid: text, in quotes"),
        (SHORT.replace("name: x", "name: on"), "name: True"),
        (SHORT + "env: [a]\n", "env"),
        (SHORT + "env: {A: 1}\n", "env.A: 1 is not valid: text, in quotes"),
        (SHORT + "file_path: [a]\n", "file_path"),
        (SHORT + "name: y\n", "'name' stands twice"),
        (SHORT + "---\n" + SHORT, "2 documents"),
        (SHORT + "env: &a {A: x}\nfile_path: *a\n", "aliases"),
        ("a: &a [*a]\n", "aliases"),
        ("name: [x\n", "not YAML"),
        ("name: x\n\tartifact: echo\n", "line 2"),
        ("name: !!python/object:os.system x\n", "not YAML"),
        (SHORT.replace("one-off}", "weekly}"), "one-off or daily"),
        (SHORT.replace("one-off}", "one-off, replica: 1}"), "known keys"),
        (DAILY.replace('"08:00"', "17:15"), 'a quoted time: "17:15"'),
        (DAILY.replace('"2-4"', "[2, 4]"), "replicas"),
        (DAILY.replace("Europe/Berlin", "Europe/Berln"), "Europe/Berlin"),
    ],
)
def test_what_is_not_a_task_is_refused_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError) as raised:
        read_task(write(tmp_path, text))
    assert said in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nope\.yaml"):
        load(str(tmp_path / "nope.yaml"))


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        load(str(tmp_path))


def test_a_file_that_is_too_large_or_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"#" * (LIMIT + 1))
    with pytest.raises(UserError, match="larger than 1 MB"):
        load(str(path))
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="UTF-8"):
        load(str(path))


def test_deep_nesting_is_refused_and_no_crash(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not YAML"):
        load(write(tmp_path, "[" * 5000))


def test_a_date_that_no_calendar_has_is_refused_and_no_crash(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not YAML"):
        load(write(tmp_path, "at: 2026-13-45T99:00:00"))
