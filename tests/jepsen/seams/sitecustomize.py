"""Loaded by Python itself in every tasktui process of a run, which stays as it is otherwise.

Two seams: a clock that the run can set (``JEPSEN_CLOCK``, a file with seconds to add), and a
trace of what a scheduler writes into the database, with who wrote it (``JEPSEN_TRACE``).
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT", "ROLLBACK")


def shifted(file: str) -> datetime:
    """The time by the clock that the run sets."""
    try:
        seconds = float(Path(file).read_text() or 0)
    except (OSError, ValueError):
        seconds = 0.0
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _set_clock(file: str) -> None:
    from tasktui.runtime.session import Session  # noqa: PLC0415 - only where it is asked for
    from tasktui.scheduler.clock import SystemClock  # noqa: PLC0415 - the same

    setattr(SystemClock, "now", lambda _: shifted(file))  # noqa: B010 - not an assignment to mypy
    Session.__init__.__kwdefaults__ = {"now": lambda: shifted(file)}


def _trace_to(file: str) -> None:
    connect = sqlite3.connect

    def traced(*args: Any, **kw: Any) -> sqlite3.Connection:
        made: sqlite3.Connection = connect(*args, **kw)
        if {"scheduler", "run"} <= set(sys.argv):
            out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            made.set_trace_callback(lambda sql: _say(out, sql))
        return made

    sqlite3.connect = traced  # type: ignore[assignment]


def _say(out: int, sql: str) -> None:
    if sql.lstrip().startswith(_WRITES):
        line = {"at": time.monotonic(), "pid": os.getpid(), "sql": " ".join(sql.split())[:60]}
        os.write(out, json.dumps(line).encode() + b"\n")


if os.environ.get("JEPSEN_CLOCK"):
    _set_clock(os.environ["JEPSEN_CLOCK"])
if os.environ.get("JEPSEN_TRACE"):
    _trace_to(os.environ["JEPSEN_TRACE"])
