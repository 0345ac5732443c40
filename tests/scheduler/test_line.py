"""Why those wait that cannot start: holders, place in line, next chance, and the words for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make import (
    NOW,
    make_arming,
    make_daily,
    make_node,
    make_one_off,
    make_progress,
    make_replica,
    make_replicas,
    make_task,
)
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import Node, Resources
from tasktui.domain.schedule import Schedule
from tasktui.domain.status import Status
from tasktui.domain.task import Override, Pause, Task, TaskId
from tasktui.scheduler.holding import OTHERS, claim, held, holders, taken, wants_more
from tasktui.scheduler.line import Wait, line_of, line_up, reason
from tasktui.scheduler.room import GPU

ALWAYS = "00:00=1-1"
EVENING = "08:00=3-3,20:00=0-1"


def gpus(count: float, **kw: Any) -> Spec:
    return Spec(cpu=0, gpu=count, **kw)


def make_holder(
    name: str, number: int, *nodes: str, schedule: Schedule | str = ALWAYS, **kw: Any
) -> Task:
    """A Running task with one replica on each of ``nodes``; its bounds fit what it has."""
    rows = tuple(make_replica(f"{name}#{n}", node=node) for n, node in enumerate(nodes))
    bounds = make_replicas(kw.pop("wanted", f"{len(nodes)}-{len(nodes)}"))
    plan = make_daily(schedule) if isinstance(schedule, str) else schedule
    progress = make_progress(Status.RUNNING, replicas=rows, wanted=bounds)
    given = {"armed": make_arming(), "schedule": plan, "spec": gpus(1), "progress": progress}
    return make_task(name, **{"id": TaskId(number), **given, **kw})


def make_waiting(name: str, number: int, count: float, **kw: Any) -> Task:
    bounds = make_replicas(kw.pop("wanted", "1-1"))
    due = NOW - timedelta(seconds=100 - number)
    progress = make_progress(Status.IN_QUEUE, due_at=due, wanted=bounds)
    given = {"armed": make_arming(), "spec": gpus(count), "progress": progress}
    return make_task(name, **{"id": TaskId(number), "schedule": make_daily(ALWAYS), **given, **kw})


def make_gpu_node(name: str, total: float, used: float) -> Node:
    return make_node(name, gpu=total, used=Resources(gpu=used))


def waits(line: list[Task], others: list[Task], *nodes: Node) -> dict[str, Wait]:
    tasks = [*line, *others]
    found = line_up(line_of(line, NOW), tasks, nodes, NOW)
    return {t.name: found[t.id] for t in line if t.id in found}


def words(task: str, line: list[Task], others: list[Task], *nodes: Node) -> str:
    return reason(waits(line, others, *nodes)[task], [*line, *others]).text


# Who holds what.


def test_holders_are_named_with_what_they_hold_on_that_node_and_others_last() -> None:
    qwen = make_holder("qwen-vl", 1, "gpu-05", "gpu-05", "gpu-05", "elsewhere")
    embed = make_holder("embed", 2, "gpu-05", spec=gpus(2))
    found = holders(make_gpu_node("gpu-05", 8, 7), [embed, qwen], GPU)
    assert [str(h) for h in found] == ["qwen-vl 3", "embed 2", f"{OTHERS} 2"]


def test_a_replica_without_a_node_holds_nothing_yet() -> None:
    rows = (make_replica("a", "STARTING"), make_replica("b", "STARTING", node="n"))
    task = make_task(progress=make_progress(Status.STARTING, replicas=rows))
    assert held(task) == 1


def test_replicas_of_other_deployments_do_not_count() -> None:
    rows = (make_replica("a", node="n", deployment="Router"), make_replica("b", node="n"))
    assert held(make_task(progress=make_progress(replicas=rows))) == 1


def test_what_our_replicas_hold_counts_before_ray_counts_it() -> None:
    task = make_holder("chat", 1, "n", "n")
    assert taken(make_gpu_node("n", 4, 0), [task]).used.gpu == 2
    assert taken(make_gpu_node("n", 4, 3), [task]).used.gpu == 3


@pytest.mark.parametrize(
    ("status", "has", "bounds", "more"),
    [
        (Status.IN_QUEUE, 0, None, 0),
        (Status.IN_QUEUE, 0, "0-0", 0),
        (Status.IN_QUEUE, 0, "0-2", 1),
        (Status.STARTING, 0, "3-4", 3),
        (Status.RUNNING, 0, "0-2", 0),
        (Status.RUNNING, 1, "4-4", 3),
        (Status.RUNNING, 3, "2-4", 0),
        (Status.RUNNING, 5, "1-2", 0),
    ],
)
def test_what_a_task_wants_beside_what_it_holds(
    status: Status, has: int, bounds: str | None, more: int
) -> None:
    rows = tuple(make_replica(f"r{n}", node="n") for n in range(has))
    task = make_task(progress=make_progress(status, replicas=rows))
    assert wants_more(task, make_replicas(bounds) if bounds else None) == more


def test_replicas_that_no_cluster_like_this_holds_keep_no_room() -> None:
    short = make_holder("short", 1, "n", wanted="9-9")
    found = claim(short, short.progress.wanted, [make_gpu_node("n", 4, 1)])
    assert found is not None
    assert found.count == 3


# The words beside the status.


def test_the_reason_names_the_need_the_nearest_node_and_its_holders() -> None:
    qwen = make_holder("qwen-vl", 1, "gpu-05", "gpu-05", "gpu-05")
    embed = make_holder("embed", 2, *["gpu-05"] * 4)
    line = [make_waiting("llama", 3, 8)]
    assert words("llama", line, [qwen, embed], make_gpu_node("gpu-05", 8, 7)) == (
        "needs 8 GPU on one node; most free: gpu-05 with 1 (embed 4, qwen-vl 3); "
        "next chance unknown"
    )


def test_each_resource_that_is_lacking_is_named() -> None:
    node = make_node("n", gpu=4, cpu=8, gpu_type="H100", used=Resources(gpu=3, cpu=6))
    line = [make_waiting("llama", 1, 0, spec=Spec(cpu=4, gpu=2, gpu_type="H100"))]
    assert words("llama", line, [], node).startswith(
        "needs 2 H100 and 4 CPU on one node; most free: n with 1 H100 and 2 CPU (others 3)"
    )


def test_everybody_in_line_is_told_its_place() -> None:
    line = [make_waiting("c", 3, 2), make_waiting("a", 1, 2), make_waiting("b", 2, 2)]
    found = waits(line, [], make_gpu_node("n", 2, 1))
    assert {name: (w.position, w.of) for name, w in found.items()} == {
        "a": (1, 3),
        "b": (2, 3),
        "c": (3, 3),
    }
    assert found["c"].ahead == ("a", "b")
    assert "; 3rd of 3; " in words("c", line, [], make_gpu_node("n", 2, 1))


def test_room_that_is_kept_for_another_is_said_to_be() -> None:
    line = [make_waiting("big", 1, 4), make_waiting("small", 2, 1)]
    text = words("small", line, [], make_gpu_node("n", 4, 2))
    assert text == "room on n is kept for big; 2nd of 2; next chance unknown"


def test_the_missing_replicas_of_a_short_task_come_before_the_line() -> None:
    short = make_holder("short", 1, "n", wanted="3-3", schedule="00:00=3-3")
    line = [make_waiting("new", 2, 1)]
    text = words("new", line, [short], make_gpu_node("n", 3, 1))
    assert text.startswith("room on n is kept for short")
    assert waits(line, [short], make_gpu_node("n", 4, 1)) == {}


def test_what_no_node_can_hold_says_so_and_has_no_chance() -> None:
    line = [make_waiting("huge", 1, 9)]
    text = words("huge", line, [], make_gpu_node("n", 4, 0))
    assert text == "no node can hold one replica (9 GPU 0 CPU)"


def test_many_holders_are_counted() -> None:
    tasks = [make_holder(f"t{n}", n, "n") for n in range(1, 6)]
    line = [make_waiting("late", 9, 1)]
    assert "(t1 1, t2 1, t3 1, +2)" in words("late", line, tasks, make_gpu_node("n", 5, 5))


# The next chance.


def test_the_next_chance_is_the_scheduled_scale_down_that_frees_enough() -> None:
    llama = make_holder("llama", 1, "n", "n", "n", schedule=EVENING)
    line = [make_waiting("late", 2, 2)]
    told = reason(waits(line, [llama], make_gpu_node("n", 4, 3))["late"], [llama, *line])
    assert told.text.endswith("with 1 (llama 3); llama's 20:00 point frees 2 GPU")
    assert told.until == NOW.replace(hour=20)


def test_a_scale_down_that_frees_too_little_is_no_chance() -> None:
    llama = make_holder("llama", 1, "n", "n", "n", schedule=EVENING)
    found = waits([make_waiting("late", 2, 4)], [llama], make_gpu_node("n", 4, 3))
    assert found["late"].chance is None


def test_replicas_that_may_end_on_another_node_free_nothing_for_sure() -> None:
    llama = make_holder("llama", 1, "a", "b", "b", schedule="08:00=3-3,20:00=1-1")
    nodes = (make_gpu_node("a", 1, 1), make_gpu_node("b", 2, 2))
    chance = waits([make_waiting("late", 2, 1)], [llama], *nodes)["late"].chance
    assert chance is not None
    assert chance.node == "b"


def test_several_schedules_add_up() -> None:
    early = make_holder("early", 1, "n", schedule="08:00=1-1,16:00=0-0")
    later = make_holder("later", 2, "n", schedule="08:00=1-1,18:00=0-0")
    line = [make_waiting("late", 3, 2)]
    found = waits(line, [early, later], make_gpu_node("n", 2, 2))["late"]
    assert found.chance is not None
    assert found.chance.at == NOW.replace(hour=18)
    assert [f.task for f in found.chance.frees] == ["early", "later"]


def test_what_those_ahead_will_take_is_not_promised_twice() -> None:
    llama = make_holder("llama", 1, "n", "n", schedule="08:00=2-2,20:00=0-0")
    line = [make_waiting("a", 2, 2), make_waiting("b", 3, 2)]
    found = waits(line, [llama], make_gpu_node("n", 2, 2))
    assert found["a"].chance is not None
    assert found["b"].chance is None


def test_room_that_another_schedule_takes_at_the_same_time_is_not_promised() -> None:
    down = make_holder("down", 1, "n", schedule="08:00=1-1,20:00=0-0")
    up = make_holder("up", 2, "n", schedule="08:00=1-1,20:00=2-2")
    found = waits([make_waiting("late", 3, 1)], [down, up], make_gpu_node("n", 2, 2))
    assert found["late"].chance is None


def test_a_task_whose_own_schedule_ends_before_has_no_chance() -> None:
    llama = make_holder("llama", 1, "n", schedule="08:00=1-1,20:00=0-0")
    short_lived = make_one_off(None, "1-1", end="2026-03-05T18:00")
    line = [make_waiting("late", 2, 1, schedule=short_lived)]
    assert waits(line, [llama], make_gpu_node("n", 1, 1))["late"].chance is None


def test_replicas_that_stop_already_are_a_chance_without_a_time() -> None:
    old = make_holder("old", 1, "n", armed=None)
    line = [make_waiting("late", 2, 1)]
    told = reason(waits(line, [old], make_gpu_node("n", 1, 1))["late"], [old, *line])
    assert told.text.endswith("old, which stops, frees 1 GPU")
    assert told.until is None


@pytest.mark.parametrize(
    ("hand", "basis"),
    [
        (
            {"override": Override(make_replicas("2-2"), NOW, NOW + timedelta(hours=1), "op")},
            "override",
        ),
        ({"pause": Pause(make_replicas("2-2"), NOW, NOW + timedelta(hours=1), "op")}, "pause"),
    ],
)
def test_the_end_of_what_stands_over_a_schedule_is_a_chance(
    hand: dict[str, Any], basis: str
) -> None:
    llama = make_holder("llama", 1, "n", "n", schedule="08:00=0-0,23:00=0-0", **hand)
    line = [make_waiting("late", 2, 1)]
    told = reason(waits(line, [llama], make_gpu_node("n", 2, 2))["late"], [llama, *line])
    assert told.text.endswith(f"llama's {basis}'s end frees 2 GPU")
    assert told.until == NOW + timedelta(hours=1)


def test_a_holder_whose_zone_is_unknown_promises_nothing() -> None:
    lost = make_holder("lost", 1, "n", schedule=make_daily("08:00=1-1,20:00=0-0", "No/Where"))
    found = waits([make_waiting("late", 2, 1)], [lost], make_gpu_node("n", 1, 1))
    assert found["late"].chance is None


NIGHTS = st.sampled_from(["0-0", "0-1", "1-1", "2-3"])


@given(
    st.lists(st.tuples(st.integers(1, 3), NIGHTS), max_size=4),
    st.lists(st.integers(1, 4), min_size=1, max_size=4),
)
def test_a_chance_lies_ahead_and_names_what_frees_it(
    found: list[tuple[int, str]], needs: list[int]
) -> None:
    others = [
        make_holder(f"h{n}", n, *["n"] * has, schedule=f"08:00={has}-{has},20:00={night}")
        for n, (has, night) in enumerate(found, start=1)
    ]
    used = sum(has for has, _ in found)
    line = [make_waiting(f"w{n}", 50 + n, need) for n, need in enumerate(needs)]
    told = waits(line, others, make_gpu_node("n", max(4, used), used))
    assert [w.position for w in told.values()] == list(range(1, len(told) + 1))
    for wait in told.values():
        if wait.chance is not None:
            assert wait.chance.frees
            assert wait.chance.at is not None
            assert wait.chance.at > NOW
