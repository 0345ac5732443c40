from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktui.domain.secrets import HIDDEN, Keeper, is_variable, mask, reference, shown


@pytest.mark.parametrize(
    ("value", "keeper", "where"),
    [
        ("env:HF_TOKEN", Keeper.ENV, "HF_TOKEN"),
        ("env:", Keeper.ENV, ""),
        ("file:/run/secrets/x", Keeper.FILE, "/run/secrets/x"),
        ("file:relative", Keeper.FILE, "relative"),
        ("file:/with:colon", Keeper.FILE, "/with:colon"),
    ],
)
def test_a_reference_says_what_keeps_the_value(value: str, keeper: Keeper, where: str) -> None:
    found = reference(value)
    assert found is not None
    assert (found.keeper, found.where) == (keeper, where)
    assert str(found) == value
    assert is_variable(value) is (keeper is Keeper.ENV)


@pytest.mark.parametrize(
    "value", ["", "1", "hunter2", "ENV:X", "file", "file:///models/x", "http://x", "a:b"]
)
def test_everything_else_is_the_value_itself(value: str) -> None:
    assert reference(value) is None
    assert not is_variable(value)


def test_values_are_hidden_and_references_shown() -> None:
    env = {"B": "hunter22", "A": "env:TOKEN", "C": ""}
    assert shown(env) == {"A": "env:TOKEN", "B": HIDDEN, "C": HIDDEN}
    assert list(shown(env)) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("text", "values", "left"),
    [
        ("token=hunter22!", ["hunter22"], "token=***!"),
        ("hunter22hunter22", ["hunter22"], "******"),
        ("nothing", ["hunter22"], "nothing"),
        ("short: true 1", ["true", "1", ""], "short: true 1"),
        ("longer wins: secret-and-more", ["secret", "secret-and-more"], "longer wins: ***"),
        ("line: -----KEY-----", ["-----KEY-----\nabcdefgh\n"], "line: ***"),
        ("then abcdefgh", ["-----KEY-----\nabcdefgh\n"], "then ***"),
        ("", ["hunter22"], ""),
    ],
)
def test_a_text_is_freed_of_known_values(text: str, values: list[str], left: str) -> None:
    assert mask(text, values) == left


@given(st.text(), st.text(min_size=6).filter(lambda t: len(t.strip()) >= 6), st.text())
def test_no_value_is_left_wherever_it_stands(before: str, secret: str, after: str) -> None:
    found = mask(f"{before}{secret}{after}", [secret])
    for part in secret.splitlines() or [secret]:
        if len(part.strip()) >= 6 and part.strip() not in HIDDEN * 4:
            rebuilt = part.strip() in found
            # Only what hiding itself puts together may look like it again.
            assert not rebuilt or HIDDEN[0] in part
