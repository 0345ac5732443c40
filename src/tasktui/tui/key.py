"""What a row of the table of keys says. Knows no row, and no Textual."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tasktui.domain.actions import Action


class Where(StrEnum):
    """Screens with keys."""

    TASKS = "tasks"
    DETAIL = "detail"
    LOGS = "logs"
    CALENDAR = "calendar"
    HISTORY = "history"
    WHY = "why"
    YAML = "yaml"
    CALL = "call"
    HELP = "help"
    AUDIT = "audit"
    APPS = "apps"
    NODES = "nodes"
    ARTIFACTS = "artifacts"
    BUILD = "build"
    TOUR = "tour"
    COPY = "copy"
    ORDER = "order"
    COLUMNS = "columns"
    DIALOG = "dialog"


class Group(StrEnum):
    """Headings of the help screen."""

    VIEW = "Look"
    FORM = "Tasks (nothing happens before the form's last step)"
    CHANGE = "Change (each asks first)"
    MOVE = "Move"
    APP = "Everywhere"


LOOKS = {
    "detail": "DetailScreen",
    "copy": "CopyScreen",
    "logs": "LogsScreen",
    "calendar": "CalendarScreen",
    "why": "WhyScreen",
    "yaml": "YamlScreen",
    "history": "HistoryScreen",
    "call": "CallScreen",
}
"""Ids of keys that open a screen on a task, with the class of ``screens/ID.py`` that it is."""


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

    @property
    def changes(self) -> bool:
        """Whether it changes something, or leads to a change."""
        return self.dangerous or self.group is Group.FORM

    @property
    def on_task(self) -> bool:
        """Whether it is about one task: without one it does nothing."""
        return self.action is not None or self.id in LOOKS
