"""Where drafts are kept: a slot for a new task, one for each task that is edited or cloned.

All slots of a user share one row of the store. Nothing here knows Textual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tasktui.commands.commands import Commands
from tasktui.domain.task import Task
from tasktui.tui.wizard.model import Draft, from_mapping, to_mapping

LAUNCH = "launch"
MOST = 12
"""Slots kept; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it was kept."""

    at: datetime
    """Aware, UTC."""
    draft: Draft
    base: Draft
    """What the task that is edited looked like when the draft was begun."""
    step: int


def slot(editing: Task | None, cloning: Task | None = None) -> str:
    """Name of the slot: by the task's id, since an edit may change its name."""
    if editing:
        return f"edit {editing.id}"
    return f"clone {cloning.id}" if cloning else LAUNCH


def keep(commands: Commands, slot: str, draft: Draft, base: Draft, step: int) -> None:
    """Keep a draft; it survives a dropped connection."""
    slots = _slots(commands)
    slots[slot] = {
        "at": commands.now().isoformat(),
        "step": step,
        "draft": to_mapping(draft),
        "base": to_mapping(base),
    }
    newest = sorted(slots, key=lambda s: str(slots[s].get("at", "")))[-MOST:]
    commands.save_draft({s: slots[s] for s in newest})


def restore(commands: Commands, slot: str) -> Kept | None:
    """The draft of a slot, None when there is none that can be read."""
    body = _slots(commands).get(slot)
    if body is None:
        return None
    draft, base = body.get("draft"), body.get("base")
    at = _moment(body.get("at"))
    if at is None or not isinstance(draft, Mapping) or not isinstance(base, Mapping):
        return None
    step = body.get("step")
    return Kept(at, from_mapping(draft), from_mapping(base), step if isinstance(step, int) else 1)


def discard(commands: Commands, slot: str) -> None:
    """Forget the draft of a slot."""
    slots = _slots(commands)
    if slots.pop(slot, None) is None:
        return
    if slots:
        commands.save_draft(slots)
    else:
        commands.clear_draft()


def _slots(commands: Commands) -> dict[str, Mapping[str, object]]:
    body = commands.draft() or {}
    return {k: v for k, v in body.items() if isinstance(v, Mapping)}


def _moment(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
