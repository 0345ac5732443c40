"""Leaves the mouse to the terminal for a while, so that it selects text as everywhere else."""

from __future__ import annotations

from textual.app import App


def give_mouse(app: App[object], *, on: bool) -> None:
    """Take the mouse's clicks (``on``), or let the terminal have them.

    One that the app never took stays with the terminal.
    """
    # Textual has no public way; drivers without a terminal have no such method.
    name = "_enable_mouse_support" if on else "_disable_mouse_support"
    turn = getattr(app._driver, name, None)  # noqa: SLF001
    if turn is not None:
        turn()
