"""Who may start now: tables, and what holds for every line and every cluster."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make import make_node
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import Node, Resources
from tasktui.domain.task import TaskId
from tasktui.scheduler.placement import Claim, place
from tasktui.scheduler.room import Room, amounts, capacity, lacking, less, resources

GPU = Spec(cpu=1, gpu=1)


def gpus(count: float) -> Spec:
    return Spec(cpu=0, gpu=count)


def claims(*specs: Spec) -> list[Claim]:
    return [Claim(TaskId(i), spec) for i, spec in enumerate(specs)]


def starts(line: list[Claim], nodes: list[Node], ahead: tuple[Claim, ...] = ()) -> tuple[bool, ...]:
    return tuple(got.fits for got in place(line, ahead, nodes).values())


def busy(name: str, total: float, free: float) -> Node:
    return make_node(name, gpu=total, used=Resources(gpu=total - free))


def test_what_fits_on_one_node_may_start() -> None:
    assert starts(claims(GPU), [make_node(gpu=1)]) == (True,)


@pytest.mark.parametrize(
    ("spec", "node"),
    [
        (Spec(cpu=9), make_node(cpu=8)),
        (Spec(cpu=0, memory_gb=33), make_node()),
        (Spec(cpu=0, gpu=2), make_node(gpu=1)),
        (Spec(cpu=0, gpu=1, gpu_type="H100"), make_node(gpu=1, gpu_type="A10")),
    ],
)
def test_what_no_empty_node_holds_never_starts_and_blocks_nobody(spec: Spec, node: Node) -> None:
    got = place([Claim(TaskId(1), spec), Claim(TaskId(2), Spec())], (), [node])
    assert got[TaskId(1)].node is None
    assert got[TaskId(2)].fits


def test_free_room_on_two_nodes_does_not_add_up() -> None:
    nodes = [make_node("a", gpu=1), make_node("b", gpu=1)]
    assert place(claims(gpus(2)), (), nodes)[TaskId(0)].node is None


def test_the_node_that_comes_nearest_is_named_with_what_is_free_there() -> None:
    got = place(claims(gpus(8)), (), [busy("gpu-04", 8, 0), busy("gpu-05", 8, 1)])[TaskId(0)]
    assert (got.fits, got.node and got.node.name, got.free.gpu) == (False, "gpu-05", 1)


def test_room_kept_for_replicas_that_ray_does_not_show_yet_is_not_given_away() -> None:
    ahead = (Claim(TaskId(9), GPU),)
    got = place(claims(GPU), ahead, [make_node(gpu=1)])[TaskId(0)]
    assert (got.fits, got.kept) == (False, True)


def test_all_missing_replicas_of_a_short_task_are_first_in_line() -> None:
    ahead = (Claim(TaskId(9), gpus(1), 2),)
    assert starts(claims(gpus(1), gpus(1)), [make_node(gpu=3)], ahead) == (True, False)


def test_a_task_starts_with_its_first_replica_and_its_others_come_next() -> None:
    line = [Claim(TaskId(0), gpus(1), 3), Claim(TaskId(1), gpus(1))]
    assert starts(line, [make_node(gpu=2)]) == (True, False)
    assert starts(line, [make_node(gpu=4)]) == (True, True)


def test_a_later_task_may_not_take_what_an_earlier_one_waits_for() -> None:
    assert starts(claims(gpus(4), gpus(2)), [busy("n", 4, 2)]) == (False, False)


def test_a_later_task_passes_on_a_node_that_the_earlier_one_cannot_use() -> None:
    nodes = [busy("big", 4, 0), make_node("small", gpu=1)]
    assert starts(claims(gpus(4), GPU), nodes) == (False, True)


def test_a_later_task_that_wants_no_gpu_passes_one_that_waits_for_gpus() -> None:
    assert starts(claims(Spec(cpu=1, gpu=4), Spec(cpu=7)), [busy("n", 4, 0)]) == (False, True)
    assert starts(claims(Spec(cpu=1, gpu=4), Spec(cpu=8)), [busy("n", 4, 0)]) == (False, False)


def test_the_fullest_node_that_fits_is_taken_so_that_whole_nodes_stay_free() -> None:
    nodes = [make_node("whole", gpu=4), busy("part", 4, 1)]
    got = place(claims(gpus(1), gpus(4)), (), nodes)
    assert [g.node and g.node.name for g in got.values()] == ["part", "whole"]


def test_a_gpu_of_any_type_will_do_where_none_is_named() -> None:
    assert starts(claims(gpus(1)), [make_node(gpu=1, gpu_type="A10")]) == (True,)


def test_fractions_that_add_up_to_a_whole_fit() -> None:
    assert all(starts(claims(*[gpus(0.1)] * 10), [make_node(gpu=1)]))


@pytest.mark.parametrize(
    ("spec", "enough", "count"),
    [(gpus(1), 9, 5), (gpus(2), 9, 2), (gpus(8), 9, 0), (gpus(1), 3, 3), (Spec(cpu=0), 7, 7)],
)
def test_capacity_is_counted_per_node(spec: Spec, enough: int, count: int) -> None:
    assert capacity(spec, [make_node("a", gpu=4), make_node("b", gpu=1)], enough) == count


# What holds for every line and every cluster.

SPECS = st.builds(
    Spec,
    cpu=st.sampled_from([0.0, 1.0, 2.0]),
    gpu=st.sampled_from([0.0, 0.5, 1.0, 2.0, 4.0]),
    custom=st.sampled_from([(), (("licence", 1.0),), (("disk", 2.0), ("licence", 1.0))]),
)
CUSTOM = st.sampled_from([(), (("licence", 2.0),), (("disk", 4.0), ("licence", 1.0))])
NODES = st.lists(st.tuples(*[st.integers(0, 8)] * 3, CUSTOM), max_size=4).map(
    lambda found: [
        make_node(
            f"n{i}",
            total=Resources(cpu=cpu, memory_gb=32, gpu=gpu, custom=custom),
            used=Resources(gpu=min(gpu, used)),
        )
        for i, (cpu, gpu, used, custom) in enumerate(found)
    ]
)
LINES = st.lists(st.tuples(SPECS, st.integers(1, 3)), max_size=6).map(
    lambda found: [Claim(TaskId(i), spec, count) for i, (spec, count) in enumerate(found)]
)


def after(nodes: list[Node], line: list[Claim], ahead: list[Claim]) -> list[Node]:
    """The nodes with the first replica of each that starts."""
    used = {n.name: amounts(n.used) for n in nodes}
    for claim, got in zip(line, place(line, ahead, nodes).values(), strict=True):
        if got.fits and got.node is not None:
            used[got.node.name] = less(used[got.node.name], amounts(_negative(claim.spec)))
    return [replace(n, used=resources(used[n.name])) for n in nodes]


def _negative(spec: Spec) -> Spec:
    custom = tuple((name, -amount) for name, amount in spec.custom)
    return Spec(cpu=-spec.cpu, gpu=-spec.gpu, memory_gb=-spec.memory_gb, custom=custom)


def lacks(spec: Spec, nodes: list[Node]) -> list[float]:
    """What the best node lacks for one replica; empty where none could ever hold it."""
    rooms = [r for r in map(Room, nodes) if r.able(spec)]
    return min((list(lacking(amounts(spec), r.free)) for r in rooms), default=[])


@given(LINES, LINES, NODES)
def test_what_starts_together_fits_together_on_each_node(
    line: list[Claim], ahead: list[Claim], nodes: list[Node]
) -> None:
    for node in after(nodes, line, ahead):
        assert node.used.gpu <= node.total.gpu + 1e-6
        assert node.used.cpu <= node.total.cpu + 1e-6
        assert all(n <= dict(node.total.custom)[name] + 1e-6 for name, n in node.used.custom)


@given(LINES.filter(bool), NODES)
def test_the_first_in_line_starts_exactly_when_it_fits(
    line: list[Claim], nodes: list[Node]
) -> None:
    spec = line[0].spec
    nothing = [0] * len(amounts(spec))
    assert place(line, (), nodes)[TaskId(0)].fits is (lacks(spec, nodes) == nothing)


@given(LINES.filter(bool), NODES)
def test_those_that_pass_never_delay_the_first(line: list[Claim], nodes: list[Node]) -> None:
    first = line[0].spec
    if not place(line, (), nodes)[TaskId(0)].fits:
        assert lacks(first, after(nodes, line, [])) == lacks(first, nodes)


@given(LINES, LINES, NODES)
def test_nobody_starts_that_the_whole_cluster_empty_could_not_hold(
    line: list[Claim], ahead: list[Claim], nodes: list[Node]
) -> None:
    for claim, got in zip(line, place(line, ahead, nodes).values(), strict=True):
        assert (got.node is None) is not any(Room(n).able(claim.spec) for n in nodes)
        assert min(amounts(got.free).values()) >= 0


@dataclass
class Runs:
    """One replica that runs in the simulation, until ``end``."""

    claim: Claim
    node: str
    end: int


@given(
    st.lists(st.tuples(SPECS, st.integers(0, 30), st.integers(1, 9)), min_size=1, max_size=25),
    st.lists(st.sampled_from([(8, 4), (8, 8), (2, 1)]), min_size=1, max_size=3),
)
def test_nobody_starves_while_others_keep_coming(
    arrivals: list[tuple[Spec, int, int]], shapes: list[tuple[int, int]]
) -> None:
    """Each that an empty node could hold starts, at the latest when those before it have ended."""
    nodes = [make_node(f"n{i}", cpu=c, gpu=g) for i, (c, g) in enumerate(shapes)]
    able = [a for a in arrivals if any(Room(n).able(a[0]) for n in nodes)]
    order = sorted(range(len(able)), key=lambda i: (able[i][1], i))
    runs: list[Runs] = []
    started: dict[int, int] = {}
    # While somebody waits, something runs or starts: no longer than everything in a row.
    for now in range(31 + sum(length for _, _, length in able) + 1):
        runs = [r for r in runs if r.end > now]
        line = [Claim(TaskId(i), able[i][0]) for i in order if able[i][1] <= now]
        line = [c for c in line if c.task not in started]
        for claim, got in zip(line, place(line, (), _loaded(nodes, runs)).values(), strict=True):
            if got.fits and got.node is not None:
                started[claim.task] = now
                runs.append(Runs(claim, got.node.name, now + able[claim.task][2]))
    assert set(started) == set(range(len(able)))


def _loaded(nodes: list[Node], runs: list[Runs]) -> list[Node]:
    found = []
    for node in nodes:
        used = amounts(node.used)
        for run in runs:
            if run.node == node.name:
                used = less(used, amounts(_negative(run.claim.spec)))
        found.append(replace(node, used=resources(used)))
    return found
