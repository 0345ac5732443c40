"""Replicas that are replaced again and again. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from make import (
    NOW,
    make_app,
    make_arming,
    make_daily,
    make_progress,
    make_replica,
    make_replicas,
    make_task,
)
from tasktui.config import Config
from tasktui.domain.event import EventKind
from tasktui.domain.observed import App, AppStatus, Replica
from tasktui.domain.status import Badge, Mark, Status
from tasktui.domain.task import Progress
from tasktui.scheduler.crashes import LOOP, WINDOW, counted, marks, recent
from tasktui.scheduler.judge import judge

A, B, C = (make_replica(n) for n in "abc")


def running(*replicas: Replica, wanted: str = "2-4", **kw: object) -> Progress:
    bounds = make_replicas(wanted)
    return make_progress(Status.RUNNING, replicas=replicas, wanted=bounds, **kw)


def shown(*replicas: Replica, status: AppStatus = AppStatus.RUNNING) -> App:
    return make_app(status=status, replicas=replicas)


@pytest.mark.parametrize(
    ("before", "now", "count"),
    [
        ((A, B), (A, B), 0),
        ((A, B), (A, C), 1),
        ((A, B), (A,), 0),
        ((A,), (A, C), 1),  # fewer than the least: it takes the place of one that ended
        ((A, B), (A, B, C), 0),  # autoscaling
        ((A, B, C), (A, B), 0),
        ((A, B), (C, make_replica("d")), 2),
        ((replace(A, pid=7),), (replace(A, pid=8),), 1),
        ((replace(A, pid=7),), (replace(A, pid=7, started_at=NOW),), 0),  # a new controller
    ],
)
def test_replicas_started_in_place_of_others_are_counted(
    before: tuple[Replica, ...], now: tuple[Replica, ...], count: int
) -> None:
    assert counted(running(*before), shown(*now), NOW) == (NOW,) * count


@pytest.mark.parametrize(
    ("progress", "app"),
    [
        (running(A, B), shown(A, C, status=AppStatus.DEPLOYING)),
        (running(A, B, badges=(Mark(Badge.UPDATING),)), shown(A, C)),
        (replace(running(A, B), status=Status.STARTING), shown(A, C)),
    ],
)
def test_a_rollout_and_a_start_replace_nothing(progress: Progress, app: App) -> None:
    assert counted(progress, app, NOW) == ()


def test_only_the_last_ten_minutes_count() -> None:
    old, new, ahead = NOW - WINDOW, NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
    assert recent((old, new, ahead), NOW) == (new,)


def test_from_the_third_on_there_is_a_badge() -> None:
    assert marks((NOW,) * (LOOP - 1)) == ()
    assert [str(m) for m in marks((NOW,) * LOOP)] == ["!unhealthy 3 restarts"]


def test_a_running_task_in_a_loop_is_marked_with_one_event() -> None:
    config = Config(state_dir=Path("state"))
    progress = running(A, wanted="1-1", crashes=(NOW,) * (LOOP - 1))
    task = make_task(armed=make_arming(), schedule=make_daily("08:00=1-1"), progress=progress)
    verdict = judge(task, NOW + timedelta(minutes=5), shown(B), config)
    assert [str(m) for m in verdict.progress.badges] == ["!unhealthy 3 restarts"]
    texts = [e.reason for e in verdict.events if e.kind is EventKind.NOTICE]
    assert texts == ["Its replicas were restarted 3 times within ten minutes."]
    again = judge(
        replace(task, progress=verdict.progress), NOW + timedelta(minutes=6), shown(C), config
    )
    assert [str(m) for m in again.progress.badges] == ["!unhealthy 4 restarts"]
    assert [e for e in again.events if e.kind is EventKind.NOTICE] == []
    calm = judge(
        replace(task, progress=again.progress), NOW + timedelta(minutes=30), shown(C), config
    )
    assert calm.progress.badges == ()
