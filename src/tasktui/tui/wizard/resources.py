"""Step 2 as lines: what one replica needs, and where it fits now. Read-only and pure.

Five answers that must not be taken for each other: no cluster, a cluster that
starts, one that does not answer, one without nodes, and one with nodes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tasktui.commands.present import age
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterState, ClusterView, Node, Resources
from tasktui.domain.task import Task
from tasktui.scheduler.room import Room, amounts, replicas_in
from tasktui.tui.lines import EMPTY, Line, Span, Tone, fit, line, wrap
from tasktui.tui.wizard.look import Look
from tasktui.tui.wizard.state import State

_SLACK = 1e-6
"""Ray counts in 1/10000: sums of fractions must not fail by rounding."""
_HOLDERS = 3
_MANY = 10**9
"""No node holds so many replicas of anything that needs something."""


def lines(state: State, cells: int) -> list[Line]:
    """The whole step."""
    artifact = state.artifact
    if artifact is None:
        return [EMPTY, line(Span("  Choose an artifact first (PgUp).", Tone.NOTE))]
    needs = artifact.spec
    problem = state.problems.get("spec")
    out = [
        EMPTY,
        line(
            Span(" One replica needs  ", Tone.DIM),
            Span(str(needs), Tone.STRONG),
            Span(f"  on one node, as artifact {artifact.label} says", Tone.DIM),
        ),
        EMPTY,
    ]
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
    return out + _nodes(needs, cluster, look.tasks, cells)


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
    wide = max(10, cells - 64)
    head = ("NODE", "GPU FREE", "CPU FREE", "GB FREE", "FITS NOW", "HELD BY")
    out = [_row([line(Span(h, Tone.DIM)) for h in head], wide)]
    out += [_row(_node(needs, node, tasks), wide) for node in cluster.nodes]
    now = sum(capacity(needs, n) for n in cluster.nodes)
    empty = sum(capacity(needs, replace(n, used=Resources())) for n in cluster.nodes)
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


def _node(needs: Spec, node: Node, tasks: Sequence[Task]) -> list[Line]:
    have, room = free(node), capacity(needs, node)
    yes = Span(f"yes, {_count(room)}", Tone.GOOD) if room else Span("no", Tone.NOTE)
    return [
        line(node.name),
        line(f"{have.gpu:g} of {node.total.gpu:g}"),
        line(f"{have.cpu:g} of {node.total.cpu:g}"),
        line(f"{have.memory_gb:.0f} of {node.total.memory_gb:.0f}"),
        line(yes),
        line(holders(node, tasks) or Span("-", Tone.DIM)),
    ]


def _row(texts: Sequence[Line], wide: int) -> Line:
    parts: list[Span] = [Span(" ")]
    for text, size in zip(texts, (wide, 10, 11, 10, 9, 18), strict=True):
        parts += [*fit(text, size), Span(" ")]
    return tuple(parts)


def free(node: Node) -> Resources:
    """What is not used of a node, never below zero."""
    total, used = node.total, node.used
    return Resources(
        cpu=max(0.0, total.cpu - used.cpu),
        memory_gb=max(0.0, total.memory_gb - used.memory_gb),
        gpu=max(0.0, total.gpu - used.gpu),
    )


def capacity(needs: Spec, node: Node) -> float:
    """How many replicas fit into what is free on a node; infinite for one that needs nothing."""
    room = Room(node)
    if not room.holds(needs):
        return 0
    found = replicas_in(amounts(needs), room.free, _MANY)
    return found if found < _MANY else math.inf


def _count(number: float) -> str:
    return "any number" if number == math.inf else f"{number:g}"


def holders(node: Node, tasks: Sequence[Task]) -> str:
    """Whose replicas lie on a node, with their numbers; others' only as such."""
    counts: Counter[str] = Counter()
    cpu = gpu = 0.0
    for task in tasks:
        mine = sum(r.node == node.id for r in task.progress.replicas)
        if mine:
            counts[task.name] = mine
            cpu, gpu = cpu + mine * task.spec.cpu, gpu + mine * task.spec.gpu
    names = [f"{name} {n}" for name, n in counts.most_common(_HOLDERS)]
    if len(counts) > _HOLDERS:
        names.append(f"+{len(counts) - _HOLDERS}")
    if node.used.cpu > cpu + _SLACK or node.used.gpu > gpu + _SLACK:
        names.append("others")
    return ", ".join(names)
