"""Every key in one table: bindings, footers, the help screen and the README come from it.

Two rules hold for the table, and tests hold them: no lowercase key changes
anything, and every key that changes something is dangerous, that is, it opens a
dialog first. Ctrl, Alt and F keys are only ever extras.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType

from tasktui.domain.actions import Action


class Where(StrEnum):
    """Screens with keys."""

    TASKS = "tasks"
    DETAIL = "detail"
    LOGS = "logs"
    CALENDAR = "calendar"
    HISTORY = "history"
    WHY = "why"
    HELP = "help"
    COPY = "copy"
    DIALOG = "dialog"


class Group(StrEnum):
    """Headings of the help screen."""

    MOVE = "Move"
    VIEW = "Look"
    FORM = "Tasks (nothing happens before the form's last step)"
    CHANGE = "Change (each asks first)"
    APP = "Everywhere"


@dataclass(frozen=True, slots=True)
class Key:
    """One row of the table."""

    id: str
    """Name of what it does and, where it makes sense, of the ``:`` command."""
    names: str
    """Textual's names of the keys, separated by spaces."""
    shown: str
    """As the key is printed on screen."""
    label: str
    """One or two words for the footer."""
    group: Group
    where: frozenset[Where]
    help: str
    """One sentence for the help screen."""
    footer: int = 0
    """Place in the footer, lowest first; 0: help only."""
    action: Action | None = None
    """The verb behind it: where that is refused, the key says why."""
    dangerous: bool = False
    """Changes something: opens a dialog first."""
    archived: bool = False
    """Another meaning of a key, on archived tasks: listed, not bound a second time."""


TAB_NAMES = ("All", "Idle", "In-queue", "Starting", "Running", "Need Stop", "Archived")

_TASKS = frozenset({Where.TASKS})
_LOGS = frozenset({Where.LOGS})
_COPY = frozenset({Where.COPY})
_BOTH = frozenset({Where.TASKS, Where.DETAIL})
_CALENDAR = frozenset({Where.CALENDAR})
_TIMES = _BOTH | _CALENDAR | {Where.WHY}
_HISTORY = frozenset({Where.HISTORY})
_LOOKS = _BOTH | {Where.WHY}
_PAGES = _TIMES | _LOGS | _HISTORY
_SCROLL = _PAGES | {Where.HELP}
_ALL = frozenset(Where)

_MOVES = (
    Key("down", "j down", "j", "", Group.MOVE, _SCROLL, "Next row or line; also the arrow key."),
    Key("up", "k up", "k", "", Group.MOVE, _SCROLL, "Previous row or line; also the arrow key."),
    Key("top", "g home", "g", "", Group.MOVE, _SCROLL, "First row or line; also Home."),
    Key("bottom", "G end", "G", "", Group.MOVE, _SCROLL, "Last row or line; also End."),
    Key("page_down", "pagedown", "PgDn", "", Group.MOVE, _SCROLL, "A page down."),
    Key("page_up", "pageup", "PgUp", "", Group.MOVE, _SCROLL, "A page up."),
    Key("half_down", "ctrl+d", "Ctrl-D", "", Group.MOVE, _SCROLL, "Half a page down."),
    Key("half_up", "ctrl+u", "Ctrl-U", "", Group.MOVE, _SCROLL, "Half a page up."),
    *(
        Key(f"tab_{n}", str(n), str(n), "", Group.MOVE, _TASKS, f"Tab {name}.")
        for n, name in enumerate(TAB_NAMES, start=1)
    ),
    Key("next_tab", "right_square_bracket tab", "]", "", Group.MOVE, _TASKS, "Next tab; also Tab."),
    Key(
        "previous_tab",
        "left_square_bracket shift+tab",
        "[",
        "",
        Group.MOVE,
        _TASKS,
        "Previous tab; also Shift-Tab.",
    ),
    Key("last_tab", "minus", "-", "", Group.MOVE, _TASKS, "The tab that was shown before."),
)

_WEEKS = (
    Key("next_week", "n right", "n", "next week", Group.VIEW, _CALENDAR, "The next week.", 1),
    Key("previous_week", "p left", "p", "previous", Group.VIEW, _CALENDAR, "The week before.", 2),
    Key("today", "T", "T", "today", Group.VIEW, _CALENDAR, "The week that begins today.", 3),
    Key(
        "save_points",
        "s",
        "s",
        "save .ics",
        Group.VIEW,
        _CALENDAR,
        "Save the points as an .ics file in the state folder.",
        5,
    ),
    Key("copy_points", "c", "c", "copy", Group.VIEW, _CALENDAR, "Copy the points as text.", 6),
)

_VIEWS = (
    Key(
        "detail",
        "d enter",
        "d",
        "detail",
        Group.VIEW,
        _TASKS,
        "Everything about the task, live; also Enter.",
        footer=1,
    ),
    Key(
        "logs",
        "l",
        "l",
        "logs",
        Group.VIEW,
        _LOOKS,
        "The log of a replica of the task.",
        footer=2,
    ),
    Key(
        "copy",
        "c",
        "c",
        "copy",
        Group.VIEW,
        _BOTH,
        "Copy menu: then n name, u URL, c curl, d dashboard, i application id.",
        footer=3,
    ),
    Key(
        "time_base",
        "t",
        "t",
        "times",
        Group.VIEW,
        _TIMES,
        "Times in the task's zone, in yours, or in UTC.",
        footer=4,
    ),
    Key(
        "problems",
        "z",
        "z",
        "problems",
        Group.VIEW,
        _TASKS,
        "Only tasks with a problem; again: all.",
        footer=16,
    ),
    Key(
        "filter",
        "slash",
        "/",
        "filter",
        Group.VIEW,
        _TASKS,
        "Filter: text, !text (without), column:text; several words must all match.",
        footer=14,
    ),
    Key(
        "calendar",
        "v",
        "v",
        "calendar",
        Group.VIEW,
        _LOOKS,
        "A week of the schedule, the next 20 points, and what was applied last.",
        footer=13,
    ),
    Key("why", "w", "w", "why", Group.VIEW, _BOTH, "Why it is not as wanted; what to do.", 18),
    Key("history", "H", "H", "history", Group.VIEW, _LOOKS, "Revisions; B there goes back to one."),
    *_WEEKS,
    Key("replica", "n", "n", "next replica", Group.VIEW, _LOGS, "The next replica's log.", 1),
    Key("refresh", "r", "r", "refresh", Group.VIEW, _PAGES, "Read again now."),
)

