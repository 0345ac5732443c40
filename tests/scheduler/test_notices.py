"""What the event log says of a task that goes on running. Pure."""

from __future__ import annotations

import pytest

from make import NOW, make_progress, make_replica, make_task
from tasktui.domain.event import EventKind
from tasktui.domain.status import Badge, Mark, Status
from tasktui.domain.task import Progress
from tasktui.scheduler.crashes import LOOP
from tasktui.scheduler.notices import notices

ILL = Mark(Badge.UNHEALTHY)
SHORT = Mark(Badge.SHORT, "1/2")
BAD = Mark(Badge.FAILED, "update")
UPDATING = Mark(Badge.UPDATING)


def runs(*badges: Mark, replicas: str = "ab", **kw: object) -> Progress:
    ready = tuple(make_replica(r) for r in replicas)
    return make_progress(Status.RUNNING, badges=badges, replicas=ready, **kw)


def told(old: Progress, new: Progress) -> list[str]:
    task = make_task(progress=old)
    events = notices(task, new, NOW)
    assert all(e.kind is EventKind.NOTICE and e.task == task.name for e in events)
    return [e.reason for e in events]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (runs(), runs(ILL, SHORT, last_error="a\nit died"), "!unhealthy, !short 1/2: it died"),
        (runs(), runs(ILL), "!unhealthy"),
        (runs(ILL, SHORT), runs(), "as wanted again"),
        (
            runs(UPDATING),
            runs(BAD, last_error="x\nno weights"),
            "the change failed; the replicas of before go on serving. no weights",
        ),
        (runs(ILL), runs(ILL, BAD), "the change failed; the replicas of before go on serving."),
        (runs(), runs(replicas="ac"), "1 of its replicas ended and started again"),
    ],
)
def test_a_trouble_is_told_when_it_begins_and_when_it_is_over(
    old: Progress, new: Progress, text: str
) -> None:
    assert told(old, new) == [text]


LOOPS = {"crashes": (NOW,) * LOOP}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (runs(), runs()),
        (runs(ILL), runs(ILL, SHORT)),  # it lasts
        (runs(), runs(SHORT)),  # after a change of the bounds
        (runs(BAD), runs(UPDATING)),  # the next change is on its way
        (runs(UPDATING), runs(UPDATING, replicas="cd")),  # a rollout
        (runs(UPDATING), runs(replicas="cd")),
        (runs(replicas="ab"), runs(replicas="abc")),  # autoscaling
        (runs(replicas="ab"), runs(replicas="a")),
        (runs(), runs(Mark(Badge.UNHEALTHY, "3 restarts"), replicas="ac", **LOOPS)),
        (make_progress(Status.STARTING), runs(ILL)),
        (runs(ILL), make_progress(Status.NEED_STOP)),
    ],
)
def test_nothing_is_said_of_what_lasts_or_is_meant(old: Progress, new: Progress) -> None:
    assert told(old, new) == []
