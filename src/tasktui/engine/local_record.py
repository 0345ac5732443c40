"""What is written down about the embedded cluster: one small file, replaced as a whole.

Guarantees that readers see either the old record or the new one, that both are
for the owner only, and that a lock tells whether somebody is at work on the
cluster. Must not know processes or Ray.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from tasktui.engine.tokens import replace_file
from tasktui.errors import ClusterError


class LocalState(StrEnum):
    """How the embedded cluster is."""

    DOWN = "down"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    BROKEN = "broken"
    """The last start failed, or parts of it are gone; up and down both put it right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The embedded cluster as last written down."""

    state: LocalState
    marker: str
    """Value of TASKTUI_CLUSTER in the environment of each of its processes."""
    stage: str = ""
    """What the start is doing, in words."""
    address: str = ""
    """URL of the dashboard."""
    gcs: str = ""
    """HOST:PORT for drivers (RAY_ADDRESS)."""
    serve_url: str = ""
    """Where endpoints answer."""
    ray_version: str = ""
    started_at: str = ""
    """ISO 8601, UTC."""
    head_pid: int = 0
    """Process id of Ray's gcs_server."""
    error: str = ""
    """Why the last start failed."""
    dashboard: tuple[str, ...] = ()
    """Command line of Ray's dashboard, to start it again: nothing of Ray does."""


def record_path(state_dir: Path) -> Path:
    """Where the record lies."""
    return state_dir / "cluster.json"


def token_path(state_dir: Path) -> Path:
    """Where the cluster's token lies."""
    return state_dir / "ray-token"


def log_path(state_dir: Path) -> Path:
    """Where the output of Ray's start goes."""
    return state_dir / "cluster.log"


def read(path: Path) -> Record | None:
    """The record; None when there is none, or none that can be understood."""
    try:
        found: Any = json.loads(path.read_text())
        known = {f.name: found[f.name] for f in fields(Record) if f.name in found}
        words = tuple(str(w) for w in known.get("dashboard") or ())
        record = Record(**{**known, "state": LocalState(known["state"]), "dashboard": words})
        if record.started_at:
            datetime.fromisoformat(record.started_at)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    texts = (record.marker, record.address, record.gcs, record.serve_url, record.error)
    whole = isinstance(record.head_pid, int) and all(isinstance(t, str) for t in texts)
    return record if whole and record.marker else None


def write(path: Path, record: Record) -> None:
    """Replace the record. Raises ClusterError when the disk does not take it."""
    try:
        replace_file(path, json.dumps(asdict(record), indent=1) + "\n")
    except OSError as error:
        raise ClusterError(
            f"{path} cannot be written: {error.strerror}.", "Check the disk and its permissions."
        ) from error


class WorkLock:
    """Held while somebody starts or stops the cluster; a kill releases it at once."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / "cluster.lock"
        self._handle = -1

    def acquire(self, keep_waiting: Callable[[], bool] = lambda: False) -> bool:
        """Take the lock; while another holds it, for as long as ``keep_waiting`` says."""
        handle = self._open()
        while not _flock(handle, fcntl.LOCK_EX):
            if not keep_waiting():
                os.close(handle)
                return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Let go of the lock."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def is_held(self) -> bool:
        """Whether a living process holds it."""
        if not self._path.exists():
            return False
        handle = self._open()
        try:
            return not _flock(handle, fcntl.LOCK_SH)
        finally:
            os.close(handle)

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            return os.open(self._path, flags, 0o600)
        except OSError as error:
            raise ClusterError(
                f"{self._path} cannot be opened: {error.strerror}.",
                "Check the state directory and its permissions.",
            ) from error


def _flock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
