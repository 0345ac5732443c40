"""The embedded cluster of a state directory: up, down, and how it is.

Guarantees that only processes of this state directory are ever ended, that a
failed or killed start leaves nothing that the next one does not clean up, and
that two starts at the same time make one cluster. Runs Ray's own program; must
not import ray.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tasktui.engine import local_command, local_mend, local_processes, local_start
from tasktui.engine.local_command import LocalOptions
from tasktui.engine.local_record import (
    LocalState,
    Record,
    WorkLock,
    log_path,
    read,
    record_path,
    token_path,
    write,
)
from tasktui.errors import ClusterError

__all__ = ["LocalCluster", "LocalOptions", "LocalState", "LocalStatus"]

Progress = Callable[[str], None]

_PAUSE_S = 0.1
_WAIT_S = 300.0
"""How long to wait for another process that starts or stops the cluster, in seconds."""

_AGAIN = "tasktui cluster up starts it anew; tasktui cluster down removes what is left."

_MEND = (
    "Tasks and endpoints go on, but nothing can be seen or changed. "
    "tasktui cluster up starts the dashboard again, and nothing else."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalStatus:
    """How the embedded cluster is."""

    state: LocalState
    stage: str = ""
    """What a start or stop is doing, in words; empty otherwise."""
    address: str = ""
    """URL of the dashboard."""
    serve_url: str = ""
    """Where endpoints answer."""
    ray_version: str = ""
    started_at: datetime | None = None
    head_pid: int = 0
    processes: int = 0
    """How many processes of the cluster live."""
    error: str = ""
    """What is wrong while ``state`` is broken; lines, with the end of the log."""
    log: Path | None = None
    """Where Ray's own words are."""


