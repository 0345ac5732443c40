"""A question that only ``yes`` answers."""

from __future__ import annotations

from tasktui.cli.output import note

_YES = {"y", "yes"}


def agreed(question: str) -> bool:
    """Ask on standard error; everything but yes, the end of the input too, is no."""
    note(f"{question} [y/N]")
    try:
        return input().strip().lower() in _YES
    except EOFError:
        return False
