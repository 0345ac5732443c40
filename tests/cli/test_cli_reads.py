from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.tool import Tool
from make import NOW, make_event, make_replica
from tasktui.cli import history
from tasktui.cli.command import main
from tasktui.cli.details import staleness
from tasktui.domain.event import Event
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.schedule import Replicas
from tasktui.domain.status import Badge, Mark, Reason, Status
from tasktui.runtime.views import SavedView, place, save

ESC = "\x1b[31mred\x1b]8;;http://x\x07"


def test_an_empty_list_is_empty_json_and_a_note_for_people(tool: Tool) -> None:
    assert tool.json("ls") == []
    assert tool.run("ls") == ""
    assert tool.err == "No tasks.\n"


def test_the_list_shows_name_status_schedule_next_and_reason(tool: Tool) -> None:
    tool.launched("chat")
    tool.launched("batch", "--one-off", "now")
    tool.run("activate", "chat")
    out = tool.run("ls")
    head, batch, chat = out.splitlines()
    assert head.split() == ["NAME", "STATUS", "READY", "SCHEDULE", "NEXT", "ENDPOINT", "REASON"]
    assert batch.split()[:3] == ["batch", "Idle", "-"]
    assert chat.startswith("chat")
    assert "In-queue" in chat
    assert "Daily 2" in chat
    assert "waiting for " in chat
    assert "start it where it belongs" in tool.err, "an active task without a scheduler is said"


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({"state": ClusterState.CONNECTED}, ""),
        ({"state": ClusterState.NONE}, "tasktui cluster up"),
        (
            {
                "state": ClusterState.UNREACHABLE,
                "seen_at": NOW - timedelta(minutes=5),
                "error": "X.",
            },
            "is unreachable, last seen 5m ago: X.",
        ),
        ({"state": ClusterState.UNAUTHORIZED, "error": "A token."}, "unauthorized: A token."),
    ],
)
def test_statuses_that_are_only_last_known_ones_are_said_to_be(
    view: dict[str, Any], said: str
) -> None:
    found = staleness(ClusterView(**{"address": "http://127.0.0.1:9", **view}), NOW)
    assert said in found
    assert bool(found) is bool(said)


