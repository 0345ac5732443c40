from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from cli.tool import Tool
from tasktui.domain.schedule import Daily, OneOff

TASK = """
name: chat
artifact: echo
schedule:
  type: daily
  timezone: Europe/Berlin
  points:
    - {time: "08:00", replicas: "2-4"}
    - {time: "20:00", replicas: "0-1"}
"""


def test_a_launched_task_is_idle_and_nothing_runs(tool: Tool) -> None:
    made = tool.launched("chat")
    assert made["status"] == "Idle"
    assert made["schedule"] == "Daily 08:00 2-4, 20:00 0-1, Europe/Berlin"
    assert made["replicas"]["max"] == 0


def test_launch_and_activate_in_one_go(tool: Tool) -> None:
    made = tool.launched("chat", "--daily", "08:00=2-4", "--activate", "--when", "now")
    assert made["status"] == "In-queue"
    assert tool.task("chat").armed


def test_a_schedule_without_a_zone_gets_that_of_this_machine(tool: Tool) -> None:
    tool.launched("chat", "--daily", "08:00=1")
    assert tool.task("chat").schedule.timezone == "Europe/Berlin"


def test_all_flags_of_a_daily_schedule_are_taken(tool: Tool) -> None:
    words = ("--weekdays", "mo-fr", "--except-dates", "2026-12-24,2026-12-25")
    tool.launched("chat", "--daily", "08:00=2-4,12:00=1@Asia/Tokyo", "--timezone", "UTC", *words)
    schedule = tool.task("chat").schedule
    assert isinstance(schedule, Daily)
    assert schedule.weekdays == frozenset(range(5))
    assert len(schedule.except_dates) == 2
    assert schedule.points[1].timezone == "Asia/Tokyo"


def test_all_flags_of_a_one_off_are_taken(tool: Tool) -> None:
    words = ("--one-off", "2199-12-01T08:00", "--end", "2199-12-01T09:00", "--replicas", "1-2")
    tool.launched("chat", *words, "--timezone", "UTC", "--env", "A=1", "--env", "B=x=y")
    task = tool.task("chat")
    assert isinstance(task.schedule, OneOff)
    assert str(task.schedule.replicas) == "1-2"
    assert task.schedule.end
    assert dict(task.env) == {"A": "1", "B": "x=y"}


def test_a_dry_run_shows_what_would_be_and_writes_nothing(tool: Tool) -> None:
    words = ("launch", "chat", "--artifact", "echo", "--daily", "08:00=2-4", "--timezone", "UTC")
    out = tool.run(*words, "--dry-run")
    assert "serve" in out
    assert out.count("UTC                   2-4     0.2-0.4 CPU") == 1 + 5, "next, and five points"
    assert "after Launch    Idle: nothing runs until it is activated" in out
    assert "Nothing was written." in tool.err
    assert "! Whether 0.1 CPU fits is not known" in out, "a warning"
    body = tool.json(*words, "--dry-run")
    assert body["artifact"] == "echo"
    assert body["deployment_name"] == "app"
    assert len(body["next"]) == 5
    assert body["warnings"]
    assert tool.json("ls") == []


def test_a_task_file_is_launched_and_its_name_may_be_given_beside_it(tool: Tool) -> None:
    file = tool.file("chat.yaml", TASK)
    assert tool.json("launch", "-f", file)["name"] == "chat"
    assert tool.json("launch", "second", "-f", file)["name"] == "second"


def test_a_task_file_may_come_from_standard_input(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(TASK.encode())))
    assert tool.json("launch", "-f", "-")["schedule"].startswith("Daily 08:00")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("x",), "needs an artifact"),
        (("x", "--artifact", "echo"), "needs a schedule"),
        (("--artifact", "echo", "--one-off", "now"), "needs a name"),
        (("X y", "--artifact", "echo", "--one-off", "now"), "name: 'X y'"),
        (("x", "--artifact", "ecko", "--one-off", "now"), "Did you mean echo?"),
        (("x", "--artifact", "echo", "--one-off", "2001-01-01T00:00"), "a time to come"),
        (("x", "--artifact", "echo", "--one-off", "tomorrow"), "2026-12-01T08:00"),
        (("x", "--artifact", "echo", "--one-off", "now", "--replicas", "2-1"), "min must not"),
        (("x", "--artifact", "echo", "--one-off", "now", "--replicas", "0"), "never run"),
        (("x", "--artifact", "echo", "--one-off", "now", "--weekdays", "mo"), "--weekdays belongs"),
        (("x", "--artifact", "echo", "--daily", "8=1"), "HH:MM"),
        (("x", "--artifact", "echo", "--daily", "08:00"), "08:00=2-4"),
        (("x", "--artifact", "echo", "--daily", "08:00=1", "--end", "x"), "--end belongs"),
        (("x", "--artifact", "echo", "--daily", "08:00=1", "--replicas", "2"), "in --daily"),
        (("x", "--artifact", "echo", "--daily", "08:00=1", "--one-off", "now"), "not both"),
        (
            ("x", "--artifact", "echo", "--daily", "08:00=1", "--timezone", "Europe/Berln"),
            "Europe/Berlin",
        ),
        (("x", "--artifact", "echo", "--one-off", "now", "--env", "A"), "NAME=VALUE"),
        (("x", "--artifact", "echo", "--one-off", "now", "--env", "1A=b"), "environment variables"),
        (("x", "--artifact", "echo", "--one-off", "now", "--file-path", "nope"), "file_path"),
        (("x", "--artifact", "echo", "--one-off", "now", "--wait"), "--wait needs --activate"),
        (("x", "--artifact", "echo", "--one-off", "now", "--when", "now"), "--when needs"),
        (("x", "-f", "nope.yaml"), "There is no file nope.yaml"),
        (("x", "-f", "nope.yaml", "--env", "A=1"), "--env cannot stand beside -f"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    tool: Tool, words: tuple[str, ...], said: str
) -> None:
    assert said in tool.fails("launch", *words)
    assert tool.json("ls") == []


