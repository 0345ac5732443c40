"""Keys of the task table and the detail that show something."""

from __future__ import annotations

from tasktui.tui.key import Group, Key
from tasktui.tui.keyrows.places import AUDIT, BOTH, LOOKS, TASKS, TIMES

ROWS = (
    Key(
        "detail",
        "d enter",
        "d",
        "detail",
        Group.VIEW,
        TASKS,
        "Everything about the task, live; also Enter.",
        footer=1,
    ),
    Key(
        "logs",
        "l",
        "l",
        "logs",
        Group.VIEW,
        LOOKS,
        "The log of a replica of the task.",
        footer=2,
    ),
    Key(
        "copy",
        "c",
        "c",
        "copy",
        Group.VIEW,
        BOTH,
        "Copy menu: then n name, u URL, c curl, d dashboard, i application id.",
        footer=3,
    ),
    Key(
        "time_base",
        "t",
        "t",
        "times",
        Group.VIEW,
        TIMES,
        "Times in the task's zone, in yours, or in UTC.",
        footer=4,
    ),
    Key(
        "problems",
        "z",
        "z",
        "problems",
        Group.VIEW,
        TASKS,
        "Only tasks with a problem; again: all.",
        footer=16,
    ),
    Key(
        "filter",
        "slash",
        "/",
        "filter",
        Group.VIEW,
        TASKS,
        "Filter: text, !text (without), column:text; several words must all match.",
        footer=14,
    ),
    Key(
        "calendar",
        "v",
        "v",
        "calendar",
        Group.VIEW,
        LOOKS,
        "A week of the schedule, the next 20 points, and what was applied last.",
        footer=13,
    ),
    Key("why", "w", "w", "why", Group.VIEW, BOTH, "Why it is not as wanted; what to do.", 18),
    Key("audit", "a", "a", "audit", Group.VIEW, LOOKS, "Who did what, from where, to all tasks."),
    Key("everybody", "s", "s", "all", Group.VIEW, AUDIT, "The scheduler's own work too.", 1),
    Key("history", "H", "H", "history", Group.VIEW, LOOKS, "Revisions; B there goes back to one."),
)
