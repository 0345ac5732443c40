"""Logs of replicas that have ended: STATE/logs/TASK/REPLICA.log, within limits.

Guarantees files for their owner alone, at most so many bytes for each task and none
older than so many days, and names that stay in the folder, whatever Ray calls a replica.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

BYTES = 200 * 2**20
"""Of one task."""
ONE = 20 * 2**20
"""Bytes of one log; its beginning is left out where it has more."""
AGE = timedelta(days=7)

_UNSAFE = re.compile(r"[^A-Za-z0-9_.#-]")


@dataclass(frozen=True, slots=True)
class Kept:
    """One log of a replica that has ended."""

    replica: str
    """Its id."""
    path: Path
    at: datetime
    """When it was kept, aware."""
    size: int


def folder(state_dir: Path, task: str) -> Path:
    """Where the logs of a task are kept."""
    return state_dir / "logs" / _name(task)


def kept(state_dir: Path, task: str) -> list[Kept]:
    """What is kept of a task's replicas, the newest first."""
    found = []
    for path in folder(state_dir, task).glob("*.log"):
        with contextlib.suppress(OSError):  # just thrown away
            info = path.stat()
            at = datetime.fromtimestamp(info.st_mtime, UTC)
            found.append(Kept(path.stem, path, at, info.st_size))
    return sorted(found, key=lambda k: (k.at, k.replica), reverse=True)


def keep(state_dir: Path, task: str, replica: str, text: str) -> Path:
    """Write the log of a replica, in the place of what was kept of it. Raises OSError."""
    place = folder(state_dir, task)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = place / f"{_name(replica)}.log"
    draft = place / f".{path.name}-{os.getpid()}"
    content = text.encode(errors="replace")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(_bounded(content))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def new_file(state_dir: Path, name: str, now: datetime) -> Path:
    """A path for lines that somebody saves, which nothing throws away. Raises OSError."""
    place = state_dir / "saved-logs"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place / f"{_name(name)}-{now:%Y%m%dT%H%M%SZ}.log"


def tidy(state_dir: Path, now: datetime, *, most: int = BYTES) -> int:
    """Throw away what is too old or too much, the oldest first; how many files went."""
    gone = 0
    for place in (state_dir / "logs").glob("*/"):
        gone += sum(_drop(k.path) for k in _surplus(kept(state_dir, place.name), now, most))
        with contextlib.suppress(OSError):  # there is something in it
            place.rmdir()
    return gone


def _surplus(files: Sequence[Kept], now: datetime, most: int) -> list[Kept]:
    found, size = [], 0
    for file in files:
        size += file.size
        if size > most or file.at < now - AGE:
            found.append(file)
    return found


def _drop(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _bounded(content: bytes) -> bytes:
    if len(content) <= ONE:
        return content
    rest = content[-ONE:]
    return b"-- the beginning was left out --\n" + rest[rest.find(b"\n") + 1 :]


def _name(text: str) -> str:
    """A name without anything that leaves the folder or hides in it."""
    return _UNSAFE.sub("_", text).lstrip(".")[:200] or "_"
