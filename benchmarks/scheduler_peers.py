"""How late other schedulers run jobs that are all due at one moment, among many that are not.

Run by ``scheduler.py`` in a process of its own with the peer's folder on the path. Prints JSON:
the lateness of each job in seconds, from its moment to the first line of its function.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from typing import Any

FAR = timedelta(hours=2)
LATE: list[float] = []
AT = [0.0]


def job() -> None:
    """Note how late it is."""
    LATE.append(time.time() - AT[0])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=sorted(PEERS))
    parser.add_argument("--tasks", type=int, required=True)
    parser.add_argument("--due", type=int, required=True)
    options = parser.parse_args()
    # So that functions are found by name where a store keeps that.
    sys.modules["scheduler_peers"] = sys.modules["__main__"]
    with tempfile.TemporaryDirectory() as folder:
        PEERS[options.peer](options.tasks, options.due, f"{folder}/jobs.db")
    print(json.dumps(LATE))


def _moment(due: int) -> datetime:
    """A while from now: adding what is due takes some time, too."""
    at = datetime.now(UTC) + timedelta(seconds=5 + due / 100)
    AT[0] = at.timestamp()
    return at


def _done(due: int) -> bool:
    return len(LATE) >= due or time.time() > AT[0] + 60


def three(tasks: int, due: int, path: str, *, kept: bool = False) -> None:
    """APScheduler 3 with its default pool of ten threads."""
    from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415 - one peer

    scheduler: Any = BackgroundScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None})
    if kept:
        scheduler.add_jobstore("sqlalchemy", url=f"sqlite:///{path}")
    scheduler.start(paused=True)
    far = datetime.now(UTC) + FAR
    for number in range(tasks - due):
        scheduler.add_job(job, "date", run_date=far + timedelta(seconds=number % 36_000))
    at = _moment(due)
    for _ in range(due):
        scheduler.add_job(job, "date", run_date=at)
    scheduler.resume()
    while not _done(due):
        time.sleep(0.05)
    scheduler.shutdown(wait=False)


def three_kept(tasks: int, due: int, path: str) -> None:
    """The same with its jobs in SQLite."""
    three(tasks, due, path, kept=True)


def four(tasks: int, due: int, path: str, *, kept: bool = False) -> None:
    """APScheduler 4, a pre-release."""
    asyncio.run(_four(tasks, due, path if kept else ""))


def four_kept(tasks: int, due: int, path: str) -> None:
    """The same with its schedules in SQLite."""
    four(tasks, due, path, kept=True)


async def _four(tasks: int, due: int, path: str) -> None:
    from apscheduler import AsyncScheduler  # noqa: PLC0415 - one peer
    from apscheduler.triggers.date import DateTrigger  # noqa: PLC0415 - one peer

    async with AsyncScheduler(_store(path)) as scheduler:
        far = datetime.now(UTC) + FAR
        for number in range(tasks - due):
            moment = far + timedelta(seconds=number % 36_000)
            await scheduler.add_schedule(job, DateTrigger(moment))
        at = _moment(due)
        for _ in range(due):
            await scheduler.add_schedule(job, DateTrigger(at))
        await scheduler.start_in_background()
        while not _done(due):  # noqa: ASYNC110 - the jobs tell nobody
            await asyncio.sleep(0.05)


def _store(path: str) -> Any:  # noqa: ANN401 - a peer's
    from apscheduler.datastores.memory import MemoryDataStore  # noqa: PLC0415 - one peer

    if not path:
        return MemoryDataStore()
    from apscheduler.datastores.sqlalchemy import SQLAlchemyDataStore  # noqa: PLC0415 - one peer

    return SQLAlchemyDataStore(engine_or_url=f"sqlite+aiosqlite:///{path}")


PEERS = {
    "APScheduler 3, memory": three,
    "APScheduler 3, SQLite": three_kept,
    "APScheduler 4, memory": four,
    "APScheduler 4, SQLite": four_kept,
}


if __name__ == "__main__":
    main()
