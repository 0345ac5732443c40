from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.keys import Keys

from tasktui.tui.keys import (
    COPIES,
    KEYS,
    TAB_NAMES,
    Group,
    Key,
    Where,
    bindings,
    footer,
    key,
    keys_of,
    markdown,
)

FORBIDDEN = {
    *(f"ctrl+{c}" for c in "abhijmnqrstwz"),  # screens, tmux, job and flow control, other bytes
    "ctrl+backslash",
    "ctrl+left_square_bracket",
    "ctrl+circumflex_accent",
    "tilde",
    *(f"f{n}" for n in range(1, 25)),
}
README = Path(__file__).parents[2] / "README.md"
EACH = pytest.mark.parametrize("row", KEYS, ids=lambda k: f"{k.id}-{min(k.where)}")


@EACH
def test_no_lowercase_key_changes_anything_and_dangerous_ones_are_uppercase(row: Key) -> None:
    assert row.dangerous == (row.group is Group.CHANGE)
    if row.dangerous:
        assert all(len(n) == 1 and n.isupper() for n in row.names.split())


@EACH
def test_no_key_is_one_that_terminals_keep_for_themselves(row: Key) -> None:
    for name in row.names.split():
        assert name not in FORBIDDEN
        assert not name.startswith("alt+")


@EACH
def test_every_name_is_one_that_textual_knows(row: Key) -> None:
    known = {k.value for k in Keys}
    words = {
        "ampersand", "asterisk", "slash", "colon", "question_mark", "minus",
        "left_square_bracket", "right_square_bracket",
    }  # fmt: skip
    for name in row.names.split():
        assert len(name) == 1 or name in known or name in words


@EACH
def test_every_row_has_help_and_a_place(row: Key) -> None:
    assert row.help[0].isupper()
    assert row.help.endswith(".")
    assert row.where
    assert bool(row.label) or not row.footer


@pytest.mark.parametrize("where", list(Where))
def test_no_two_rows_of_one_screen_share_a_key(where: Where) -> None:
    used = Counter(n for k in keys_of(where) if not k.archived for n in k.names.split())
    assert {n: c for n, c in used.items() if c > 1} == {}


def test_a_second_meaning_has_a_first_one() -> None:
    for row in (k for k in KEYS if k.archived):
        assert any(k.names == row.names and not k.archived for k in keys_of(Where.TASKS))


@pytest.mark.parametrize("where", list(Where))
def test_footer_places_are_unique_and_end_with_help_and_the_way_out(where: Where) -> None:
    rows = footer(where)
    assert len({k.footer for k in rows}) == len(rows)
    if where in {Where.TASKS, Where.DETAIL, Where.LOGS}:
        leaves = ("quit", "quit") if where is Where.TASKS else ("close", "back")
        assert [k.id for k in rows][-2:] == ["help", leaves[0]]
        assert rows[-1].label == leaves[1]


@pytest.mark.parametrize("where", list(Where))
def test_every_screen_has_a_way_back_and_every_binding_calls_its_row(where: Where) -> None:
    assert "back" in {k.id for k in keys_of(where)}
    for binding in bindings(where):
        assert isinstance(binding, Binding)
        row = key(binding.action.removeprefix("press('").removesuffix("')"))
        assert binding.key.split(",") == row.names.split()
        assert not row.archived


def test_every_row_that_acts_has_an_id_of_its_own() -> None:
    assert len({k.id for k in KEYS}) == len(KEYS)
    with pytest.raises(StopIteration):
        key("nothing")


def test_digits_are_the_tabs_and_the_copy_menu_is_what_its_help_says() -> None:
    assert [key(f"tab_{n}").names for n in range(1, len(TAB_NAMES) + 1)] == list("1234567")
    assert [(k.names, k.label) for k in keys_of(Where.COPY) if k.id.startswith("copy_")] == [
        (k, name) for k, name, _ in COPIES
    ]


def test_markdown_lists_every_key() -> None:
    lines = markdown().splitlines()
    for row in KEYS:
        if not row.id.startswith("tab_"):
            assert any(f"`{row.shown}`" in li and row.help in li for li in lines)
    assert "`1` … `7`" in markdown()
    assert all(li.count("|") == 4 for li in lines)


def test_the_readme_has_the_table_as_it_is() -> None:
    text = README.read_text(encoding="utf-8")
    start = text.index("-->", text.index("<!-- keys:")) + 4
    assert text[start : text.index("<!-- /keys -->")] == markdown()
