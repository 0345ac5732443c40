from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktui.errors import InvalidField
from tasktui.tui.chosen import (
    ABOUT,
    ALWAYS,
    KEEP,
    USUAL,
    WORDS,
    Col,
    kept,
    picking,
    read,
    read_whole,
    written,
)

CHOICES = st.permutations(list(Col)).flatmap(
    lambda order: st.integers(0, len(order)).map(
        lambda n: tuple(c for i, c in enumerate(order) if i < n or c in ALWAYS)
    )
)


@given(CHOICES)
def test_what_is_written_is_read_and_kept_again(chosen: tuple[Col, ...]) -> None:
    assert read(",".join(written(chosen))) == chosen
    assert read_whole(" ".join(written(chosen))) == chosen
    assert kept(written(chosen)) == chosen
    assert picking(chosen).chosen == chosen


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("name,status,next", (Col.NAME, Col.STATUS, Col.NEXT)),
        (" Name , STATUS last-run ", (Col.NAME, Col.STATUS, Col.LAST_RUN)),
        ("status,name,status", (Col.STATUS, Col.NAME)),
        ("name,status,endpoint", (Col.NAME, Col.STATUS, Col.ACCESS)),
        ("default", USUAL),
    ],
)
def test_columns_are_typed_by_name(text: str, columns: tuple[Col, ...]) -> None:
    assert read_whole(text) == columns


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,status,nxt", "'nxt' is not valid: did you mean next?"),
        ("name,status,qqq", "there are name, artifact, spec"),
        (" , ", "columns such as name,status,next"),
    ],
)
def test_a_column_that_there_is_not_is_said(text: str, said: str) -> None:
    with pytest.raises(InvalidField, match="columns: ") as raised:
        read(text)
    assert said in str(raised.value)


@pytest.mark.parametrize("text", ["name,next", "status", "ready"])
def test_the_app_never_hides_name_and_status_and_says_why(text: str) -> None:
    assert read(text)
    with pytest.raises(InvalidField, match="always shown: a key acts on the row"):
        read_whole(text)


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ((), USUAL),
        (("nothing", "of", "these"), USUAL),
        (("weight", "next", "name", "status"), (Col.NEXT, Col.NAME, Col.STATUS)),
        (("next", "status"), (Col.NAME, Col.NEXT, Col.STATUS)),
    ],
)
def test_what_another_version_kept_is_never_wrong(
    words: tuple[str, ...], columns: tuple[Col, ...]
) -> None:
    assert kept(words) == columns


def test_a_column_is_turned_and_moved_and_two_cannot_be_hidden() -> None:
    made = picking(USUAL)
    assert made.turned(Col.SPEC).chosen == tuple(c for c in USUAL if c is not Col.SPEC)
    assert made.turned(Col.SPEC).turned(Col.SPEC) == made
    assert made.turned(Col.ZONE).chosen == (*USUAL, Col.ZONE)
    assert made.turned(Col.NAME) == made.turned(Col.STATUS) == made
    assert made.moved(Col.NAME, 1).order[:2] == (Col.ARTIFACT, Col.NAME)
    assert made.moved(Col.NAME, -1) == made.moved(Col.ZONE, 1) == made


@given(CHOICES, st.lists(st.tuples(st.sampled_from(list(Col)), st.integers(-20, 20)), max_size=9))
def test_no_column_is_ever_lost(chosen: tuple[Col, ...], steps: list[tuple[Col, int]]) -> None:
    made = picking(chosen)
    for column, by in steps:
        made = made.moved(column, by) if by else made.turned(column)
    assert sorted(made.order) == sorted(Col)
    assert set(made.chosen) >= ALWAYS


def test_every_column_has_a_word_a_meaning_and_a_place_when_it_gets_narrow() -> None:
    assert set(ABOUT) == set(KEEP) == set(WORDS.values()) == set(Col)
    assert {c for c, n in KEEP.items() if n == max(KEEP.values())} == ALWAYS
