"""What the answer to "why?" is made from: one task, those beside it, and the cluster. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tasktui.commands.present import age, duration
from tasktui.commands.reads import Reads
from tasktui.config import Config
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.schedule.moments import Say
from tasktui.scheduler.line import NAME, ROUTE, line_of

_LIVE = (Status.IN_QUEUE, Status.STARTING, Status.RUNNING, Status.NEED_STOP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that an answer may look at."""

    task: Task
    tasks: Sequence[Task]
    """All that hold, wait for or give back resources, the task itself among them."""
    cluster: ClusterView
    now: datetime
    config: Config
    say: Say
    """Says a moment on the clock that the face shows."""
    trouble: str = ""
    """Why nothing is up to date: the scheduler does not run."""

    @property
    def admits(self) -> bool:
        """Whether tasks wait for free resources at all."""
        mode = self.config.admission
        return mode == "strict" or (mode == "auto" and not self.cluster.autoscaler)

    @property
    def connected(self) -> bool:
        """Whether Ray answered the last time."""
        return self.cluster.state is ClusterState.CONNECTED

    def line(self) -> list[Task]:
        """The tasks that wait for room, first come first."""
        return line_of([t for t in self.tasks if waits(t, self.now)], self.now)

    def moment(self, at: datetime) -> str:
        """``20:00 (in 5h57)``, or ``13:58 (2m ago)``."""
        seconds = (at - self.now).total_seconds()
        if seconds <= 0:
            return f"{self.say(at)} ({age(at, self.now)} ago)"
        return f"{self.say(at)} (in {duration(seconds)})"


def concerned(reads: Reads) -> list[Task]:
    """The tasks that a scene needs beside its own."""
    return [task for task in reads.awake() if task.status in _LIVE]


def waits(task: Task, now: datetime) -> bool:
    """Whether the task stands in line for room: due, and nothing else holds it."""
    p = task.progress
    due = task.armed is not None and task.status is Status.IN_QUEUE and p.due_at is not None
    retries = p.retry_at is not None and now < p.retry_at
    return due and not retries and not p.reason.text.startswith((NAME, ROUTE))
