"""Every node of the cluster: what of it is in use, what is free, and who holds it. Pure.

What our tasks hold and what "others" hold is together what is in use. Knows no screen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tasktui.commands.present import age
from tasktui.domain.observed import ClusterState, ClusterView, Node, Resources
from tasktui.domain.task import Task
from tasktui.scheduler.holding import OTHERS, on_nodes, taken
from tasktui.scheduler.room import Amounts, amounts, less, resources, times

_NOTHING: Amounts = amounts(Resources())
_LEAST = 1e-3
"""Less than this of a resource is a rounding, not somebody's use."""
_TENTHS, _WHOLE = 10, 100
"""From here on amounts are told in tenths, and without a fraction."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds something of one node, and how much."""

    name: str
    """Of the task; ``others`` for everything that is no task's."""
    held: Resources
    replicas: int = 0
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class NodeUse:
    """One node with its holders: tasks with most GPUs first, others last."""

    id: str
    name: str
    alive: bool
    """False: replicas are said to be there, but Ray does not list it."""
    total: Resources
    used: Resources
    holders: tuple[Holder, ...]
    gpu_type: str = ""
    head: bool = False

    @property
    def free(self) -> Resources:
        """What nothing uses; never below zero."""
        rest = less(amounts(self.total), amounts(self.used))
        return resources({unit: max(0.0, round(n, 4)) for unit, n in rest.items()})


def uses(nodes: Sequence[Node], tasks: Sequence[Task]) -> tuple[NodeUse, ...]:
    """Every node that lives, by name; then those that are gone but have replicas of ours."""
    alive = [_use(node, tasks) for node in sorted(nodes, key=lambda n: (n.name, n.id))]
    return (*alive, *_gone({n.id for n in nodes}, tasks))


def total(found: Sequence[NodeUse]) -> NodeUse:
    """All nodes that live as if they were one, without holders."""
    alive = [n for n in found if n.alive]
    return NodeUse(
        "", "all", True, _sum(n.total for n in alive), _sum(n.used for n in alive), holders=()
    )


def unknown(cluster: ClusterView, now: datetime) -> tuple[str, ...]:
    """Why nothing is known of the nodes as they are now; empty when the cluster answers."""
    if cluster.state is ClusterState.NONE:
        return ("No Ray cluster was found.",)
    if cluster.state is ClusterState.STARTING:
        return ("Ray is starting.", cluster.error or cluster.address)
    if cluster.state is ClusterState.UNAUTHORIZED:
        return (f"Ray at {cluster.address} refuses the token.", cluster.error)
    if cluster.state is ClusterState.UNREACHABLE:
        last = f", last answer {age(cluster.seen_at, now)} ago" if cluster.seen_at else ""
        return (f"Ray at {cluster.address} does not answer{last}.", cluster.error)
    return ()


def nothing(cluster: ClusterView) -> str:
    """That the cluster, which answers, has no node."""
    return f"The cluster has no node{'; its autoscaler may add some' * cluster.autoscaler}."


def spent(amount: float) -> str:
    """What is in use or there, as text: never less than it is."""
    return _text(amount, math.ceil)


def left(amount: float) -> str:
    """What is free, as text: never more than it is."""
    return _text(amount, math.floor)


def of(used: float, have: float) -> str:
    """``5.5/8``; only what is used where nobody says how much there is."""
    return f"{spent(used)}/{left(have)}" if have else spent(used)


def gpus_held(holder: Holder) -> str:
    """``4 by 2 replicas``; the amount alone of others."""
    if not holder.task:
        return spent(holder.held.gpu)
    many = "s" if holder.replicas != 1 else ""
    return f"{spent(holder.held.gpu)} by {holder.replicas} replica{many}"


def bar(used: float, whole: float, cells: int) -> str:
    """``[###...]``: empty only when nothing is used, full only when all is."""
    if whole <= 0:
        return ""
    part = min(1.0, max(0.0, used / whole))
    full = round(part * cells)
    if part < 1 - _LEAST:
        full = min(full, cells - 1)
    if used > _LEAST:
        full = max(full, 1)
    return f"[{'#' * full}{'.' * (cells - full)}]"


def node_json(node: NodeUse) -> dict[str, object]:
    """One node as ``tasktui nodes --json`` gives it; memory in GiB."""
    return {
        "id": node.id,
        "name": node.name,
        "alive": node.alive,
        "head": node.head,
        "gpu_type": node.gpu_type or None,
        "total": _json(node.total),
        "used": _json(node.used),
        "free": _json(node.free),
        "holders": [
            {
                "task": h.task.name if h.task else None,
                "status": str(h.task.status) if h.task else None,
                "replicas": h.replicas if h.task else None,
                "held": _json(h.held),
            }
            for h in node.holders
        ],
    }


def _use(node: Node, tasks: Sequence[Task]) -> NodeUse:
    node = taken(node, tasks)  # Ray's own sums come later than the replicas that it shows
    ours = _ours(node.id, tasks)
    rest = less(amounts(node.used), amounts(_sum(h.held for h in ours)))
    others = {unit: round(n, 4) if n > _LEAST else 0.0 for unit, n in rest.items()}
    more = (Holder(OTHERS, resources(others)),) if any(others.values()) else ()
    return NodeUse(
        node.id,
        node.name,
        alive=True,
        total=node.total,
        used=node.used,
        holders=(*ours, *more),
        gpu_type=node.gpu_type,
        head=node.head,
    )


def _gone(alive: set[str], tasks: Sequence[Task]) -> Iterator[NodeUse]:
    names = {r.node: r.node_ip or r.node for t in tasks for r in t.progress.replicas}
    held = {node for task in tasks for node in on_nodes(task)} - alive - {""}
    for node in sorted(held, key=lambda n: (names[n], n)):
        ours = _ours(node, tasks)
        used = _sum(h.held for h in ours)
        yield NodeUse(node, names[node], alive=False, total=Resources(), used=used, holders=ours)


def _ours(node: str, tasks: Sequence[Task]) -> tuple[Holder, ...]:
    counts = [(t, on_nodes(t).get(node, 0)) for t in tasks]
    found = [Holder(t.name, resources(times(amounts(t.spec), n)), n, t) for t, n in counts if n]
    return tuple(sorted(found, key=lambda h: (-h.held.gpu, -h.held.cpu, h.name)))


def _sum(parts: Iterable[Resources]) -> Resources:
    out = _NOTHING
    for part in parts:
        out = less(out, times(amounts(part), -1))
    return resources(out)


def _text(amount: float, rounded: Callable[[float], int]) -> str:
    parts = 1 if amount >= _WHOLE else 10 if amount >= _TENTHS else 100
    return f"{rounded(round(amount * parts, 4)) / parts:g}"


def _json(of: Resources) -> dict[str, object]:
    custom = {name: round(n, 4) for name, n in of.custom}
    usual = {"gpu": of.gpu, "cpu": of.cpu, "memory_gb": of.memory_gb}
    return {**{name: round(n, 4) for name, n in usual.items()}, "custom": custom}
