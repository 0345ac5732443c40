"""The next point as a cell: nothing of it is cut where the table has its column."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from make import NOW, make_arming, make_daily, make_one_off, make_replicas, make_task
from tasktui.domain.schedule import Schedule
from tasktui.domain.status import Status
from tasktui.domain.task import Override, Pause
from tasktui.tui.chosen import Col
from tasktui.tui.columns import COLUMNS, layout
from tasktui.tui.lines import plain
from tasktui.tui.present import row, wants
from tasktui.tui.times import TimeBase, View
from tasktui.tui.upcoming import coming

NEW_YORK = "America/New_York"
LEAST = next(c.least for c in COLUMNS if c.id is Col.NEXT)
EVENING = datetime(2026, 3, 6, 2, 33, tzinfo=UTC)
"""21:33 of Thursday in New York."""


def cell(schedule: Schedule, cells: int = LEAST, now: datetime = EVENING, **kw: Any) -> str:
    armed = make_arming(NOW - timedelta(days=9))
    task = make_task(schedule=schedule, armed=armed, status=Status.RUNNING, **kw)
    return plain(coming(task, View(now=now), cells))


@pytest.mark.parametrize(
    ("cells", "shown"),
    [(30, "Fri 01:00 2-3 in 3h27"), (21, "Fri 01:00 2-3 in 3h27"), (20, "01:00 2-3 in 3h27")],
)
def test_within_a_day_the_weekday_goes_first(cells: int, shown: str) -> None:
    assert cell(make_daily("01:00=2-3", NEW_YORK), cells) == shown


@pytest.mark.parametrize(
    ("schedule", "shown"),
    [
        (make_daily("01:00=10-20", NEW_YORK), "01:00 10-20 in 3h27"),
        (make_daily("21:00=10-20", NEW_YORK), "21:00 10-20 23h27"),
        (make_daily("08:00=2-4", NEW_YORK, weekdays=frozenset({0})), "Mon 08:00 2-4 in 3d"),
        (make_daily("08:00=10-20", "UTC", weekdays=frozenset({0})), "Mon 08:00Z 10-20 3d"),
        (make_one_off("2026-12-01T08:00", "1-2"), "1 Dec 1-2 in 270d"),
    ],
)
def test_in_the_least_width_when_what_and_how_long_are_whole(
    schedule: Schedule, shown: str
) -> None:
    assert len(shown) <= LEAST
    assert cell(schedule) == shown


def test_what_stands_over_the_schedule_is_whole_too() -> None:
    schedule = make_daily("01:00=2-3", NEW_YORK)
    soon, later = EVENING + timedelta(hours=3), EVENING + timedelta(days=2)
    by_hand = Override(make_replicas("4"), NOW, soon, "op")
    assert cell(schedule, override=by_hand) == "00:33 2-3 in 3h00"
    assert cell(schedule, 18, pause=Pause(None, NOW, soon, "op")) == "paused to 00:33"
    assert cell(schedule, pause=Pause(None, NOW, soon, "op")) == "paused to Fri 00:33"
    assert cell(schedule, pause=Pause(None, NOW, later, "op")) == "paused to Sat 21:33"
    far = Pause(None, NOW, later + timedelta(days=20), "op")
    assert cell(schedule, pause=far) == "to 27 Mar 22:33"


@pytest.mark.parametrize("screen", [80, 100, 120, 200])
@pytest.mark.parametrize("base", list(TimeBase))
@pytest.mark.parametrize("hours", range(0, 200, 7))
def test_no_screen_of_80_columns_and_more_cuts_it(screen: int, base: TimeBase, hours: int) -> None:
    schedule = make_daily("08:00=2-4,20:00=10-12", NEW_YORK, weekdays=frozenset({0, 3}))
    task = make_task(schedule=schedule, armed=make_arming(NOW), status=Status.RUNNING)
    view = View(now=NOW + timedelta(hours=hours), base=base)
    columns = layout(screen - 3, wants([task], view))
    place = next(c for c in columns if c.id is Col.NEXT)
    assert "…" not in plain(row(task, view, (place,), "…"))
