"""How a database of an older form becomes one of the present form.

Guarantees that two processes never migrate together, that a half-made step is
never seen, and that a copy is kept before an existing database changes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tasktui.errors import StoreError
from tasktui.store import failures
from tasktui.store.connection import Connection
from tasktui.store.steps import STEPS

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x7461736B
"""``task``: tells our databases from others'."""

KEPT_BACKUPS = 7

_BROKEN_OFF_S = 3600
"""Age from which an unfinished copy was broken off: no process is at it any more."""


def migrate(db: Connection, steps: tuple[Callable[[Database], None], ...] = STEPS) -> None:
    """Bring the database to the form that ``steps`` end in.

    Raises StoreTooNew for a newer one, StoreBroken for another program's.
    """
    found = _form(db, len(steps))
    if 0 < found < len(steps):
        backup(db, f"form-{found}")
    if found < len(steps):
        _run(db, steps)
    db.form = len(steps)


def backup(db: Connection, label: str = "daily") -> Path:
    """Write a consistent copy beside the database, and keep the newest seven.

    Not inside a transaction. Takes about a second for each 100 MB. Raises
    StoreError, and leaves no file then; a kill leaves none that looks whole.
    """
    folder = db.path.parent / "backups"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        now = datetime.now(UTC)
        for broken_off in folder.glob("*.part"):
            if now.timestamp() - broken_off.stat().st_mtime > _BROKEN_OFF_S:
                broken_off.unlink(missing_ok=True)
        path = folder / f"{now:%Y%m%dT%H%M%S.%fZ}-{label}.db"
        draft = path.with_suffix(".part")
        # SQLite accepts an empty file, and keeps the mode that it has.
        draft.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise failures.no_copy(folder, error) from error
    try:
        db.execute("VACUUM INTO ?", [str(draft)])
        draft.replace(path)
    except StoreError:
        draft.unlink()
        raise
    # By name, and never the new one: the clock may have gone back.
    others = sorted(p for p in folder.glob("*.db") if p != path)
    for old in others[: 1 - KEPT_BACKUPS]:
        old.unlink(missing_ok=True)
    return path


def require_ours(db: Connection) -> None:
    """Raise StoreBroken unless it is a database of ours with content, StoreTooNew for a newer."""
    if not _form(db, len(STEPS)):
        raise failures.foreign(db.path)


def _form(db: Connection, known: int) -> int:
    found = int(db.value("PRAGMA user_version"))
    ours = db.value("PRAGMA application_id") == APPLICATION_ID
    if not ours and (found or db.value("SELECT count(*) FROM sqlite_schema")):
        raise failures.foreign(db.path)
    if found > known:
        raise failures.too_new(db.path, found, known)
    return found


def _run(db: Connection, steps: tuple[Callable[[Database], None], ...]) -> None:
    from sqlite_utils import Database  # noqa: PLC0415 - 160 ms, and seldom needed

    with db.transaction():
        # Another process may have been faster.
        for number in range(_form(db, len(steps)), len(steps)):
            steps[number](Database(db.raw, execute_plugins=False, recursive_triggers=False))
            db.execute(f"PRAGMA user_version = {number + 1}")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
