"""One start of an embedded cluster, in stages: Ray, its dashboard, Serve.

Guarantees that each stage is written down before it begins, and that a start
which fails leaves neither process nor folder, only the reason in the record.
Must not import ray.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tasktui.engine import local_processes, parse, tokens
from tasktui.engine.http import Http
from tasktui.engine.local_command import (
    HOST,
    ROOT,
    SERVE,
    LocalOptions,
    Start,
    command,
    environ,
    prepare,
    remove_folder,
)
from tasktui.engine.local_record import (
    LocalState,
    log_path,
    read,
    record_path,
    token_path,
    write,
)
from tasktui.engine.logfile import bounded
from tasktui.errors import ClusterError, EngineError, TasktuiError, Unreachable

Progress = Callable[[str], None]

_APPS = "/api/serve/applications/"

_RAY_S = 120.0
_DASHBOARD_S = 60.0
_SERVE_S = 90.0
"""Limits of the three stages, in seconds; a slow machine needs a third of them."""

_PAUSE_S = 0.1
_TAIL = 1500
"""Characters of the log that an error shows."""

_PORT_TAKEN = re.compile(r"already in use|already occupied|Failed to bind")
"""Words of Ray's gcs_server, of its dashboard and of Serve for a port that is not free."""


def start(state_dir: Path, program: str, options: LocalOptions, progress: Progress) -> None:
    """Start a cluster and write down each stage. Only with the lock held.

    A port that somebody took between choosing and using it costs a second try.
    Raises ClusterError with the end of Ray's output.
    """
    try:
        try:
            _attempt(state_dir, program, options, progress)
        except ClusterError as error:
            if not _PORT_TAKEN.search(error.what):
                raise
            _attempt(state_dir, program, options, progress)
    except OSError as error:
        raise ClusterError(
            f"The cluster's files cannot be made: {error}.",
            f"Check the space and the permissions of {state_dir} and {ROOT}.",
        ) from error


def _attempt(state_dir: Path, program: str, options: LocalOptions, progress: Progress) -> None:
    made = prepare(state_dir, program)
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
        _run(made, command(made, options))
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


def _run(made: Start, argv: list[str]) -> None:
    """Run ``ray start``, which returns once its daemons run. Raises ClusterError."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(bounded(log_path(made.state_dir)), flags, 0o600)
    with open(handle, "r+b", buffering=0) as log:  # noqa: PTH123 - a handle that followed no link
        begin = log.seek(0, os.SEEK_END)
        try:
            done = subprocess.run(
                argv,
                env=environ(made),
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
    raise ClusterError(
        f"ray start {how}:\n{words}\n", f"All of its output: {log_path(made.state_dir)}."
    )


async def _open(made: Start, stage: Progress) -> dict[str, Any]:
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
    except EngineError as error:
        raise ClusterError(
            f"Ray started, but not Serve. {error.what}", f"See {log_path(made.state_dir)}."
        ) from error
    finally:
        await http.close()
    core = local_processes.core(local_processes.marked(made.marker))
    return {
        "ray_version": version,
        "serve_url": serve_url,
        "head_pid": core.get(local_processes.HEAD, 0),
        "dashboard": local_processes.words(core.get(local_processes.DASHBOARD, 0)),
    }


def _serve_config(made: Start) -> dict[str, object]:
    return {
        "applications": [],
        "proxy_location": "HeadOnly",
        "http_options": {"host": HOST, "port": made.ports[SERVE]},
    }


async def _version(http: Http) -> str:
    body = parse.mapping(await http.json("GET", "/api/ray/version"), "its version")
    return str(body.get("ray_version") or "")


async def _serve_url(http: Http) -> str:
    body = await http.json("GET", _APPS)
    proxies = [p.get("status") for p in (body.get("proxies") or {}).values()]
    healthy = proxies and all(status == "HEALTHY" for status in proxies)
    return parse.serve_url(body, http.address) if healthy else ""


async def _until(made: Start, ask: Callable[[], Awaitable[str]], seconds: float) -> str:
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
    return (
        str(error)
        if isinstance(error, TasktuiError)
        else f"The start was broken off ({type(error).__name__})."
    )
