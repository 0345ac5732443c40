"""Which waiting tasks may start now, and for the others what they lack. Pure.

First come, first served by the time of becoming due. A later task may pass an
earlier one only when it fits beside the earlier one's need on that one's best
node. What the best node lacks for the first in line therefore never grows, and
shrinks with every replica that ends there: nobody starves. Counted per node: a
replica never spans two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tasktui.domain.artifact import Spec
from tasktui.domain.observed import Node, Resources
from tasktui.domain.task import TaskId
from tasktui.scheduler.room import Room, amounts, fits, lacking, nearest, resources, tightest


@dataclass(frozen=True, slots=True)
class Claim:
    """What a task wants of the cluster and does not have."""

    task: TaskId
    spec: Spec
    count: int = 1
    """Replicas wanted at least. A task starts with the first; the others stay first in line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one waiting task gets."""

    fits: bool
    node: Node | None
    """Where it starts, or else the node that comes nearest; None: none could ever hold it."""
    free: Resources
    """What nothing uses on that node, never below zero."""
    kept: bool = False
    """It would fit there, but that room is kept for those ahead."""


def place(
    waiting: Sequence[Claim], ahead: Sequence[Claim], nodes: Sequence[Node]
) -> Mapping[TaskId, Place]:
    """Return what each waiting task gets, in their order.

    ``ahead`` are replicas that Ray was asked for already and that hold nothing
    yet: of tasks that were placed a moment ago, and of those that run short.
    """
    rooms = [Room(node) for node in nodes]
    for claim in ahead:
        _keep(rooms, claim.spec, claim.count)
    return {claim.task: _place(rooms, claim) for claim in waiting}


def _place(rooms: Sequence[Room], claim: Claim) -> Place:
    room = tightest(rooms, claim.spec)
    if room is None:
        found = _refused(rooms, claim.spec)
        _keep(rooms, claim.spec, claim.count)
        return found
    found = Place(fits=True, node=room.node, free=_free(room))
    room.take(claim.spec)
    _keep(rooms, claim.spec, claim.count - 1)
    return found


def _refused(rooms: Sequence[Room], spec: Spec) -> Place:
    able = [r for r in rooms if r.able(spec)]
    if not able:
        return Place(fits=False, node=None, free=Resources())
    need = amounts(spec)
    best = min(able, key=lambda r: lacking(need, r.free))
    return Place(fits=False, node=best.node, free=_free(best), kept=fits(need, best.free))


def _keep(rooms: Sequence[Room], spec: Spec, count: int) -> None:
    """Keep room where each of ``count`` replicas fits, or where least is lacking."""
    for _ in range(count):
        room = tightest(rooms, spec) or nearest(rooms, spec)
        if room is None:
            return
        room.keep(spec)


def _free(room: Room) -> Resources:
    return resources({unit: max(0.0, amount) for unit, amount in room.free.items()})
