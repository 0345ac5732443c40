from __future__ import annotations

from datetime import timedelta

import pytest

from tasktui.commands.logtext import after, holds, moment, parse_length, plain, recent
from tasktui.errors import InvalidField


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("\n", [""]),
        ("one\ntwo\n", ["one", "two"]),
        ("one\ntwo", ["one", "two"]),
        ("\x1b[31mred\x1b[0m\n", ["red"]),
        ("\x1b[38;5;9;1mred\x1b[m\n", ["red"]),
        ("10%\r20%\r\nend\r", ["10%", "20%", "end", ""]),
        ("\x1b]52;c;aGk=\x07\x1b[2J\n", ["\x1b]52;c;aGk=\x07\x1b[2J"]),
        ("a\x0bb\u2028c\n", ["a\x0bb\u2028c"]),
    ],
)
def test_a_log_becomes_lines_and_nothing_but_colour_is_lost(text: str, lines: list[str]) -> None:
    assert plain(text) == (lines[:-1] if lines[-1:] == [""] and text.endswith("\r") else lines)


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("INFO 2026-03-05 13:41:07,123 app r1 -- x", "2026-03-05 13:41:07"),
        ("2026-03-05T13:41:07.5Z x", "2026-03-05 13:41:07"),
        ('{"asctime": "2026-03-05 13:41:07"}', "2026-03-05 13:41:07"),
        ("2026-13-45 99:99:99 x", None),
        ("no time", None),
        ("x" * 300 + "2026-03-05 13:41:07", None),
    ],
)
def test_the_time_of_a_line_is_read(line: str, at: str | None) -> None:
    found = moment(line)
    assert (found and str(found)) == at


def test_recent_lines_are_counted_back_from_the_newest_and_bring_theirs_along() -> None:
    lines = [
        "INFO 2026-03-05 13:00:00,000 old",
        "  of old",
        "INFO 2026-03-05 13:04:30,000 new",
        "  of new",
        "INFO 2026-03-05 13:05:00,000 newest",
        "  without a time",
    ]
    assert recent(lines, timedelta(minutes=1)) == lines[2:]
    assert recent(lines, timedelta(seconds=1)) == lines[4:]
    assert recent(lines, timedelta(hours=1)) == lines
    assert recent(["no", "times"], timedelta(seconds=1)) == ["no", "times"]
    assert recent([], timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    ("text", "length"),
    [("30s", 30), ("5m", 300), (" 2H ", 7200), ("1d", 86400), ("0m", 0)],
)
def test_a_length_of_time_is_read(text: str, length: int) -> None:
    assert parse_length(text) == timedelta(seconds=length)


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "-5m", "5y", "9999999d"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidField, match="such as 30s, 5m"):
        parse_length(text)


@pytest.mark.parametrize(
    ("known", "lines", "new"),
    [
        ("", "ab", "ab"),
        ("abc", "abcde", "de"),
        ("abc", "bcd", None),
        ("xabc", "abcd", "d"),
        ("abc", "abc", ""),
        ("abc", "xyz", None),
        ("abc", "", None),
        ("ab", "abab", ""),
    ],
)
def test_what_follows_is_found_only_where_enough_is_alike(
    known: str, lines: str, new: str | None
) -> None:
    found = after(list(known), list(lines))
    assert found is None if new is None else list(found or ()) == list(new)


@pytest.mark.parametrize(
    ("text", "found"), [("error", True), ("Error", True), ("ERROR", False), ("none", False)]
)
def test_capitals_count_only_where_there_are_some(text: str, *, found: bool) -> None:
    assert holds(text, "An Error") is found
