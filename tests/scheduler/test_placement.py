from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from make import make_node
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import Node, Resources
from tasktui.domain.task import TaskId
from tasktui.scheduler.placement import Claim, place

GPU = Spec(cpu=1, gpu=1)


def claims(*specs: Spec) -> list[Claim]:
    return [Claim(TaskId(i), spec) for i, spec in enumerate(specs)]


def test_what_fits_on_one_node_may_start() -> None:
    assert place(claims(GPU), [], [make_node(gpu=1)]) == {0: ""}


def test_free_room_on_two_nodes_does_not_add_up() -> None:
    nodes = [make_node("a", gpu=1), make_node("b", gpu=1)]
    answer = place(claims(Spec(gpu=2)), [], nodes)
    assert answer[TaskId(0)] == "no node can hold one replica (2 GPU 1 CPU)"


def test_the_reason_names_what_is_needed_and_the_node_that_comes_nearest() -> None:
    busy = make_node("gpu-05", gpu=8, used=Resources(gpu=7))
    answer = place(claims(Spec(gpu=8)), [], [busy])
    assert answer[TaskId(0)] == "needs 8 GPU 1 CPU on one node; most free: gpu-05 with 1 GPU"


def test_those_behind_are_told_their_place_in_line() -> None:
    answer = place(claims(GPU, GPU), [], [make_node(gpu=1, used=Resources(gpu=1))])
    assert answer[TaskId(1)].endswith("(2nd in line)")


def test_reserved_room_counts_as_taken() -> None:
    assert place(claims(GPU), [GPU], [make_node(gpu=1)])[TaskId(0)]


def test_a_later_task_may_not_take_what_an_earlier_one_waits_for() -> None:
    node = make_node(gpu=4, used=Resources(gpu=2))
    answer = place(claims(Spec(gpu=4), Spec(gpu=2)), [], [node])
    assert all(answer.values())


def test_a_later_task_passes_on_a_node_that_the_earlier_one_cannot_use() -> None:
    big = make_node("big", gpu=4, used=Resources(gpu=4))
    small = make_node("small", gpu=1)
    answer = place(claims(Spec(gpu=4), GPU), [], [big, small])
    assert [bool(answer[TaskId(i)]) for i in range(2)] == [True, False]


def test_a_gpu_of_another_type_does_not_fit() -> None:
    node = make_node(gpu=1, gpu_type="A10")
    assert place(claims(Spec(gpu=1, gpu_type="H100")), [], [node])[TaskId(0)]


def test_fractions_that_add_up_to_a_whole_fit() -> None:
    tenth = Spec(cpu=0, gpu=0.1)
    assert not any(place(claims(*[tenth] * 10), [], [make_node(gpu=1)]).values())


SPECS = st.builds(Spec, cpu=st.integers(0, 4).map(float), gpu=st.integers(0, 4).map(float))
NODES = st.lists(
    st.builds(
        lambda cpu, gpu: make_node(f"{cpu}-{gpu}", cpu=cpu, gpu=gpu),
        st.integers(0, 8),
        st.integers(0, 8),
    ),
    max_size=4,
)


@given(st.lists(SPECS, max_size=8), NODES)
def test_what_starts_together_fits_together(specs: list[Spec], nodes: list[Node]) -> None:
    answer = place(claims(*specs), [], nodes)
    started = [s for i, s in enumerate(specs) if not answer[TaskId(i)]]
    assert sum(s.cpu for s in started) <= sum(n.total.cpu for n in nodes)
    assert sum(s.gpu for s in started) <= sum(n.total.gpu for n in nodes)


@given(st.lists(SPECS, min_size=1, max_size=8), NODES)
def test_the_first_in_line_is_never_passed_over_while_it_fits(
    specs: list[Spec], nodes: list[Node]
) -> None:
    fits = any(specs[0].cpu <= n.total.cpu and specs[0].gpu <= n.total.gpu for n in nodes)
    assert (place(claims(*specs), [], nodes)[TaskId(0)] == "") is fits
