from __future__ import annotations

import pytest

from tasktui.domain.status import Status
from tasktui.errors import StoreError
from tasktui.tui.empty import loading, nothing, unreadable
from tasktui.tui.lines import Line, plain, width


def text(lines: list[Line]) -> str:
    return "\n".join(plain(part) for part in lines)


def test_reading_nothing_there_and_unreadable_are_never_taken_for_each_other() -> None:
    screens = [
        text(loading()),
        text(nothing(0, {}, "")),
        text(nothing(0, {Status.IDLE: 3}, "x")),
        text(unreadable(StoreError("Disk full.", "Free some space."), 80)),
    ]
    assert len({s.strip().splitlines()[0] for s in screens}) == len(screens)


def test_no_task_at_all_says_how_to_launch_one() -> None:
    shown = text(nothing(0, {}, ""))
    assert "No task yet." in shown
    assert "n  launch one" in shown
    assert text(nothing(3, {}, "")) == shown


def test_a_filter_without_a_match_names_itself_and_the_way_out() -> None:
    shown = text(nothing(2, {Status.IDLE: 3}, "status:x, problems only"))
    assert "No task here matches: status:x, problems only" in shown
    assert "Esc clears the filter" in shown


@pytest.mark.parametrize(
    ("tab", "says"), [(1, "No task is Idle."), (6, "No task is Archived."), (5, "Need Stop")]
)
def test_an_empty_tab_is_no_empty_list(tab: int, says: str) -> None:
    shown = text(nothing(tab, {Status.RUNNING: 4}, ""))
    assert says in shown
    assert "1 shows all 4" in shown


def test_archived_tasks_are_not_forgotten() -> None:
    shown = text(nothing(0, {Status.ARCHIVED: 2}, ""))
    assert "Every task is archived." in shown
    assert "7 shows 2 archived" in shown
    assert "No task yet" not in shown


def test_an_unreadable_store_says_what_happened_and_that_tasks_go_on() -> None:
    shown = text(unreadable(StoreError("Disk full.", "Free some space."), 80))
    assert "Disk full." in shown
    assert "Free some space." in shown
    assert "This is not an empty list" in shown


def test_everything_fits_80_cells() -> None:
    error = StoreError(f"Disk full: /{'long/' * 30}.", "Free some space. " * 9 + "It ends here.")
    screens = [loading(), nothing(0, {Status.ARCHIVED: 2}, ""), unreadable(error, 80)]
    assert "It ends here." in " ".join(text(screens[-1]).split())
    assert all(width(part) <= 80 for screen in screens for part in screen)
