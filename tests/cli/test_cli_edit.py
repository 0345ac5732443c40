from __future__ import annotations

import pytest

from cli.tool import Tool
from make import make_replica
from tasktui.domain.schedule import Daily, OneOff
from tasktui.domain.status import Status


def test_only_what_is_given_changes(tool: Tool) -> None:
    tool.launched("chat", "--daily", "08:00=2-4", "--weekdays", "mo-fr", "--env", "A=1")
    tool.run("edit", "chat", "--daily", "08:00=2-6,20:00=0-1")
    task = tool.task("chat")
    assert isinstance(task.schedule, Daily)
    assert task.schedule.weekdays == frozenset(range(5))
    assert task.schedule.timezone == "Europe/Berlin"
    assert [str(p.replicas) for p in task.schedule.points] == ["2-6", "0-1"]
    assert dict(task.env) == {"A": "1"}
    assert task.revision == 2


def test_each_changed_line_says_hot_or_how_many_replicas_restart(tool: Tool) -> None:
    tool.launched("chat", "--daily", "08:00=2-4")
    tool.run("activate", "chat", "--when", "now")
    tool.becomes("chat", Status.RUNNING, replicas=(make_replica("a"), make_replica("b")))
    out = tool.run("edit", "chat", "--daily", "08:00=2-6", "--env", "A=1", "--dry-run")
    schedule, environment, ahead, _, bounds, effect, cluster = out.splitlines()
    assert schedule.startswith("schedule: Daily 08:00 2-4")
    assert schedule.endswith("[hot]")
    assert environment == "environment: - -> A  [restarts 2]"
    assert ahead.startswith("at once: 2-6 (")
    assert bounds == "replicas: 2-4 (0.2-0.4 CPU) -> 2-6 (0.2-0.6 CPU)"
    assert effect.startswith("Replaces 2 replicas by new ones, a few at a time")
    assert cluster == "No cluster is there: it waits for one."
    assert "Nothing was written." in tool.err
    assert tool.task("chat").revision == 1


def test_an_edit_of_a_schedule_says_what_is_in_force_at_once_and_then(tool: Tool) -> None:
    tool.launched("chat", "--daily", "00:00=2-4", "--timezone", "UTC")
    new = ("edit", "chat", "--daily", "00:00=2-6,23:59:59=0-1", "--dry-run")
    assert "not activated: nothing starts" in tool.run(*new)
    tool.run("activate", "chat", "--when", "now")
    said = tool.run(*new).splitlines()
    assert said[1:] == [
        "at once: 2-6 (00:00Z)",
        "then 23:59:59Z 0-1",
        "No replica starts, stops or restarts now.",
    ]
    assert tool.json(*new)["plan"] == said
    tool.run("scale", "chat", "9", "--until", "cleared")
    said = tool.run(*new).splitlines()
    assert said[1] == "at once: 9-9 by hand until cleared"
    assert said[2].startswith("not applied: 23:59:59Z 0-1")
    assert tool.json("edit", "chat", "--env", "A=1", "--dry-run")["plan"] == [
        "environment: - -> A  [hot]",
        "No replica starts, stops or restarts now.",
    ]


def test_an_edit_as_json_has_its_changes_and_the_task(tool: Tool) -> None:
    tool.launched("chat", "--daily", "08:00=2-4")
    body = tool.json("edit", "chat", "--daily", "08:00=1")
    assert [(c["field"], c["restarts"]) for c in body["changes"]] == [("schedule", False)]
    assert body["task"]["revision"] == 2


def test_an_edit_that_changes_nothing_says_so_and_makes_no_revision(tool: Tool) -> None:
    tool.launched("chat", "--daily", "08:00=2-4")
    assert tool.run("edit", "chat", "--daily", "08:00=2-4") == ""
    assert "Nothing changes." in tool.err
    assert tool.task("chat").revision == 1


def test_a_zone_alone_moves_the_points_that_were_in_the_old_one(tool: Tool) -> None:
    tool.launched("chat", "--daily", "08:00=1,09:00=2@Asia/Tokyo", "--timezone", "UTC")
    tool.run("edit", "chat", "--timezone", "America/New_York")
    schedule = tool.task("chat").schedule
    assert isinstance(schedule, Daily)
    assert [p.timezone for p in schedule.points] == ["America/New_York", "Asia/Tokyo"]


def test_the_parts_of_a_one_off_change_one_by_one(tool: Tool) -> None:
    tool.launched("chat", "--one-off", "2199-12-01T08:00", "--end", "2199-12-02T08:00")
    tool.run("edit", "chat", "--replicas", "2-3")
    tool.run("edit", "chat", "--timezone", "UTC")
    tool.run("edit", "chat", "--end", "2199-12-03T08:00")
    schedule = tool.task("chat").schedule
    assert isinstance(schedule, OneOff)
    assert (str(schedule.replicas), schedule.timezone) == ("2-3", "UTC")
    assert schedule.at
    assert schedule.end
    assert schedule.end.day == 3
    tool.run("edit", "chat", "--end", "")
    assert getattr(tool.task("chat").schedule, "end", "") is None


def test_a_daily_becomes_a_one_off(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("edit", "chat", "--one-off", "now", "--replicas", "2")
    schedule = tool.task("chat").schedule
    assert isinstance(schedule, OneOff)
    assert (str(schedule.replicas), schedule.timezone) == ("2-2", "Europe/Berlin")


def test_a_new_artifact_brings_its_own_script(tool: Tool) -> None:
    folder = tool.model("mine")
    (folder / "serve.py").rename(folder / "run.py")
    tool.run("artifact", "add", str(folder), "--file-path", "run", "--deployment-name", "other")
    tool.launched("chat")
    tool.run("edit", "chat", "--artifact", "mine")
    task = tool.task("chat")
    assert (task.artifact, task.file_path, task.deployment_name) == ("mine@1", "run", "other")


def test_a_file_is_the_whole_task(tool: Tool) -> None:
    tool.launched("chat", "--daily", "08:00=2-4", "--env", "A=1")
    text = "name: chat\nartifact: echo\nschedule: {type: one-off, replicas: '2'}\n"
    tool.run("edit", "chat", "-f", tool.file("t.yaml", text))
    task = tool.task("chat")
    assert isinstance(task.schedule, OneOff)
    assert dict(task.env) == {}


def test_renaming_is_asked_for_by_name(tool: Tool) -> None:
    tool.launched("chat")
    text = "name: talk\nartifact: echo\nschedule: {type: one-off}\n"
    assert "--rename" in tool.fails("edit", "chat", "-f", tool.file("t.yaml", text))
    tool.run("edit", "chat", "--rename", "talk")
    assert tool.task("talk").revision == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Nothing to change was given"),
        (("--revision", "7", "--daily", "08:00=1"), "edited meanwhile"),
        (("--replicas", "2"), "in --daily"),
        (("--end", "2199-01-01T00:00"), "belongs to --one-off"),
        (("--artifact", "ecko"), "Did you mean echo?"),
        (("--daily", "08:00=0"), "at least one point"),
        (("--rename", "Not A Name"), "name"),
        (("--revision", "x", "--daily", "08:00=1"), "invalid int value"),
    ],
)
def test_an_edit_that_cannot_be_is_refused(tool: Tool, words: tuple[str, ...], said: str) -> None:
    tool.launched("chat", "--daily", "08:00=2-4")
    assert said in tool.fails("edit", "chat", *words)
    assert tool.task("chat").revision == 1


def test_an_archived_task_is_not_edited(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("archive", "chat")
    assert "restore it" in tool.fails("edit", "chat", "--daily", "08:00=1")
