"""Step 2 as lines: what one replica needs, and where it fits now. Read-only and pure.

Five answers that must not be taken for each other: no cluster, a cluster that
starts, one that does not answer, one without nodes, and one with nodes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from tasktui.commands.present import age
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterState, ClusterView, Node, Resources
from tasktui.domain.task import Task
from tasktui.scheduler.holding import holders, taken
from tasktui.scheduler.room import CPU, GPU, MEMORY, Room, amounts, lacking, replicas_in
from tasktui.tui.lines import EMPTY, Line, Span, Tone, fit, line, wrap
from tasktui.tui.wizard.look import Look
from tasktui.tui.wizard.state import State

_HOLDERS = 3
_NAMES = {MEMORY: "GB"}
_COLUMNS = 5
"""Resources that have a column, at most."""
_NODE, _FREE, _FITS, _HELD = 10, 11, 9, 18
"""Cells of the columns, at least."""
_MANY = 10**9
"""No node holds so many replicas of anything that needs something."""


def lines(state: State, cells: int) -> list[Line]:
    """The whole step."""
    artifact = state.artifact
    if artifact is None:
        return [EMPTY, line(Span("  Choose an artifact first (PgUp).", Tone.NOTE))]
    needs = artifact.spec
    problem = state.problems.get("spec")
    told = line(
        Span(" One replica needs  ", Tone.DIM),
        Span(str(needs), Tone.STRONG),
        Span(f"  on one node, as artifact {artifact.label} says", Tone.DIM),
    )
    out = [EMPTY, *wrap(told, cells, indent=" "), EMPTY]
    if problem is not None:
        tone = Tone.NOTE if problem.warning else Tone.PROBLEM
        out += [*wrap(line(Span(f" {problem.message}", tone)), cells, indent=" "), EMPTY]
    return out + _cluster(needs, state.look, cells)


def _cluster(needs: Spec, look: Look, cells: int) -> list[Line]:
    cluster = look.cluster
    words = _unknown(cluster, look)
    if words:
        return [w for text in words for w in wrap(text, cells, indent=" ")]
    seen = f", numbers {age(cluster.seen_at, look.now)} old" if cluster.seen_at else ""
    out = [line(Span(f" Ray at {cluster.address}{seen}", Tone.DIM)), EMPTY]
    if not cluster.nodes:
        grow = "; its autoscaler may add some" if cluster.autoscaler else ""
        return [*out, line(Span(f" The cluster has no node{grow}.", Tone.PROBLEM))]
    return out + _nodes(needs, cluster, look.holders, cells)


def _unknown(cluster: ClusterView, look: Look) -> list[Line]:
    """Why nothing is known of free resources; empty when the cluster answers."""
    seen = age(cluster.seen_at, look.now) if cluster.seen_at else ""
    waits = Span(" A task can be launched now; it starts when the cluster is there.", Tone.DIM)
    if cluster.state is ClusterState.NONE:
        head = Span(" No Ray cluster was found. ", Tone.NOTE)
        return [line(head, Span("K", Tone.DANGER_KEY), " on the task table starts one"), (waits,)]
    if cluster.state is ClusterState.STARTING:
        return [line(Span(" Ray is starting: ", Tone.NOTE), cluster.error), (waits,)]
    if cluster.state is ClusterState.UNAUTHORIZED:
        return [line(Span(f" Ray at {cluster.address} refuses the token.", Tone.PROBLEM)), (waits,)]
    if cluster.state is ClusterState.UNREACHABLE:
        last = f", last answer {seen} ago" if seen else ""
        head = Span(f" Ray at {cluster.address} is not reachable{last}.", Tone.PROBLEM)
        return [line(head), line(f" What is free is not known. {cluster.error}"), (waits,)]
    return []


def _nodes(needs: Spec, cluster: ClusterView, tasks: Sequence[Task], cells: int) -> list[Line]:
    # Ray's own sums come later than the replicas that it shows.
    nodes = [taken(node, tasks) for node in cluster.nodes]
    columns = _units(needs, nodes)
    head = ["NODE", *map(_title, columns), "FITS NOW"]
    out = [_row([line(Span(h, Tone.DIM)) for h in [*head, "HELD BY"]], cells)]
    out += [_row(_node(needs, node, columns, tasks), cells) for node in nodes]
    now = sum(capacity(needs, n) for n in nodes)
    empty = sum(capacity(needs, replace(n, used=Resources())) for n in nodes)
    tone = Tone.GOOD if now else Tone.NOTE
    out += [
        EMPTY,
        line(
            " Replicas that fit now: ",
            Span(_count(now), tone),
            Span(f"   on an empty cluster: {_count(empty)}", Tone.DIM),
        ),
    ]
    if empty and not now:
        out.append(line(Span(" The task would wait In-queue until some are free.", Tone.NOTE)))
    return out


def _title(unit: str) -> str:
    name = _NAMES.get(unit, unit)
    return f"{name} FREE" if len(name) + len(" FREE") <= _FREE else name


def _units(needs: Spec, nodes: Sequence[Node]) -> list[str]:
    """What has a column: what a replica needs, and what every node has; the scarcest first."""
    usual = [GPU, CPU, MEMORY] if needs.gpu or any(n.total.gpu for n in nodes) else [CPU, MEMORY]
    return [*usual, *(name for name, _ in needs.custom)][:_COLUMNS]


def _node(needs: Spec, node: Node, columns: Sequence[str], tasks: Sequence[Task]) -> list[Line]:
    have, room = amounts(node.total), Room(node)
    fitting = capacity(needs, node)
    yes = Span(f"yes, {_count(fitting)}", Tone.GOOD) if fitting else Span("no", Tone.NOTE)
    free = [
        line(f"{_short(max(0.0, room.free.get(u, 0.0)))} of {_short(have.get(u, 0.0))}")
        for u in columns
    ]
    return [
        line(node.name),
        *free,
        line(yes),
        line(held(needs, node, tasks) or Span("-", Tone.DIM)),
    ]


def _short(amount: float) -> str:
    """Never more than there is: whole from 10 on, else hundredths."""
    parts = 1 if amount >= 10 else 100
    return f"{math.floor(round(amount * parts, 6)) / parts:g}"


def _row(texts: Sequence[Line], cells: int) -> Line:
    """Node, what is free of each, whether it fits, and who holds the rest: with what is left."""
    columns = len(texts) - 3
    left = max(_NODE + _HELD, cells - 1 - columns * (_FREE + 1) - _FITS - 2)
    node = max(_NODE, left // 3)
    parts: list[Span] = [Span(" ")]
    widths = (node, *[_FREE] * columns, _FITS, left - node)
    for text, size in zip(texts, widths, strict=True):
        parts += [*fit(text, size, middle=text is texts[0]), Span(" ")]
    return tuple(parts)


def capacity(needs: Spec, node: Node) -> float:
    """How many replicas fit into what is free on a node; infinite for one that needs nothing."""
    room = Room(node)
    if not room.holds(needs):
        return 0
    found = replicas_in(amounts(needs), room.free, _MANY)
    return found if found < _MANY else math.inf


def _count(number: float) -> str:
    return "any number" if number == math.inf else f"{number:g}"


def held(needs: Spec, node: Node, tasks: Sequence[Task]) -> str:
    """Who holds the scarcest that a replica needs, or what it lacks there, and how much of it."""
    need, room = amounts(needs), Room(node)
    wanted = [unit for unit, amount in need.items() if amount]
    rows = zip(need, lacking(need, room.free), strict=True)
    lacks = next((unit for unit, missing in rows if missing), "")
    unit = lacks or next(iter(wanted), CPU)
    found = holders(node, tasks, unit)
    names = [str(h) for h in found[:_HOLDERS]]
    more = [f"+{len(found) - _HOLDERS}"] if len(found) > _HOLDERS else []
    told = "" if not names or unit == next(iter(wanted), CPU) else f"{_NAMES.get(unit, unit)}: "
    return told + ", ".join([*names, *more])
