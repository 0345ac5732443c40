"""Which waiting tasks may start now, and for the others what they lack. Pure.

First come, first served by the time of becoming due. A later task may pass an
earlier one only when it fits beside the earlier one's need on that one's best
node, so nobody starves. Counted per node: a replica never spans two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tasktui.domain.artifact import Spec
from tasktui.domain.observed import Node, Resources
from tasktui.domain.task import TaskId

_SLACK = 1e-6
"""Ray counts in 1/10000: sums of fractions must not fail by rounding."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One replica's need of a task that waits."""

    task: TaskId
    spec: Spec


@dataclass(slots=True)
class _Room:
    node: Node
    cpu: float
    memory_gb: float
    gpu: float

    def holds(self, spec: Spec) -> bool:
        return (
            spec.cpu <= self.cpu + _SLACK
            and spec.gpu <= self.gpu + _SLACK
            and spec.memory_gb <= self.memory_gb + _SLACK
            and _type_fits(spec, self.node)
        )

    def take(self, spec: Spec) -> None:
        self.cpu -= spec.cpu
        self.memory_gb -= spec.memory_gb
        self.gpu -= spec.gpu


def place(
    waiting: Sequence[Claim], reserved: Sequence[Spec], nodes: Sequence[Node]
) -> Mapping[TaskId, str]:
    """Return for each waiting task, in their order, an empty string or why it cannot start.

    ``reserved`` are replicas of tasks that were placed but that Ray does not
    count yet.
    """
    rooms = [_room(node) for node in nodes]
    for spec in reserved:
        _reserve(rooms, spec)
    answer: dict[TaskId, str] = {}
    ahead = 0
    for claim in waiting:
        room = _best(rooms, claim.spec)
        if room is not None:
            room.take(claim.spec)
            answer[claim.task] = ""
            continue
        ahead += 1
        answer[claim.task] = _why(claim.spec, nodes, rooms, ahead)
        _reserve(rooms, claim.spec)
    return answer


def fits_empty(spec: Spec, node: Node) -> bool:
    """Whether one replica fits on the node when nothing else runs there."""
    full = _Room(node, node.total.cpu, node.total.memory_gb, node.total.gpu)
    return full.holds(spec)


def _room(node: Node) -> _Room:
    free = _free(node)
    return _Room(node, free.cpu, free.memory_gb, free.gpu)


def _free(node: Node) -> Resources:
    total, used = node.total, node.used
    return Resources(
        cpu=total.cpu - used.cpu,
        memory_gb=total.memory_gb - used.memory_gb,
        gpu=total.gpu - used.gpu,
    )


def _best(rooms: Sequence[_Room], spec: Spec) -> _Room | None:
    """The tightest node that holds it: whole nodes stay free for whoever needs one."""
    fitting = [r for r in rooms if r.holds(spec)]
    return min(fitting, key=lambda r: (r.gpu, r.cpu, r.memory_gb), default=None)


def _reserve(rooms: Sequence[_Room], spec: Spec) -> None:
    """Take the room on the node that comes nearest to holding it, below zero where need be."""
    able = [r for r in rooms if fits_empty(spec, r.node)]
    best = max(able, key=lambda r: (r.gpu - spec.gpu, r.cpu - spec.cpu), default=None)
    if best is not None:
        best.take(spec)


def _type_fits(spec: Spec, node: Node) -> bool:
    return not spec.gpu or not spec.gpu_type or spec.gpu_type == node.gpu_type


def _why(spec: Spec, nodes: Sequence[Node], rooms: Sequence[_Room], position: int) -> str:
    if not any(fits_empty(spec, n) for n in nodes):
        return f"no node can hold one replica ({spec})"
    what, free = _scarce(spec, rooms)
    text = f"needs {spec} on one node; most free: {free}" if free else f"needs {what}"
    return f"{text} ({_ordinal(position)} in line)" if position > 1 else text


def _scarce(spec: Spec, rooms: Sequence[_Room]) -> tuple[str, str]:
    able = [r for r in rooms if fits_empty(spec, r.node)]
    room = max(able, key=lambda r: (r.gpu - spec.gpu if spec.gpu else 0, r.cpu), default=None)
    if room is None:
        return str(spec), ""
    free = Resources(max(0, room.cpu), max(0, room.memory_gb), max(0, room.gpu))
    lacks = []
    if spec.gpu > room.gpu + _SLACK:
        lacks.append(f"{free.gpu:g} GPU")
    if spec.cpu > room.cpu + _SLACK:
        lacks.append(f"{free.cpu:g} CPU")
    if spec.memory_gb > room.memory_gb + _SLACK:
        lacks.append(f"{free.memory_gb:.1f} GB")
    return str(spec), f"{room.node.name} with {', '.join(lacks)}"


def _ordinal(n: int) -> str:
    if 10 <= n % 100 <= 20:
        return f"{n}th"
    return f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th') }"
