"""Which of our tasks hold how much of a node, and what they still want. Pure.

Told from what Ray last showed of their replicas. What else a node has in use
belongs to others, and stays a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tasktui.domain.observed import Node, Replica, Resources
from tasktui.domain.schedule import Replicas
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.scheduler.placement import Claim
from tasktui.scheduler.room import Amounts, amounts, capacity, less, most, resources, times

OTHERS = "others"
_UNUSED: Amounts = amounts(Resources())
_LEAST = 1e-3
"""Less than this of a resource is a rounding, not somebody's use."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One holder of a resource of one node."""

    name: str
    """Of the task; ``others`` for everything that is not ours."""
    amount: float

    def __str__(self) -> str:
        return f"{self.name} {self.amount:g}"


def on_nodes(task: Task) -> Mapping[str, int]:
    """How many replicas of ``task`` hold their resources, by the id of their node."""
    return Counter(r.node for r in task.progress.replicas if _holds(task, r))


def held(task: Task) -> int:
    """How many replicas of ``task`` hold their resources."""
    return sum(_holds(task, r) for r in task.progress.replicas)


def wants_more(task: Task, bounds: Replicas | None) -> int:
    """How many replicas it wants at least under ``bounds`` beside those that it holds."""
    if bounds is None or bounds.stopped:
        return 0
    have = min(held(task), bounds.max)
    # Running with none: scaled to zero, which is as it should be.
    first = 0 if have or task.status is Status.RUNNING else 1
    return max(first, bounds.min - have)


def claim(task: Task, bounds: Replicas | None, nodes: Sequence[Node]) -> Claim | None:
    """The replicas that the task still wants; those that no cluster like this holds block nobody.

    None when it wants none. The first one of a task is always claimed.
    """
    wanted, have = wants_more(task, bounds), held(task)
    if not wanted:
        return None
    room = capacity(task.spec, nodes, have + wanted) - have
    count = max(room, 0 if have else 1)
    return Claim(task.id, task.spec, count) if count else None


def owed(task: Task) -> bool:
    """Whether Ray was asked for the task already, so that what it lacks is first in line."""
    asked = task.status in {Status.STARTING, Status.RUNNING}
    return task.armed is not None and asked


def taken(node: Node, tasks: Iterable[Task]) -> Node:
    """The node with at least that in use which our replicas hold: Ray's sums come later."""
    ours = _UNUSED
    for task in tasks:
        count = on_nodes(task).get(node.id, 0)
        if count:
            ours = less(ours, times(amounts(task.spec), -count))
    return replace(node, used=resources(most(amounts(node.used), ours)))


def holders(node: Node, tasks: Iterable[Task], unit: str) -> tuple[Hold, ...]:
    """Who holds the resource ``unit`` of a node, the largest first, others last."""
    found = [
        Hold(t.name, on_nodes(t).get(node.id, 0) * amounts(t.spec).get(unit, 0.0)) for t in tasks
    ]
    found = sorted((h for h in found if h.amount), key=lambda h: (-h.amount, h.name))
    rest = amounts(node.used).get(unit, 0.0) - sum(h.amount for h in found)
    return (*found, *((Hold(OTHERS, round(rest, 4)),) if rest > _LEAST else ()))


def _holds(task: Task, replica: Replica) -> bool:
    """Ray names the node of a replica once it has its resources there."""
    return task.carries(replica) and (replica.ready or bool(replica.node))