def test_a_taken_name_is_refused(tool: Tool) -> None:
    tool.launched("chat")
    words = ("launch", "chat", "--artifact", "echo", "--one-off", "now")
    assert "exists" in tool.fails(*words)


def test_a_timeout_without_wait_is_refused_before_anything_is_done(tool: Tool) -> None:
    tool.launched("chat")
    assert "needs --wait" in tool.fails("activate", "chat", "--timeout", "5")
    assert tool.task("chat").armed is None


BUILDER = """
from ray import serve

@serve.deployment
class Model:
    async def __call__(self, request): return "ok"

def app(args):
    return Model.bind()
"""
PARAMETERS = """
[env]
HF_TOKEN = "env:HF_TOKEN"

[parameters.max_tokens]
type = "integer"
default = 256
max = 4096

[parameters.stream]
type = "boolean"
default = false
"""


def with_parameters(tool: Tool) -> str:
    folder = tool.model("llm", BUILDER)
    (folder / "artifact.toml").write_text(PARAMETERS)
    tool.run("artifact", "add", str(folder))
    return "llm"


def test_parameters_are_set_by_flags_and_shown_everywhere(tool: Tool) -> None:
    tool.environ["HF_TOKEN"] = "hush-hush"
    words = ("--artifact", with_parameters(tool), "--one-off", "now")
    given = ("--set", "max_tokens=512", "--set", "stream=true")
    out = tool.run("launch", "bot", *words, *given, "--dry-run")
    assert "max_tokens=512, stream=true" in out
    assert "HF_TOKEN=env:HF_TOKEN (artifact)" in out
    made = tool.json("launch", "bot", *words, *given)
    assert made["parameters"] == {"max_tokens": 512, "stream": True}
    assert "max_tokens=512, stream=true" in tool.run("show", "bot")
    assert tool.json("show", "bot")["parameters"] == {"max_tokens": 512, "stream": True}
    out = tool.run("edit", "bot", "--set", "max_tokens", "--set", "stream=no")
    assert "parameters: max_tokens=512, stream=true -> -" in out
    assert "parameters: max_tokens=512, stream=true -> -" in tool.run("history", "bot")
    assert "max_tokens: a whole number, at most 4096; default 256" in tool.run(
        "artifact", "show", "llm"
    )


def test_a_wrong_parameter_is_refused_in_words(tool: Tool) -> None:
    words = ("launch", "bot", "--artifact", with_parameters(tool), "--one-off", "now")
    said = tool.fails(*words, "--set", "max_tokens=many")
    assert "parameters.max_tokens: 'many' is not valid: a whole number, at most 4096" in said
    assert "did you mean max_tokens?" in tool.fails(*words, "--set", "max_token=1")
    assert "HF_TOKEN is not set" in tool.fails(*words)


def test_a_task_file_says_parameters(tool: Tool) -> None:
    tool.environ["HF_TOKEN"] = "hush-hush"
    with_parameters(tool)
    body = "name: bot\nartifact: llm\nschedule: {type: one-off, at: now}\n"
    tool.run("launch", "-f", tool.file("bot.yaml", f"{body}parameters: {{max_tokens: 5}}\n"))
    assert tool.json("show", "bot")["parameters"] == {"max_tokens": 5, "stream": False}
    file = tool.file("again.yaml", tool.run("export", "bot"))
    assert "Nothing changes." in [tool.run("edit", "bot", "-f", file), tool.err][1]
    bad = tool.file("bad.yaml", f"{body}parameters: {{max_tokens: [5]}}\n")
    assert "parameters.max_tokens" in tool.fails("launch", "-f", bad)


def test_no_value_of_a_variable_is_shown_wherever_it_comes_from(tool: Tool) -> None:
    tool.environ["HF_TOKEN"] = "hush-hush"
    folder = tool.model("llm", BUILDER)
    (folder / "artifact.toml").write_text(PARAMETERS.replace("[env]", '[env]\nKEY = "hush-file"'))
    tool.run("artifact", "add", str(folder))
    words = ("bot", "--artifact", "llm", "--one-off", "now", "--env", "OWN=hush-own")
    said = [tool.run("launch", *words, "--dry-run"), tool.run("launch", *words)]
    said += [tool.run("edit", "bot", "--env", "OWN=hush-new"), tool.run("history", "bot")]
    said += [tool.run(*v) for v in (("show", "bot"), ("export", "bot"), ("events", "bot"))]
    said += [
        tool.run("artifact", verb, "llm" if verb == "show" else str(folder))
        for verb in ("show", "check")
    ]
    said += [str(tool.json(*v)) for v in (("show", "bot"), ("artifact", "show", "llm"), ("ls",))]
    assert "KEY=*** (artifact)" in said[0]
    assert "HF_TOKEN=env:HF_TOKEN" in said[4]
    assert not [text for text in said if "hush" in text]
