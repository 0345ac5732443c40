"""The version, as a verb."""

from __future__ import annotations

from tasktui import __version__
from tasktui.cli.output import emit, say
from tasktui.cli.verbs import Call, Verb


def _version(call: Call) -> int:
    if call.json:
        emit({"version": __version__})
    else:
        say(f"tasktui {__version__}")
    return 0


VERBS = (Verb(name="version", run=_version, json=True),)
