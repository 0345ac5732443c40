"""What fits on one node: amounts of GPU, CPU and memory, and the node that comes nearest. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from tasktui.domain.artifact import Spec
from tasktui.domain.observed import Node, Resources

Amounts = tuple[float, float, float]
"""GPUs, CPUs and GiB: the scarcest first."""

UNITS = ("GPU", "CPU", "GB")

_SLACK = 1e-6
"""Ray counts in 1/10000: sums of fractions must not fail by rounding."""


def amounts(of: Spec | Resources) -> Amounts:
    """The three amounts of a replica's need, or of what a node has."""
    return of.gpu, of.cpu, of.memory_gb


def times(need: Amounts, count: float) -> Amounts:
    """``count`` times the amounts."""
    return need[0] * count, need[1] * count, need[2] * count


def less(have: Amounts, taken: Amounts) -> Amounts:
    """What is left, below zero where more was taken."""
    return have[0] - taken[0], have[1] - taken[1], have[2] - taken[2]


def most(one: Amounts, other: Amounts) -> Amounts:
    """The larger of each."""
    return max(one[0], other[0]), max(one[1], other[1]), max(one[2], other[2])


def resources(of: Amounts) -> Resources:
    """The amounts as what a node has."""
    return Resources(gpu=of[0], cpu=of[1], memory_gb=of[2])


def lacking(need: Amounts, have: Amounts) -> Amounts:
    """How much is missing of each; what is not needed is never missing."""
    a, b, c = (round(max(0.0, n - h), 4) if n else 0.0 for n, h in zip(need, have, strict=True))
    return a, b, c


def fits(need: Amounts, have: Amounts) -> bool:
    """Whether the need is covered."""
    return all(not n or n <= h + _SLACK for n, h in zip(need, have, strict=True))


class Room:
    """One node while replicas are placed in thought."""

    __slots__ = ("free", "left", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.free = less(amounts(node.total), amounts(node.used))
        """What nothing uses."""
        self.left = self.free
        """The same less what is kept for those ahead; below zero where they lack something."""

    def able(self, spec: Spec) -> bool:
        """Whether one replica fits when nothing else runs there."""
        right_type = not spec.gpu or not spec.gpu_type or spec.gpu_type == self.node.gpu_type
        return right_type and fits(amounts(spec), amounts(self.node.total))

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
    return min((r for r in rooms if r.holds(spec)), key=lambda r: r.left, default=None)


def nearest(rooms: Iterable[Room], spec: Spec) -> Room | None:
    """Of those that could hold a replica the one that lacks least; None where none ever could."""
    able = (r for r in rooms if r.able(spec))
    return min(able, key=lambda r: lacking(amounts(spec), r.left), default=None)


def capacity(spec: Spec, nodes: Sequence[Node], enough: int) -> int:
    """How many replicas an empty cluster holds; counted up to ``enough``."""
    need, total = amounts(spec), 0.0
    for node in nodes:
        if Room(node).able(spec):
            pairs = zip(need, amounts(node.total), strict=True)
            total += min((math.floor((h + _SLACK) / n) for n, h in pairs if n), default=enough)
    return int(min(total, enough))
