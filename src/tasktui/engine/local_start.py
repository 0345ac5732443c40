"""One start of an embedded cluster: Ray's program, its environment, its dashboard, Serve.

Guarantees that everything listens on ports of its own, on 127.0.0.1 wherever
Ray lets one choose, that every process carries the mark of this start, and that
a start which fails leaves neither process nor folder, only the reason in the
record. Must not import ray.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasktui.engine import local_processes, parse, tokens
from tasktui.engine.http import Http
from tasktui.engine.local_record import (
    LocalState,
    Record,
    log_path,
    read,
    record_path,
    token_path,
    write,
)
from tasktui.errors import ClusterError, TasktuiError, Unreachable

Progress = Callable[[str], None]

_ROOT = "/tmp"  # noqa: S108 - the folder in it is made by mkdtemp, with mode 0700
"""Short, since socket paths have 107 bytes and Ray needs 65 of them."""

_PREFIX = "tasktui-"
_HOST = "127.0.0.1"
_APPS = "/api/serve/applications/"

_RAY_S = 120.0
_DASHBOARD_S = 60.0
_SERVE_S = 90.0
"""Limits of the three stages, in seconds; a slow machine needs a third of them."""

_PAUSE_S = 0.1
_TAIL = 1500
"""Characters of the log that an error shows."""

_IN_USE = re.compile(r"in use|Failed to find a valid port|bind", re.IGNORECASE)

_PORTS = (
    "port",
    "dashboard-port",
    "dashboard-agent-listen-port",
    "dashboard-agent-grpc-port",
    "metrics-export-port",
    "runtime-env-agent-port",
    "ray-client-server-port",
    "node-manager-port",
    "object-manager-port",
)
_METRICS = ("DASHBOARD_METRIC_PORT", "AUTOSCALER_METRIC_PORT")
"""Ports that Ray takes from the environment; fixed ones otherwise."""

_SERVE = "serve"

_PRELOADED = ("ray.serve._private.replica", "ray.serve._private.application_state")
"""What every replica and every build imports first; preloaded it costs a start no time."""


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """What an embedded cluster may use. None: what Ray finds on the machine."""

    num_cpus: int | None = None
    num_gpus: int | None = None


@dataclass(frozen=True, slots=True)
class _Start:
    """One attempt: what is chosen before anything runs."""

    state_dir: Path
    folder: Path
    marker: str
    ports: Mapping[str, int]

    @property
    def record(self) -> Record:
        """What is written down of it at first."""
        return Record(
            state=LocalState.STARTING,
            marker=self.marker,
            address=f"http://{_HOST}:{self.ports['dashboard-port']}",
            gcs=f"{_HOST}:{self.ports['port']}",
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )


def ray_program() -> str:
    """Path of the ``ray`` program beside this interpreter, else on PATH.

    Raises ClusterError when there is none.
    """
    beside = Path(sys.executable).parent / "ray"
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("ray")
    if found is None:
        raise ClusterError(
            "Ray is not installed here, so there is nothing to start.",
            "Install it with: pip install 'tasktui[local]'.",
        )
    return found


def start(state_dir: Path, program: str, options: LocalOptions, progress: Progress) -> None:
    """Start a cluster and write down each stage. Only with the lock held.

    A port that somebody took between choosing and using it costs a second try.
    Raises ClusterError with the end of Ray's output.
    """
    try:
        _attempt(state_dir, program, options, progress)
    except _PortTaken:
        _attempt(state_dir, program, options, progress)


def remove_folder(marker: str) -> None:
    """Remove the temporary folder of a start that has ended."""
    folder = Path(marker.partition(":")[2])
    # The marker comes from a file: whatever it says, nothing else is removed.
    if folder.parent == Path(_ROOT) and folder.name.startswith(_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


class _PortTaken(ClusterError):
    """Ray found one of its ports in use."""


def _attempt(state_dir: Path, program: str, options: LocalOptions, progress: Progress) -> None:
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_ROOT))
    made = _Start(state_dir, folder, f"{secrets.token_hex(8)}:{folder}", _free_ports())
    path = record_path(state_dir)
    record = made.record

    def stage(words: str) -> None:
        nonlocal record
        if _given_up(path):
            raise ClusterError("The cluster was taken down while it started.")
        record = replace(record, stage=words)
        write(path, record)
        progress(words)

    try:
        stage("starting Ray")
        tokens.write(token_path(state_dir), secrets.token_hex(32))
        _run(made, _command(made, program, options))
        ready = asyncio.run(_open(made, stage))
        write(path, replace(record, state=LocalState.RUNNING, stage="", **ready))
    except BaseException as error:
        # Also on Ctrl-C: a cluster that nobody waits for is not left half up.
        local_processes.end(made.marker)
        remove_folder(made.marker)
        if not _given_up(path):
            write(path, replace(record, state=LocalState.BROKEN, stage="", error=_reason(error)))
        raise


def _given_up(path: Path) -> bool:
    record = read(path)
    return record is not None and record.state is LocalState.STOPPING


def _command(made: _Start, program: str, options: LocalOptions) -> list[str]:
    command = [
        program,
        "start",
        "--head",
        f"--node-ip-address={_HOST}",
        f"--dashboard-host={_HOST}",
        "--include-dashboard=true",
        "--log-color=false",
        # One below the folder of ours: Ray makes its own writable for everybody.
        f"--temp-dir={made.folder / 'ray'}",
        # Worker ports are chosen by the kernel: the usual range may be another cluster's.
        "--min-worker-port=0",
        "--max-worker-port=0",
        *(f"--{name}={made.ports[name]}" for name in _PORTS),
    ]
    if options.num_cpus is not None:
        command.append(f"--num-cpus={options.num_cpus}")
    if options.num_gpus is not None:
        command.append(f"--num-gpus={options.num_gpus}")
    return command


def _environ(made: _Start) -> dict[str, str]:
    """The caller's environment, less what would send Ray elsewhere."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("RAY_")}
    return {
        **kept,
        local_processes.MARK: made.marker,
        local_processes.OWNER: str(made.state_dir),
        # Ray's daemons rename themselves, which would overwrite the mark in their environment.
        "SPT_NOENV": "1",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(token_path(made.state_dir)),
        "RAY_USAGE_STATS_ENABLED": "0",
        # A head that others may join takes the machine's public address instead of loopback.
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_preload_python_modules": ",".join(_PRELOADED),
        **{name: str(made.ports[name]) for name in _METRICS},
    }


