"""The fake Ray on a socket, with faults, and with a note of who sent each change.

The sender is the process that owns the other end of the connection, as the kernel tells: no
scheduler is asked who it is. Beside it stands who led, by the database, when the change came.
"""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import psutil

from jepsen.history import Journal
from tasktui.engine.fake import FakeRay

APPS = "/api/serve/applications/"
REFUSING = {"500": 500, "503": 503, "401": 401}
LOSING = ("put-lost-before", "put-lost-after", "put-500-after")
MODES = (*REFUSING, *LOSING, "reset", "hang", "slow", "truncated", "garbage", "controller")
"""What a request may meet; ``""`` is a cluster that is well."""

_LINGER = struct.pack("ii", 1, 0)
"""Closing sends a reset."""


@dataclass
class Lent:
    """A cluster with faults at ``address``."""

    journal: Journal
    leader: Callable[[], tuple[int, int]]
    """Epoch and process of the leader, by the database."""
    ray: FakeRay
    rng: random.Random
    mode: str = ""
    others: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Others' applications as their own tool deployed them last."""
    on_look: Callable[[int], None] | None = None
    """Called once with the process that looks right before a change, before it has its answer."""
    met: int = 0
    """Requests that met the present fault."""

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.healed = threading.Event()
        self._looked: dict[int, float] = {}
        self._asked: dict[int, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        """URL of the dashboard."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator[Lent]:
        """Serve until left."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self.healed.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def begin(self, mode: str) -> None:
        """From now on requests meet this fault."""
        self.healed.clear()
        self.met, self.mode = 0, mode

    def heal(self) -> None:
        """No fault any more; what hangs breaks off."""
        self.mode = ""
        self.healed.set()

    def deploy(self, name: str, config: Mapping[str, Any] | None) -> None:
        """Another tool reads the configuration, changes one application and writes it back."""
        with self.lock:
            self._settled()
            configs = {n: a.config for n, a in self.ray.apps.items() if a.deleting_until is None}
            self._foreign(name, config)
            if config is None:
                configs.pop(name, None)
            else:
                configs[name] = config
            self._write(configs)

    def serve_deploy(self) -> None:
        """Another tool deploys its own file: Ray removes every application not in it."""
        with self.lock:
            self._settled()
            self._write(dict(self.others))

    def tamper(self, name: str, config: Mapping[str, Any] | None) -> None:
        """Another tool changes or removes one of ours."""
        with self.lock:
            self._settled()
            configs = {n: a.config for n, a in self.ray.apps.items() if a.deleting_until is None}
            if config is None:
                configs.pop(name, None)
            else:
                configs[name] = config
            self._write(configs)

    def lose_state(self) -> None:
        """The head restarted without its state."""
        with self.lock:
            self._settled()
            for name in list(self.others):
                self._foreign(name, None)
            self.ray.lose_state()

    def applications(self) -> dict[str, Mapping[str, Any]]:
        """The configuration of each application that is not going."""
        with self.lock:
            self._settled()
            return {n: a.config for n, a in self.ray.apps.items() if a.deleting_until is None}

    def _foreign(self, name: str, config: Mapping[str, Any] | None) -> None:
        self.journal.write("info", "deployed", name=name, config=config)
        if config is None:
            self.others.pop(name, None)
        else:
            self.others[name] = config

    def _write(self, configs: Mapping[str, Mapping[str, Any]]) -> None:
        request = httpx.Request("PUT", self.address + APPS)
        self.ray._put({"applications": list(configs.values())}, request)

    def _settled(self) -> None:
        self.ray.now = time.time()
        self.ray._settle()

    def answer(self, method: str, path: str, body: bytes, sender: int) -> httpx.Response:
        """What a cluster that is well answers."""
        with self.lock:
            self.ray.now = time.time()
            if path == APPS and method == "GET":
                self._looked[sender] = time.monotonic()
            if path == APPS and method == "PUT":
                self._note(body, sender)
            request = httpx.Request(method, self.address + path, content=body)
            answer = self.ray._handle(request)
            if path == APPS and method == "GET":
                self._look(sender)
            self._asked[sender] = path
            return answer

    def _look(self, sender: int) -> None:
        """A look right after the question for a package is the one before a change."""
        hook = self.on_look
        if hook and sender and self._asked.get(sender, "").startswith("/api/packages/"):
            self.on_look = None
            hook(sender)

    def _note(self, body: bytes, sender: int) -> None:
        epoch, leader = self.leader()
        names = sorted(c["name"] for c in httpx.Response(200, content=body).json()["applications"])
        looked_at = self._looked.get(sender, 0.0)
        self.journal.write(
            "info",
            "put",
            sender=sender,
            leader=leader,
            epoch=epoch,
            looked_at=looked_at,
            apps=names,
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        lent = self

        class Handler(_Handler):
            cluster = lent

        return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cluster: Lent

    def setup(self) -> None:
        super().setup()
        self.sender = _owner(self.client_address, self.connection.getsockname())

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        mode = self._meets()
        if self._refused(mode):
            return
        if mode == "slow":
            with self.cluster.lock:
                pause = self.cluster.rng.uniform(0.2, 2.0)
            self.cluster.healed.wait(pause)
        path = self.path.partition("?")[0]
        answer = self.cluster.answer(self.command, path, body, self.sender)
        if mode == "put-lost-after":
            self._reset()
        elif mode == "put-500-after":
            self._send(500, b"fault")
        elif mode == "truncated":
            self._send(answer.status_code, answer.content, of=len(answer.content) + 10)
            self.close_connection = True
        else:
            self._send(answer.status_code, answer.content)

    do_GET = do_PUT = do_POST = do_DELETE = _do  # noqa: N815 - http.server's names

    def _meets(self) -> str:
        """The fault that this request meets."""
        mode = self.cluster.mode
        change = self.command == "PUT" and self.path == APPS
        if (mode in LOSING and not change) or (mode == "controller" and APPS not in self.path):
            return ""
        if mode:
            with self.cluster.lock:
                self.cluster.met += 1
        return mode

    def _refused(self, mode: str) -> bool:
        """Whether the request ends here, unseen by Ray."""
        if mode == "controller":
            self._send(500, b"the controller is restarting")
        elif mode in REFUSING:
            self._send(REFUSING[mode], b"fault")
        elif mode == "garbage":
            self._send(200, b"<html>not Ray</html>")
        elif mode in {"reset", "put-lost-before"}:
            self._reset()
        elif mode == "hang":
            self.cluster.healed.wait(70)
            self._reset()
        else:
            return False
        return True

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        self.close_connection = True

    def _send(self, status: int, content: bytes, of: int | None = None) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content) if of is None else of))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # it did not wait for the answer

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Quiet."""


def _owner(peer: tuple[str, int], here: tuple[Any, ...]) -> int:
    """The process at the other end of a connection of this machine; 0 where it is gone."""
    for found in psutil.net_connections("tcp4"):
        here_to_there = (found.laddr[1:2], found.raddr[1:2]) == (peer[1:2], here[1:2])
        if here_to_there and found.pid:
            return int(found.pid)
    return 0
