"""Which cluster to talk to, and with which token.

Guarantees that the embedded cluster's token goes to its own address only, and
that a running head is believed only where its files belong to this user or to
root. Must not know HTTP, and imports neither ray nor, unless it has to, psutil.
"""

from __future__ import annotations

import os
import re
import socket
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tasktui.engine import local_record, tokens

DEFAULT = "http://127.0.0.1:8265"
"""Where Ray puts its dashboard unless told otherwise."""

VARIABLES = ("RAY_DASHBOARD_ADDRESS", "RAY_API_SERVER_ADDRESS")
"""Environment variables that Ray's own programs read, in their order."""

_ANNOUNCED = re.compile(rb"Dashboard head http address: ([\w.:\[\]-]+):(\d+)")
_LOG_BYTES = 2**18
_CONNECT_S = 0.3


@dataclass(frozen=True, slots=True)
class Target:
    """One cluster."""

    address: str
    """URL of the dashboard."""
    token: str = field(repr=False)
    """Empty when there is none to send."""
    embedded: bool
    """Whether it is the embedded cluster of the state directory."""
    source: str
    """``given``, the name of a variable, ``embedded``, ``head`` or ``default``."""


def find(explicit: str, record: Path, environ: Mapping[str, str]) -> Target:
    """The cluster to talk to: the first that is given, runs here, or is Ray's default.

    ``record`` is the file of the embedded cluster. Raises Unauthorized for a
    token file that cannot be used.
    """
    own = _embedded(record)
    for address, source in _named(explicit, environ):
        if own and _same(address, own.address):
            return Target(own.address, own.token, embedded=True, source=source)
        return Target(address, tokens.of_environment(environ), embedded=False, source=source)
    if own:
        return own
    address, source = _head(environ)
    return Target(address, tokens.of_environment(environ), embedded=False, source=source)


def _named(explicit: str, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    named = [(explicit, "given"), *((environ.get(v, ""), v) for v in VARIABLES)]
    return [(address, source) for address, source in named if address]


def _embedded(path: Path) -> Target | None:
    """The embedded cluster, if it runs and its head process lives."""
    record = local_record.read(path)
    if record is None or record.state is not local_record.LocalState.RUNNING:
        return None
    from tasktui.engine import local_processes  # noqa: PLC0415 - psutil is slow to import

    if not local_processes.carries(record.head_pid, record.marker):
        return None
    token = tokens.read(local_record.token_path(path.parent))
    return Target(record.address, token, embedded=True, source="embedded")


def _head(environ: Mapping[str, str]) -> tuple[str, str]:
    """The head that ``ray start`` announced on this machine, else the default.

    Ray keeps no file with the dashboard's address: the dashboard says it in its
    log. One on every interface says the node's address there; loopback is tried
    first, since only that needs no leave.
    """
    folder = Path(environ.get("RAY_TMPDIR") or environ.get("TMPDIR") or "/tmp") / "ray"  # noqa: S108 - Ray's own place
    if _trusted(folder / "ray_current_cluster"):
        log = _trusted(folder / "session_latest" / "logs" / "dashboard.log")
        for host, port in reversed(_ANNOUNCED.findall(log)):
            for name in ("127.0.0.1", host.decode().strip("[]")):
                if _listens(name, int(port)):
                    return f"http://{f'[{name}]' if ':' in name else name}:{int(port)}", "head"
    return DEFAULT, "default"


def _trusted(path: Path) -> bytes:
    """The file's beginning; nothing where somebody else could have put it there."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        info = os.fstat(handle)
        mine = stat.S_ISREG(info.st_mode) and info.st_uid in {0, os.geteuid()}
        return os.read(handle, _LOG_BYTES) if mine else b""
    finally:
        os.close(handle)


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_CONNECT_S):
            return True
    except OSError:
        return False


def _same(one: str, other: str) -> bool:
    return _place(one) == _place(other)


def _place(address: str) -> tuple[str, str, str]:
    parts = urlsplit(address)
    host, _, port = parts.netloc.lower().rpartition(":")
    return parts.scheme, "127.0.0.1" if host == "localhost" else host, port
