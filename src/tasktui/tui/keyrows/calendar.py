"""Keys of the calendar alone."""

from __future__ import annotations

from tasktui.tui.key import Group, Key
from tasktui.tui.keyrows.places import CALENDAR

ROWS = (
    Key("next_week", "n right", "n", "next week", Group.VIEW, CALENDAR, "The next week.", 1),
    Key("previous_week", "p left", "p", "previous", Group.VIEW, CALENDAR, "The week before.", 2),
    Key("today", "T", "T", "today", Group.VIEW, CALENDAR, "The week that begins today.", 3),
    Key(
        "save_points",
        "s",
        "s",
        "save .ics",
        Group.VIEW,
        CALENDAR,
        "Save the points as an .ics file in the state folder.",
        5,
    ),
    Key("copy_points", "c", "c", "copy", Group.VIEW, CALENDAR, "Copy the points as text.", 6),
)
