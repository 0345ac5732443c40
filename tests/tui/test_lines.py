from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tasktui.commands.text import clean
from tasktui.tui.lines import (
    EMPTY,
    Line,
    Span,
    Tone,
    ends,
    fit,
    justify,
    line,
    plain,
    width,
    within,
    wrap,
)

WIDE = ["日本語", "🚀🚀", "e\u0301tude", "한글 과 漢字", "👍🏽 ok", "❤\ufe0f"]
HOSTILE = ["\x1b[2J", "\x1b]52;c;aGk=\x07", "\x9b31m", "a\u202eb", "\u200b", "\r\n", "\t", "\x00"]
TEXT = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="ab 日🚀\u0301\ufe0f\u200d한", max_size=40),
    st.sampled_from(WIDE + HOSTILE),
)
LINES = st.lists(st.builds(Span, TEXT, st.sampled_from(list(Tone))), max_size=5).map(tuple)
UNSAFE = {*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def harmless(parts: Line) -> bool:
    return not any(ord(c) in UNSAFE for c in plain(parts))


@given(LINES, st.integers(0, 60), st.booleans(), st.sampled_from("…~"))
def test_fit_gives_exactly_the_cells(parts: Line, cells: int, right: bool, ellipsis: str) -> None:
    fitted = fit(parts, cells, right=right, ellipsis=ellipsis)
    assert width(fitted) == cells
    assert harmless(fitted)


@given(TEXT, st.integers(0, 60), st.sampled_from("…~"))
def test_a_name_keeps_its_ends_in_no_more_than_the_cells(
    text: str, cells: int, ellipsis: str
) -> None:
    shown, whole = ends(text, cells, ellipsis), clean(text)
    assert cell_len(shown) <= cells
    assert harmless(line(shown))
    assert ends(shown, cells, ellipsis) == shown
    if cell_len(whole) <= cells:
        assert shown == whole
    elif cells > 2:
        head, tail = (shown.partition(ellipsis)[0], shown.rpartition(ellipsis)[2])
        assert whole.startswith(head)
        assert whole.endswith(tail)
        assert cell_len(shown) > cells - 4, "no more is left out than two wide characters"


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("llama-70b-eu-prod-canary", 24, "llama-70b-eu-prod-canary"),
        ("llama-70b-eu-prod-canary", 16, "llama-70b-…anary"),
        ("llama-70b-eu-prod-stable", 16, "llama-70b-…table"),
        ("abcdef", 3, "a…f"),
        ("abcdef", 2, "a…"),
        ("abcdef", 1, "…"),
        ("abcdef", 0, ""),
        ("日本語モデル", 6, "日…ル"),
        ("日本語モデル", 7, "日本…ル"),
        ("cafe\u0301-au-lai\u0301t", 7, "cafe\u0301…i\u0301t"),
        ("e\u0301e\u0301e\u0301e\u0301", 3, "e\u0301…e\u0301"),
    ],
)
def test_a_name_is_cut_in_its_middle(text: str, cells: int, shown: str) -> None:
    assert ends(text, cells) == shown


@given(LINES, st.integers(0, 60), st.integers(0, 20))
def test_wrap_never_exceeds_the_cells_and_ends(parts: Line, cells: int, indent: int) -> None:
    for part in wrap(parts, cells, indent=" " * indent):
        assert width(part) <= max(cells, indent + 2)
        assert harmless(part)


@given(st.text(alphabet="ab日🚀 ", max_size=60), st.integers(8, 30))
def test_wrap_loses_nothing_but_blanks(text: str, cells: int) -> None:
    found = "".join(plain(part) for part in wrap(line(text), cells, indent="  "))
    assert found.replace(" ", "") == text.replace(" ", "")


@given(LINES, LINES, st.integers(0, 60))
def test_justify_gives_exactly_the_cells(left: Line, right: Line, cells: int) -> None:
    both = justify(left, right, cells)
    assert width(both) == cells
    assert harmless(both)


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("short", 8, "short   "),
        ("exactly", 7, "exactly"),
        ("too long", 5, "too …"),
        ("日本語", 4, "日 …"),  # a wide character is never cut in two
        ("日本語", 5, "日本…"),
        ("x", 0, ""),
        ("xy", 1, "…"),
    ],
)
def test_fit_cuts_or_pads(text: str, cells: int, shown: str) -> None:
    assert plain(fit(line(text), cells)) == shown


def test_fit_aligns_right_and_keeps_tones() -> None:
    assert plain(fit(line("7"), 3, right=True)) == "  7"
    cut = fit(line(Span("Running", Tone.RUNNING), Span(" because", Tone.DIM)), 10)
    assert [s.tone for s in cut] == [Tone.RUNNING, Tone.DIM]
    assert plain(cut) == "Running b…"


def test_wrap_breaks_at_spaces_and_indents() -> None:
    parts = line(Span("Status ", Tone.DIM), "one two three")
    assert [plain(p) for p in wrap(parts, 12, indent="  ")] == ["Status one", "  two three"]


@given(LINES, st.integers(8, 60), st.integers(1, 3))
def test_within_some_lines_no_word_is_lost(parts: Line, cells: int, lines: int) -> None:
    broken = within(parts, cells, lines)
    assert 1 <= len(broken) <= lines
    assert all(width(li) <= cells for li in broken[:-1])
    if lines == 1:
        assert broken == [parts]


def test_within_two_lines_the_second_goes_on_indented() -> None:
    broken = within(line(" It is Idle: only an activated task can"), 20, 2)
    assert [plain(li) for li in broken] == [" It is Idle: only an", " activated task can"]


def test_a_word_longer_than_the_line_is_chopped() -> None:
    assert [plain(p) for p in wrap(line("x" * 20), 8)] == ["x" * 8, "x" * 8, "x" * 4]


def test_on_a_very_narrow_line_wrap_only_cuts() -> None:
    assert [plain(p) for p in wrap(line("a long text"), 5)] == ["a lo…"]


def test_justify_lets_the_left_side_give_way_and_drops_a_right_one_without_room() -> None:
    assert plain(justify(line("left"), line("right"), 20)) == "left           right"
    assert plain(justify(line("a long left side"), line("right"), 17)) == "a long lef… right"
    assert plain(justify(line("left"), line("right"), 12)) == "left        "


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb", "a\\u202eb"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
    ],
)
def test_what_a_terminal_would_act_on_is_visible_in_every_form(text: str, shown: str) -> None:
    parts = line(text)
    assert plain(fit(parts, 40)).rstrip() == shown
    assert "".join(plain(p) for p in wrap(parts, 40)) == shown
    assert plain(justify(line("x"), parts, 60)).endswith(shown)


def test_empty_parts_vanish() -> None:
    assert line("", Span("")) == EMPTY
    assert line("a", Span("b", Tone.KEY)) == (Span("a"), Span("b", Tone.KEY))
