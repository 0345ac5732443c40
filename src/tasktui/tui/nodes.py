"""The nodes of the cluster as lines: one for each, and below the chosen one who holds it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tasktui.commands.nodes import (
    Holder,
    NodeUse,
    bar,
    gpus_held,
    left,
    nothing,
    of,
    spent,
    total,
    unknown,
)
from tasktui.commands.present import age
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.task import Task
from tasktui.tui.lines import EMPTY, Line, Span, Tone, fit, line, wrap
from tasktui.tui.palette import STATUS_TONES

_MARK, _NONE = "> ", "  "
_STATE, _CPU, _MEMORY, _FREE = 9, 7, 9, 4
_NARROW, _WIDE = 18, 26
_ROOMY = 110
"""Cells from which on the bars are long."""
_NAME = 40
"""Cells of a name, at most."""
_LONG = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cursor stands: on a node, or on a task that holds something of it."""

    node: str = ""
    """Its id."""
    task: str = ""
    """Name of the task; empty on the node itself."""


def places(nodes: Sequence[NodeUse], here: Place) -> list[Place]:
    """Every line that the cursor can stand on, while it stands ``here``."""
    out = []
    for node in nodes:
        out.append(Place(node.id))
        if node.id == here.node:
            out += [Place(node.id, h.name) for h in node.holders if h.task]
    return out


def moved(nodes: Sequence[NodeUse], here: Place, by: int) -> Place:
    """Where the cursor goes; what it stood on last where that is gone."""
    found = places(nodes, here)
    at = found.index(here) if here in found else 0
    return found[min(max(at + by, 0), len(found) - 1)] if found else Place()


def settled(nodes: Sequence[NodeUse], here: Place) -> Place:
    """The place itself while it is there; else its node, else the first node."""
    found = places(nodes, here)
    return next((p for p in (here, Place(here.node), *found) if p in found), Place())


def task_at(nodes: Sequence[NodeUse], here: Place) -> Task | None:
    """The task under the cursor; None on a node."""
    found = (h.task for n in nodes if n.id == here.node for h in n.holders)
    return next((t for t in found if t and here.task == t.name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that the page is drawn from."""

    cluster: ClusterView
    nodes: Sequence[NodeUse]
    here: Place
    now: datetime
    stale: bool = False
    """Nobody keeps the numbers up to date."""


def parts(scene: Scene, cells: int) -> list[list[Line]]:
    """The head, then what belongs to each place of the cursor."""
    cluster = scene.cluster
    said = unknown(cluster, scene.now)
    tones = (Tone.NOTE if cluster.state in _COMING else Tone.PROBLEM, Tone.PLAIN)
    head = [
        text
        for words, tone in zip(said, tones, strict=False)
        for text in wrap(line(Span(f" {words}", tone)), cells, indent=" ")
    ]
    if cluster.state is ClusterState.NONE:
        how = (" ", Span("K", Tone.DANGER_KEY), " on the task table starts one on this machine.")
        return [[*head, line(*how)]]
    if not scene.nodes:
        empty = wrap(line(Span(f" {nothing(cluster)}", Tone.PROBLEM)), cells, indent=" ")
        return [head or [_address(scene), EMPTY, *empty]]
    head += [_address(scene), EMPTY, _titles(cells), _node(total(scene.nodes), cells, here=False)]
    out = [head]
    for node in scene.nodes:
        out += _one(node, scene.here, cells)
    return out


_COMING = {ClusterState.NONE, ClusterState.STARTING}


def foot(cluster: ClusterView, cells: int) -> list[Line]:
    """What "others" are."""
    names = f" Foreign applications here: {', '.join(cluster.foreign)}." if cluster.foreign else ""
    text = f" others: all that no task here holds, such as Ray Serve itself.{names}"
    return [EMPTY, *wrap(line(Span(text, Tone.DIM)), cells, indent=" ")]


def _address(scene: Scene) -> Line:
    """Which cluster, and how old the numbers are."""
    cluster, out = scene.cluster, bool(unknown(scene.cluster, scene.now))
    if cluster.seen_at is None:
        return line(Span(f" Ray at {cluster.address}", Tone.DIM))
    old = age(cluster.seen_at, scene.now)
    if scene.stale or out:
        return line(Span(f" This is how it was {old} ago; it may be otherwise now.", Tone.NOTE))
    return line(Span(f" Ray at {cluster.address}, numbers {old} old", Tone.DIM))


def _one(node: NodeUse, here: Place, cells: int) -> list[list[Line]]:
    out = [[_node(node, cells, here=here == Place(node.id))]]
    if node.id != here.node:
        return out
    for holder in node.holders:
        row = _holder(holder, cells, here=bool(holder.task) and here.task == holder.name)
        if holder.task:
            out.append([row])
        else:
            out[-1].append(row)
    if not node.holders:
        out[-1].append(line(Span("    nothing runs here", Tone.DIM)))
    return out


def _titles(cells: int) -> Line:
    heads = ("NODE", "STATE", "GPU", "FREE", "CPU", "FREE", "GB", "FREE")
    return _row([line(Span(h, Tone.DIM)) for h in heads], cells, Tone.DIM)


def _node(node: NodeUse, cells: int, *, here: bool) -> Line:
    state = Span("alive", Tone.GOOD) if node.alive else Span("gone", Tone.PROBLEM)
    free, have, used = node.free, node.total, node.used
    tone = Tone.CURSOR if here else Tone.STRONG
    named = node.id != ""
    texts = [
        line(Span(node.name, tone)),
        line(state) if named else EMPTY,
        line(_gpus(node, cells)),
        line(_left(free.gpu, have.gpu)),
        line(of(used.cpu, have.cpu)),
        line(_left(free.cpu, have.cpu)),
        line(of(used.memory_gb, have.memory_gb)),
        line(_left(free.memory_gb, have.memory_gb)),
    ]
    return _row(texts, cells, tone, _MARK if here else _NONE)


def _gpus(node: NodeUse, cells: int) -> str:
    if not node.total.gpu:
        return spent(node.used.gpu) if node.used.gpu else "-"
    size = _LONG * 2 if cells >= _ROOMY else _LONG
    shown = bar(node.used.gpu, node.total.gpu, size)
    return f"{shown} {of(node.used.gpu, node.total.gpu)} {node.gpu_type}".rstrip()


def _left(free: float, have: float) -> str:
    return left(free) if have else "-"


def _holder(holder: Holder, cells: int, *, here: bool) -> Line:
    task, held = holder.task, holder.held
    tone = Tone.CURSOR if here else Tone.PLAIN if task else Tone.DIM
    status = Span(str(task.status), STATUS_TONES[task.status]) if task else Span("")
    texts = [
        line(Span(f"  {holder.name}", tone)),
        line(status),
        line(Span(gpus_held(holder), tone)),
        EMPTY,
        line(Span(spent(held.cpu), tone)),
        EMPTY,
        line(Span(spent(held.memory_gb), tone)),
        EMPTY,
    ]
    return _row(texts, cells, tone, _MARK if here else _NONE)


def _row(texts: Sequence[Line], cells: int, tone: Tone, mark: str = _NONE) -> Line:
    gpu = _WIDE if cells >= _ROOMY else _NARROW
    rest = (_STATE, gpu, _FREE, _CPU, _FREE, _MEMORY, _FREE)
    name = min(_NAME, max(8, cells - len(mark) - sum(rest) - len(rest)))
    out = [Span(mark, tone), *fit(texts[0], name, middle=True)]
    for text, size in zip(texts[1:], rest, strict=True):
        out += [Span(" "), *fit(text, size)]
    return fit(tuple(out), cells)
