"""The fake Ray behind a real socket, on the real clock: for processes that know only HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tasktui.engine.fake import FakeRay


class FakeServer:
    """One fake cluster at ``address``; ``put_at`` holds when each PUT came (``time.time``)."""

    def __init__(self, ray: FakeRay) -> None:
        self.ray = ray
        self.put_at: list[float] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        """URL of the dashboard."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        """What the fake says now; a dropped connection is a ConnectError or ReadError."""
        with self._lock:
            self.ray.now = time.time()
            if method == "PUT" and "/serve/" in path:
                self.put_at.append(time.time())
            request = httpx.Request(method, self.address + path, headers=headers, content=body)
            return self.ray._handle(request)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Ray answers in one piece. Two would wait 40 ms for each other: Nagle, delayed ACK.
            disable_nagle_algorithm = True

            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                try:
                    answer = server.answer(self.command, self.path, dict(self.headers), body)
                except httpx.TransportError:
                    self.close_connection = True
                    return
                self.send_response(answer.status_code)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_PUT = do_POST = do_DELETE = _do  # noqa: N815 - http.server's names

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        return Handler

    @contextmanager
    def running(self) -> Iterator[FakeServer]:
        """Serve until left."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()
