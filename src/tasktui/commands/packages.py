"""Packages that nothing uses any more: named, and removed after a time of grace.

Guarantees that no package is removed that an artifact or a task needs, also not one that is
just being added: a package is as old as its last use, and a young one stays.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasktui.commands.context import Context

SETTLED = timedelta(minutes=1)
"""A package younger than that may be about to be used: an artifact is packed before it is kept."""


def size_text(size: int) -> str:
    """Bytes in words: ``840 B``, ``12 kB``, ``3.4 MB``."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


@dataclass(frozen=True, slots=True)
class Unused:
    """A package that neither an artifact nor a task needs."""

    digest: str
    size: int
    """Bytes."""
    since: datetime
    """When it was packed or let go last, aware, UTC."""


class Packages:
    """The packages of one store."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def unused_packages(self) -> list[Unused]:
        """All that nothing uses, the longest unused first."""
        found = [_described(path) for path in self._store.archive_path("x").parent.glob("*.zip")]
        unused = [u for u in found if u and not self._store.digest_in_use(u.digest)]
        return sorted(unused, key=lambda u: (u.since, u.digest))

    def due_packages(self, grace: timedelta) -> list[Unused]:
        """Those among them that have been unused for so long, and so may go."""
        last = self._context.now() - max(grace, SETTLED)
        return [u for u in self.unused_packages() if u.since <= last]

    def prune_packages(self, grace: timedelta) -> list[Unused]:
        """Remove those, and return them. Raises OSError where the disk refuses it."""
        return [u for u in self.due_packages(grace) if self._drop(u)]

    def let_go(self, digest: str) -> None:
        """Note that a package may have lost its last user: its time of grace begins."""
        at = self._context.now().timestamp()
        with contextlib.suppress(FileNotFoundError):  # an image has none
            os.utime(self._store.archive_path(digest), (at, at))

    def _drop(self, unused: Unused) -> bool:
        """Remove a package unless somebody took it up meanwhile; whether it was removed."""
        path = self._store.archive_path(unused.digest)
        with self._store.transaction():  # until its end nobody keeps another artifact
            if self._store.digest_in_use(unused.digest) or _described(path) != unused:
                return False
            path.unlink()
        return True


def _described(path: Path) -> Unused | None:
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return Unused(path.stem, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))
