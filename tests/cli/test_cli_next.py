from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cli.tool import Tool
from tasktui.schedule.days import today
from tasktui.schedule.strip import label, ruler

BERLIN = "Europe/Berlin"


def test_a_week_is_drawn_with_the_points_below(tool: Tool) -> None:
    tool.launched("chat", "--daily", "08:00=2-4,20:00=0-1", "--timezone", BERLIN)
    head, *rows = tool.run("next", "chat", "--week", "-n", "3").splitlines()
    assert head == f"{'':11}{ruler(48)} {BERLIN}"
    first = today(datetime.now(UTC), BERLIN)
    dates = [label(first + timedelta(days=n)) for n in range(7)]
    assert [r.partition("|")[0] for r in rows[:7]] == dates
    assert all(len(r.split("|")[1]) == 48 for r in rows[:7])
    assert "< now " in rows[0]
    assert rows[7].strip().startswith("= 2-4  - 0-1")
    assert rows[8].split() == ["#", "LOCAL", "UTC", "MIN-MAX", "NOTE"]
    assert len(rows[9:]) == 3
    assert "is not activated" in tool.err


def test_days_without_points_are_marked(tool: Tool) -> None:
    tool.launched("chat", "--daily", "08:00=2-4", "--weekdays", "mo-fr", "--timezone", BERLIN)
    out = tool.run("next", "chat", "--week")
    assert out.count("no points") == 2
    assert "held until Mon 08:00" in out


def test_the_points_are_printed_as_a_calendar(tool: Tool) -> None:
    tool.launched("chat")
    out = tool.run("next", "chat", "--ics", "-n", "20")
    assert out.startswith("BEGIN:VCALENDAR")
    assert out.count("BEGIN:VEVENT") == 20
    assert "SUMMARY:chat 2-4" in out


def test_json_stays_what_it_is_beside_the_other_forms(tool: Tool) -> None:
    tool.launched("chat")
    assert len(tool.json("next", "chat", "--week", "-n", "2")) == 2


def test_one_form_at_a_time(tool: Tool) -> None:
    tool.launched("chat")
    tool.fails("next", "chat", "--week", "--ics")


def test_points_that_are_passed_over_are_left_out_and_counted(tool: Tool) -> None:
    tool.launched("chat")
    tool.run("activate", "chat", "--when", "now")
    tool.run("pause", "chat")
    assert tool.run("next", "chat", "-n", "4") == ""
    assert "4 of the next 4 points will not be applied: paused." in tool.err
    assert tool.run("next", "chat", "-n", "4", "--week").count("not applied: paused") == 4


def test_a_one_off_that_has_ended_has_nothing_to_come(tool: Tool) -> None:
    tool.launched("once", "--one-off", "now")
    assert "now" not in tool.run("next", "once", "--week").splitlines()[-1]
    tool.run("activate", "once")
    assert tool.run("next", "once") == ""
    assert "Nothing is to come" in tool.err
