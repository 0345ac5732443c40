"""Time that passed is drawn each second only where seconds show."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from make import NOW
from tasktui.tui.pulse import REST, Pulse

AT = NOW.replace(second=5)


def begun(painted: int = 7) -> Pulse:
    pulse = Pulse()
    assert pulse.due(AT, painted, focused=True)
    return pulse


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def test_what_stands_still_is_left_alone() -> None:
    pulse = begun()
    assert not pulse.due(later(1), 7, focused=True)
    assert not pulse.due(later(2), 7, focused=True)


def test_what_changes_each_second_is_drawn_each_second() -> None:
    pulse = begun()
    assert pulse.due(later(1), 8, focused=True)
    assert pulse.due(later(2), 9, focused=True)
    assert not pulse.due(later(3), 9, focused=True)


@pytest.mark.parametrize("seconds", [REST.total_seconds(), -REST.total_seconds()])
def test_after_a_while_it_is_looked_again_whichever_way_the_clock_went(seconds: float) -> None:
    assert begun().due(later(seconds), 7, focused=True)


@pytest.mark.parametrize("focused", [True, False])
def test_a_new_minute_is_drawn(focused: bool) -> None:
    pulse = begun()
    assert pulse.due(later(55), 7, focused=focused)


def test_without_the_focus_seconds_are_not_drawn() -> None:
    pulse = begun()
    assert not pulse.due(later(1), 8, focused=False)
    assert not pulse.due(later(REST.total_seconds()), 9, focused=False)


def test_what_changed_beside_the_time_is_drawn_once() -> None:
    pulse = begun()
    pulse.nudge()
    assert pulse.due(later(1), 7, focused=False)
    assert not pulse.due(later(2), 7, focused=False)
