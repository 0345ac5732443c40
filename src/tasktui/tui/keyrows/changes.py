"""Keys of forms, and keys that change something: each opens a dialog first."""

from __future__ import annotations

from tasktui.domain.actions import Action
from tasktui.tui.key import Group, Key, Where
from tasktui.tui.keyrows.places import APPS, BOTH, BUILDS, HISTORY, LOOKS, TASKS, TIMES, WHY

FORMS = (
    Key(
        "launch",
        "n",
        "n",
        "launch",
        Group.FORM,
        TASKS,
        "Launch a task: artifact, resources, schedule, summary.",
        footer=10,
    ),
    Key(
        "edit",
        "e",
        "e",
        "edit",
        Group.FORM,
        TIMES,
        "Edit the task; shows what applies hot and what restarts.",
        footer=11,
        action=Action.EDIT,
    ),
    Key(
        "clone",
        "C",
        "C",
        "clone",
        Group.FORM,
        BOTH,
        "Launch another task like this one.",
        footer=12,
        action=Action.CLONE,
    ),
)


def _change(
    action: Action, shown: str, footer: int, text: str, where: frozenset[Where] = BOTH
) -> Key:
    archived = action in {Action.RESTORE, Action.DELETE}
    name = str(action)
    return Key(name, shown, shown, name, Group.CHANGE, where, text, footer, action, True, archived)


CHANGES = (
    _change(Action.ACTIVATE, "A", 5, "Arm the schedule: from the next point on, or now.", LOOKS),
    _change(Action.DEACTIVATE, "D", 6, "Drain and disarm, schedule kept; again: by force.", LOOKS),
    _change(Action.ARCHIVE, "X", 7, "Put the task away; an active one stops first.", LOOKS),
    _change(Action.OVERRIDE, "S", 8, "Replicas by hand until the next point or a time.", TIMES),
    _change(Action.PAUSE, "P", 9, "Freeze the replicas; again: resume the schedule.", TIMES),
    _change(Action.ROLLBACK, "B", 1, "Make the task what it was at this revision.", HISTORY),
    _change(Action.RESTART, "R", 17, "Rolling restart of every replica."),
    _change(Action.RESTORE, "X", 7, "On an archived task: bring it back, Idle.", LOOKS),
    _change(Action.DELETE, "D", 6, "On an archived task: delete it, after typing its name."),
    Key(
        "undo",
        "U",
        "U",
        "undo",
        Group.CHANGE,
        LOOKS,
        "Take back the last change that was made here, where that is possible.",
        dangerous=True,
    ),
    Key(
        "adopt",
        "A",
        "A",
        "adopt",
        Group.CHANGE,
        APPS,
        "Make a task of it, as it runs.",
        footer=1,
        dangerous=True,
    ),
    Key(
        "rebuild",
        "B",
        "B",
        "build again",
        Group.CHANGE,
        BUILDS,
        "Build it again.",
        footer=2,
        dangerous=True,
    ),
    Key(
        "cluster",
        "K",
        "K",
        "cluster",
        Group.CHANGE,
        TASKS | WHY,
        "Start a Ray cluster on this machine, where none is found.",
        dangerous=True,
    ),
)
