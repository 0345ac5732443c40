"""Expressions, calendars and many schedules at the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cli.tool import Tool
from make import NOW
from tasktui.cli.details import staleness
from tasktui.domain.observed import ClusterState, ClusterView

CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//x//EN\r
BEGIN:VEVENT\r
UID:1\r
DTSTART;VALUE=DATE:20261224\r
DTEND;VALUE=DATE:20261227\r
RRULE:FREQ=YEARLY\r
SUMMARY:Christmas\r
END:VEVENT\r
END:VCALENDAR\r
"""
TASK = """
name: chat
artifact: echo
schedule:
  type: daily
  timezone: Europe/Berlin
  except_dates: [2026-12-31, "holidays.ics"]
  points:
    - {time: "08:00", replicas: "2-4"}
    - {cron: "0 20 * * 1-5", replicas: "0-1"}
"""
EIGHT = {"type": "daily", "timezone": "UTC", "points": [{"time": "08:00", "replicas": "1-2"}]}
NINE = {"type": "daily", "timezone": "UTC", "points": [{"cron": "0 9 * * *", "replicas": 3}]}
SPAN = ("--from", "2026-03-05T00:00Z", "--to", "2026-03-06T00:00Z")
AT_8 = {"at": "2026-03-05T08:00:00Z", "min": 1, "max": 2}
AT_9 = {"at": "2026-03-05T09:00:00Z", "min": 3, "max": 3}


@pytest.fixture
def holidays(tool: Tool) -> str:
    return tool.file("holidays.ics", CALENDAR)


def preview(tool: Tool, text: str) -> object:
    return tool.json("schedule", "preview", "-f", tool.file("s.yaml", text), *SPAN)


def test_a_task_is_launched_with_expressions_and_a_calendar(tool: Tool, holidays: str) -> None:
    points = "cron(0 8,9 * * 1-5)=2-4,20:00=0-1"
    tool.launched("chat", "--daily", points, "--timezone", "UTC", "--except", holidays)
    schedule = tool.task("chat").schedule
    assert [p.label for p in schedule.points] == ["0 8,9 * * 1-5", "20:00"]  # type: ignore[union-attr]
    dates = {d.isoformat() for d in schedule.except_dates}  # type: ignore[union-attr]
    assert {"2026-12-24", "2026-12-26", "2027-12-25"} <= dates
    assert "2026-12-27" not in dates


def test_dates_and_calendars_mix_and_the_long_name_of_the_flag_stays(
    tool: Tool, holidays: str
) -> None:
    tool.launched("chat", "--daily", "08:00=1", "--timezone", "UTC")
    tool.run("edit", "chat", "--except-dates", f"2026-05-01,{holidays}", "--weekdays", "mo-fr")
    schedule = tool.task("chat").schedule
    dates = {d.isoformat() for d in schedule.except_dates}  # type: ignore[union-attr]
    assert {"2026-05-01", "2026-12-24"} <= dates


@pytest.mark.usefixtures("holidays")
def test_a_file_names_its_calendar_beside_itself(tool: Tool, tmp_path: Path) -> None:
    tool.run("launch", "-f", tool.file("chat.yaml", TASK))
    schedule = tool.task("chat").schedule
    dates = {d.isoformat() for d in schedule.except_dates}  # type: ignore[union-attr]
    assert {"2026-12-31", "2026-12-24"} <= dates
    assert "cron(0 20 * * 1-5) 0-1" in tool.run("show", "chat")
    assert tmp_path.exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (None, "There is no calendar"),
        (b"hello", "iCalendar"),
        (b"\xff\xfe", "UTF-8"),
        (b"x" * 1_100_000, "1 MB"),
        (CALENDAR.replace("YEARLY", "HOURLY").encode(), "Christmas"),
    ],
)
def test_a_calendar_that_cannot_be_used_is_named(tool: Tool, body: bytes | None, said: str) -> None:
    path = tool.folder / "bad.ics"
    if body is not None:
        path.write_bytes(body)
    words = ("launch", "chat", "--artifact", "echo", "--daily", "08:00=1", "--except", str(path))
    message = tool.fails(*words)
    assert said in message
    assert "bad.ics" in message


def test_what_is_doubtful_is_said_at_launch_and_launched(tool: Tool) -> None:
    tool.launched("chat", "--daily", "02:30=1", "--timezone", "Europe/Berlin")
    assert "02:30 will run at 03:00" in tool.err


def test_one_schedule_is_answered_by_one_list(tool: Tool) -> None:
    assert preview(tool, json.dumps(EIGHT)) == [AT_8]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([EIGHT, NINE]),
        f"{json.dumps(EIGHT)}\n---\n{json.dumps(NINE)}\n",
    ],
)
def test_several_are_answered_in_order_by_a_list_of_lists(tool: Tool, text: str) -> None:
    assert preview(tool, text) == [[AT_8], [AT_9]]


def test_a_list_of_one_or_none_is_answered_by_a_list_too(tool: Tool) -> None:
    assert preview(tool, json.dumps([EIGHT])) == [[AT_8]]
    assert preview(tool, "[]") == []


def test_which_of_several_is_wrong_is_told(tool: Tool) -> None:
    text = json.dumps([EIGHT, {**NINE, "timezone": "Mars/Base"}])
    assert "Schedule 2: " in tool.fails(
        "schedule", "preview", "-f", tool.file("s.yaml", text), *SPAN
    )


def test_people_see_each_schedule_with_its_doubts_beside(tool: Tool) -> None:
    night = {**EIGHT, "timezone": "Europe/Berlin", "points": [{"time": "02:30", "replicas": 1}]}
    words = ("schedule", "preview", "-f", tool.file("s.yaml", json.dumps([night, NINE])), *SPAN)
    out = tool.run(*words)
    assert "Daily 02:30 1-1, Europe/Berlin" in out
    assert "Daily cron(0 9 * * *) 3-3, UTC" in out
    assert "warning: schedule.points[1]: Sun 29 Mar" in tool.err
    tool.json(*words)
    assert tool.err == ""


def test_a_clock_that_is_not_believed_is_shown_and_accepted(tool: Tool) -> None:
    tool.launched()
    assert tool.json("scheduler", "accept-clock") == {"accepted": False}
    store = tool.store()
    store.set_setting("clock_doubt", "2036-03-05T14:00:00+00:00")
    store.close()
    assert "accept-clock" in tool.run("scheduler", "status")
    assert "accepted" in tool.run("scheduler", "accept-clock")
    assert "accept-clock" not in tool.run("scheduler", "status")
    assert "believes" in tool.run("scheduler", "accept-clock")


def test_an_error_beside_a_connected_cluster_is_told() -> None:
    view = ClusterView(state=ClusterState.CONNECTED, error="The clock shows yesterday.")
    assert staleness(view, NOW) == "The clock shows yesterday."
    assert staleness(replace(view, error=""), NOW) == ""
