"""What fits on one node: amounts of what replicas need, and the node that comes nearest. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tasktui.domain.artifact import Spec
from tasktui.domain.observed import Node, Resources

Amounts = Mapping[str, float]
"""By unit, the scarcest first: GPUs, CPUs, GiB of memory, then Ray's custom resources."""

GPU: Final = "GPU"
CPU: Final = "CPU"
MEMORY: Final = "memory"

_USUAL = (GPU, CPU, MEMORY)
_SLACK = 1e-6
"""Ray counts in 1/10000: sums of fractions must not fail by rounding."""


def amounts(of: Spec | Resources) -> Amounts:
    """The amounts of a replica's need, or of what a node has."""
    return {GPU: of.gpu, CPU: of.cpu, MEMORY: of.memory_gb, **dict(of.custom)}


def times(need: Amounts, count: float) -> Amounts:
    """``count`` times the amounts."""
    return {unit: n * count for unit, n in need.items()}


def less(have: Amounts, taken: Amounts) -> Amounts:
    """What is left, below zero where more was taken."""
    rest = {unit: h - taken.get(unit, 0.0) for unit, h in have.items()}
    return rest | {unit: -t for unit, t in taken.items() if unit not in have}


def most(one: Amounts, other: Amounts) -> Amounts:
    """The larger of each."""
    both = {unit: max(n, other.get(unit, 0.0)) for unit, n in one.items()}
    return both | {unit: n for unit, n in other.items() if unit not in one}


def resources(of: Amounts) -> Resources:
    """The amounts as what a node has."""
    custom = tuple((unit, n) for unit, n in of.items() if unit not in _USUAL)
    return Resources(gpu=of[GPU], cpu=of[CPU], memory_gb=of[MEMORY], custom=custom)


def lacking(need: Amounts, have: Amounts) -> tuple[float, ...]:
    """How much is missing of each, in the order of ``need``; what is not needed never is."""
    return tuple(
        round(max(0.0, n - have.get(unit, 0.0)), 4) if n else 0.0 for unit, n in need.items()
    )


def fits(need: Amounts, have: Amounts) -> bool:
    """Whether the need is covered."""
    return all(not n or n <= have.get(unit, 0.0) + _SLACK for unit, n in need.items())


class Room:
    """One node while replicas are placed in thought."""

    __slots__ = ("_total", "free", "left", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self._total = amounts(node.total)
        self.free = less(self._total, amounts(node.used))
        """What nothing uses."""
        self.left = self.free
        """The same less what is kept for those ahead; below zero where they lack something."""

    def able(self, spec: Spec) -> bool:
        """Whether one replica fits when nothing else runs there."""
        right_type = not spec.gpu or not spec.gpu_type or spec.gpu_type == self.node.gpu_type
        return right_type and fits(amounts(spec), self._total)

    def holds(self, spec: Spec) -> bool:
        """Whether one replica fits now beside everybody ahead."""
        return self.able(spec) and fits(amounts(spec), self.left)

    def take(self, spec: Spec) -> None:
        """Put a replica here."""
        self.free = less(self.free, amounts(spec))
        self.keep(spec)

    def keep(self, spec: Spec) -> None:
        """Keep what a replica needs from those behind it."""
        self.left = less(self.left, amounts(spec))


def tightest(rooms: Iterable[Room], spec: Spec) -> Room | None:
    """Of those that hold a replica the fullest: whole nodes stay free for whoever needs one."""
    return min((r for r in rooms if r.holds(spec)), key=_fullest_first, default=None)


def nearest(rooms: Iterable[Room], spec: Spec) -> Room | None:
    """Of those that could hold a replica the one that lacks least; None where none ever could."""
    able = (r for r in rooms if r.able(spec))
    return min(able, key=lambda r: lacking(amounts(spec), r.left), default=None)


def capacity(spec: Spec, nodes: Sequence[Node], enough: int) -> int:
    """How many replicas an empty cluster holds; counted up to ``enough``."""
    need, total = amounts(spec), 0
    for node in nodes:
        if Room(node).able(spec):
            total += replicas_in(need, amounts(node.total), enough)
    return min(total, enough)


def room_for(spec: Spec, nodes: Sequence[Node], enough: int) -> int:
    """How many replicas find room beside what is in use; counted up to ``enough``."""
    rooms = [Room(node) for node in nodes]
    counts = (replicas_in(amounts(spec), r.free, enough) for r in rooms if r.able(spec))
    return min(sum(counts), enough)


def replicas_in(need: Amounts, have: Amounts, enough: int) -> int:
    """How many times ``need`` is there, up to ``enough``: that many where it is nothing."""
    counts = [math.floor((have.get(unit, 0.0) + _SLACK) / n) for unit, n in need.items() if n]
    return max(0, min([enough, *counts]))


def _fullest_first(room: Room) -> tuple[float, ...]:
    return tuple(room.left[unit] for unit in _USUAL)
