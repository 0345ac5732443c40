"""The page of the nodes: what it shows of each, where the cursor goes, and what is unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from make import NOW, make_node, make_replica
from tasktui.commands.nodes import uses
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterState, Resources
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.tui.lines import plain, width
from tasktui.tui.nodes import Place, Scene, moved, parts, places, settled, task_at
from tui.bench import CLUSTER, Bench, press, until

NODES = (
    make_node("gpu-01", gpu=8, gpu_type="H100", used=Resources(gpu=5, cpu=6, memory_gb=9)),
    make_node("gpu-02"),
)


def holding(bench: Bench, name: str = "chat") -> Task:
    task = bench.saved(replace(bench.launched(name), spec=Spec(cpu=1, gpu=2, memory_gb=4)))
    rows = tuple(make_replica(f"{name}#{n}", node="gpu-01") for n in range(2))
    return bench.becomes(task, Status.RUNNING, replicas=rows)


async def test_the_cursor_goes_to_who_holds_a_node_and_enter_shows_the_task(bench: Bench) -> None:
    holding(bench)
    bench.sees(replace(CLUSTER, nodes=NODES))
    async with bench.app().run_test(size=(80, 24)) as pilot:
        await until(pilot, "> chat")
        seen = await press(pilot, "i", seen="> gpu-01")
        assert "[##..] 5/8 H100" in seen
        assert "4 by 2 replicas" in seen
        assert "others" in seen
        await press(pilot, "down", seen="chat")
        await press(pilot, "enter", seen="Endpoint")
        await press(pilot, "escape", seen="nodes and their GPUs")
        await press(pilot, "G", seen="> gpu-02")
        await press(pilot, "enter", seen="No task is selected")


async def test_the_command_opens_it_from_the_detail_too(bench: Bench) -> None:
    holding(bench)
    bench.sees(replace(CLUSTER, nodes=NODES))
    async with bench.app().run_test(size=(100, 30)) as pilot:
        await until(pilot, "> chat")
        await press(pilot, "d", seen="Endpoint")
        await press(pilot, "colon", *"nodes", "enter", seen="> gpu-01")


@pytest.mark.parametrize(
    ("state", "nodes", "says"),
    [
        (ClusterState.NONE, (), "No Ray cluster was found."),
        (ClusterState.UNREACHABLE, (), "does not answer"),
        (ClusterState.UNREACHABLE, NODES, "This is how it was"),
        (ClusterState.CONNECTED, (), "The cluster has no node."),
    ],
)
def test_no_cluster_none_in_reach_and_none_of_its_nodes_are_told_apart(
    state: ClusterState, nodes: tuple[object, ...], says: str
) -> None:
    view = replace(CLUSTER, state=state, seen_at=NOW)
    scene = Scene(cluster=view, nodes=uses(nodes, []), here=Place(), now=NOW)  # type: ignore[arg-type]
    shown = [plain(text) for part in parts(scene, 80) for text in part]
    assert any(says in text for text in shown)
    assert ("The cluster has no node." in "".join(shown)) == (state is ClusterState.CONNECTED)


@pytest.mark.parametrize("cells", [60, 79, 119])
@pytest.mark.parametrize("name", ["x\x1b[2J\u202e", "節点" * 20, "a-very-long-node-name" * 9])
def test_any_name_stays_in_its_line_and_reaches_no_terminal(name: str, cells: int) -> None:
    nodes = uses([make_node(name, gpu=8, gpu_type="\x07H100")], [])
    scene = Scene(cluster=CLUSTER, nodes=nodes, here=Place(nodes[0].id), now=NOW)
    for part in parts(scene, cells):
        for text in part:
            assert width(text) <= cells
            assert not {"\x1b", "\x07", "\u202e"} & set(plain(text))


def test_the_cursor_finds_its_way_when_a_holder_or_a_node_goes(bench: Bench) -> None:
    task = holding(bench)
    found = uses(NODES, [task])
    here = Place("gpu-01", "chat")
    assert places(found, here) == [Place("gpu-01"), here, Place("gpu-02")]
    assert task_at(found, here) == task
    assert task_at(found, Place("gpu-01")) is None
    assert moved(found, here, 10**9) == Place("gpu-02")
    assert settled(uses(NODES, []), here) == Place("gpu-01")
    assert settled(uses(NODES[1:], []), here) == Place("gpu-02")
    assert settled((), here) == moved((), here, 1) == Place()


def test_a_node_that_is_gone_shows_what_was_there(bench: Bench) -> None:
    nodes = uses((), [holding(bench)])
    scene = Scene(cluster=CLUSTER, nodes=nodes, here=Place("gpu-01"), now=NOW)
    shown = [plain(text) for part in parts(scene, 80) for text in part]
    assert any("> gpu-01" in text and "gone" in text for text in shown)
    assert any("chat" in text and "4 by 2 replicas" in text for text in shown)
