"""The verbs that start, stop and put away a task: one transaction and one event each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tasktui.commands.context import Context
from tasktui.commands.steps import Step, activated, archived, restarted, restored, stopped
from tasktui.domain.actions import Action, refusal
from tasktui.domain.event import EventKind
from tasktui.domain.task import Arming, Task, When, untroubled
from tasktui.errors import NotAllowed, NotFound


class Changes:
    """Changes over one store. Each takes an ``action_id``: sent twice, it acts once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def activate(
        self,
        name: str,
        when: When = When.NEXT,
        *,
        late_ok: bool = False,
        again: bool = False,
        action_id: str = "",
    ) -> Task:
        """Arm the task so that its schedule drives it.

        ``next`` waits for the first scheduled time from now, ``now`` applies the
        point in force at once. Raises NotAllowed for a One-off whose time has
        passed unless ``late_ok``. With ``again`` a Daily task that failed to start
        five times stays armed, and tries again at its next point.
        """
        step = self.activating(when, late_ok=late_ok, again=again)
        return self._change(name, Action.ACTIVATE, step, action_id, str(when))

    def deactivate(self, name: str, *, force: bool = False, action_id: str = "") -> Task:
        """Disarm the task and remove its application from Ray with a graceful drain.

        The schedule is kept. On a task that is stopping already, or with
        ``force``, the drain is cut short. An In-queue task is Idle at once.
        """
        return self._change(name, Action.DEACTIVATE, self.stopping(force=force), action_id)

    def archive(self, name: str, *, when_idle: bool = False, action_id: str = "") -> Task:
        """Put an Idle task away: read-only, its name free for others.

        An active task is refused, unless ``when_idle``: then it is deactivated
        now and archived as soon as it is Idle.
        """
        text = "to be archived when Idle" if when_idle else ""
        step = self.archiving(when_idle=when_idle)
        return self._change(name, Action.ARCHIVE, step, action_id, text)

    def restore(self, name: str, new_name: str | None = None, *, action_id: str = "") -> Task:
        """Bring the newest archived task of that name back: Idle, not armed.

        Raises Conflict when its name is taken meanwhile and no ``new_name`` is given.
        """
        return self._change(name, Action.RESTORE, self.restoring(new_name), action_id)

    def restart(self, name: str, *, action_id: str = "") -> Task:
        """Replace every replica of a Running task by a new one, a few at a time."""
        return self._change(name, Action.RESTART, restarted, action_id)

    def activating(self, when: When, *, late_ok: bool = False, again: bool = False) -> Step:
        """What ``activate`` does to a task."""
        user = self._context.actor.user

        def step(task: Task) -> Task:
            arming = Arming(at=self._context.now(), when=when, by=user, again=again)
            return activated(task, arming, late_ok=late_ok)

        return step

    def stopping(self, *, force: bool = False) -> Step:
        """What ``deactivate`` does to a task."""
        drain_s = self._context.config.drain_s
        return lambda task: stopped(task, self._context.now(), drain_s, force=force)

    def archiving(self, *, when_idle: bool = False) -> Step:
        """What ``archive`` does to a task."""
        user, drain_s = self._context.actor.user, self._context.config.drain_s
        return lambda t: archived(t, self._context.now(), user, drain_s, when_idle=when_idle)

    def restoring(self, new_name: str | None = None) -> Step:
        """What ``restore`` does to a task."""
        return lambda task: restored(task, self._context.now(), new_name)

    def would(self, name: str, action: Action, step: Step) -> Task:
        """The task as ``step`` would leave it; nothing is written. Raises what the verb raises."""
        return step(self._allowed(name, action))

    def delete(self, name: str) -> None:
        """Delete the newest archived task of that name with its events. Cannot be undone."""
        with self._store.transaction():
            self._store.delete_task(self._allowed(name, Action.DELETE).id)

    def _allowed(self, name: str, action: Action) -> Task:
        """The task of that name. Raises NotAllowed where ``action`` is refused now."""
        task = self._find(name, action)
        _require(task, action)
        return task

    def _find(self, name: str, action: Action) -> Task:
        archived = action in {Action.RESTORE, Action.DELETE}
        try:
            return self._store.task(name, archived=archived)
        except NotFound:
            other = self._other(name, archived=not archived)
            if other is None:
                raise
            return other

    def _other(self, name: str, *, archived: bool) -> Task | None:
        try:
            return self._store.task(name, archived=archived)
        except NotFound:
            return None

    def _change(
        self,
        name: str,
        action: Action,
        change: Step,
        action_id: str,
        reason: str | Callable[[Task, Task], str] = "",
    ) -> Task:
        """Write what ``change`` makes of the task; ``reason`` may be told from before and after."""
        with self._store.transaction():
            task = self._find(name, action)
            if action_id and not self._store.once(action_id):
                return task
            _require(task, action)
            changed = change(task)
            changed = replace(changed, progress=untroubled(changed.progress))
            new = self._store.save_task(changed)
            text = reason if isinstance(reason, str) else reason(task, new)
            self._context.log(new, _kind(action, new), old=task.status, reason=text)
        self._context.poke()
        return new


_KINDS = {
    Action.ACTIVATE: EventKind.ACTIVATED,
    Action.DEACTIVATE: EventKind.DEACTIVATED,
    Action.ARCHIVE: EventKind.ARCHIVED,
    Action.RESTORE: EventKind.RESTORED,
    Action.RESTART: EventKind.RESTARTED,
    Action.OVERRIDE: EventKind.OVERRIDDEN,
    Action.CLEAR: EventKind.OVERRIDE_CLEARED,
    Action.PAUSE: EventKind.PAUSED,
    Action.RESUME: EventKind.RESUMED,
}


def _kind(action: Action, new: Task) -> EventKind:
    """What really happened: a stop may have been forced, an archive may have to wait."""
    if action is Action.DEACTIVATE and new.stop_forced:
        return EventKind.FORCED
    if action is Action.ARCHIVE and new.archived_at is None:
        return EventKind.DEACTIVATED
    return _KINDS[action]


def _require(task: Task, action: Action) -> None:
    reason = refusal(task, action)
    if reason:
        raise NotAllowed(reason)
