from __future__ import annotations

import json

import pytest

from cli.tool import Tool

TIE = """
type: daily
timezone: UTC
points:
  - {time: "13:00", replicas: "1-1"}
  - {time: "08:00", replicas: "2-2", timezone: America/New_York}
"""


def preview(tool: Tool, text: str, start: str, end: str) -> list[tuple[str, int, int]]:
    found = tool.json(
        "schedule", "preview", "-f", tool.file("s.yaml", text), "--from", start, "--to", end
    )
    return [(f["at"], f["min"], f["max"]) for f in found]


def test_of_equal_moments_only_the_one_that_wins_is_shown(tool: Tool) -> None:
    assert preview(tool, TIE, "2026-03-05T00:00Z", "2026-03-06T00:00Z") == [
        ("2026-03-05T13:00:00Z", 2, 2)
    ]
    assert preview(tool, TIE, "2026-03-10T00:00Z", "2026-03-11T00:00Z") == [
        ("2026-03-10T12:00:00Z", 2, 2),
        ("2026-03-10T13:00:00Z", 1, 1),
    ]


def test_a_gap_is_stepped_over(tool: Tool) -> None:
    text = "type: daily\ntimezone: America/New_York\npoints:\n  - {time: '02:30', replicas: '1'}\n"
    found = preview(tool, text, "2026-03-08T05:00+00:00", "2026-03-08T12:00+00:00")
    assert found == [("2026-03-08T07:00:00Z", 1, 1)]


def test_the_beginning_is_left_out_and_the_end_counts(tool: Tool) -> None:
    text = json.dumps(
        {"type": "daily", "timezone": "UTC", "points": [{"time": "08:00", "replicas": "1-2"}]}
    )
    at = "2026-03-05T08:00:00Z"
    assert preview(tool, text, at, "2026-03-05T09:00:00Z") == []
    assert preview(tool, text, "2026-03-05T07:59:59Z", at) == [(at, 1, 2)]


def test_a_one_off_has_its_start_and_its_end(tool: Tool) -> None:
    text = "{type: one-off, at: '2026-12-01T08:00', end: '2026-12-01T09:00', timezone: UTC}"
    assert preview(tool, text, "2026-12-01T00:00Z", "2026-12-02T00:00Z") == [
        ("2026-12-01T08:00:00Z", 1, 1),
        ("2026-12-01T09:00:00Z", 0, 0),
    ]


def test_people_see_local_time_too_and_a_note_when_nothing_comes(tool: Tool) -> None:
    words = ("schedule", "preview", "-f", tool.file("s.yaml", TIE))
    out = tool.run(*words, "--from", "2026-03-05T00:00Z", "--to", "2026-03-06T00:00Z")
    assert "EST = 13:00Z" in out
    tool.run(*words, "--from", "2026-03-05T00:00Z", "--to", "2026-03-05T01:00Z")
    assert "No point" in tool.err


def test_it_opens_no_state_directory(tool: Tool) -> None:
    preview(tool, TIE, "2026-03-05T00:00Z", "2026-03-06T00:00Z")
    assert not tool.state_dir.exists()


@pytest.mark.parametrize(
    ("start", "text", "said"),
    [
        ("2026-03-05", TIE, "with an offset"),
        ("2026-03-05T00:00", TIE, "with an offset"),
        ("now", TIE, "with an offset"),
        ("2026-03-05T00:00Z", TIE.replace('"13:00"', "13:00"), "a quoted time"),
        ("2026-03-05T00:00Z", "name: x", "schedule.type"),
        ("2026-03-05T00:00Z", TIE + "color: red", "known keys"),
    ],
)
def test_what_is_wrong_is_named(tool: Tool, start: str, text: str, said: str) -> None:
    words = ("--from", start, "--to", "2026-03-06T00:00Z")
    assert said in tool.fails("schedule", "preview", "-f", tool.file("s.yaml", text), *words)
