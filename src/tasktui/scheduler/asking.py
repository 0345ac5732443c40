"""Asks a person before a removal that nobody asked for, and hears the answer. Kept in the store.

What is asked is ``guard``'s decision; a restart forgets neither question nor answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from tasktui.scheduler.settings import Settings

ASKED = "removal_asked"
"""Setting: the names of the applications that the scheduler does not remove before asking."""
CONFIRMED = "removal_confirmed"
"""Setting: the names that a person said may be removed."""


def names_of(kept: str | None) -> tuple[str, ...]:
    """The names of a setting."""
    return tuple(json.loads(kept)) if kept else ()


def confirmed(settings: Settings) -> frozenset[str]:
    """The applications that may be removed."""
    return frozenset(names_of(settings.setting(CONFIRMED)))


def ask(settings: Settings, names: Iterable[str]) -> bool:
    """Keep which applications are asked about; True when the question is a new one.

    Without any the question is over, and what was confirmed counts no more.
    """
    wanted = sorted(names)
    kept = json.dumps(wanted) if wanted else ""
    if (settings.setting(ASKED) or "") == kept:
        return False
    settings.set_setting(ASKED, kept)
    if not wanted:
        settings.set_setting(CONFIRMED, "")
    return bool(wanted)
