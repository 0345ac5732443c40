"""Keys of the copy menu."""

from __future__ import annotations

from tasktui.tui.key import Group, Key
from tasktui.tui.keyrows.places import COPY

COPIES = (
    ("n", "name", "task's name"),
    ("u", "url", "URL of the endpoint"),
    ("c", "curl", "curl command that calls the endpoint"),
    ("d", "dashboard", "URL of Ray's page for it"),
    ("i", "id", "id of its Ray application"),
)

ROWS = tuple(
    Key(f"copy_{name}", k, k, name, Group.VIEW, COPY, f"Copy the {what}.", footer=place)
    for place, (k, name, what) in enumerate(COPIES, start=1)
)