def test_list_json_has_the_fields_that_programs_use(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("activate", "chat")
    tool.seen(serve_url="http://127.0.0.1:8000")
    now = datetime.now(UTC)
    tool.becomes(
        "chat",
        Status.RUNNING,
        replicas=(make_replica(),),
        wanted=Replicas(1, 2),
        badges=(Mark(Badge.SHORT, "1/2"),),
        next_at=now + timedelta(hours=1),
    )
    (task,) = tool.json("ls")
    assert task["name"] == "chat"
    assert task["status"] == "Running"
    assert task["replicas"] == {"ready": 1, "min": 1, "max": 2}
    assert task["endpoint"] == "http://127.0.0.1:8000/chat"
    assert task["badges"] == ["!short 1/2"]
    assert task["next_change_at"].endswith("Z")


def test_archived_tasks_are_listed_only_when_asked_for(tool: Tool) -> None:
    tool.launched("old")
    tool.launched("new")
    tool.run("archive", "old")
    assert [t["name"] for t in tool.json("ls")] == ["new"]
    assert [t["name"] for t in tool.json("ls", "--status", "archived")] == ["old"]
    assert [t["name"] for t in tool.json("ls", "--all")] == ["new", "old"]


def test_columns_are_chosen_by_the_names_that_the_app_has(tool: Tool) -> None:
    tool.launched("chat")
    tool.becomes("chat", Status.STARTING, reason=Reason("pulling"))
    out = tool.run("ls", "--columns", "by,name,revision,status")
    head, row = out.splitlines()
    assert head.split() == ["BY", "NAME", "REVISION", "STATUS"]
    assert row.split()[1:4] == ["chat", "1", "Starting"]
    assert "pulling" in row, "without a column of its own the reason stands with the status"
    assert tool.run("ls", "--columns", "endpoint,name").split()[:2] == ["ENDPOINT", "NAME"]
    assert tool.run("ls", "--columns", "default").split()[:3] == ["NAME", "ARTIFACT", "SPEC"]
    assert "did you mean next?" in tool.fails("ls", "--columns", "name,nxt")


def test_a_saved_view_says_which_tasks_in_which_order_and_columns(tool: Tool) -> None:
    for name in ("alpha", "beta", "gamma"):
        tool.launched(name)
    tool.becomes("alpha", Status.RUNNING)
    view = SavedView(tab="Idle", filter="!status:running a", reverse=True, columns=("status", "by"))
    save(place(tool.environ), "night", view)
    save(place(tool.environ), "none", SavedView(filter="nothing-like-it"))
    assert [t["name"] for t in tool.json("ls", "--view", "night")] == ["gamma", "beta"]
    head, *rows = tool.run("ls", "--view", "night").splitlines()
    assert head.split() == ["NAME", "STATUS", "BY"], "a view never hides the name"
    assert [row.split()[0] for row in rows] == ["gamma", "beta"]
    own = tool.run("ls", "--view", "night", "--columns", "name,zone")
    assert own.split()[:3] == ["NAME", "ZONE", "gamma"]
    assert tool.run("ls", "--view", "none") == ""
    assert tool.err == "No task is in view none.\n"
    assert "Views: night, none." in tool.fails("ls", "--view", "noon")
    assert "leave --status and --all out" in tool.fails("ls", "--view", "night", "--all")


def test_a_view_to_open_the_app_in_is_no_setting_of_a_verb(tool: Tool) -> None:
    assert "tasktui ls --view night" in tool.fails("--view", "night", "ls")


@pytest.mark.parametrize("word", ["Need Stop", "need-stop", "NEED STOP", "need stop"])
def test_a_status_may_be_written_in_any_case_and_with_a_dash(tool: Tool, word: str) -> None:
    tool.launched("chat")
    tool.becomes("chat", Status.NEED_STOP)
    assert [t["name"] for t in tool.json("ls", "--status", word)] == ["chat"]


def test_a_status_that_there_is_not_names_those_that_there_are(tool: Tool) -> None:
    assert "In-queue" in tool.fails("ls", "--status", "asleep")


def test_nothing_from_outside_reaches_the_terminal_as_an_escape(tool: Tool) -> None:
    tool.launched("chat")
    tool.becomes("chat", Status.STARTING, reason=Reason(ESC), last_error=ESC)
    for words in (("ls",), ("show", "chat"), ("events",)):
        assert "\x1b" not in tool.run(*words)


def test_show_says_everything_and_the_last_error(tool: Tool) -> None:
    tool.launched("chat")
    tool.becomes("chat", Status.IDLE, last_error="Traceback\nValueError: no weights")
    out = tool.run("show", "chat")
    for text in ("revision 1", "Idle", "Europe/Berlin", "echo", "serve.py", "no weights"):
        assert text in out


def test_show_finds_an_archived_task_too(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("archive", "chat")
    assert tool.json("show", "chat")["status"] == "Archived"
    assert "Archived" in tool.run("show", "chat")


def test_show_has_replicas_endpoint_and_a_command_to_try_it(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("activate", "chat", "--when", "now")
    tool.seen(serve_url="http://127.0.0.1:8000")
    started = datetime.now(UTC) - timedelta(minutes=5)
    replica = make_replica("r-77c0", node_ip="127.0.0.1", pid=42, started_at=started)
    tool.becomes("chat", Status.RUNNING, replicas=(replica,), wanted=Replicas(1, 2))
    out = tool.run("show", "chat")
    assert "curl -sS http://127.0.0.1:8000/chat" in out
    assert "1 ready of 1-2" in out
    assert "r-77c0  RUNNING  on 127.0.0.1  pid 42" in out


def test_next_gives_the_points_in_utc_and_local_time(tool: Tool) -> None:
    tool.launched("chat", "--daily", "08:00=2-4,20:00=0-1", "--timezone", "Europe/Berlin")
    found = tool.json("next", "chat", "-n", "3")
    assert len(found) == 3
    assert set(found[0]) == {"at", "min", "max", "label", "timezone"}
    assert all(f["at"].endswith("Z") for f in found)
    assert sorted(f["at"] for f in found) == [f["at"] for f in found]
    out = tool.run("next", "chat", "-n", "2")
    assert out.count("CE") == 2, "CET or CEST"
    assert out.count("Z") == 2
    assert "not activated" in tool.err


@pytest.mark.parametrize("count", ["0", "-1", "many", "1e3", "9999999999", "²"])
def test_a_count_must_be_a_whole_number_above_zero(tool: Tool, count: str) -> None:
    tool.launched("chat")
    assert "count" in tool.fails("next", "chat", "-n", count)


def test_events_are_listed_oldest_first_and_only_of_the_task(tool: Tool) -> None:
    tool.launched("chat")
    tool.launched("other")
    tool.run("activate", "chat")
    found = tool.json("events", "chat")
    assert [(e["kind"], e["from"], e["to"]) for e in found] == [
        ("launched", None, "Idle"),
        ("activated", "Idle", "In-queue"),
    ]
    assert {e["task"] for e in tool.json("events")} == {"chat", "other"}
    assert len(tool.json("events", "-n", "1")) == 1
    assert "Idle -> In-queue" in tool.run("events", "chat")


def test_follow_goes_on_with_new_events_one_json_object_a_line(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool.launched("chat")
    seen: list[str] = []

    class Enough(BaseException):
        """Ends the follower from inside."""

    def collect(event: Event) -> None:
        seen.append(event.kind)
        if len(seen) == 1:
            threading.Thread(target=lambda: _archive(tool)).start()
        if len(seen) == 2:
            raise Enough

    monkeypatch.setattr(history, "_event_line", collect)
    with pytest.raises(Enough):
        tool.run("events", "chat", "--follow", "--json")
    assert seen == ["launched", "archived"]


def _archive(tool: Tool) -> None:
    """On another thread, as another program would."""
    main(["archive", "chat", "--json"], tool.environ)


def test_an_event_as_a_line_is_one_json_object(tool: Tool) -> None:
    history._event_line(make_event())
    line = tool.capsys.readouterr().out
    assert json.loads(line)["kind"] == "notice"
    assert line.count("\n") == 1


@pytest.mark.parametrize("verb", ["show", "next", "activate", "restart"])
def test_a_name_that_is_nearly_right_is_suggested(tool: Tool, verb: str) -> None:
    tool.launched("chat")
    assert "Did you mean chat?" in tool.fails(verb, "chet")
