"""Starts the dashboard of an embedded cluster again, when only that is gone.

Ray itself never does. Guarantees that all else is left as it is: replicas go on
answering meanwhile. Must not import ray.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tasktui.engine import local_processes, tokens
from tasktui.engine.http import Http
from tasktui.engine.local_record import LocalState, Record, log_path, token_path
from tasktui.errors import ClusterError, Unreachable

_LIMIT_S = 60.0
"""Until the dashboard answers; it takes 2 s on two cores."""

_PAUSE_S = 0.1


def only_dashboard_gone(record: Record, living: Mapping[str, int]) -> bool:
    """Whether the dashboard is the only one of Ray's daemons that does not live."""
    missing = set(local_processes.CORE) - set(living)
    return bool(record.dashboard) and missing == {local_processes.DASHBOARD}


def mendable(record: Record) -> bool:
    """Whether ``mend`` can put this cluster right."""
    found = local_processes.core(local_processes.marked(record.marker))
    return record.state is LocalState.RUNNING and only_dashboard_gone(record, found)


def mend(state_dir: Path, record: Record, progress: Callable[[str], None]) -> None:
    """Start the dashboard on its old port and wait until it answers. Raises ClusterError."""
    progress("starting the dashboard again")
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        log = os.open(log_path(state_dir), flags, 0o600)
        try:
            process = subprocess.Popen(
                record.dashboard,
                # As the others have it, the mark of this cluster included.
                env=local_processes.environ(record.head_pid),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
            )
        finally:
            os.close(log)
    except OSError as error:
        raise _failed(state_dir, f"cannot be run: {error.strerror}") from error
    token = tokens.read(token_path(state_dir))
    if not asyncio.run(_answers(record.address, token, process)):
        process.kill()
        process.wait()
        raise _failed(state_dir, f"did not answer within {_LIMIT_S:g} s, or ended")


async def _answers(address: str, token: str, process: subprocess.Popen[bytes]) -> bool:
    http = Http(address, token)
    end = time.monotonic() + _LIMIT_S
    try:
        while process.poll() is None and time.monotonic() < end:
            try:
                await http.json("GET", "/api/ray/version")
            except Unreachable:
                await asyncio.sleep(_PAUSE_S)
            else:
                return True
    finally:
        await http.close()
    return False


def _failed(state_dir: Path, how: str) -> ClusterError:
    return ClusterError(
        f"The cluster's dashboard {how}. Its words: {log_path(state_dir)}.",
        "Start the whole cluster anew: tasktui cluster down, then tasktui cluster up. "
        "Active tasks are started again; endpoints are gone meanwhile.",
    )