def _run(made: _Start, command: list[str]) -> None:
    """Run ``ray start``, which returns once its daemons run. Raises ClusterError."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(log_path(made.state_dir), flags, 0o600)
    with open(handle, "r+b", buffering=0) as log:  # noqa: PTH123 - a handle that followed no link
        begin = log.seek(0, os.SEEK_END)
        try:
            done = subprocess.run(
                command,
                env=_environ(made),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                timeout=_RAY_S,
                check=False,
            )
            how = f"ended with {done.returncode}"
        except subprocess.TimeoutExpired:
            done, how = None, f"did not end within {_RAY_S:g} s"
        except OSError as error:
            done, how = None, f"cannot be run: {error.strerror}"
        if done is not None and done.returncode == 0:
            return
        log.seek(begin)
        words = log.read().decode(errors="replace").strip()[-_TAIL:]
    kind = _PortTaken if _IN_USE.search(words) else ClusterError
    raise kind(f"ray start {how}:\n{words}\n", f"All of its output: {log_path(made.state_dir)}.")


async def _open(made: _Start, stage: Progress) -> dict[str, Any]:
    """Wait for the dashboard, start Serve, and return what is known then."""
    token = tokens.read(token_path(made.state_dir))
    http = Http(made.record.address, token)
    try:
        stage("waiting for the dashboard")
        version = await _until(made, lambda: _version(http), _DASHBOARD_S)
        stage("starting Serve")
        # The options count only now, when Serve starts; later ones are ignored by Ray.
        await http.call("PUT", _APPS, payload=_serve_config(made), deadline_s=_SERVE_S)
        serve_url = await _until(made, lambda: _serve_url(http), _SERVE_S)
    finally:
        await http.close()
    core = local_processes.core(local_processes.marked(made.marker))
    return {
        "ray_version": version,
        "serve_url": serve_url,
        "head_pid": core.get(local_processes.HEAD, 0),
    }


def _serve_config(made: _Start) -> dict[str, object]:
    return {
        "applications": [],
        "proxy_location": "HeadOnly",
        "http_options": {"host": _HOST, "port": made.ports[_SERVE]},
    }


async def _version(http: Http) -> str:
    body = parse.mapping(await http.json("GET", "/api/ray/version"), "its version")
    return str(body.get("ray_version") or "")


async def _serve_url(http: Http) -> str:
    body = await http.json("GET", _APPS)
    proxies = [p.get("status") for p in (body.get("proxies") or {}).values()]
    healthy = proxies and all(status == "HEALTHY" for status in proxies)
    return parse.serve_url(body, http.address) if healthy else ""


async def _until(made: _Start, ask: Callable[[], Awaitable[str]], seconds: float) -> str:
    """Ask until there is an answer. Raises ClusterError when time is up or Ray has ended."""
    end = time.monotonic() + seconds
    last = ""
    while time.monotonic() < end:
        if local_processes.HEAD not in local_processes.core(local_processes.marked(made.marker)):
            raise ClusterError("Ray ended while it started.", f"See {log_path(made.state_dir)}.")
        try:
            if answer := await ask():
                return answer
        except Unreachable as error:
            last = error.what
        await asyncio.sleep(_PAUSE_S)
    raise ClusterError(
        f"The cluster was not ready within {seconds:g} s. {last}".strip(),
        "Try again; a machine under load may need more than one try.",
    )


def _reason(error: BaseException) -> str:
    return str(error) if isinstance(error, TasktuiError) else f"broken off ({type(error).__name__})"


def _free_ports() -> dict[str, int]:
    """Ports of 127.0.0.1 that were free a moment ago, all different, by their use."""
    names = (*_PORTS, *_METRICS, _SERVE)
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in names]
        for one in sockets:
            one.bind((_HOST, 0))
        return {n: int(s.getsockname()[1]) for n, s in zip(names, sockets, strict=True)}
