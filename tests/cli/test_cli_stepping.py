from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cli.tool import Tool
from make import make_replica
from tasktui.domain.event import EventKind
from tasktui.domain.status import Status

LATER = "2199-12-01T08:00"
DAILY = ("--daily", "00:00=2-4,23:59:59=0-1", "--timezone", "UTC")


def active(tool: Tool, *words: str) -> None:
    """A Running task, its point in force applied at once."""
    tool.launched("chat", *(words or DAILY))
    tool.run("activate", "chat", "--when", "now")
    tool.becomes("chat", Status.RUNNING, replicas=(make_replica("a"), make_replica("b")))


def test_scale_stands_until_the_next_point_unless_told_otherwise(tool: Tool) -> None:
    active(tool)
    out = tool.run("scale", "chat", "4-4").splitlines()
    assert out[0].startswith("at once: 4-4 by hand until 23:59:59Z (in ")
    assert out[1] == "then 23:59:59Z 0-1"
    assert out[-1].startswith("chat  Running +override until 23:59:59Z")
    override = tool.task("chat").override
    assert override
    assert override.until
    assert f"{override.until:%H:%M:%S}" == "23:59:59"


def test_a_later_scale_replaces_the_one_before(tool: Tool) -> None:
    active(tool)
    tool.run("scale", "chat", "4-4")
    tool.run("scale", "chat", "3", "--until", "cleared")
    override = tool.task("chat").override
    assert override
    assert (str(override.replicas), override.until) == ("3-3", None)


def test_scale_as_json_has_who_and_until_when(tool: Tool) -> None:
    active(tool)
    body = tool.json("scale", "chat", "4-6", "--until", LATER)
    assert body["override"]["replicas"] == {"min": 4, "max": 6}
    assert body["override"]["until"] == "2199-12-01T08:00:00Z"
    assert body["override"]["by"]
    assert body["badges"] == ["+override until 2199-12-01T08:00:00Z"]
    assert body["paused"] is None
    assert body["next_change_at"] == "2199-12-01T08:00:00Z"
    assert body["replicas"] == {"ready": 2, "min": 4, "max": 6}


def test_a_time_is_read_in_the_zone_of_the_task(tool: Tool) -> None:
    active(tool, "--daily", "08:00=2-4", "--timezone", "America/New_York")
    body = tool.json("scale", "chat", "4", "--until", LATER)
    assert body["override"]["until"] == "2199-12-01T13:00:00Z"
    body = tool.json("scale", "chat", "4", "--until", "03:15")
    until = datetime.fromisoformat(body["override"]["until"])
    assert timedelta(0) < until - datetime.now(UTC) <= timedelta(hours=25)


def test_where_no_point_comes_an_override_stands_until_it_is_cleared(tool: Tool) -> None:
    active(tool, "--one-off", "now")
    tool.run("scale", "chat", "2")
    assert tool.out.splitlines()[0] == "at once: 2-2 by hand until cleared"
    assert "No point comes" in tool.err


def test_zero_stops_by_hand(tool: Tool) -> None:
    active(tool)
    out = tool.run("scale", "chat", "0", "--until", "cleared")
    assert out.startswith("at once: 0-0 (nothing runs) by hand until cleared")


def test_clear_gives_back_to_the_schedule(tool: Tool) -> None:
    active(tool)
    tool.run("scale", "chat", "4-4")
    out = tool.run("scale", "chat", "--clear")
    assert out.splitlines()[:2] == ["at once: 2-4 (00:00Z)", "then 23:59:59Z 0-1"]
    assert tool.task("chat").override is None


def test_pause_freezes_what_is_in_force_and_keeps_the_note(tool: Tool) -> None:
    active(tool)
    out = tool.run("pause", "chat", "--note", "quiet days").splitlines()
    assert out[0] == "at once: 2-4, frozen until resumed"
    assert out[1].startswith("not applied: 23:59:59Z 0-1")
    body = tool.json("show", "chat")
    assert body["paused"]["note"] == "quiet days"
    assert body["paused"]["replicas"] == {"min": 2, "max": 4}
    assert body["paused"]["until"] is None
    assert body["paused"]["by"]
    assert body["badges"] == ["paused"]
    assert body["next_change_at"] is None


