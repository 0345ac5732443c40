from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from make import make_task
from tasktui.commands.request import Request
from tasktui.config import Config
from tasktui.domain.observed import ClusterView
from tasktui.engine import endpoint
from tasktui.errors import NotAllowed, Unreachable
from tasktui.runtime.calling import KEPT, call, remember, sent
from tasktui.runtime.files import prepare
from tasktui.runtime.session import Session

TASK = make_task()


class Model:
    """An endpoint that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes, dict[str, str]]] = []
        self.gate = threading.Event()
        self.answer = b'{"ok": true}'
        self.status = 200
        model = self

        class Handler(BaseHTTPRequestHandler):
            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                model.asked.append((self.command, self.path, body, dict(self.headers)))
                if self.path == "/slow":
                    model.gate.wait(30)
                self.send_response(model.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()
                self.wfile.write(model.answer)

            do_GET = do_POST = _do  # noqa: N815 - http.server's names

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def model() -> Iterator[Model]:
    made = Model()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.gate.set()
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def test_a_request_is_sent_as_json_without_any_token(
    config: Config, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", "t" * 32)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    answer = call(config, f"{model.url}/chat", Request("POST", "/", '{"a": 1}'))
    assert (answer.status, answer.body, answer.cut) == (200, b'{"ok": true}', False)
    assert answer.kind == "application/json"
    assert answer.seconds > 0
    ((method, path, body, headers),) = model.asked
    assert (method, path, body) == ("POST", "/chat", b'{"a": 1}')
    assert headers["Content-Type"] == "application/json"
    assert "Authorization" not in headers


@pytest.mark.parametrize("status", [307, 404, 500])
def test_any_status_is_an_answer_and_no_redirect_is_followed(
    config: Config, model: Model, status: int
) -> None:
    model.status = status
    assert call(config, model.url, Request()).status == status
    assert len(model.asked) == 1


def test_an_answer_without_end_is_cut(
    config: Config, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "LIMIT", 1000)
    model.answer = b"x" * 100_000
    answer = call(config, model.url, Request())
    assert (len(answer.body), answer.cut) == (1000, True)


def test_an_endpoint_that_does_not_answer_in_time_is_given_up(config: Config, model: Model) -> None:
    with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s.*log of its replicas"):
        call(config, f"{model.url}/slow", Request(), deadline_s=0.2)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/chat", "http://10.1.2.3:80/", "ftp://x/"])
def test_what_cannot_be_reached_or_may_not_be_is_told(config: Config, url: str) -> None:
    with pytest.raises(Unreachable):
        call(config, url, Request())


def test_the_last_requests_of_a_task_are_kept_for_their_owner_alone(config: Config) -> None:
    prepare(config.state_dir)
    assert sent(config, TASK) == []
    for number in range(KEPT + 5):
        remember(config, TASK, Request("GET", f"/{number}"))
    remember(config, TASK, Request("GET", "/20"))
    found = sent(config, TASK)
    assert [r.path for r in found[:3]] == ["/20", "/24", "/23"]
    assert len(found) == KEPT
    (file,) = (config.state_dir / "requests").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    remember(config, TASK, Request("POST", "/", "1" * 20_000))
    assert sent(config, TASK) == found, "a large one is not kept"
    file.write_text('[{"method": "BREW", "path": "/", "body": ""}]')
    assert sent(config, TASK) == []


def test_a_session_keeps_what_it_sends_unless_it_only_looks(config: Config, model: Model) -> None:
    cluster = ClusterView(serve_url=model.url)
    session = Session(config, {}, "cli")
    assert session.try_endpoint(TASK, cluster, Request("GET", "/x")).status == 200
    assert model.asked[0][1] == "/chat/x"
    assert sent(config, TASK) == [Request("GET", "/x")]
    with pytest.raises(NotAllowed):
        session.try_endpoint(TASK, ClusterView(), Request("GET", "/y"))
    session.close()
    looking = Session(replace(config, read_only=True), {}, "cli")
    looking.try_endpoint(TASK, cluster, Request("GET", "/z"))
    looking.close()
    assert sent(config, TASK) == [Request("GET", "/x")]
