"""Keys of the list of columns."""

from __future__ import annotations

from tasktui.tui.key import Group, Key
from tasktui.tui.keyrows.places import COLUMNS


def _key(id: str, names: str, shown: str, label: str, text: str, place: int) -> Key:  # noqa: A002 - the columns of a row
    return Key(id, names, shown, label, Group.VIEW, COLUMNS, text, place)


ROWS = (
    _key("turn_column", "space", "Space", "show/hide", "Show the column, or hide it.", 1),
    _key("later_column", "J shift+down", "J", "move down", "Further down: to the right.", 2),
    _key("sooner_column", "K shift+up", "K", "move up", "Further up: to the left.", 3),
    _key("usual_columns", "0", "0", "default", "The columns that are shown unless one chooses.", 4),
    _key("take_columns", "enter", "Enter", "apply", "Show these columns from now on.", 5),
)
