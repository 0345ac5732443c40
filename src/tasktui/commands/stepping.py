"""The verbs that step in over a schedule, and back: one transaction and one event each.

The schedule is never changed: it takes over again by itself.
"""

from __future__ import annotations

from datetime import datetime

from tasktui.commands.changes import Changes
from tasktui.commands.hand import cleared, long_until, overridden, paused, resumed
from tasktui.commands.steps import Step
from tasktui.domain.actions import Action
from tasktui.domain.schedule import Replicas
from tasktui.domain.task import Task, Until


class Stepping(Changes):
    """Override, clear, pause and resume over one store."""

    def scale(
        self,
        name: str,
        replicas: Replicas,
        until: datetime | Until = Until.NEXT,
        *,
        action_id: str = "",
    ) -> Task:
        """Set replicas by hand, hot, in place of whatever the schedule says meanwhile.

        ``next`` is resolved now to the instant of the next point; where none
        comes, the override stands until it is cleared. Raises NotAllowed on a
        task that is not activated, InvalidField for a time that has passed.
        """
        step = self.scaling(replicas, until)
        return self._change(name, Action.OVERRIDE, step, action_id, _scaled)

    def clear(self, name: str, *, action_id: str = "") -> Task:
        """End the override: what the schedule (or a pause) says applies at once."""
        return self._change(name, Action.CLEAR, self.clearing(), action_id, _unscaled)

    def pause(
        self, name: str, until: datetime | None = None, note: str = "", *, action_id: str = ""
    ) -> Task:
        """Freeze the replicas in force now, until ``until`` or until resumed.

        Raises NotAllowed on a task that is not activated, InvalidField for a
        time that has passed or a note that is too long.
        """
        return self._change(name, Action.PAUSE, self.pausing(until, note), action_id, _paused)

    def resume(self, name: str, *, action_id: str = "") -> Task:
        """End the pause: the point in force applies once, and nothing is replayed."""
        return self._change(name, Action.RESUME, self.resuming(), action_id, _resumed)

    def scaling(self, replicas: Replicas, until: datetime | Until) -> Step:
        """What ``scale`` does to a task."""
        user = self._context.actor.user
        return lambda task: overridden(task, self._context.now(), user, replicas, until)

    def clearing(self) -> Step:
        """What ``clear`` does to a task."""
        return lambda task: cleared(task, self._context.now())

    def pausing(self, until: datetime | None, note: str) -> Step:
        """What ``pause`` does to a task."""
        user = self._context.actor.user
        return lambda task: paused(task, self._context.now(), user, until, note)

    def resuming(self) -> Step:
        """What ``resume`` does to a task."""
        return lambda task: resumed(task, self._context.now())


def _scaled(_: Task, new: Task) -> str:
    by_hand = new.override
    return f"{by_hand.replicas} {long_until(new, by_hand.until, 'cleared')}" if by_hand else ""


def _unscaled(old: Task, _: Task) -> str:
    return str(old.override.replicas) if old.override else ""


def _paused(_: Task, new: Task) -> str:
    pause = new.pause
    if pause is None:
        return ""
    text = f"{pause.frozen or 'nothing'} frozen {long_until(new, pause.until, 'resumed')}"
    return f"{text}: {pause.note}" if pause.note else text


def _resumed(old: Task, _: Task) -> str:
    return f"{old.pause.frozen or 'nothing'} was frozen" if old.pause else ""
