"""GPUs that a schedule asks for, beside what all other tasks want at that time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from make import NOW, make_arming, make_daily, make_node, make_one_off, make_task
from tasktui.commands.demand import shortages
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.task import Task

CLUSTER = ClusterView(
    state=ClusterState.CONNECTED,
    nodes=tuple(make_node(name, gpu=8, gpu_type="H100") for name in "ab"),
)
EIGHT = Spec(gpu=8, gpu_type="H100")
OFFICE = make_daily("08:00=1-4,12:00=2-2,20:00=0-1")


def other(points: str = "12:00=4-8,20:00=0-1", **kw: Any) -> Task:
    given: dict[str, Any] = {"armed": make_arming(NOW), "spec": Spec(gpu=1), **kw}
    return make_task("other", schedule=make_daily(points), **given)


def said(
    *others: Task, needs: Spec = EIGHT, cluster: ClusterView = CLUSTER
) -> list[tuple[str, str]]:
    found = shortages(needs, OFFICE, others, cluster, NOW)
    assert all(p.warning for p in found)
    return [(p.field, p.message) for p in found]


def test_a_point_whose_min_does_not_fit_beside_the_others_is_warned_about() -> None:
    assert said(other()) == [
        (
            "schedule.points[2]",
            "12:00 needs 20 of 16 GPUs even at min, 4 of them for other tasks.",
        )
    ]


def test_what_fits_exactly_and_what_is_alone_too_much() -> None:
    assert said() == []
    assert said(needs=Spec(gpu=10)) == [
        ("schedule.points[2]", "12:00 needs 20 of 16 GPUs even at min.")
    ]


@pytest.mark.parametrize(
    "task", [other(armed=None), other(spec=Spec()), other(spec=Spec(gpu=1, gpu_type="A100"))]
)
def test_others_that_take_none_of_these_gpus_do_not_count(task: Task) -> None:
    assert said(task) == []


@pytest.mark.parametrize(
    "cluster",
    [ClusterView(), replace(CLUSTER, autoscaler=True)],
)
def test_nothing_is_claimed_of_a_cluster_that_is_not_known_or_grows(cluster: ClusterView) -> None:
    assert said(other(), cluster=cluster) == []
    assert said(other(), needs=Spec(cpu=900)) == []


def test_a_one_off_is_judged_at_its_start() -> None:
    once = make_one_off(None, "3-3")
    (found,) = shortages(EIGHT, once, [], CLUSTER, NOW)
    assert (found.field, found.message) == ("schedule.at", "now needs 24 of 16 GPUs even at min.")