_FORMS = (
    Key(
        "launch",
        "n",
        "n",
        "launch",
        Group.FORM,
        _TASKS,
        "Launch a task: artifact, resources, schedule, summary.",
        footer=10,
    ),
    Key(
        "edit",
        "e",
        "e",
        "edit",
        Group.FORM,
        _TIMES,
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
        _BOTH,
        "Launch another task like this one.",
        footer=12,
        action=Action.CLONE,
    ),
)


def _change(
    action: Action, shown: str, footer: int, text: str, where: frozenset[Where] = _BOTH
) -> Key:
    archived = action in {Action.RESTORE, Action.DELETE}
    name = str(action)
    return Key(name, shown, shown, name, Group.CHANGE, where, text, footer, action, True, archived)


_CHANGES = (
    _change(Action.ACTIVATE, "A", 5, "Arm the schedule: from the next point on, or now."),
    _change(Action.DEACTIVATE, "D", 6, "Drain and disarm, schedule kept; again: by force.", _LOOKS),
    _change(Action.ARCHIVE, "X", 7, "Put the task away; an active one stops first."),
    _change(Action.OVERRIDE, "S", 8, "Replicas by hand until the next point or a time.", _TIMES),
    _change(Action.PAUSE, "P", 9, "Freeze the replicas; again: resume the schedule.", _TIMES),
    _change(Action.ROLLBACK, "B", 1, "Make the task what it was at this revision.", _HISTORY),
    _change(Action.RESTART, "R", 17, "Rolling restart of every replica."),
    _change(Action.RESTORE, "X", 7, "On an archived task: bring it back, Idle."),
    _change(Action.DELETE, "D", 6, "On an archived task: delete it, after typing its name."),
    Key(
        "cluster",
        "K",
        "K",
        "cluster",
        Group.CHANGE,
        _TASKS,
        "Start a Ray cluster on this machine, where none is found.",
        dangerous=True,
    ),
)

COPIES = (
    ("n", "name", "task's name"),
    ("u", "url", "URL of the endpoint"),
    ("c", "curl", "curl command that calls the endpoint"),
    ("d", "dashboard", "URL of Ray's page for it"),
    ("i", "id", "id of its Ray application"),
)

_COPIES = tuple(
    Key(f"copy_{name}", k, k, name, Group.VIEW, _COPY, f"Copy the {what}.", footer=place)
    for place, (k, name, what) in enumerate(COPIES, start=1)
)

_APP = (
    Key(
        "command",
        "colon",
        ":",
        "command",
        Group.APP,
        _TASKS,
        "Command line, Tab completes: :tab idle, :task NAME, :cluster up, :q.",
        footer=15,
    ),
    Key("help", "question_mark", "?", "keys", Group.APP, _PAGES, "The keys of this screen.", 20),
    Key("back", "escape", "Esc", "back", Group.APP, _ALL, "One step back; never quits."),
    Key(
        "quit",
        "q ctrl+c",
        "q",
        "quit",
        Group.APP,
        _ALL - {Where.DIALOG},
        "Back, also Ctrl-C; on the task table: leave. The scheduler and the tasks go on.",
        footer=21,
    ),
    Key("redraw", "ctrl+l", "Ctrl-L", "", Group.APP, _PAGES, "Draw the screen again."),
)

KEYS: tuple[Key, ...] = (*_MOVES, *_VIEWS, *_FORMS, *_CHANGES, *_COPIES, *_APP)


def keys_of(where: Where) -> tuple[Key, ...]:
    """The rows of one screen, in table order."""
    return tuple(k for k in KEYS if where in k.where)


def bindings(where: Where) -> list[BindingType]:
    """Textual's bindings of one screen. Each calls ``action_press(id)``."""
    return [
        Binding(",".join(k.names.split()), f"press('{k.id}')", k.label, show=False)
        for k in keys_of(where)
        if not k.archived
    ]


def key(id: str) -> Key:  # noqa: A002 - it is the row's id
    """One row by its id."""
    return next(k for k in KEYS if k.id == id)


def footer(where: Where) -> Sequence[Key]:
    """The rows that the footer of a screen names, in its order; no second meanings.

    ``chrome.footer`` puts those in for an archived task.
    """
    rows = [k for k in keys_of(where) if k.footer and not k.archived]
    return sorted(rows, key=lambda k: k.footer)


def markdown() -> str:
    """The table for the README."""
    out = ["| key | where | what it does |", "| --- | --- | --- |"]
    out.append(f"| `1` … `7` | tasks | {', '.join(TAB_NAMES)} |")
    for k in KEYS:
        if not k.id.startswith("tab_"):
            where = "everywhere" if len(k.where) >= len(Where) - 1 else ", ".join(sorted(k.where))
            out.append(f"| `{k.shown}` | {where} | {k.help} |")
    return "\n".join(out) + "\n"
