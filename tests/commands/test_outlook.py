from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from make import NOW, make_arming, make_daily, make_one_off, make_replicas, make_task
from tasktui.commands.hand import cleared, overridden, paused, resumed
from tasktui.commands.outlook import outlook
from tasktui.domain.task import Task, Until, When
from tasktui.schedule.moments import said
from tasktui.schedule.resolve import zone


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+00:00")


def armed(**kw: Any) -> Task:
    return make_task(**{"armed": make_arming(), **kw})


def scaled(replicas: str, until: datetime | Until = Until.NEXT, **kw: Any) -> Task:
    return overridden(armed(**kw), NOW, "op", make_replicas(replicas), until)


def told(task: Task, timezone: str = "Europe/London") -> list[str]:
    return outlook(task, NOW, lambda moment: said(moment, NOW, zone(timezone)))


@pytest.mark.parametrize(
    ("task", "lines"),
    [
        (make_task(), ["not activated: nothing starts"]),
        (armed(), ["at once: 2-4 (08:00)", "then 20:00 0-1"]),
        (
            armed(schedule=make_daily("08:00=0-0,20:00=1-1")),
            ["at once: 0-0 (08:00), nothing runs", "then 20:00 1-1"],
        ),
        (
            armed(armed=make_arming(when=When.NEXT)),
            ["at once: nothing runs yet", "then 20:00 0-1"],
        ),
        (armed(schedule=make_one_off(None)), ["at once: 1-2"]),
        (
            armed(schedule=make_one_off(None, end="2026-03-05T18:00")),
            ["at once: 1-2", "then 18:00 it ends and is deactivated"],
        ),
        (
            scaled("4"),
            ["at once: 4-4 by hand until 20:00 (in 6h00)", "then 20:00 0-1"],
        ),
        (
            scaled("0", at("05 18:30")),
            [
                "at once: 0-0 (nothing runs) by hand until 18:30 (in 4h30)",
                "then 18:30 2-4 (08:00)",
            ],
        ),
        (
            scaled("4", at("06 09:00")),
            [
                "at once: 4-4 by hand until Fri 09:00 (in 19h00)",
                "then Fri 09:00 2-4 (Fri 08:00)",
                "not applied: 20:00 0-1, Fri 08:00 2-4",
            ],
        ),
        (
            scaled("4", Until.CLEARED),
            [
                "at once: 4-4 by hand until cleared",
                "not applied: 20:00 0-1, Fri 08:00 2-4, Fri 20:00 0-1, ...",
            ],
        ),
        (scaled("4", schedule=make_one_off(None)), ["at once: 4-4 by hand until cleared"]),
        (
            paused(armed(), NOW, "op", at("09 06:00"), ""),
            [
                "at once: 2-4, frozen until Mon 06:00 (in 3d16h)",
                "then Mon 06:00 0-1 (Sun 20:00)",
                "not applied: 20:00 0-1, Fri 08:00 2-4, Fri 20:00 0-1, ...",
            ],
        ),
        (
            paused(armed(schedule=make_one_off("2026-03-05T15:00")), NOW, "op", None, ""),
            ["at once: nothing, frozen until resumed", "not applied: 15:00 1-2"],
        ),
        (
            overridden(
                paused(armed(), NOW, "op", at("05 21:00"), ""),
                NOW,
                "op",
                make_replicas("4"),
                Until.NEXT,
            ),
            [
                "at once: 4-4 by hand until 20:00 (in 6h00)",
                "then 20:00 2-4, frozen until 21:00",
                "then 21:00 0-1 (20:00)",
                "not applied: 20:00 0-1",
            ],
        ),
        (cleared(scaled("4"), NOW), ["at once: 2-4 (08:00)", "then 20:00 0-1"]),
        (
            resumed(paused(armed(), NOW, "op", None, ""), NOW),
            ["at once: 2-4 (08:00)", "then 20:00 0-1"],
        ),
    ],
)
def test_what_is_in_force_until_when_and_what_comes_then(task: Task, lines: list[str]) -> None:
    assert told(task) == lines


def test_times_are_said_on_the_clock_that_is_shown() -> None:
    assert told(scaled("4"), "America/New_York")[0] == (
        "at once: 4-4 by hand until 15:00 (in 6h00)"
    )
