"""Keys that move about."""

from __future__ import annotations

from tasktui.tui.key import Group, Key
from tasktui.tui.keyrows.places import SCROLL, TASKS

TAB_NAMES = ("All", "Idle", "In-queue", "Starting", "Running", "Need Stop", "Archived")

ROWS = (
    Key("down", "j down", "j", "", Group.MOVE, SCROLL, "Next row or line; also the arrow key."),
    Key("up", "k up", "k", "", Group.MOVE, SCROLL, "Previous row or line; also the arrow key."),
    Key("top", "g home", "g", "", Group.MOVE, SCROLL, "First row or line; also Home."),
    Key("bottom", "G end", "G", "", Group.MOVE, SCROLL, "Last row or line; also End."),
    Key("page_down", "pagedown", "PgDn", "", Group.MOVE, SCROLL, "A page down."),
    Key("page_up", "pageup", "PgUp", "", Group.MOVE, SCROLL, "A page up."),
    Key("half_down", "ctrl+d", "Ctrl-D", "", Group.MOVE, SCROLL, "Half a page down."),
    Key("half_up", "ctrl+u", "Ctrl-U", "", Group.MOVE, SCROLL, "Half a page up."),
    Key("left", "left", "Left", "", Group.MOVE, TASKS, "Columns further to the left."),
    Key("right", "right", "Right", "", Group.MOVE, TASKS, "Columns further to the right."),
    *(
        Key(f"tab_{n}", str(n), str(n), "", Group.MOVE, TASKS, f"Tab {name}.")
        for n, name in enumerate(TAB_NAMES, start=1)
    ),
    Key("next_tab", "right_square_bracket tab", "]", "", Group.MOVE, TASKS, "Next tab; also Tab."),
    Key(
        "previous_tab",
        "left_square_bracket shift+tab",
        "[",
        "",
        Group.MOVE,
        TASKS,
        "Previous tab; also Shift-Tab.",
    ),
    Key("last_tab", "minus", "-", "", Group.MOVE, TASKS, "The tab that was shown before."),
)
