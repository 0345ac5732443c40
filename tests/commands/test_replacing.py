"""What replacing replicas costs those who call them, said before it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from commands.desk import Desk, one_off
from make import NOW, make_node, make_progress, make_replica, make_task
from tasktui.commands.replacing import gap
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterState, ClusterView, Resources, SchedulerView
from tasktui.domain.status import Status
from tasktui.domain.task import Task

ONE = Spec(gpu=1)
FULL = ClusterView(state=ClusterState.CONNECTED, nodes=(make_node(gpu=2, used=Resources(gpu=2)),))
ROOM = ClusterView(state=ClusterState.CONNECTED, nodes=(make_node(gpu=2, used=Resources(gpu=1)),))


def running(replicas: int) -> Task:
    rows = tuple(make_replica(f"r{n}") for n in range(replicas))
    return make_task(spec=ONE, progress=make_progress(Status.RUNNING, replicas=rows))


def test_one_replica_without_room_beside_it_stops_first() -> None:
    assert gap(running(1), ONE, FULL, timedelta(seconds=12)) == (
        "No room for a new replica (1 GPU 1 CPU) beside the old one: the old one stops first, "
        "and nothing answers until the new one is ready; the last start took 12 s."
    )
    assert gap(running(1), ONE, FULL).endswith("until the new one is ready.")


def test_of_several_the_others_answer_meanwhile() -> None:
    assert "one by one" in gap(running(2), ONE, FULL)


@pytest.mark.parametrize(
    ("task", "needs", "cluster"),
    [
        pytest.param(running(1), ONE, ROOM, id="room for one more"),
        pytest.param(running(1), Spec(cpu=1), FULL, id="the new version needs no GPU"),
        pytest.param(running(1), ONE, replace(FULL, autoscaler=True), id="the cluster grows"),
        pytest.param(running(1), ONE, ClusterView(), id="nothing is known of the cluster"),
        pytest.param(make_task(spec=ONE), ONE, FULL, id="nothing runs"),
    ],
)
def test_otherwise_there_is_nothing_to_say(task: Task, needs: Spec, cluster: ClusterView) -> None:
    assert gap(task, needs, cluster) == ""


def test_an_edit_that_restarts_says_it_and_a_hot_one_does_not(desk: Desk) -> None:
    task = desk.becomes(desk.launched(), Status.RUNNING, replicas=(make_replica(),))
    node = make_node(cpu=4, used=Resources(cpu=4))
    cluster = ClusterView(state=ClusterState.CONNECTED, nodes=(node,))
    epoch = desk.store.lead(SchedulerView(pid=1, started_at=NOW))
    desk.store.record(epoch, [], [], cluster)
    spec = desk.commands.spec_of(task)

    def warned(**changes: object) -> list[str]:
        found = desk.commands.check(replace(spec, **changes), editing="chat")  # type: ignore[arg-type]
        return [p.message for p in found if p.field == "spec"]

    assert warned(schedule=one_off()) == []
    (told,) = warned(env={"A": "1"})
    assert told.startswith("No room for a new replica")
