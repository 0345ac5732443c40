"""What the demo made, kept in the store, so that it takes down that and nothing else."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from tasktui.runtime.session import Session

_KEY = "demo"


@dataclass(frozen=True, slots=True)
class Record:
    """What the demo made. Moments in ISO 8601 tell its processes from later ones."""

    tasks: tuple[int, ...] = ()
    """Ids."""
    cluster: str = ""
    """When the embedded cluster started; empty when the demo did not bring it up."""
    scheduler: str = ""
    """When the scheduler started; empty when the demo did not start it."""


def read_record(session: Session) -> Record:
    """What was made so far."""
    body = json.loads(session.call(lambda c: c.setting(_KEY)) or "{}")
    return Record(**{**body, "tasks": tuple(body.get("tasks", ()))})


def write_record(session: Session, record: Record) -> None:
    """Keep what was made."""
    session.call(lambda c: c.set_setting(_KEY, json.dumps(asdict(record))))
