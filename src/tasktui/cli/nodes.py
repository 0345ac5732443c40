"""The verb that lists the nodes of the cluster, and who holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from tasktui.cli.output import Column, emit, note, say, table, width
from tasktui.cli.verbs import Call, Verb
from tasktui.commands.commands import Commands
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
from tasktui.commands.present import age, iso
from tasktui.commands.scene import concerned
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.task import Task

_COLUMNS = (
    Column("NODE"),
    Column("STATE", 5),
    Column("GPU"),
    Column("FREE", 8),
    Column("CPU", 7),
    Column("FREE", 6),
    Column("GB", 4),
    Column("FREE", 3),
)
_BAR = 8
_OUT_OF_REACH = {ClusterState.UNREACHABLE, ClusterState.UNAUTHORIZED}


def _nodes(call: Call) -> int:
    cluster, tasks, now = call.session.call(_read)
    found = uses(cluster.nodes, tasks)
    code = 1 if cluster.state in _OUT_OF_REACH else 0
    if call.json:
        emit(_json(cluster, found))
        return code
    why = unknown(cluster, now)
    for text in why:
        note(text)
    if cluster.state is ClusterState.NONE:
        note("Bring one up: tasktui cluster up. Or name one: --address URL.")
        return code
    if not found:
        if not why:
            note(nothing(cluster))
        return code
    if cluster.seen_at is not None:
        say(f"As Ray at {cluster.address} said {age(cluster.seen_at, now)} ago:")
    rows = [row for node in (total(found), *found) for row in _rows(node)]
    table(_COLUMNS, rows, width())
    return code


def _read(c: Commands) -> tuple[ClusterView, Sequence[Task], datetime]:
    return c.cluster(), concerned(c), c.now()


def _rows(node: NodeUse) -> Iterator[list[str]]:
    free, have, used = node.free, node.total, node.used
    gpus = f"{bar(used.gpu, have.gpu, _BAR)} {of(used.gpu, have.gpu)} {node.gpu_type}".strip()
    yield [
        node.name,
        "" if not node.id else "alive" if node.alive else "gone",
        gpus if have.gpu or used.gpu else "-",
        left(free.gpu) if have.gpu else "-",
        of(used.cpu, have.cpu),
        left(free.cpu),
        of(used.memory_gb, have.memory_gb),
        left(free.memory_gb),
    ]
    for holder in node.holders:
        held, task = holder.held, holder.task
        yield [
            f"  {holder.name}",
            str(task.status) if task else "",
            gpus_held(holder),
            "",
            spent(held.cpu),
            "",
            spent(held.memory_gb),
            "",
        ]


def _json(cluster: ClusterView, found: Sequence[NodeUse]) -> dict[str, object]:
    return {
        "state": str(cluster.state),
        "address": cluster.address or None,
        "seen_at": iso(cluster.seen_at),
        "error": cluster.error or None,
        "foreign": list(cluster.foreign),
        "nodes": [node_json(n) for n in found],
    }


VERBS = (
    Verb(
        name="nodes",
        run=_nodes,
        json=True,
        text="What the scheduler last saw: in use, free, and the tasks that hold it; all that no\n"
        "task here holds is that of others. Exit code 1 when the cluster is out of reach.",
        examples=("tasktui nodes", "tasktui nodes --json"),
    ),
)
