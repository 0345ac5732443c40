"""From one pen to another by the shortest sequence, with the look that Textual gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.style import Style

from tasktui.tui.display.pen import PLAIN, Pen, change, pen
from tui.display.emulator import Emulator

CODES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 51, 52, 53)
PENS = st.builds(
    Pen,
    st.frozensets(st.sampled_from(CODES), max_size=4),
    st.sampled_from(["", "31", "97", "38;5;120", "38;2;1;2;3"]),
    st.sampled_from(["", "41", "107", "48;5;120", "48;2;1;2;3"]),
    st.sampled_from(["", "", "https://example.org/a", "https://example.org/b;c"]),
)


@given(PENS, PENS)
def test_a_change_leads_to_the_other_pen(old: Pen, new: Pen) -> None:
    screen = Emulator(2, 1)
    screen.feed(change(PLAIN, old) + change(old, new) + "x")
    look = screen.rows[0][0].look
    assert (look.attributes, look.link) == (new.attributes, new.link)
    assert (look.foreground, look.background) == (new.foreground, new.background)


@pytest.mark.parametrize(
    ("old", "new", "sent"),
    [
        (PLAIN, PLAIN, ""),
        (Pen(frozenset({1})), PLAIN, "\x1b[m"),
        (PLAIN, Pen(foreground="31"), "\x1b[31m"),
        (Pen(foreground="31"), Pen(foreground="32"), "\x1b[32m"),
        (Pen(frozenset({1}), "97", "44"), Pen(frozenset(), "97", "44"), "\x1b[22m"),
        (Pen(frozenset({1, 2}), "97", "44"), Pen(frozenset({2}), "97", "44"), "\x1b[22;2m"),
    ],
)
def test_only_what_differs_is_sent(old: Pen, new: Pen, sent: str) -> None:
    assert change(old, new) == sent


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (ColorSystem.STANDARD, "91"),
        (ColorSystem.EIGHT_BIT, "38;5;203"),
        (ColorSystem.TRUECOLOR, "38;2;250;80;80"),
    ],
)
def test_colours_are_those_that_the_terminal_has(system: ColorSystem, code: str) -> None:
    assert pen(Style(color="#fa5050"), system).foreground == code


def test_the_terminals_own_colours_are_no_codes() -> None:
    assert pen(Style(color="default", bgcolor="default"), ColorSystem.STANDARD) == PLAIN


def test_data_behind_a_text_is_not_visible() -> None:
    assert pen(Style(meta={"@click": "x"}), ColorSystem.STANDARD) == PLAIN


@pytest.mark.parametrize("link", ["https://x\x1b\\y", "https://x\x07", "https://x\x9c"])
def test_an_address_that_could_end_its_sequence_is_left_out(link: str) -> None:
    assert pen(Style(link=link), ColorSystem.STANDARD) == PLAIN
