"""Turns SQLite's errors into ours: each names the file and says what to do next.

Constraint violations and misuse are not translated: the first mean something
only to the caller, the second are mistakes in this program.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

from tasktui.errors import DiskFull, Interrupted, StoreBroken, StoreBusy, StoreError, StoreTooNew

_OTHER_PLACE = "Choose another directory with --state-dir or TASKTUI_STATE_DIR."


def translate(error: sqlite3.Error, path: Path) -> StoreError:
    """Return our error for ``error``, which SQLite raised on the database at ``path``."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    primary = code & 0xFF
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return moved(path)
    if primary == sqlite3.SQLITE_FULL or (primary == sqlite3.SQLITE_IOERR and _is_full(path)):
        return DiskFull(
            f"No space is left for {path}: no change was made, not even in part.",
            "Free some space on that disk; programs that are open go on reading.",
        )
    return _BY_CODE.get(primary, _other)(path, str(error))


def moved(path: Path) -> StoreBroken:
    """The file was deleted or replaced while it was open: what is written to it would be lost."""
    return StoreBroken(
        f"{path} was deleted or replaced while this program had it open; nothing was written.",
        "Put the right file back, then start this program and the scheduler again.",
    )


def log_gone(path: Path) -> StoreBroken:
    """The write-ahead log was deleted or replaced: what only stood in it is lost."""
    return StoreBroken(
        f"{path}-wal, which holds the newest changes, was deleted or replaced while this program "
        "had it open; nothing was written.",
        "Stop the scheduler and every tasktui of this directory, then start them again; "
        f"where changes are missing, {path.parent}/backups has copies.",
    )


def written_over(path: Path) -> StoreBroken:
    """Somebody else wrote into the file itself, as cp does: pages of two databases would mix."""
    return StoreBroken(
        f"Another program wrote into {path} while this one had it open; nothing was written.",
        "Stop the scheduler and every tasktui of this directory, put the right file there, "
        "and start them again.",
    )


def emptied(path: Path, owner: str) -> StoreBroken:
    """There is nothing in the file, though its directory had a store."""
    return StoreBroken(
        f"{path} is empty, but this directory holds the store {owner}: its content is lost.",
        f"Put the newest file of {path.parent}/backups in its place (tasktui restore-backup "
        f"FILE). To begin anew without its tasks, remove {path.parent}/owner.",
    )


def stranger(path: Path, found: str, owner: str) -> StoreBroken:
    """The file is another store's."""
    return StoreBroken(
        f"{path} is the store {found}, but this directory belongs to the store {owner}.",
        f"Put its own file back. To go on with this one, remove {path.parent}/owner; "
        "applications of the other one stay on Ray then.",
    )


def no_copy(folder: Path, error: OSError) -> StoreError:
    """The folder of the copies cannot be used."""
    kind = DiskFull if error.errno in {errno.ENOSPC, errno.EDQUOT} else StoreError
    return kind(
        f"No copy of the database can be made in {folder}: {error.strerror}.",
        "Free some space on that disk, or mend the folder's permissions.",
    )


def in_use(path: Path) -> StoreBusy:
    """Somebody has the database open, so it must not be replaced."""
    return StoreBusy(
        f"{path} is open in another program; nothing was changed.",
        "Leave every tasktui of this directory (lsof shows them), then try again.",
    )


def taken_back(path: Path) -> StoreError:
    """SQLite ended the transaction after an error inside it: the rest must not happen alone."""
    return StoreError(
        f"{path}: the change was taken back after an error inside it; nothing was written.",
        "Check the disk and its free space, then try again.",
    )


def too_new(path: Path, found: int, known: int) -> StoreTooNew:
    """The database has a newer form than this program knows."""
    return StoreTooNew(
        f"{path} was written by a newer version of tasktui (form {found}; this one knows {known}).",
        "Start that version, or this one with another --state-dir.",
    )


def foreign(path: Path) -> StoreBroken:
    """The file is something else than a database of tasktui."""
    return StoreBroken(
        f"{path} is not a database of tasktui.",
        "Move it away, and a new one is made; or choose another --state-dir.",
    )


def damaged(path: Path, detail: str) -> StoreBroken:
    """The file is a database, but its content makes no sense."""
    return StoreBroken(
        f"{path} is damaged: {detail}.",
        f"Stop the scheduler, move {path.name}, {path.name}-wal and {path.name}-shm away together "
        f"(a log that stays would be written into the copy), and copy the newest file of "
        f"{path.parent}/backups to {path.name}.",
    )


def _busy(path: Path, _: str) -> StoreError:
    return StoreBusy(
        f"{path} stayed locked by another process; nothing was changed.",
        f"Try again; if it stays so, find who holds it: lsof {path}",
    )


def _readonly(path: Path, detail: str) -> StoreError:
    return StoreError(
        f"{path} cannot be written: {detail}.",
        f"Check the permissions of the file and of its directory. {_OTHER_PLACE}",
    )


def _unopened(path: Path, detail: str) -> StoreError:
    if not path.exists():
        return moved(path)
    return StoreError(
        f"{path} cannot be opened: {detail}.",
        f"Check the permissions of the file and of its directory. {_OTHER_PLACE}",
    )


def _failing(path: Path, detail: str) -> StoreError:
    return StoreError(
        f"{path} cannot be read or written: {detail}.", f"Check the disk. {_OTHER_PLACE}"
    )


def _interrupted(path: Path, _: str) -> StoreError:
    return Interrupted(f"A query on {path} was broken off.", "Ask again.")


def _other(path: Path, detail: str) -> StoreError:
    if detail.startswith("no such"):
        return damaged(path, detail)
    return StoreError(f"{path}: SQLite says: {detail}.", "")


_BY_CODE = {
    sqlite3.SQLITE_BUSY: _busy,
    sqlite3.SQLITE_LOCKED: _busy,
    sqlite3.SQLITE_NOTADB: lambda path, _: foreign(path),
    sqlite3.SQLITE_CORRUPT: damaged,
    sqlite3.SQLITE_READONLY: _readonly,
    sqlite3.SQLITE_PERM: _readonly,
    sqlite3.SQLITE_CANTOPEN: _unopened,
    sqlite3.SQLITE_IOERR: _failing,
    sqlite3.SQLITE_INTERRUPT: _interrupted,
}


def _is_full(path: Path) -> bool:
    try:
        return os.statvfs(path.parent).f_bavail == 0
    except OSError:
        return False
