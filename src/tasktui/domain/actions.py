"""Which action is allowed on which task, and in one sentence why not."""

from __future__ import annotations

from enum import StrEnum

from tasktui.domain.status import ACTIVE, Status
from tasktui.domain.task import Task, When


class Action(StrEnum):
    """The verbs of a task."""

    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    EDIT = "edit"
    ROLLBACK = "rollback"
    ARCHIVE = "archive"
    RESTORE = "restore"
    DELETE = "delete"
    CLONE = "clone"
    RESTART = "restart"
    OVERRIDE = "scale"
    CLEAR = "clear"
    PAUSE = "pause"
    RESUME = "resume"


def refusal(task: Task, action: Action) -> str:
    """Return why ``action`` is refused now, or an empty string when it is allowed.

    Archive on an active task is allowed: it means "deactivate, archive when
    Idle", which the faces ask about first.
    """
    if task.status is Status.ARCHIVED:
        return _refusal_archived(task, action)
    if action is Action.ACTIVATE:
        return _refusal_activate(task)
    if action is Action.DEACTIVATE:
        return _refusal_deactivate(task)
    if action in _BY_HAND:
        return _refusal_by_hand(task, action)
    if action is Action.ROLLBACK and task.revision == 1:
        return f"{task.name} is at its first revision: there is none to go back to."
    running = action is Action.RESTART and task.status is Status.RUNNING
    only = "" if running else _ONLY.get(action, "")
    return f"{task.name} is {task.status}: only {only}." if only else ""


_ONLY = {
    Action.RESTORE: "an archived task can be restored",
    Action.DELETE: "an archived task can be deleted; archive it first",
    Action.RESTART: "a Running task can be restarted",
}


_BY_HAND = {
    Action.OVERRIDE: "can be scaled by hand",
    Action.CLEAR: "has an override to clear",
    Action.PAUSE: "can be paused",
    Action.RESUME: "can be resumed",
}


def _refusal_by_hand(task: Task, action: Action) -> str:
    """Stepping in needs a schedule that drives the task; ending it, something to end."""
    if task.armed is None or task.status not in ACTIVE:
        return f"{task.name} is {task.status}: only an activated task {_BY_HAND[action]}."
    if action is Action.CLEAR and task.override is None:
        return f"{task.name} is not scaled by hand: there is no override to clear."
    if action is Action.RESUME and task.pause is None:
        return f"{task.name} is not paused: there is nothing to resume."
    return ""


def _refusal_deactivate(task: Task) -> str:
    if task.status in ACTIVE or (task.status is Status.NEED_STOP and not task.stop_forced):
        return ""
    if task.status is Status.NEED_STOP:
        return f"{task.name} is being stopped by force already."
    return f"{task.name} is {task.status}: there is nothing to deactivate."


def _refusal_activate(task: Task) -> str:
    if task.status is Status.IDLE:
        return ""
    if task.status is Status.IN_QUEUE and task.armed and task.armed.when is When.NEXT:
        return ""
    if task.status is Status.NEED_STOP:
        return f"{task.name} is still stopping: activate it when it is Idle."
    return f"{task.name} is {task.status}: it is active already."


def _refusal_archived(task: Task, action: Action) -> str:
    if action in {Action.RESTORE, Action.DELETE, Action.CLONE}:
        return ""
    return f"{task.name} is archived and read-only: restore it first."
