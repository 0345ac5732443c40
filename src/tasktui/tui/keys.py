"""Every key in one table: bindings, footers, the help screen and the README come from it.

Two rules hold for the table, and tests hold them: no lowercase key changes
anything, and every key that changes something is dangerous, that is, it opens a
dialog first. Ctrl, Alt and F keys are only ever extras.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding, BindingType

from tasktui.tui.key import Group, Key, Where
from tasktui.tui.keyrows import (
    app,
    calendar,
    calls,
    changes,
    columns,
    copies,
    logs,
    looks,
    moves,
    orders,
)

__all__ = [
    "COPIES",
    "KEYS",
    "ORDERINGS",
    "TAB_NAMES",
    "Group",
    "Key",
    "Where",
    "bindings",
    "footer",
    "key",
    "keymap",
    "keys_of",
    "markdown",
    "rows",
    "use",
]

TAB_NAMES = moves.TAB_NAMES
COPIES = copies.COPIES
ORDERINGS = orders.ORDERINGS

KEYS: tuple[Key, ...] = (
    *moves.ROWS,
    *looks.ROWS,
    *calendar.ROWS,
    *logs.ROWS,
    *calls.ROWS,
    *changes.FORMS,
    *changes.CHANGES,
    *copies.ROWS,
    *orders.ROWS,
    *columns.ROWS,
    *app.ROWS,
)

"""The table as it is delivered."""

_used: tuple[Key, ...] = KEYS


def rows() -> tuple[Key, ...]:
    """The table with the user's own keys."""
    return _used


def use(own: tuple[Key, ...]) -> None:
    """Go by other keys from now on: before the app is made, which gets them as its keymap."""
    global _used  # noqa: PLW0603 - one program has one table, which pure functions go by
    _used = own


def keymap() -> dict[str, str]:
    """The user's own keys for Textual, by id."""
    return {
        mine.id: ",".join(mine.names.split())
        for mine, given in zip(_used, KEYS, strict=True)
        if mine.names != given.names
    }


def keys_of(where: Where) -> tuple[Key, ...]:
    """The rows of one screen, in table order."""
    return tuple(k for k in _used if where in k.where)


def bindings(where: Where) -> list[BindingType]:
    """Textual's bindings of one screen. Each calls ``action_press(id)``."""
    return [
        Binding(",".join(k.names.split()), f"press('{k.id}')", k.label, show=False, id=k.id)
        for k in KEYS
        if where in k.where and not k.archived
    ]


def key(id: str) -> Key:  # noqa: A002 - it is the row's id
    """One row by its id."""
    return next(k for k in _used if k.id == id)


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
