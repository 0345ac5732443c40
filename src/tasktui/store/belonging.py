"""Which store a directory holds, kept beside the database, which may be swapped or emptied.

Guarantees that a directory once used never silently gets an empty store, or
that of another directory: both would look as if every task was gone.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from tasktui.store import failures
from tasktui.store.connection import Connection

NAME = "owner"

_ID = re.compile(r"[0-9a-f]{6}")


def refuse_empty(db: Connection) -> None:
    """Raise StoreBroken for a database without content in a directory that has a store."""
    owner = _kept(db.path.parent)
    if owner and not db.value("SELECT count(*) FROM sqlite_schema"):
        raise failures.emptied(db.path, owner)


def confirm(db: Connection) -> None:
    """Keep the store's id beside the database. Raises StoreBroken where another one's is there."""
    owner = str(db.value("SELECT value FROM setting WHERE key = 'owner'"))
    folder = db.path.parent
    kept = _kept(folder)
    if not kept:
        _keep(folder, owner)
    elif kept != owner:
        raise failures.stranger(db.path, owner, kept)


def _kept(folder: Path) -> str:
    """The id; empty where none is kept, or nothing that can be one."""
    try:
        text = (folder / NAME).read_text(errors="replace").strip()
    except OSError:
        return ""
    return text if _ID.fullmatch(text) else ""


def _keep(folder: Path, owner: str) -> None:
    draft = folder / f".{NAME}-{os.getpid()}"
    try:
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{owner}\n")
        draft.replace(folder / NAME)
    except OSError:
        draft.unlink(missing_ok=True)  # a full disk, for example: the next opening tries again
