"""What Ray had as it was wanted, kept in the store: so a new scheduler knows another tool's work.

Only fingerprints are kept. Losing them accuses nobody: what differs is put right all the same.
"""

from __future__ import annotations

import json
from dataclasses import replace

from tasktui.scheduler.guard import NOTHING, Memory
from tasktui.scheduler.settings import Settings

AGREED = "agreed"
"""Setting: the start of Ray, and the fingerprint of each application that it had as wanted."""


def recall(settings: Settings) -> Memory:
    """What the scheduler before this one knew."""
    kept = settings.setting(AGREED)
    if not kept:
        return NOTHING
    session, agreed = json.loads(kept)
    return replace(NOTHING, session=session, agreed=agreed)


def differs(old: Memory, new: Memory) -> bool:
    """Whether there is something new to keep."""
    return (old.session, old.agreed) != (new.session, new.agreed)


def keep(settings: Settings, memory: Memory) -> None:
    """Keep it for the next one."""
    settings.set_setting(AGREED, json.dumps([memory.session, dict(memory.agreed)]))
