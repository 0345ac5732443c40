"""Keys of the log alone."""

from __future__ import annotations

from tasktui.tui.key import Group, Key
from tasktui.tui.keyrows.places import LOGS

ROWS = (Key("replica", "n", "n", "next replica", Group.VIEW, LOGS, "The next replica's log.", 1),)
