"""The line of tasks that wait for room: who may start, and for the others why not. Pure.

The scheduler writes its words beside the status; the answer to "why?" is made
of the same values, so the two never differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tasktui.domain.artifact import Spec
from tasktui.domain.observed import Node
from tasktui.domain.status import Reason
from tasktui.domain.task import Task, TaskId
from tasktui.scheduler.chances import Chance, Freed, chances
from tasktui.scheduler.holding import Hold, claim, holders, owed, taken
from tasktui.scheduler.placement import Place, place
from tasktui.scheduler.room import CPU, GPU, MEMORY, amounts, lacking

_FORESEEN = 10
"""How many of those that wait are told their next chance: the first in line."""
_NAMED = 3
"""Holders named beside a status."""
ROUTE = "its route"
"""Beginning of the reason of a task whose route an application of others has."""
NAME = "its name"
"""Beginning of the reason of a task under whose name somebody else runs an application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Why one task of the line cannot start now."""

    spec: Spec
    place: Place
    position: int
    of: int
    ahead: tuple[str, ...]
    """Names of the tasks ahead of it: those that run short or start, then the line."""
    chance: Chance | None
    """None: unknown."""

    @property
    def unit(self) -> str:
        """Which resource it lacks first, or wants most where room is kept for others."""
        need = amounts(self.spec)
        lacks = zip(need, lacking(need, amounts(self.place.free)), strict=True)
        return next((unit for unit, amount in lacks if amount), GPU if self.spec.gpu else CPU)

    @property
    def short(self) -> list[tuple[str, str]]:
        """What is needed and lacking there, and how much of it is free: ``8 GPU``, ``1``."""
        need, free = amounts(self.spec), amounts(self.place.free)
        rows = zip(need.items(), lacking(need, free), strict=True)
        return [
            (f"{n:g} {unit_name(self.spec, unit)}", f"{free.get(unit, 0.0):.4g}")
            for (unit, n), lacks in rows
            if lacks
        ]


def line_of(tasks: Sequence[Task], now: datetime) -> list[Task]:
    """First come, first served by the time of becoming due."""
    return sorted(tasks, key=lambda t: (t.progress.due_at or now, t.id))


def line_up(
    line: Sequence[Task], tasks: Sequence[Task], nodes: Sequence[Node], now: datetime
) -> Mapping[TaskId, Wait]:
    """Why those of the ``line`` wait that cannot start now; the others may.

    ``tasks`` are all live tasks with what Ray last showed of them. One in the
    line that runs already stands for the replicas that it lacks.
    """
    nodes = [taken(n, tasks) for n in nodes]
    waiting = {t.id for t in line}
    claims = [(t, claim(t, t.progress.wanted, nodes)) for t in line]
    before = [t for t in tasks if owed(t) and t.id not in waiting]
    first = [(t, c) for t in before if (c := claim(t, t.progress.wanted, nodes))]
    places = place([c for _, c in claims if c], [c for _, c in first], nodes)
    refused = [t for t in line if t.id in places and not places[t.id].fits]
    sought = {t.id for t in refused[:_FORESEEN] if places[t.id].node is not None}
    soon = chances(line, tasks, nodes, now, sought) if sought else {}
    names = [t.name for t, _ in first]
    found: dict[TaskId, Wait] = {}
    for position, task in enumerate(refused, start=1):
        found[task.id] = Wait(
            spec=task.spec,
            place=places[task.id],
            position=position,
            of=len(refused),
            ahead=tuple(names),
            chance=soon.get(task.id),
        )
        names.append(task.name)
    return found


def unit_name(spec: Spec, unit: str) -> str:
    """How a resource is called beside an amount: a GPU by its type where that matters."""
    if unit == GPU:
        return spec.gpu_type or GPU
    return "GB" if unit == MEMORY else unit


def reason(wait: Wait, tasks: Sequence[Task]) -> Reason:
    """The words beside the status; they do not age, the moment of the next chance goes with them.

    ``needs 8 GPU on one node; most free: gpu-05 with 1 (qwen-vl 3, embed 4); 2nd of 3;
    llama's 20:00 point frees 8 GPU``.
    """
    got = wait.place
    if got.node is None:
        return Reason(f"no node can hold one replica ({wait.spec})")
    parts = [_kept(wait, got.node) if got.kept else _needs(wait, got.node, tasks)]
    if wait.of > 1:
        parts.append(position(wait))
    if wait.chance is None:
        return Reason("; ".join([*parts, "next chance unknown"]))
    parts.append(basis(wait))
    return Reason("; ".join(parts), wait.chance.at)


def position(wait: Wait) -> str:
    """``2nd of 3``."""
    return f"{_ordinal(wait.position)} of {wait.of}"


def needs(wait: Wait) -> tuple[str, str]:
    """What is lacking, and how much of it is free: ``8 GPU and 64 CPU``, ``1 GPU and 3 CPU``."""
    short = wait.short
    if len(short) == 1:
        return short[0]
    free = [f"{amount} {need.partition(' ')[2]}" for need, amount in short]
    return " and ".join(need for need, _ in short), " and ".join(free)


def basis(wait: Wait) -> str:
    """What the next chance stands on: ``llama's 20:00 point frees 8 GPU``; empty when unknown."""
    if wait.chance is None:
        return ""
    name = unit_name(wait.spec, wait.unit)
    given = [(f, f.replicas * amounts(f.spec).get(wait.unit, 0.0)) for f in wait.chance.frees]
    told = [f"{_who(f)} frees {amount:g} {name}" for f, amount in given if amount]
    return ", ".join(told) or "then those ahead no longer wait"


def _needs(wait: Wait, node: Node, tasks: Sequence[Task]) -> str:
    need, free = needs(wait)
    names = _named(holders(taken(node, tasks), tasks, wait.unit))
    return f"needs {need} on one node; most free: {node.name} with {free}{names}"


def _kept(wait: Wait, node: Node) -> str:
    return f"room on {node.name} is kept for {wait.ahead[0] if wait.ahead else 'others'}"


def _named(found: Sequence[Hold]) -> str:
    names = [str(h) for h in found[:_NAMED]]
    more = [f"+{len(found) - _NAMED}"] if len(found) > _NAMED else []
    return f" ({', '.join([*names, *more])})" if names else ""


def _who(freed: Freed) -> str:
    return f"{freed.task}'s {freed.because}" if freed.because else f"{freed.task}, which stops,"


def _ordinal(n: int) -> str:
    if 10 <= n % 100 <= 20:
        return f"{n}th"
    return f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th') }"
