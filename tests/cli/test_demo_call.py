from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tasktui.cli import demo_call
from tasktui.cli.demo_call import fetch
from tasktui.commands.request import Request
from tasktui.errors import EngineError

LINES = (b"data: 1\n", b"\n", b"data: 2")


class Answering(http.server.HTTPServer):
    """Answers with the statuses in their order, and keeps what it was sent."""

    statuses: list[int]
    seen: list[tuple[str, str, bytes]]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Answering

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, self.headers["Content-Type"], body))
        self.send_response(self.server.statuses.pop(0))
        self.end_headers()
        for line in LINES:
            self.wfile.write(line)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setattr(demo_call, "_PAUSE_S", 0.0)
    made = Answering(("127.0.0.1", 0), Handler)
    made.statuses, made.seen = [200], []
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
        thread.join()


def ask(server: Answering, heard: list[bytes]) -> bytes:
    url = f"http://127.0.0.1:{server.server_port}/demo/v1"
    return fetch(url, Request("POST", "/v1", '{"a": 1}'), heard.append).body


def test_it_asks_past_every_proxy_until_the_route_is_known(server: Answering) -> None:
    server.statuses = [503, 404, 200]
    heard: list[bytes] = []
    assert ask(server, heard) == b"".join(LINES)
    assert tuple(heard) == LINES
    assert server.seen == [("/demo/v1", "application/json", b'{"a": 1}')] * 3


def test_a_refusal_is_told_in_its_own_words(server: Answering) -> None:
    server.statuses = [400]
    with pytest.raises(EngineError, match="answered 400: data: 1"):
        ask(server, [])


def test_an_endpoint_that_never_answers_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_call, "_ANSWER_S", 0.0)
    with pytest.raises(EngineError, match="does not answer"):
        fetch("http://127.0.0.1:9/demo", Request(), lambda _: None)
