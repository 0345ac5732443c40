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
    ARCHIVE = "archive"
    RESTORE = "restore"
    DELETE = "delete"
    CLONE = "clone"
    RESTART = "restart"


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
    if action is Action.RESTART and task.status is Status.RUNNING:
        return ""
    only = _ONLY.get(action)
    return f"{task.name} is {task.status}: only {only}." if only else ""


_ONLY = {
    Action.RESTORE: "an archived task can be restored",
    Action.DELETE: "an archived task can be deleted; archive it first",
    Action.RESTART: "a Running task can be restarted",
}


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
