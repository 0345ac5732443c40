"""Verbs that keep an installation: copy the database, put a copy back."""

from __future__ import annotations

import argparse
from pathlib import Path

from tasktui.cli.output import emit, note, say
from tasktui.cli.verbs import Call, Verb
from tasktui.runtime.files import prepare
from tasktui.scheduler.leader import LeaderLock
from tasktui.store.restore import restore


def _backup(call: Call) -> int:
    call.require_writable()
    made = call.session.call(lambda c: c.backup())
    if call.json:
        emit({"file": str(made)})
    else:
        say(str(made))
    return 0


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="a file of STATE/backups")


def _restore(call: Call) -> int:
    call.require_writable()
    prepare(call.config.state_dir)
    lock = LeaderLock(call.config.state_dir)
    lock.acquire()
    try:
        kept = restore(call.config.database, call.args.file.absolute())
    finally:
        lock.release()
    if call.json:
        emit({"database": str(call.config.database), "kept": str(kept)})
    else:
        say(f"The database is that of {call.args.file.name} now; what was there is in {kept}.")
        note("Look at the tasks, then start the scheduler: tasktui ls, tasktui scheduler start.")
    return 0


VERBS = (
    Verb(
        name="backup",
        run=_backup,
        json=True,
        text="The scheduler does it once a day.",
        examples=("tasktui backup",),
    ),
    Verb(
        name="restore-backup",
        run=_restore,
        arguments=_restore_arguments,
        json=True,
        text="Refused while the scheduler runs or anybody has the database open. What was there\n"
        "is kept. Tasks that the copy does not know are stopped on Ray.",
        examples=("tasktui restore-backup STATE/backups/20260305T020000.000000Z-daily.db",),
    ),
)
