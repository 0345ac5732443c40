from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from make import NOW, make_arming, make_daily, make_one_off, make_replicas, make_task
from tasktui.domain.task import Override, Pause, Task
from tasktui.schedule.phases import applied, by_itself, phases


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+00:00")


def armed(**kw: Any) -> Task:
    return make_task(armed=make_arming(), **kw)


def override(until: datetime | None) -> Override:
    return Override(make_replicas("4-4"), NOW, until, "op")


def pause(until: datetime | None) -> Pause:
    return Pause(make_replicas("2-4"), NOW, until, "op")


def shown(task: Task, count: int = 4) -> list[tuple[datetime, str]]:
    return [(p.start, str(p.wanted.replicas)) for p in islice(phases(task, NOW), count)]


def test_a_schedule_alone_goes_from_point_to_point() -> None:
    assert shown(armed(), 3) == [
        (NOW, "2-4"),
        (at("05 20:00"), "0-1"),
        (at("06 08:00"), "2-4"),
    ]


def test_an_override_comes_before_a_pause_and_both_before_the_schedule() -> None:
    task = armed(override=override(at("05 18:00")), pause=pause(at("06 06:00")))
    assert shown(task) == [
        (NOW, "4-4"),
        (at("05 18:00"), "2-4"),
        (at("06 06:00"), "0-1"),
        (at("06 08:00"), "2-4"),
    ]


def test_it_ends_where_nothing_changes_any_more() -> None:
    assert shown(armed(pause=pause(None))) == [(NOW, "2-4")]
    once = armed(schedule=make_one_off(None, end="2026-03-05T16:00"))
    assert shown(once) == [(NOW, "1-2"), (at("05 16:00"), "None")]
    assert shown(make_task()) == [(NOW, "None")]


@pytest.mark.parametrize(
    ("hands", "back"),
    [
        ({}, NOW),
        ({"override": override(at("05 18:00"))}, at("05 18:00")),
        ({"override": override(at("05 18:00")), "pause": pause(at("05 19:00"))}, at("05 19:00")),
        ({"override": override(at("05 18:00")), "pause": pause(at("05 17:00"))}, at("05 18:00")),
        ({"override": override(at("05 18:00")), "pause": pause(None)}, None),
        ({"override": override(None), "pause": pause(at("05 17:00"))}, None),
    ],
)
def test_when_the_schedule_takes_over_again(
    hands: dict[str, object], back: datetime | None
) -> None:
    phase = by_itself(armed(**hands), NOW)
    assert (phase.start if phase else None) == back


@pytest.mark.parametrize(
    ("until", "first"),
    [(at("05 20:00"), at("05 20:00")), (at("05 20:01"), at("06 08:00")), (None, None)],
)
def test_points_below_an_override_are_not_applied(
    until: datetime | None, first: datetime | None
) -> None:
    found = applied(armed(override=override(until)), NOW, 2)
    assert (found[0].at if found else None) == first
    assert len(found) == (2 if first else 0)


def test_a_point_of_this_very_moment_is_applied_already() -> None:
    task = armed(schedule=make_daily("14:00=1-1"))
    assert [i.at for i in applied(task, NOW, 1)] == [NOW + timedelta(days=1)]
    assert applied(make_task(), NOW, 1) == []
