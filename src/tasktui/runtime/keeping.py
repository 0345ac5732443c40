"""A copy of the database and all tasks as files, once a day; every hour old logs and packages go.

Guarantees seven of each, for their owner alone, and that nobody waits for it:
it has a thread and a connection of its own, which ends with the process.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tasktui.commands.context import Context
from tasktui.commands.keeping import Keeping
from tasktui.commands.packages import Packages
from tasktui.config import Config
from tasktui.domain.event import SCHEDULER, Actor
from tasktui.errors import StoreError
from tasktui.runtime.apart import apart
from tasktui.runtime.kept import tidy
from tasktui.store.store import Store

LOG = logging.getLogger(__name__)

KEPT = 7
EVERY = timedelta(days=1)

_FIRST_S = 60.0
_LOOK_S = 3600.0
_PAUSE_S = 0.005


async def keep_daily(config: Config, *, first_s: float = _FIRST_S) -> None:
    """Look every hour whether a day has passed; never ends by itself, and raises nothing."""
    await asyncio.sleep(first_s)
    while True:
        for work, failed in _WORK:
            try:
                await apart(partial(work, config, datetime.now(UTC)))
            except (StoreError, OSError) as error:
                LOG.warning("%s: %s", failed, error)
        await asyncio.sleep(_LOOK_S)


def keep(config: Config, now: datetime) -> bool:
    """Write copy and export unless those of the last day are there; whether it was done.

    Raises StoreError or OSError, and leaves nothing half-written under a final name.
    """
    exports = config.state_dir / "exports"
    if not _due([*config.state_dir.glob("backups/*-daily.db"), *exports.glob("*Z")], now):
        return False
    with closing(Store.open(config.database)) as store:
        keeping = Keeping(_context(store, config, now))
        made = keeping.backup()
        export(exports, _slowly(keeping.exported()), now)
    LOG.info("Daily copy: %s.", made)
    return True


def prune(config: Config, now: datetime) -> int:
    """Remove the packages that nothing has used for long enough; how many went.

    Raises StoreError or OSError.
    """
    with closing(Store.open(config.database)) as store:
        grace = timedelta(hours=config.unused_limit_h)
        gone = Packages(_context(store, config, now)).prune_packages(grace)
    for package in gone:
        LOG.info("Removed the package %s: nothing used it.", package.digest[:12])
    return len(gone)


def _context(store: Store, config: Config, now: datetime) -> Context:
    actor = Actor(user=SCHEDULER)
    return Context(store=store, config=config, actor=actor, now=lambda: now, poke=lambda: None)


_WORK: Sequence[tuple[Callable[[Config, datetime], int], str]] = (
    (lambda config, now: tidy(config.state_dir, now), "Old logs were not thrown away"),
    (keep, "No daily copy was made"),
    (prune, "Packages that nothing uses were not removed"),
)
"""What is done every hour, each whether or not the one before it went well."""


def export(folder: Path, files: Iterable[tuple[str, str]], now: datetime) -> Path:
    """Write each task into a folder of this moment, keep the newest seven, and return it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    place = folder / f"{now:%Y%m%dT%H%M%SZ}"
    draft = folder / f".{place.name}-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    try:
        for name, text in files:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(draft / f"{name}.yaml", flags, 0o600), "w") as file:
                file.write(text)
        shutil.rmtree(place, ignore_errors=True)
        draft.rename(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    for old in sorted(p for p in folder.glob("*Z") if p != place)[: 1 - KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return place


def _slowly(files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Leave most of the time between two files to the scheduler, which shares the process."""
    for file in files:
        yield file
        time.sleep(_PAUSE_S)


def _due(made: Iterable[Path], now: datetime) -> bool:
    """Whether the newest is a day old; one from a time to come does not count."""
    ages = [now.timestamp() - p.stat().st_mtime for p in made]
    return not any(0 <= age < EVERY.total_seconds() for age in ages)
