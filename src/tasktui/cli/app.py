"""Opens the terminal app, where there is a terminal for it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Mapping

from tasktui.cli.verbs import Call
from tasktui.errors import UserError
from tasktui.runtime.session import Session


def open_app(call: Call) -> int:
    """Open the terminal app and return its exit code. Raises UserError without a terminal."""
    why = refusal(call.environ, interactive())
    if why:
        raise UserError(why, "The command line does the same: tasktui ls, tasktui --help.")
    session = Session(call.config, call.environ, "tui")
    try:
        session.bind()
        session.begin()
        return _imported()(session, call.environ)
    finally:
        session.close()


def _imported() -> Callable[[Session, Mapping[str, str]], int]:
    """What runs the app: slow to import, and of what is imported nothing is garbage."""
    gc.disable()
    try:
        from tasktui.tui.app import run  # noqa: PLC0415 - see above
    finally:
        gc.freeze()
        gc.enable()
    return run


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
