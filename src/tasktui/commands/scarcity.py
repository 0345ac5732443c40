"""What a task needs that the cluster lacks: numbers, holders, place in line, next chance. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress

from tasktui.commands.answer import Fact, Queued, Remedy
from tasktui.commands.present import age
from tasktui.commands.scene import Scene
from tasktui.domain.observed import Node
from tasktui.domain.schedule import Replicas
from tasktui.domain.task import Task
from tasktui.errors import InvalidField
from tasktui.schedule.points import wanted
from tasktui.scheduler.holding import holders, on_nodes, taken
from tasktui.scheduler.line import Wait, basis, line_up, position, unit_name
from tasktui.scheduler.room import Room, amounts, lacking

_NODES = 5
"""Nodes told of, the nearest first."""
_OFFERS = 3
"""Holders that one is offered to scale down."""


def wait_of(scene: Scene) -> Wait | None:
    """Why a replica of the task finds no room; None when it does, or nobody knows."""
    task, line = scene.task, scene.line()
    if not scene.admits or not scene.cluster.nodes:
        return None
    if task.id not in {t.id for t in line}:
        line = [task, *line]  # its replicas that are missing are first in line
    return line_up(line, scene.tasks, scene.cluster.nodes, scene.now).get(task.id)


def facts(scene: Scene, wait: Wait) -> tuple[Fact, ...]:
    """Numbers, holders, place in line, and the next chance with its basis."""
    return tuple(_facts(scene, wait))


def queued(wait: Wait) -> Queued:
    """The place in line as values."""
    return Queued(wait.position, wait.of, wait.chance.at if wait.chance else None)


def remedies(scene: Scene, wait: Wait) -> tuple[Remedy, ...]:
    """Which tasks could give way, and by how much."""
    node = wait.place.node
    if node is None:
        return (
            Remedy("add a node that holds one replica, or build the artifact with a smaller spec"),
        )
    if wait.place.kept:
        names = ", ".join(wait.ahead[:_OFFERS])
        return (Remedy(f"deactivate one of those ahead of it: {names}"),) if names else ()
    found = [r for t in _by_use(scene, node, wait) for r in _give_way(t, node, wait)]
    return tuple(found[:_OFFERS])


def _facts(scene: Scene, wait: Wait) -> Iterator[Fact]:
    yield Fact("NEEDS", f"{wait.spec} on one node, for each replica")
    nodes = [taken(n, scene.tasks) for n in scene.cluster.nodes]
    rooms = [r for r in map(Room, nodes) if r.able(wait.spec)] or [Room(n) for n in nodes]
    need = amounts(wait.spec)
    rooms.sort(key=lambda r: (lacking(need, r.free), r.node.name))
    for place, room in enumerate(rooms[:_NODES]):
        yield Fact("" if place else "NODES", _node(scene, room, wait))
    if len(rooms) > _NODES:
        yield Fact("", f"and {len(rooms) - _NODES} more")
    if scene.cluster.seen_at is not None:
        yield Fact("", f"as Ray said {age(scene.cluster.seen_at, scene.now)} ago")
    if wait.place.node is not None:
        yield Fact("LINE", _line(wait))
        yield Fact("CHANCE", _chance(scene, wait))
        yield from _own(scene, wait)


def _line(wait: Wait) -> str:
    """Its place, who waits before it, and which of the tasks that run get replicas first."""
    run = len(wait.ahead) - wait.position + 1
    owed, waiting = wait.ahead[:run], wait.ahead[run:]
    behind = f", behind {_names(waiting)}" if waiting else ""
    lacks = "lacks" if len(owed) == 1 else "lack"
    first = f"; replicas that {_names(owed)} {lacks} come first" if owed else ""
    return f"{position(wait)}{behind}{first}"


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NODES} more" if len(names) > _NODES else ""
    return f"{', '.join(names[:_NODES])}{more}"


def _node(scene: Scene, room: Room, wait: Wait) -> str:
    node, total = room.node, amounts(room.node.total)
    free = [
        f"{max(0.0, room.free.get(unit, 0.0)):.4g} of {total.get(unit, 0.0):.4g} "
        f"{unit_name(wait.spec, unit)}"
        for unit, n in amounts(wait.spec).items()
        if n
    ]
    who = ", ".join(str(h) for h in holders(node, scene.tasks, wait.unit))
    kind = f" ({node.gpu_type})" if node.gpu_type and wait.spec.gpu else ""
    return f"{node.name}{kind}: {', '.join(free)} free{f'; held by {who}' if who else ''}"


def _chance(scene: Scene, wait: Wait) -> str:
    if wait.chance is None:
        return "unknown: no schedule of a task here frees enough in the next 8 days"
    if wait.chance.at is None:
        return f"soon, on {wait.chance.node}: {basis(wait)}"
    return f"{scene.moment(wait.chance.at)}, on {wait.chance.node}: {basis(wait)}"


def _own(scene: Scene, wait: Wait) -> Iterator[Fact]:
    """Whether the task's own schedule changes before its chance comes."""
    at, chance = scene.task.progress.next_at, wait.chance
    first = at is not None and (chance is None or (chance.at is not None and at <= chance.at))
    if at is None or not first:
        return
    with suppress(InvalidField):  # of an unknown zone nothing is known
        then = wanted(scene.task, at).replicas
        if then != scene.task.progress.wanted:
            yield Fact("", f"{scene.moment(at)} it wants {then or 'nothing'} by its own schedule")


def _by_use(scene: Scene, node: Node, wait: Wait) -> list[Task]:
    found = {h.name: h.amount for h in holders(node, scene.tasks, wait.unit)}
    tasks = [t for t in scene.tasks if t.name in found and t.id != scene.task.id]
    return sorted(tasks, key=lambda t: -found[t.name])


def _give_way(task: Task, node: Node, wait: Wait) -> Iterator[Remedy]:
    """Fewer replicas of one holder, where that alone would be enough."""
    each, bounds = amounts(task.spec).get(wait.unit, 0.0), task.progress.wanted
    lacks = max(0.0, amounts(wait.spec)[wait.unit] - amounts(wait.place.free).get(wait.unit, 0.0))
    ends = math.ceil(lacks / each) if each else 0
    if task.armed is None or bounds is None or not 0 < ends <= on_nodes(task).get(node.id, 0):
        return
    # Which replicas end is Ray's choice: so few that enough of them do on this node.
    left = on_nodes(task).get(node.id, 0) - ends
    fewer = Replicas(min(bounds.min, left), left)
    name = unit_name(wait.spec, wait.unit)
    yield Remedy(
        f"frees {ends * each:g} {name} on {node.name} until {task.name}'s next point",
        "scale",
        task.name,
        str(fewer if left else 0),
    )
