"""A real Ray on this machine for tests: own ports, own folder, a token, and an end for certain.

Every process of the cluster carries ``MARK`` in its environment (Ray hands it
down to its workers); exactly those are ended, also when the start fails.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

MARK = "TASKTUI_TEST_CLUSTER"


@dataclass(frozen=True)
class RayCluster:
    """Where a test's cluster answers, and what it takes to be let in."""

    address: str
    token: str
    gcs: str
    serve_port: int
    mark: str
    environ: dict[str, str]

    def processes(self) -> list[psutil.Process]:
        """All living processes of this cluster."""
        return [p for p in psutil.process_iter() if _mark_of(p) == self.mark]


@contextmanager
def ray_cluster(cpus: int = 4, gpus: int = 4) -> Iterator[RayCluster]:
    """Start a head on 127.0.0.1 with logical resources; end its processes on leaving."""
    mark = secrets.token_hex(8)
    folder = Path(tempfile.mkdtemp(prefix="tt", dir="/tmp"))  # short: socket paths have 107 bytes
    token = secrets.token_hex(16)
    ports = _free_ports(9)
    token_file = folder / "token"
    token_file.touch(mode=0o600)
    token_file.write_text(token)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RAY_", "TASKTUI_"))}
    environ = {
        **kept,
        MARK: mark,
        "TMPDIR": str(folder),
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(token_file),
        "RAY_USAGE_STATS_ENABLED": "0",
        "SPT_NOENV": "1",  # else a process that renames itself overwrites its environment
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    }
    names: tuple[str, ...] = (
        "port",
        "dashboard-port",
        "dashboard-agent-listen-port",
        "dashboard-agent-grpc-port",
    )
    names += ("metrics-export-port", "runtime-env-agent-port", "ray-client-server-port")
    names += ("node-manager-port",)
    command = [
        str(Path(sys.executable).parent / "ray"),
        "start",
        "--head",
        "--node-ip-address=127.0.0.1",
        "--dashboard-host=127.0.0.1",
        "--include-dashboard=true",
        f"--temp-dir={folder / 'ray'}",
        f"--num-cpus={cpus}",
        f"--num-gpus={gpus}",
        "--object-store-memory=100000000",
        "--min-worker-port=0",
        "--max-worker-port=0",
        *(f"--{name}={port}" for name, port in zip(names, ports, strict=False)),
    ]
    cluster = RayCluster(
        address=f"http://127.0.0.1:{ports[1]}",
        token=token,
        gcs=f"127.0.0.1:{ports[0]}",
        serve_port=ports[8],
        mark=mark,
        environ=environ,
    )
    try:
        done = subprocess.run(
            command, env=environ, capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode:
            raise RuntimeError(f"ray start failed:\n{done.stdout}\n{done.stderr}")
        yield cluster
    finally:
        _end(cluster)
        shutil.rmtree(folder, ignore_errors=True)


def _end(cluster: RayCluster) -> None:
    """Kill until none is left: a raylet may start a worker while the list is made."""
    while found := cluster.processes():
        for process in found:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(found, timeout=0.1)


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except psutil.Error:
        return None


def _free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
