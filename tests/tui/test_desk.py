from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from make import NOW
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.runtime.daemon import Health, State
from tasktui.runtime.session import Session
from tasktui.tui.desk import START_GRACE, Desk
from tasktui.tui.palette import Palette


@pytest.fixture
def desk() -> Desk:
    nobody = cast("Session", object())  # a desk only hands it on
    found = Desk(nobody, Palette(), lambda: NOW, ZoneInfo("Europe/Berlin"))
    found.cluster = ClusterView(state=ClusterState.CONNECTED, seen_at=NOW)
    return found


def health(state: State) -> Health:
    return Health(state, 1, NOW, NOW, Path("/state/scheduler.log"))


@pytest.mark.parametrize(
    ("cluster", "scheduler", "stale"),
    [
        (ClusterState.CONNECTED, None, False),
        (ClusterState.CONNECTED, State.RUNNING, False),
        (ClusterState.CONNECTED, State.DOWN, True),
        (ClusterState.CONNECTED, State.STUCK, True),
        (ClusterState.UNREACHABLE, State.RUNNING, True),
        (ClusterState.UNAUTHORIZED, State.RUNNING, True),
        (ClusterState.NONE, State.RUNNING, True),
        (ClusterState.STARTING, State.RUNNING, True),
    ],
)
def test_statuses_are_live_only_while_somebody_looks_at_ray(
    desk: Desk, cluster: ClusterState, scheduler: State | None, stale: bool
) -> None:
    desk.cluster = ClusterView(state=cluster)
    desk.health = health(scheduler) if scheduler else None
    assert desk.view().stale is stale


def test_the_view_is_the_moment_and_the_clock_that_were_chosen(desk: Desk) -> None:
    desk.base, desk.owner = desk.base.next(), "0a1b2c"
    view = desk.view()
    assert (view.now, view.base, view.owner) == (NOW, desk.base, "0a1b2c")
    assert view.mine == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("ago", "asked"), [(None, False), (timedelta(0), True), (START_GRACE, False)]
)
def test_a_scheduler_that_was_asked_to_start_gets_a_moment(
    desk: Desk, ago: timedelta | None, asked: bool
) -> None:
    desk.asked_at = None if ago is None else NOW - ago
    assert desk.trouble().asked is asked


def test_the_banner_gets_what_the_desk_knows(desk: Desk) -> None:
    desk.store_error, desk.starting, desk.broken = "locked", "preparing", "port taken"
    desk.health = health(State.DOWN)
    trouble = desk.trouble()
    assert (trouble.store, trouble.starting, trouble.broken) == (
        "locked",
        "preparing",
        "port taken",
    )
    assert trouble.health == desk.health
