"""What replacing the replicas of a task costs those who call it, in a sentence."""

from __future__ import annotations

from datetime import timedelta

from tasktui.commands.present import duration
from tasktui.domain.artifact import Spec
from tasktui.domain.observed import ClusterView
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.scheduler.rollout import one_more_fits


def gap(task: Task, needs: Spec, cluster: ClusterView, start: timedelta | None = None) -> str:
    """That old replicas go before new ones with these ``needs`` come; empty where they do not.

    ``start``: how long the last start took, None where that is not known.
    """
    alive = len(task.progress.replicas)
    if task.status is not Status.RUNNING or not alive or one_more_fits(needs, cluster):
        return ""
    if alive > 1:
        return (
            f"No room for one more replica ({needs}): they are replaced one by one, "
            "an old one first; the others answer meanwhile."
        )
    took = f"; the last start took {duration(start.total_seconds())}" if start else ""
    return (
        f"No room for a new replica ({needs}) beside the old one: the old one stops first, "
        f"and nothing answers until the new one is ready{took}."
    )
