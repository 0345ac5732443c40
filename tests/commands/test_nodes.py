"""What each node has, what is free of it, and that its holders add up to what is in use."""

from __future__ import annotations

from datetime import timedelta

import pytest

from make import NOW, make_node, make_progress, make_replica, make_task
from tasktui.commands.nodes import (
    NodeUse,
    bar,
    gpus_held,
    left,
    node_json,
    nothing,
    of,
    spent,
    total,
    unknown,
    uses,
)
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterState, ClusterView, Node, Resources
from tasktui.domain.status import Status
from tasktui.domain.task import Task


def holding(name: str, node: str, count: int = 1, spec: Spec | None = None) -> Task:
    """A task that runs with ``count`` replicas on one node."""
    rows = tuple(make_replica(f"{name}#{n}", node=node, node_ip="10.0.0.9") for n in range(count))
    progress = make_progress(Status.RUNNING, replicas=rows)
    return make_task(name, spec=spec or Spec(cpu=1, gpu=1, memory_gb=2), progress=progress)


def told(node: NodeUse) -> list[tuple[str, int, float, float]]:
    return [(h.name, h.replicas, round(h.held.gpu, 4), round(h.held.cpu, 4)) for h in node.holders]


BIG = Resources(gpu=6, cpu=10, memory_gb=30)


@pytest.mark.parametrize(
    ("node", "tasks", "expected"),
    [
        pytest.param(make_node(), [], [], id="nothing runs"),
        pytest.param(
            make_node(used=Resources(cpu=3)), [], [("others", 0, 0, 3)], id="no gpu, only others"
        ),
        pytest.param(
            make_node(gpu=8, used=BIG),
            [holding("a", "node-1"), holding("b", "node-1", 3)],
            [("b", 3, 3, 3), ("a", 1, 1, 1), ("others", 0, 2, 6)],
            id="ours by gpus, others last",
        ),
        pytest.param(
            make_node(gpu=2, used=Resources(gpu=0.6, cpu=0.5, memory_gb=2)),
            [holding("a", "node-1", 3, Spec(cpu=0.1, gpu=0.1))],
            [("a", 3, 0.3, 0.3), ("others", 0, 0.3, 0.2)],
            id="fractions",
        ),
        pytest.param(
            make_node(gpu=8), [holding("a", "node-1", 2)], [("a", 2, 2, 2)], id="Ray's sums lag"
        ),
        pytest.param(
            make_node(gpu=1, used=Resources(gpu=1)),
            [holding("a", "node-1", 3)],
            [("a", 3, 3, 3)],
            id="more held than there is",
        ),
        pytest.param(
            make_node(gpu=8, used=Resources(gpu=1, cpu=1, memory_gb=2)),
            [holding("a", "elsewhere"), holding("翻译模型", "node-1")],
            [("翻译模型", 1, 1, 1)],
            id="wide name, another node",
        ),
    ],
)
def test_holders_add_up_to_what_is_in_use(
    node: Node, tasks: list[Task], expected: list[tuple[str, int, float, float]]
) -> None:
    found = uses([node], tasks)[0]
    assert told(found) == expected
    for unit in ("gpu", "cpu", "memory_gb"):
        parts = sum(getattr(h.held, unit) for h in found.holders)
        assert parts == pytest.approx(getattr(found.used, unit))
        free = max(0.0, getattr(found.total, unit) - getattr(found.used, unit))
        assert getattr(found.free, unit) == pytest.approx(free)


def test_a_node_that_ray_does_not_list_is_gone_and_counts_for_nothing() -> None:
    tasks = [holding("a", "dead-1", 2)]
    alive, gone = uses([make_node(gpu=4)], tasks)
    assert (alive.alive, gone.alive, gone.name) == (True, False, "10.0.0.9")
    assert told(gone) == [("a", 2, 2, 2)]
    assert gone.free == Resources()
    assert total([alive, gone]).used.gpu == 0
    assert total([alive, gone]).total.gpu == 4


@pytest.mark.parametrize(
    ("used", "whole", "expected"),
    [
        (0, 0, ""),
        (0, 8, "[....]"),
        (0.1, 8, "[#...]"),
        (5, 8, "[##..]"),
        (7.9, 8, "[###.]"),
        (8, 8, "[####]"),
        (9, 8, "[####]"),
    ],
)
def test_a_bar_is_empty_or_full_only_when_it_is(used: float, whole: float, expected: str) -> None:
    assert bar(used, whole, 4) == expected


@pytest.mark.parametrize(
    ("amount", "most", "least"),
    [
        (0, "0", "0"),
        (0.125, "0.13", "0.12"),
        (5.5, "5.5", "5.5"),
        (31.43, "31.5", "31.4"),
        (1811.7, "1812", "1811"),
    ],
)
def test_use_is_never_told_too_low_and_free_never_too_high(
    amount: float, most: str, least: str
) -> None:
    assert (spent(amount), left(amount)) == (most, least)


def test_amounts_say_of_how_many_where_that_is_known() -> None:
    assert (of(5.5, 8), of(2, 0)) == ("5.5/8", "2")
    gone = uses([], [holding("a", "dead-1"), holding("b", "dead-1", 2)])[0]
    assert [gpus_held(h) for h in gone.holders] == ["2 by 2 replicas", "1 by 1 replica"]


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (ClusterState.NONE, "No Ray cluster was found"),
        (ClusterState.STARTING, "Ray is starting"),
        (ClusterState.UNAUTHORIZED, "refuses the token"),
        (ClusterState.UNREACHABLE, "does not answer, last answer 3m ago"),
    ],
)
def test_each_reason_why_nothing_is_known_is_another_one(state: ClusterState, says: str) -> None:
    view = ClusterView(state=state, address="http://h:1", seen_at=NOW - timedelta(minutes=3))
    assert says in unknown(view, NOW)[0]
    assert unknown(ClusterView(state=ClusterState.CONNECTED), NOW) == ()


def test_a_cluster_without_nodes_may_grow() -> None:
    assert nothing(ClusterView()) == "The cluster has no node."
    assert "autoscaler" in nothing(ClusterView(autoscaler=True))


def test_json_says_whose_task_holds_what() -> None:
    found = uses([make_node(gpu=4, used=BIG)], [holding("a", "node-1")])[0]
    body = node_json(found)
    assert body["free"] == {"gpu": 0.0, "cpu": 0.0, "memory_gb": 2.0, "custom": {}}
    assert [h["task"] for h in body["holders"]] == ["a", None]  # type: ignore[attr-defined]
