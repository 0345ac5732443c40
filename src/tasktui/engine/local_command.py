"""What is run for an embedded cluster: Ray's program, its words, its environment, its ports.

Guarantees that everything listens on 127.0.0.1 and on ports of its own, and
that every process carries the mark of this start. Runs nothing itself.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tasktui.engine import local_processes
from tasktui.engine.local_record import LocalState, Record, token_path
from tasktui.errors import ClusterError

ROOT = "/tmp"  # noqa: S108 - the folder in it is made by mkdtemp, with mode 0700
"""Short, since socket paths have 107 bytes and Ray needs 65 of them."""

_PREFIX = "tasktui-"
HOST = "127.0.0.1"

LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""Without it Ray takes 127.0.0.1 for the machine's public address, in a head and in drivers."""

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

SERVE = "serve"

_PRELOADED = ("ray.serve._private.replica", "ray.serve._private.application_state")
"""What every replica and every build imports first; preloaded it costs a start no time."""


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """What an embedded cluster may use. None: what Ray finds on the machine."""

    num_cpus: int | None = None
    num_gpus: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """One attempt: what is chosen before anything runs."""

    state_dir: Path
    program: str
    folder: Path
    marker: str
    ports: Mapping[str, int]

    @property
    def record(self) -> Record:
        """What is written down of it at first."""
        return Record(
            state=LocalState.STARTING,
            marker=self.marker,
            address=f"http://{HOST}:{self.ports['dashboard-port']}",
            gcs=f"{HOST}:{self.ports['port']}",
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )


def ray_program() -> str:
    """Path of the ``ray`` program beside this interpreter, else on PATH.

    Raises ClusterError when there is none.
    """
    places = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    found = shutil.which("ray", path=os.pathsep.join(places))
    if found is None:
        raise ClusterError(
            "Ray is not installed here, so there is nothing to start.",
            "Install it with: pip install 'tasktui[local]'.",
        )
    return found


def prepare(state_dir: Path, program: str) -> Start:
    """Choose folder, marker and ports, and make the folder. Raises OSError."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=ROOT))
    return Start(state_dir, program, folder, f"{secrets.token_hex(8)}:{folder}", _free_ports())


def folders() -> list[Path]:
    """The temporary folders of all starts on this machine, of those that have ended too."""
    return sorted(p for p in Path(ROOT).glob(f"{_PREFIX}*") if (p / "ray").is_dir())


def remove_folder(marker: str) -> None:
    """Remove the temporary folder of a start that has ended."""
    folder = Path(marker.partition(":")[2])
    # The marker comes from a file: whatever it says, nothing else is removed.
    if folder.parent == Path(ROOT) and folder.name.startswith(_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def command(made: Start, options: LocalOptions) -> list[str]:
    """The command line that starts Ray."""
    words = [
        made.program,
        "start",
        "--head",
        f"--node-ip-address={HOST}",
        f"--dashboard-host={HOST}",
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
        words.append(f"--num-cpus={options.num_cpus}")
    if options.num_gpus is not None:
        words.append(f"--num-gpus={options.num_gpus}")
    return words


def environ(made: Start) -> dict[str, str]:
    """The caller's environment, less what would send Ray elsewhere."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("RAY_")}
    return {
        **kept,
        # Jobs that run "python" on the cluster get the one with Ray.
        "PATH": os.pathsep.join([str(Path(made.program).parent), kept.get("PATH", os.defpath)]),
        local_processes.MARK: made.marker,
        local_processes.OWNER: str(made.state_dir),
        # What Ray's processes leave behind goes with the folder.
        "TMPDIR": str(made.folder),
        # Ray's daemons rename themselves, which would overwrite the mark in their environment.
        "SPT_NOENV": "1",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(token_path(made.state_dir)),
        "RAY_USAGE_STATS_ENABLED": "0",
        **LOOPBACK,
        "RAY_preload_python_modules": ",".join(_PRELOADED),
        **{name: str(made.ports[name]) for name in _METRICS},
    }


def _free_ports() -> dict[str, int]:
    """Ports of 127.0.0.1 that were free a moment ago, all different, by their use."""
    names = (*_PORTS, *_METRICS, SERVE)
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in names]
        for one in sockets:
            one.bind((HOST, 0))
        return {n: int(s.getsockname()[1]) for n, s in zip(names, sockets, strict=True)}