def test_resume_applies_the_point_in_force(tool: Tool) -> None:
    active(tool)
    tool.run("pause", "chat", "--until", LATER)
    assert tool.run("resume", "chat").splitlines()[0] == "at once: 2-4 (00:00Z)"
    assert tool.task("chat").pause is None


def test_a_dry_run_writes_nothing(tool: Tool) -> None:
    active(tool)
    before = tool.task("chat")
    plan = tool.json("scale", "chat", "4-4", "--dry-run")["plan"]
    assert plan[0].startswith("at once: 4-4 by hand until 23:59:59Z")
    assert tool.run("pause", "chat", "--dry-run").startswith("at once: 2-4, frozen")
    assert "Nothing was written." in tool.err
    assert "not paused" in tool.fails("resume", "chat", "--dry-run")
    assert tool.task("chat") == before


def test_each_is_one_event_with_what_and_until_when(tool: Tool) -> None:
    active(tool)
    tool.run("scale", "chat", "4-4", "--until", LATER)
    tool.run("pause", "chat", "--until", LATER, "--note", "tests")
    tool.run("scale", "chat", "--clear")
    tool.run("resume", "chat")
    events = tool.json("events", "chat")[-4:]
    assert [(e["kind"], e["reason"]) for e in events] == [
        (EventKind.OVERRIDDEN, "4-4 until 2199-12-01 08:00 UTC"),
        (EventKind.PAUSED, "4-4 frozen until 2199-12-01 08:00 UTC: tests"),
        (EventKind.OVERRIDE_CLEARED, "4-4"),
        (EventKind.RESUMED, "4-4 was frozen"),
    ]
    assert all("(cli)" in e["actor"] for e in events)


def test_show_and_ls_say_what_stands_over_the_schedule(tool: Tool) -> None:
    active(tool)
    tool.run("scale", "chat", "4-4", "--until", "cleared")
    tool.run("pause", "chat", "--until", LATER, "--note", "\x1b[2Jtests")
    shown = tool.run("show", "chat")
    assert "Override  4-4 until cleared, by " in shown
    assert "Paused    4-4 frozen until 2199-12-01 08:00Z, by " in shown
    assert "\\x1b[2Jtests" in shown
    assert "+override until cleared paused until 2199-12-01 08:00Z" in tool.run("ls")
    tool.run("next", "chat")
    assert "will not be applied" in tool.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("scale", "chat"), "Which replicas?"),
        (("scale", "chat", "x"), "replicas: 'x' is not valid"),
        (("scale", "chat", "4-2"), "min must not be above max"),
        (("scale", "chat", "999999"), "at most 10000 replicas"),
        (("scale", "chat", "4", "--until", "2001-01-01T08:00"), "until: '2001-01-01T08:00'"),
        (("scale", "chat", "4", "--until", "soon"), "next, cleared, HH:MM"),
        (("scale", "chat", "4", "--until", "25:00"), "next, cleared, HH:MM"),
        (("scale", "chat", "4", "--clear"), "takes neither replicas nor --until"),
        (("scale", "chat", "--clear"), "no override to clear"),
        (("scale", "nope", "4"), "No task is named"),
        (("scale", "nope", "4", "--until", "08:00"), "No task is named"),
        (("pause", "chat", "--until", "next"), "HH:MM"),
        (("pause", "chat", "--until", "2001-01-01T08:00"), "a time to come"),
        (("pause", "chat", "--note", "x" * 201), "note: "),
        (("resume", "chat"), "nothing to resume"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    tool: Tool, words: tuple[str, ...], said: str
) -> None:
    active(tool)
    assert said in tool.fails(*words)
    task = tool.task("chat")
    assert (task.override, task.pause) == (None, None)


@pytest.mark.parametrize("words", [("scale", "chat", "4"), ("pause", "chat"), ("resume", "chat")])
def test_only_an_activated_task_is_stepped_in_on(tool: Tool, words: tuple[str, ...]) -> None:
    tool.launched("chat")
    assert "only an activated task can be" in tool.fails(*words)
