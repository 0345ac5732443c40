from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasktui.tui.chosen import ALWAYS, KEEP, USUAL, Col
from tasktui.tui.columns import GAP, Placed, layout

WANTS = st.dictionaries(st.sampled_from(list(Col)), st.integers(0, 100))
TYPICAL: Mapping[str, int] = {
    Col.NAME: 14, Col.ARTIFACT: 13, Col.SPEC: 21, Col.READY: 13, Col.NEXT: 24, Col.ACCESS: 31,
}  # fmt: skip
DROPPED = [
    Col.ACTIONS, Col.ACCESS, Col.CREATED, Col.ARTIFACT, Col.SPEC, Col.SCHEDULE, Col.NEXT, Col.READY
]  # fmt: skip


def total(columns: tuple[Placed, ...]) -> int:
    return sum(c.width + GAP for c in columns) - GAP


def ids(columns: tuple[Placed, ...]) -> list[str]:
    return [c.id for c in columns]


@given(st.integers(9, 400), WANTS)
def test_the_layout_never_exceeds_its_width_nor_loses_name_and_status(
    cells: int, wants: Mapping[str, int]
) -> None:
    columns = layout(cells, wants)
    assert total(columns) <= cells
    assert {Col.NAME, Col.STATUS} <= set(ids(columns))
    assert all(c.width >= 4 for c in columns)
    assert all(len(c.title) <= c.width for c in columns if c.width >= 13)


@given(st.integers(9, 400), WANTS)
def test_columns_drop_in_the_documented_order_and_stay_in_screen_order(
    cells: int, wants: Mapping[str, int]
) -> None:
    shown = ids(layout(cells, wants))
    missing = [c for c in DROPPED if c not in shown]
    assert missing == DROPPED[: len(missing)]
    assert shown == [c for c in USUAL if c in shown]


@given(st.integers(9, 400), WANTS, st.permutations(list(Col)), st.integers(0, 17))
def test_chosen_columns_stay_in_their_order_and_the_least_important_ones_drop(
    cells: int, wants: Mapping[str, int], order: list[Col], count: int
) -> None:
    chosen = tuple(c for i, c in enumerate(order) if i < count or c in ALWAYS)
    columns = layout(cells, wants, chosen)
    shown = ids(columns)
    assert total(columns) <= cells
    assert shown == [c for c in chosen if c in shown]
    assert set(shown) >= ALWAYS
    dropped = [KEEP[c] for c in chosen if c not in shown]
    assert max(dropped, default=0) <= min(KEEP[Col(c)] for c in shown)


@given(st.integers(9, 400), WANTS)
def test_more_room_never_costs_a_column(cells: int, wants: Mapping[str, int]) -> None:
    assert len(layout(cells + 1, wants)) >= len(layout(cells, wants))


@pytest.mark.parametrize(
    ("screen", "shown"),
    [
        (80, [Col.NAME, Col.STATUS, Col.READY, Col.SCHEDULE, Col.NEXT]),
        (100, [Col.NAME, Col.ARTIFACT, Col.SPEC, Col.STATUS, Col.READY, Col.SCHEDULE, Col.NEXT]),
        (120, [c for c in USUAL if c not in {Col.ACCESS, Col.ACTIONS}]),
        (200, list(USUAL)),
    ],
)
def test_what_usual_screens_show(screen: int, shown: list[Col]) -> None:
    mark_and_scrollbar = 3
    assert ids(layout(screen - mark_and_scrollbar, TYPICAL)) == shown


@pytest.mark.parametrize("screen", [80, 100, 120, 160, 200])
def test_the_reason_gets_room_on_every_screen(screen: int) -> None:
    status = next(c for c in layout(screen - 3, TYPICAL) if c.id is Col.STATUS)
    assert status.width >= 24
    assert status.width >= min(screen // 4 - 1, 40)


def test_a_url_is_shown_whole_or_not_at_all() -> None:
    for cells in range(80, 260):
        access = [c for c in layout(cells, TYPICAL) if c.id is Col.ACCESS]
        assert all(c.width >= TYPICAL[Col.ACCESS] for c in access)


def test_widths_do_not_depend_on_what_changes_by_itself() -> None:
    calm = layout(150, {**TYPICAL, Col.STATUS: 5, Col.CREATED: 1, Col.ACTIONS: 1})
    assert calm == layout(150, {**TYPICAL, Col.STATUS: 60, Col.CREATED: 50, Col.ACTIONS: 40})


def test_a_long_title_appears_only_where_it_fits() -> None:
    titles = {c.id: c.title for c in layout(77, TYPICAL)}
    assert titles[Col.READY] == "READY"
    assert titles[Col.NEXT] == "NEXT POINT"
    wide = {c.id: c.title for c in layout(300, TYPICAL)}
    assert wide[Col.READY] == "READY/MIN-MAX"
    assert wide[Col.ACCESS] == "ACCESS (c u, dashboard c d)"
