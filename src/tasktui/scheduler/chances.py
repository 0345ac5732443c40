"""When a waiting task can start: the next moment at which a schedule frees enough. Pure.

Only what is certain counts: at a point with fewer replicas than a task holds on
a node, at least the difference ends there. Load, failures, and what others do
are not foreseen, so where no schedule of ours frees enough there is no answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice, takewhile

from tasktui.domain.artifact import Spec
from tasktui.domain.observed import Node
from tasktui.domain.schedule import Replicas, Schedule
from tasktui.domain.task import Arming, Override, Pause, Task, TaskId
from tasktui.errors import InvalidField
from tasktui.schedule.phases import Phase, phases
from tasktui.scheduler.holding import claim, held, on_nodes, owed
from tasktui.scheduler.placement import place
from tasktui.scheduler.room import amounts, less, resources, times

_AHEAD = timedelta(days=8)
"""How far schedules are looked at: a whole week of weekdays."""
_PHASES = 24
"""Stretches of one task's schedule looked at, at most."""
_MOMENTS = 40
"""Moments at which the line is tried, at most."""


@dataclass(frozen=True, slots=True)
class Freed:
    """What one task gives back on the node in question."""

    task: str
    spec: Spec
    replicas: int
    bounds: Replicas | None
    """What is wanted of it from then on; None: nothing."""
    because: str
    """``20:00 point``, ``override's end``; empty when it stops already."""


@dataclass(frozen=True, slots=True)
class Chance:
    """The next moment at which a waiting task can start, and its basis."""

    at: datetime | None
    """None: as soon as those that stop already are gone."""
    node: str
    frees: tuple[Freed, ...]


@dataclass(frozen=True, slots=True)
class _Wish:
    """All of a task that decides what is wanted of it, and when."""

    task: Task = field(compare=False)
    schedule: Schedule
    armed: Arming | None
    override: Override | None
    pause: Pause | None
    point_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Course:
    """What is wanted of one task over time, and what it holds now."""

    task: Task
    phases: tuple[Phase, ...] | None
    """None: not known. Empty: nothing is wanted any more."""
    on: Mapping[str, int]
    """Replicas by node."""

    def at(self, moment: datetime) -> Phase | None:
        """The stretch that ``moment`` lies in."""
        return next((p for p in reversed(self.phases or ()) if p.start <= moment), None)

    def bounds(self, moment: datetime) -> Replicas | None:
        """What is wanted at ``moment``."""
        phase = self.at(moment)
        return phase.wanted.replicas if phase else None

    def ends(self, node: str, moment: datetime) -> int:
        """Replicas on a node that are surely gone once ``moment`` was applied."""
        here = self.on.get(node, 0)
        if not here or self.phases is None:
            return 0
        bounds = self.bounds(moment)
        return max(0, here - (bounds.max if bounds else 0))

    def gives(self) -> Iterator[datetime]:
        """The moments at which fewer replicas are wanted than it holds."""
        have = max(self.on.values(), default=1)
        for phase in self.phases or ():
            bounds = phase.wanted.replicas
            if bounds is None or bounds.max < have:
                yield phase.start


def chances(
    line: Sequence[Task],
    tasks: Sequence[Task],
    nodes: Sequence[Node],
    now: datetime,
    sought: Collection[TaskId],
) -> Mapping[TaskId, Chance]:
    """The next chance of each of the ``sought`` tasks of the ``line`` that has a known one."""
    waiting = [_course(t, now) for t in line]
    lined = {t.id for t in line}
    others = [_course(t, now) for t in tasks if t.id not in lined and (held(t) or owed(t))]
    found: dict[TaskId, Chance] = {}
    for moment in _moments([*waiting, *others], now):
        left = [_without(n, others, moment) for n in nodes]
        claims = (claim(c.task, c.bounds(moment), nodes) for c in waiting)
        first = (claim(c.task, c.bounds(moment), nodes) for c in others if owed(c.task))
        places = place([c for c in claims if c], [c for c in first if c], left)
        for task, got in places.items():
            if task in sought and task not in found and got.fits and got.node is not None:
                at = moment if moment > now else None
                frees = _frees(got.node.id, others, moment, now)
                found[task] = Chance(at, got.node.name, frees)
        if len(found) == len(sought):
            break
    return found


def _without(node: Node, courses: Sequence[_Course], moment: datetime) -> Node:
    """The node without what has surely ended by ``moment``."""
    used = amounts(node.used)
    for course in courses:
        if node.id in course.on:
            used = less(used, times(amounts(course.task.spec), course.ends(node.id, moment)))
    return replace(node, used=resources(used))


def _course(task: Task, now: datetime) -> _Course:
    """What the task wants from now on; not known while its zone is not."""
    on = on_nodes(task)
    if task.armed is None:
        return _Course(task, (), on)
    p = task.progress
    wish = _Wish(task, task.schedule, task.armed, task.override, task.pause, p.point_at)
    try:
        return _Course(task, _phases(wish, now.replace(minute=0, second=0, microsecond=0)), on)
    except InvalidField:
        return _Course(task, None, on)


@lru_cache(maxsize=2048)
def _phases(wish: _Wish, hour: datetime) -> tuple[Phase, ...]:
    """The wish from ``hour`` on: it stays the same until somebody changes it."""
    soon = takewhile(lambda p: p.start <= hour + _AHEAD, phases(wish.task, hour))
    return tuple(islice(soon, _PHASES))


def _moments(courses: Sequence[_Course], now: datetime) -> list[datetime]:
    found = {at for c in courses for at in c.gives() if at > now}
    return sorted(found | {now})[:_MOMENTS]


def _frees(
    node: str, courses: Sequence[_Course], moment: datetime, now: datetime
) -> tuple[Freed, ...]:
    counted = ((c, c.ends(node, moment)) for c in courses)
    return tuple(
        Freed(c.task.name, c.task.spec, count, c.bounds(moment), _because(c, node, moment, now))
        for c, count in counted
        if count
    )


def _because(course: _Course, node: str, moment: datetime, now: datetime) -> str:
    phase = course.at(moment)
    if phase is None or course.ends(node, now) == course.ends(node, moment):
        return ""
    hand = phase.wanted.hand or _before(course, phase)
    if hand is not None:
        return "override's end" if isinstance(hand, Override) else "pause's end"
    force = phase.wanted.force
    if force is None or force.ends:
        return "end"
    return f"{force.label} point"


def _before(course: _Course, phase: Phase) -> Override | Pause | None:
    """The hand that ended where ``phase`` begins; None where a point begins it."""
    force = phase.wanted.force
    if force is not None and force.at == phase.start:
        return None
    earlier = [p for p in course.phases or () if p.start < phase.start]
    return earlier[-1].wanted.hand if earlier else None
