"""Puts a backup in the place of the database.

Guarantees that nothing is replaced that anybody has open, that only a whole
database of the same store gets there, and that what was there is kept. For a
process that has not opened the database.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tasktui.errors import StoreError
from tasktui.store import belonging, failures, place
from tasktui.store.connection import Connection, require_whole
from tasktui.store.migrations import require_ours

_SHARED = (510, 0x40000002)
"""Bytes of the file on which every open SQLite connection holds a lock: how many, and from where.
They lie beyond the content, and are part of SQLite's file format."""


def restore(path: Path, copy: Path) -> Path:
    """Replace the database at ``path`` by ``copy``; returns where the old files are kept.

    Raises StoreBusy while anybody has it open, StoreBroken or StoreTooNew for a
    copy that is damaged, another program's, another store's or a newer
    version's, StoreError where files cannot be read or written.
    """
    place.private(path.parent)
    kept = path.parent / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    draft = path.with_name(f".restore-{os.getpid()}.db")
    try:
        _check(copy, draft)
        with _alone(path):
            kept.mkdir(mode=0o700)
            for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                if (path.parent / name).exists():
                    (path.parent / name).rename(kept / name)
            draft.replace(path)
    except OSError as error:
        raise StoreError(
            f"{copy} cannot be put in the place of {path}: {error.strerror}.",
            f"What was there is untouched, or in {kept}.",
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return kept


def _check(copy: Path, draft: Path) -> None:
    """Make ``draft`` a copy that is fit to be opened."""
    with os.fdopen(os.open(copy, os.O_RDONLY | os.O_NOFOLLOW), "rb") as source:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as target:
            shutil.copyfileobj(source, target)
    with closing(Connection.open(draft)) as db:
        require_ours(db)
        require_whole(db)
        belonging.confirm(db)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep everybody else from opening the file; StoreBusy when somebody has it open."""
    if not path.exists():
        yield
        return
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, *_SHARED)
        except OSError as error:
            raise failures.in_use(path) from error
        yield
    finally:
        os.close(handle)
