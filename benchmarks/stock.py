"""A state directory with many tasks, the same rows as a file, and somebody who changes them.

Run as a program it commits ten times a second until it is ended: a busy scheduler.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import TracebackType

sys.path.insert(0, str(Path(__file__).parent.absolute().parent / "tests"))

from make import make_arming, make_daily, make_progress, make_replica, make_replicas, make_task
from tasktui.config import Config
from tasktui.domain.status import Reason, Status
from tasktui.domain.task import Task
from tasktui.runtime.session import Session
from tasktui.store.store import Store

_STATUSES = (*[Status.RUNNING] * 6, Status.IDLE, Status.IN_QUEUE, Status.STARTING, Status.IDLE)
_FILES = 10_000


def name(number: int) -> str:
    """Names in the order of their numbers."""
    return f"task-{number:06}"


def fill(folder: Path, size: int) -> None:
    """Make ``size`` tasks in the state directory ``folder``, and the same rows in files."""
    session = Session(Config(state_dir=folder), {}, "cli")
    artifact = session.call(lambda c: c.artifact("echo"))
    session.close()
    store = Store.open(folder / "tasktui.db")
    now = datetime.now(UTC)
    with store.transaction(), (folder / "rows.tsv").open("w") as rows:
        for number in range(size):
            task = _task(number, now)
            store.add_task(replace(task, artifact_id=artifact.id, digest=artifact.digest))
            rows.write("\t".join(_cells(task)) + "\n")
    store.close()
    files = folder / "files"
    files.mkdir()
    for number in range(min(size, _FILES)):
        (files / name(number)).touch()


def _task(number: int, now: datetime) -> Task:
    status = _STATUSES[number % len(_STATUSES)]
    armed = make_arming(now - timedelta(days=2)) if status is not Status.IDLE else None
    ready = [make_replica(f"r{n}") for n in range(2)] if status is Status.RUNNING else []
    progress = make_progress(
        status,
        since=now - timedelta(days=1, hours=number % 24),
        reason=Reason("as scheduled" if armed else ""),
        replicas=tuple(ready),
        wanted=make_replicas("2-4") if armed else None,
        next_at=now + timedelta(days=3, minutes=number % 600) if armed else None,
    )
    schedule = make_daily("08:00=2-4,20:00=0-1", "Europe/Berlin")
    created = now - timedelta(days=9, minutes=number % 1000)
    return make_task(
        name(number), schedule=schedule, armed=armed, progress=progress, created_at=created
    )


def _cells(task: Task) -> tuple[str, ...]:
    progress = task.progress
    ready = f"{progress.ready}/2-4" if task.armed else "-"
    at = f"{progress.next_at:%a %d %b %H:%M}" if progress.next_at else "-"
    url = f"http://127.0.0.1:8000{task.route}"
    return (task.name, task.status, ready, "Daily 2", at, url, progress.reason.text or "-")


class Writer:
    """Another process's connection: changes the first task as the scheduler would."""

    def __init__(self, folder: Path) -> None:
        self._store = Store.open(folder / "tasktui.db")

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._store.close()

    def change(self, number: int, task: int = 0) -> None:
        """Commit a new reason."""
        old = self._store.task(name(task))
        progress = replace(old.progress, reason=Reason(f"round {number}"))
        self._store.save_task(replace(old, progress=progress))


def knows_key(id: str) -> bool:  # noqa: A002 - it is the row's id
    """Whether the terminal app has a key of that name."""
    from tasktui.tui.keys import KEYS  # noqa: PLC0415 - imports Textual

    return any(k.id == id for k in KEYS)


def main() -> None:
    """Commit until ended; not in the first rows, which are on the screen."""
    with Writer(Path(sys.argv[1])) as writer:
        for number in count():
            try:
                writer.change(number, 60 + number % 40)
            except sqlite3.Error as error:
                sys.exit(str(error))
            time.sleep(0.1)


if __name__ == "__main__":
    main()
