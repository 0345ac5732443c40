"""The verbs that start, stop and put away a task: one transaction and one event each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from tasktui.commands.context import Context
from tasktui.domain.actions import Action, refusal
from tasktui.domain.event import EventKind
from tasktui.domain.schedule import OneOff
from tasktui.domain.status import NO_REASON, Reason, Status
from tasktui.domain.task import Arming, Progress, Task, When, check_name, untroubled
from tasktui.errors import NotAllowed, NotFound
from tasktui.schedule.points import wanted
from tasktui.schedule.resolve import resolve


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

        def change(task: Task) -> Task:
            now = self._context.now()
            late = _refuse_past(task, now, late_ok=late_ok)
            # A time that has passed would never come with "next".
            armed = Arming(
                at=now, when=When.NOW if late else when, by=self._context.actor.user, again=again
            )
            task = replace(task, armed=armed, stop_forced=False, archive_when_idle=False)
            return replace(task, progress=_queued(task, now))

        return self._change(name, Action.ACTIVATE, change, action_id, str(when))

    def deactivate(self, name: str, *, force: bool = False, action_id: str = "") -> Task:
        """Disarm the task and remove its application from Ray with a graceful drain.

        The schedule is kept. On a task that is stopping already, or with
        ``force``, the drain is cut short. An In-queue task is Idle at once.
        """

        def change(task: Task) -> Task:
            return self._stopped(task, force=force or task.status is Status.NEED_STOP)

        return self._change(name, Action.DEACTIVATE, change, action_id)

    def archive(self, name: str, *, when_idle: bool = False, action_id: str = "") -> Task:
        """Put an Idle task away: read-only, its name free for others.

        An active task is refused, unless ``when_idle``: then it is deactivated
        now and archived as soon as it is Idle.
        """

        def change(task: Task) -> Task:
            if task.status is not Status.IDLE and not when_idle:
                raise NotAllowed(
                    f"{name} is {task.status}: only an Idle task is archived at once.",
                    "Deactivate it first, or ask for 'archive when Idle' (--when-idle).",
                )
            if task.status not in {Status.IDLE, Status.NEED_STOP}:
                task = self._stopped(task, force=False)
            if task.status is not Status.IDLE:
                return replace(task, archive_when_idle=True)
            user = self._context.actor.user
            return replace(task, archived_at=self._context.now(), archived_by=user)

        return self._change(
            name, Action.ARCHIVE, change, action_id, "to be archived when Idle" if when_idle else ""
        )

    def restore(self, name: str, new_name: str | None = None, *, action_id: str = "") -> Task:
        """Bring the newest archived task of that name back: Idle, not armed.

        Raises Conflict when its name is taken meanwhile and no ``new_name`` is given.
        """

        def change(task: Task) -> Task:
            now = self._context.now()
            progress = Progress(since=now, last_run_at=task.progress.last_run_at)
            return replace(
                task,
                name=check_name(new_name or task.name),
                archived_at=None,
                archived_by="",
                archive_when_idle=False,
                progress=progress,
            )

        return self._change(name, Action.RESTORE, change, action_id)

    def restart(self, name: str, *, action_id: str = "") -> Task:
        """Replace every replica of a Running task by a new one, a few at a time."""

        def change(task: Task) -> Task:
            return replace(task, restarts=task.restarts + 1)

        return self._change(name, Action.RESTART, change, action_id)

    def delete(self, name: str) -> None:
        """Delete the newest archived task of that name with its events. Cannot be undone."""
        with self._store.transaction():
            self._store.delete_task(self._allowed(name, Action.DELETE).id)

    def _stopped(self, task: Task, *, force: bool) -> Task:
        now = self._context.now()
        p = task.progress
        base = Progress(since=now, last_run_at=p.last_run_at, last_error=p.last_error)
        if task.status is Status.IN_QUEUE and not p.replicas:
            return replace(task, armed=None, override=None, pause=None, progress=base)
        drain = timedelta(seconds=0 if force else self._context.config.drain_s)
        stop_by = now + drain
        progress = replace(
            base,
            status=Status.NEED_STOP,
            since=p.since if p.status is Status.NEED_STOP else now,
            replicas=p.replicas,
            reason=Reason("stopping by force" if force else "draining", None if force else stop_by),
            stop_by=stop_by,
            last_run_at=now,
        )
        return replace(
            task, armed=None, override=None, pause=None, stop_forced=force, progress=progress
        )

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
        change: Callable[[Task], Task],
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


def _refuse_past(task: Task, now: datetime, *, late_ok: bool) -> bool:
    """Return whether the One-off's time has passed; raise NotAllowed unless that is accepted."""
    schedule = task.schedule
    if not isinstance(schedule, OneOff):
        return False
    if schedule.end and resolve(schedule.end, schedule.timezone) <= now:
        raise NotAllowed(
            f"{task.name}: its end, {schedule.end:%Y-%m-%d %H:%M} {schedule.timezone}, has passed.",
            "Edit its schedule first.",
        )
    late = schedule.at is not None and resolve(schedule.at, schedule.timezone) < now
    if late and schedule.at and not late_ok:
        raise NotAllowed(
            f"{task.name}: its time, {schedule.at:%Y-%m-%d %H:%M} {schedule.timezone}, has passed.",
            "Edit its schedule, or start it late (--late-ok).",
        )
    return late


def _queued(task: Task, now: datetime) -> Progress:
    answer = wanted(task, now)
    p = task.progress
    if answer.replicas and not answer.replicas.stopped:
        reason, due = NO_REASON, now
    elif answer.next:
        reason, due = Reason(f"waiting for {answer.next.label}", answer.next.at), None
    else:
        reason, due = NO_REASON, None
    return Progress(
        status=Status.IN_QUEUE,
        since=now,
        reason=reason,
        wanted=answer.replicas,
        due_at=due,
        next_at=answer.next_at,
        last_run_at=p.last_run_at,
    )