class LocalCluster:
    """The embedded cluster of one state directory. Its methods block; not for an event loop."""

    def __init__(self, state_dir: Path, *, program: str | None = None) -> None:
        """``program`` is Ray's own; None: the one beside this interpreter, else on PATH."""
        self._program = program
        self._dir = state_dir.expanduser().absolute()
        self._path = record_path(self._dir)
        self._lock = WorkLock(self._dir)

    def status(self) -> LocalStatus:
        """How the cluster is now; some milliseconds."""
        record = read(self._path)
        if record is None:
            return self._unrecorded()
        found = local_processes.marked(record.marker)
        status = LocalStatus(
            state=record.state,
            stage=record.stage,
            address=record.address,
            serve_url=record.serve_url,
            ray_version=record.ray_version,
            started_at=datetime.fromisoformat(record.started_at) if record.started_at else None,
            head_pid=record.head_pid,
            processes=len(found),
            error=record.error,
            log=log_path(self._dir),
        )
        wrong = _wrong(record, local_processes.core(found), at_work=self._lock.is_held())
        return replace(status, state=LocalState.BROKEN, stage="", error=wrong) if wrong else status

    def environ(self) -> dict[str, str]:
        """Variables with which ``ray`` and ``serve`` commands reach this cluster.

        Raises ClusterError unless it runs.
        """
        record = read(self._path)
        if record is None or self.status().state is not LocalState.RUNNING:
            raise ClusterError(
                "The embedded cluster does not run.", "Start it: tasktui cluster up."
            )
        return {
            "RAY_ADDRESS": record.gcs,
            "RAY_DASHBOARD_ADDRESS": record.address,
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(token_path(self._dir)),
            **local_command.LOOPBACK,
        }

    def up(self, options: LocalOptions, progress: Progress = lambda _: None) -> LocalStatus:
        """Bring the cluster up, unless it runs already; ``progress`` gets each stage in words.

        Where only its dashboard is gone, that alone is started again, and what runs goes on.
        Waits for another process that is at it. Raises ClusterError with the
        end of Ray's output, and leaves no process of a failed start behind then.
        """
        program = self._program or local_command.ray_program()
        self._dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._wait(progress)
        try:
            status = self.status()
            if status.state is not LocalState.RUNNING:
                self._start(program, options, progress)
                status = self.status()
            return status
        finally:
            self._lock.release()

    def down(self, progress: Progress = lambda _: None) -> int:
        """End every process of the cluster, remove its files, and return how many were ended.

        Also ends a start that is under way. Raises ClusterError when the
        process that starts or stops the cluster does not give way.
        """
        if not self._dir.is_dir():
            return 0
        record = read(self._path)
        if record is not None:
            progress("stopping Ray")
            write(self._path, replace(record, state=LocalState.STOPPING, stage="stopping Ray"))
        elif local_processes.markers_of(self._dir):
            progress("the record is lost: stopping the processes that name this state directory")
        ended = self._end()
        limit = time.monotonic() + _WAIT_S

        def keep_waiting() -> bool:
            nonlocal ended
            ended += self._end()
            time.sleep(_PAUSE_S)
            return time.monotonic() < limit

        if not self._lock.acquire(keep_waiting):
            raise _busy(self._dir)
        try:
            return ended + self._clean()
        finally:
            self._lock.release()

    def _start(self, program: str, options: LocalOptions, progress: Progress) -> None:
        """Mend what is there, else begin anew. Only with the lock held."""
        record = read(self._path)
        if record is not None and local_mend.mendable(record):
            local_mend.mend(self._dir, record, progress)
            return
        self._clean()
        local_start.start(self._dir, program, options, progress)

    def _wait(self, progress: Progress) -> None:
        """Take the lock; meanwhile pass on the stages of whoever holds it."""
        limit = time.monotonic() + _WAIT_S
        told = ""

        def keep_waiting() -> bool:
            nonlocal told
            record = read(self._path)
            if record is not None and record.stage != told:
                told = record.stage
                progress(told)
            time.sleep(_PAUSE_S)
            return time.monotonic() < limit

        if not self._lock.acquire(keep_waiting):
            raise _busy(self._dir)

    def _clean(self) -> int:
        """Remove what an earlier start left. Only with the lock held."""
        ended = self._end()
        self._path.unlink(missing_ok=True)
        token_path(self._dir).unlink(missing_ok=True)
        return ended

    def _end(self) -> int:
        """End all processes of this state directory, and remove their folders."""
        ended = 0
        for marker in self._markers():
            ended += local_processes.end(marker)
            local_command.remove_folder(marker)
        return ended

    def _markers(self) -> set[str]:
        record = read(self._path)
        recorded = {record.marker} if record is not None else set()
        return recorded | local_processes.markers_of(self._dir)

    def _unrecorded(self) -> LocalStatus:
        found = [
            p for m in local_processes.markers_of(self._dir) for p in local_processes.marked(m)
        ]
        if not found:
            return LocalStatus(state=LocalState.DOWN)
        return LocalStatus(
            state=LocalState.BROKEN,
            processes=len(found),
            error=f"Its record {self._path} is lost, and {len(found)} processes run. {_AGAIN}",
            log=log_path(self._dir),
        )


def _wrong(record: Record, living: dict[str, int], *, at_work: bool) -> str:
    """Why a cluster is not as its record says; empty when it is."""
    if record.state in {LocalState.STARTING, LocalState.STOPPING} and not at_work:
        what = "start" if record.state is LocalState.STARTING else "stop"
        return f"The {what} was broken off while {record.stage or 'at it'}. {_AGAIN}"
    if record.state is not LocalState.RUNNING:
        return ""
    if local_mend.only_dashboard_gone(record, living):
        return f"The cluster's dashboard process is gone. {_MEND}"
    missing = [word for name, word in local_processes.CORE.items() if name not in living]
    return f"The cluster's {missing[0]} process is gone. {_AGAIN}" if missing else ""


def _busy(state_dir: Path) -> ClusterError:
    return ClusterError(
        f"Another process has been starting or stopping the cluster of {state_dir} "
        f"for {_WAIT_S:g} s.",
        "tasktui cluster status shows what it does.",
    )
