"""tasktui nodes: what the cluster has, and who holds it."""

from __future__ import annotations

from cli.tool import Tool
from make import NOW, make_node, make_replica
from tasktui.domain.observed import ClusterState, Resources
from tasktui.domain.status import Status

NODE = make_node("gpu-01", gpu=8, gpu_type="H100", used=Resources(gpu=5, cpu=3))


def test_each_node_is_listed_with_its_holders(tool: Tool) -> None:
    tool.launched("chat")
    rows = (make_replica("r1", node="gpu-01"),)
    tool.becomes("chat", Status.RUNNING, replicas=rows)
    tool.seen(nodes=(NODE,), seen_at=NOW)
    out = tool.run("nodes")
    assert "[#####...] 5/8 H100" in out
    assert "  chat" in out
    assert "  others" in out
    found = tool.json("nodes")
    assert found["state"] == "connected"
    assert [h["task"] for h in found["nodes"][0]["holders"]] == ["chat", None]
    assert found["nodes"][0]["free"]["gpu"] == 3


def test_no_cluster_one_out_of_reach_and_an_empty_one_are_told_apart(tool: Tool) -> None:
    assert tool.run("nodes") == ""
    assert "No Ray cluster was found" in tool.err
    tool.seen(nodes=())
    assert tool.run("nodes") == ""
    assert "has no node" in tool.err
    tool.seen(state=ClusterState.UNREACHABLE, nodes=(NODE,), seen_at=NOW)
    assert "5/8 H100" in tool.run("nodes", code=1)
    assert "does not answer" in tool.err
