"""Opens the terminal app, where there is a terminal for it."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from tasktui.cli.verbs import Call
from tasktui.errors import UserError
from tasktui.runtime.importing import kept
from tasktui.runtime.session import Session
from tasktui.runtime.views import named, place


def open_app(call: Call) -> int:
    """Open the terminal app and return its exit code.

    Raises UserError without a terminal, NotFound for a view that there is not.
    """
    why = refusal(call.environ, interactive())
    if why:
        raise UserError(why, "The command line does the same: tasktui ls, tasktui --help.")
    name = call.args.opens
    view = named(place(call.environ), name) if name else None
    session = Session(call.config, call.environ, "tui")
    try:
        session.bind()
        session.begin()
        with kept():
            from tasktui.tui.app import run  # noqa: PLC0415 - Textual is slow to import
            from tasktui.tui.screens.views import Shown  # noqa: PLC0415 - so too
        return run(session, call.environ, Shown(name, view) if view else None)
    finally:
        session.close()


def interactive() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def refusal(environ: Mapping[str, str], terminal: bool) -> str:
    """Why the terminal app cannot open here; empty where it can."""
    if not terminal:
        return "The terminal app needs a terminal: standard input or output is not one."
    if environ.get("TERM") == "dumb":
        return "The terminal app needs a terminal that can draw; TERM says that this one is dumb."
    return ""
