"""A real Ray on this machine for tests: own ports, own folder, a token, and an end for certain.

One node, or several with a loopback address each (127.0.0.2, 127.0.0.3, ...).
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
from dataclasses import dataclass, field
from pathlib import Path

import psutil

MARK = "TASKTUI_TEST_CLUSTER"


_HEAD_PORTS = (
    "port",
    "dashboard-port",
    "dashboard-agent-listen-port",
    "dashboard-agent-grpc-port",
    "metrics-export-port",
    "runtime-env-agent-port",
    "ray-client-server-port",
    "node-manager-port",
)
_NODE_PORTS = (
    "dashboard-agent-listen-port",
    "dashboard-agent-grpc-port",
    "metrics-export-port",
    "runtime-env-agent-port",
    "node-manager-port",
    "object-manager-port",
)


@dataclass(frozen=True)
class Node:
    """One node of several."""

    raylet: psutil.Process
    id: str
    """Ray's name for it."""

    def kill(self) -> None:
        """End it as a machine that loses its power: nothing says good-bye."""
        for process in (self.raylet, *self.raylet.children(recursive=True)):
            process.kill()


@dataclass(frozen=True)
class RayCluster:
    """Where a test's cluster answers, and what it takes to be let in."""

    address: str
    token: str
    gcs: str
    serve_port: int
    mark: str
    environ: dict[str, str]
    raylets: list[psutil.Process] = field(default_factory=list)
    """Those of the nodes that were added."""

    def processes(self) -> list[psutil.Process]:
        """All living processes of this cluster."""
        return [p for p in psutil.process_iter() if _variable(p, MARK) == self.mark]

    def add_node(self, cpus: int = 4, gpus: int = 4) -> Node:
        """Let one more node join a cluster of several; it ends with the cluster."""
        before = {p.pid for p in self.processes()}
        ip = f"127.0.0.{3 + len(self.raylets)}"
        ports = _named_ports(_NODE_PORTS, _free_ports(len(_NODE_PORTS)))
        words = [f"--address={self.gcs}", f"--node-ip-address={ip}", *_resources(cpus, gpus)]
        _start([*words, *ports], self.environ)
        found = (p for p in self.processes() if p.pid not in before and p.name() == "raylet")
        self.raylets.append(next(found))
        options = (w.partition("=") for w in self.raylets[-1].cmdline())
        return Node(self.raylets[-1], next(v for n, _, v in options if n == "--node_id"))


@contextmanager
def ray_cluster(cpus: int = 4, gpus: int = 4, *, several: bool = False) -> Iterator[RayCluster]:
    """Start a head with logical resources; end all processes on leaving.

    ``several``: nodes can join it. Ray takes 127.0.0.1 for a machine's public
    address then, but no other address of loopback.
    """
    ip = "127.0.0.2" if several else "127.0.0.1"
    mark = secrets.token_hex(8)
    folder = Path(tempfile.mkdtemp(prefix="tt", dir="/tmp"))  # short: socket paths have 107 bytes
    token = secrets.token_hex(16)
    ports = _free_ports(len(_HEAD_PORTS) + 1)
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
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": str(int(several)),
    }
    words = [
        "--head",
        f"--node-ip-address={ip}",
        "--dashboard-host=127.0.0.1",
        "--include-dashboard=true",
        f"--temp-dir={folder / 'ray'}",
        *_resources(cpus, gpus),
        '--resources={"licence": 2}',
        *_named_ports(_HEAD_PORTS, ports),
    ]
    cluster = RayCluster(
        address=f"http://127.0.0.1:{ports[1]}",
        token=token,
        gcs=f"{ip}:{ports[0]}",
        serve_port=ports[-1],
        mark=mark,
        environ=environ,
    )
    try:
        _start(words, environ)
        yield cluster
    finally:
        _end(cluster)
        shutil.rmtree(folder, ignore_errors=True)


def _start(words: list[str], environ: dict[str, str]) -> None:
    ray = str(Path(sys.executable).parent / "ray")
    done = subprocess.run(
        [ray, "start", "--min-worker-port=0", "--max-worker-port=0", *words],
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"ray start failed:\n{done.stdout}\n{done.stderr}")


def _resources(cpus: int, gpus: int) -> list[str]:
    return [f"--num-cpus={cpus}", f"--num-gpus={gpus}", "--object-store-memory=100000000"]


def _named_ports(names: tuple[str, ...], ports: list[int]) -> list[str]:
    return [f"--{name}={port}" for name, port in zip(names, ports, strict=False)]


def _end(cluster: RayCluster) -> None:
    """Kill until none is left: a raylet may start a worker while the list is made."""
    while found := cluster.processes():
        for process in found:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(found, timeout=0.1)


def _variable(process: psutil.Process, name: str) -> str | None:
    try:
        return process.environ().get(name)
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
