"""Keys that every screen has, or the whole program."""

from __future__ import annotations

from tasktui.tui.key import Group, Key, Where
from tasktui.tui.keyrows.places import ALL, HELP, LOGS, PAGES, TASKS

ROWS = (
    Key("refresh", "r", "r", "refresh", Group.VIEW, PAGES - LOGS, "Read again now."),
    Key(
        "command",
        "colon",
        ":",
        "command",
        Group.APP,
        PAGES,
        "Command line, Tab completes: :tab idle, :why NAME, :tz utc, :ro, :cluster up, :q.",
        footer=15,
    ),
    Key("help", "question_mark", "?", "keys", Group.APP, PAGES, "The keys of this screen.", 30),
    Key("palette", "ctrl+p", "Ctrl-P", "", Group.APP, PAGES, "Find a command by its words."),
    Key("search", "slash", "/", "find", Group.APP, HELP, "Only keys with this text.", 1),
    Key("back", "escape", "Esc", "back", Group.APP, ALL, "One step back; never quits."),
    Key(
        "quit",
        "q ctrl+c",
        "q",
        "quit",
        Group.APP,
        TASKS,
        "Leave, also Ctrl-C. The scheduler and the tasks go on.",
        footer=31,
    ),
    Key(
        "close",
        "q ctrl+c",
        "q",
        "back",
        Group.APP,
        ALL - TASKS - {Where.DIALOG},
        "Back, also Ctrl-C; only on the task table q leaves.",
        footer=31,
    ),
    Key("redraw", "ctrl+l", "Ctrl-L", "", Group.APP, PAGES, "Draw the screen again."),
)
