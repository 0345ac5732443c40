"""The bytes between two screens: few, and right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktui.tui.display.cells import cut
from tasktui.tui.display.cursor import move
from tasktui.tui.display.frame import Frame
from tasktui.tui.display.pen import PLAIN, Pen
from tui.display.emulator import Emulator

BLUE = Pen(background="44")
PLACES = st.tuples(st.integers(0, 79), st.integers(0, 23))


def drawn(frame: Frame, x: int, y: int, text: str, pen: Pen = PLAIN) -> str:
    cells = cut(text)
    return frame.draw([(x, y, cells, [pen] * len(cells))], (0, 0))


def fresh(text: str = "", pen: Pen = PLAIN) -> Frame:
    frame = Frame()
    frame.clear(20, 3)
    drawn(frame, 0, 0, text, pen)
    return frame


@given(PLACES, PLACES)
def test_a_move_leads_there(at: tuple[int, int], to: tuple[int, int]) -> None:
    screen = Emulator(80, 24)
    screen.feed(move(None, at) + move(at, to))
    assert (screen.x, screen.y) == to


@pytest.mark.parametrize(
    ("at", "to", "sent"),
    [
        ((3, 3), (3, 3), ""),
        ((3, 3), (4, 3), "\x1b[C"),
        ((3, 3), (2, 3), "\b"),
        ((30, 3), (0, 3), "\r"),
        ((30, 3), (0, 4), "\r\n"),
        ((30, 3), (30, 4), "\x1b[B"),
        (None, (0, 0), "\x1b[H"),
        (None, (0, 4), "\x1b[5H"),
        ((79, 9), (4, 2), "\x1b[3;5H"),
    ],
)
def test_the_shortest_move_is_taken(
    at: tuple[int, int] | None, to: tuple[int, int], sent: str
) -> None:
    assert move(at, to) == sent


def test_nothing_is_sent_for_what_is_there() -> None:
    assert drawn(fresh("hello"), 0, 0, "hello") == ""


def test_only_changed_cells_are_sent() -> None:
    assert drawn(fresh("age 12s, idle"), 0, 0, "age 13s, idle") == "\x1b[5C3\r"


def test_what_lies_between_two_near_changes_is_sent_again() -> None:
    assert drawn(fresh("a-b-c"), 0, 0, "x-y-z") == "x-y-z\r"


def test_blanks_to_the_end_are_erased() -> None:
    assert drawn(fresh("hello wide world"), 0, 0, "hello".ljust(20)) == "\x1b[6C\x1b[K\r"


def test_coloured_blanks_are_written() -> None:
    sent = drawn(fresh("hello"), 0, 0, " " * 20, BLUE)
    assert sent == f"\x1b[44m{' ' * 20}\x1b[m\x1b[H"


def test_a_wide_character_that_loses_a_cell_becomes_blank() -> None:
    assert drawn(fresh("中中"), 1, 0, "ab") == " ab \r"


def test_a_line_in_doubt_is_sent_from_there_to_its_end() -> None:
    frame = fresh("ab 🙂 cd")
    assert drawn(frame, 0, 0, "x") == "x\r"
    # Two blanks, back, the emoji; then a place of which is sure where it is.
    assert drawn(frame, 6, 0, "C") == "\x1b[3C  \b\b🙂\x1b[1;6H Cd\x1b[K\r"


def test_after_it_was_forgotten_nothing_fits() -> None:
    frame = fresh("hello")
    assert frame.fits(20, 3)
    assert not frame.fits(20, 4)
    frame.forget()
    assert not frame.fits(20, 3)


def test_what_lies_outside_is_cut() -> None:
    frame = fresh()
    drawn(frame, 18, 0, "a中b")
    drawn(frame, 0, 9, "below")
    assert next(iter(frame.cells()))[0][17:] == [" ", "a", " "]


def test_a_cursor_outside_stops_at_the_edge() -> None:
    frame = fresh()
    assert frame.draw([], (30, 5)) == "\x1b[3;20H"
    assert frame.draw([], (18, 2)) == "\b"
