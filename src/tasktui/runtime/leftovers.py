"""What kills, crashes and old days leave behind, each with how to be rid of it.

Guarantees that nothing in use is named, and changes nothing: what is removed is
for a person to decide.
"""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tasktui.engine import local_processes
from tasktui.engine.local import LocalCluster, LocalState
from tasktui.engine.local_command import folders

_OLD_S = 3600.0
"""Age from which an unfinished file was broken off, in seconds."""

_DRAFTS = (".*-[0-9]*", ".restore-*", "artifacts/.pack-*.tmp", "backups/*.part", "exports/.*")


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing that nobody needs."""

    text: str
    mend: str
    """A command line that removes it."""


def leftovers(
    state_dir: Path, in_use: Callable[[str], bool], grace_s: float = 0.0
) -> list[Leftover]:
    """Everything that is left in the state directory and by its clusters.

    ``in_use`` tells whether an artifact or a task needs the package of a digest; the
    scheduler removes one that has been unused for ``grace_s`` seconds, with its next look.
    """
    packages = _packages(state_dir, in_use, grace_s)
    return [*_cluster(state_dir), *_folders(), *packages, *_files(state_dir)]


def _cluster(state_dir: Path) -> Iterator[Leftover]:
    status = LocalCluster(state_dir).status()
    if status.state is LocalState.BROKEN:
        count = f", {status.processes} processes" if status.processes else ""
        yield Leftover(f"a broken embedded cluster{count}", "tasktui cluster down")


def _folders() -> Iterator[Leftover]:
    """Folders of embedded clusters of this user without a process that works in them."""
    found = [f for f in folders() if f.stat().st_uid == os.getuid()]
    if not found:
        return
    living = {m.partition(":")[2] for m in local_processes.markers()}
    for folder in found:
        if str(folder) not in living and _old(folder):
            yield Leftover(f"{folder} of a cluster that is gone", f"rm -r {_word(folder)}")


def _packages(state_dir: Path, in_use: Callable[[str], bool], grace_s: float) -> Iterator[Leftover]:
    for path in sorted(state_dir.glob("artifacts/*.zip")):
        if not in_use(path.stem) and _old(path, grace_s + _OLD_S):
            size = path.stat().st_size / 1e6
            text = f"{path.name[:12]}... ({size:.1f} MB), which no artifact uses"
            yield Leftover(text, "tasktui artifact prune")


def _files(state_dir: Path) -> Iterator[Leftover]:
    found = {p for pattern in _DRAFTS for p in state_dir.glob(pattern)}
    for path in sorted(p for p in found if _old(p)):
        yield Leftover(f"{path.name}, which was never finished", f"rm -r {_word(path)}")
    for path in sorted(state_dir.glob("replaced-*Z")):
        text = f"{path.name}, the database before a backup was put back"
        yield Leftover(text, f"rm -r {_word(path)}")


def _old(path: Path, age_s: float = _OLD_S) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > age_s
    except OSError:
        return False


def _word(path: Path) -> str:
    return shlex.quote(str(path))
