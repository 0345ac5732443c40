"""Whether the cluster has the GPUs that a schedule asks for, beside all other tasks. Pure.

Counts what is wanted at least: what is not enough for that is never enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from tasktui.commands.checks import Problem
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.schedule import Daily, Instant, Schedule
from tasktui.domain.task import Arming, Task, When
from tasktui.errors import InvalidField
from tasktui.schedule.points import in_force, next_instant, wanted

_SLACK = 1e-6
"""Ray counts in 1/10000: sums of fractions must not fail by rounding."""


def shortages(
    needs: Spec, schedule: Schedule, others: Sequence[Task], cluster: ClusterView, now: datetime
) -> list[Problem]:
    """A warning for each point whose min does not fit beside the others' at its next time.

    Nothing where no GPU is needed, and where the cluster is not known or grows by itself.
    """
    if not needs.gpu or cluster.state is not ClusterState.CONNECTED or cluster.autoscaler:
        return []
    have = sum(n.total.gpu for n in cluster.nodes if _alike(needs.gpu_type, n.gpu_type))
    found = []
    for field, instant in _nexts(schedule, now):
        own = instant.replicas.min * needs.gpu
        rest = sum(_least(t, instant.at) for t in others if _alike(needs.gpu_type, t.spec.gpu_type))
        if own and own + rest > have + _SLACK:
            beside = f", {rest:g} of them for other tasks" if rest else ""
            text = f"{instant.label} needs {own + rest:g} of {have:g} GPUs even at min{beside}."
            found.append(Problem(field, text, warning=True))
    return found


def _alike(wanted_type: str, gpu_type: str) -> bool:
    """Whether one may stand for the other: no type means any."""
    return not wanted_type or not gpu_type or wanted_type == gpu_type


def _nexts(schedule: Schedule, now: datetime) -> Iterator[tuple[str, Instant]]:
    """Each point with the next moment at which it comes."""
    if isinstance(schedule, Daily):
        alone = [replace(schedule, points=(point,)) for point in schedule.points]
        nexts: Iterable[Instant | None] = (next_instant(one, now, None) for one in alone)
        yield from ((f"schedule.points[{n}]", i) for n, i in enumerate(nexts, start=1) if i)
        return
    armed = Arming(now, When.NOW, "")
    at = in_force(schedule, now, armed) or next_instant(schedule, now, armed)
    if at is not None and not at.ends:
        yield "schedule.at", at


def _least(task: Task, at: datetime) -> float:
    """GPUs that a task wants at least at a moment; none where that cannot be told."""
    if not task.spec.gpu or task.armed is None:
        return 0.0
    try:
        replicas = wanted(task, at).replicas
    except InvalidField:
        return 0.0
    return replicas.min * task.spec.gpu if replicas else 0.0
