from __future__ import annotations

from dataclasses import replace

import pytest

from make import NOW, make_task
from tasktui.commands.request import (
    Request,
    checked,
    pretty,
    read_line,
    told,
    url_of,
)
from tasktui.domain.observed import ClusterView
from tasktui.errors import InvalidField, NotAllowed

CLUSTER = ClusterView(serve_url="http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("text", "body", "found"),
    [
        ("post /x?a=1", "", Request("POST", "/x?a=1")),
        ("/x", "", Request("GET", "/x")),
        ("/x", "{}", Request("POST", "/x", "{}")),
        ("  DELETE   / ", "", Request("DELETE", "/")),
    ],
)
def test_a_request_is_read_from_a_line(text: str, body: str, found: Request) -> None:
    assert read_line(text, body) == found


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (Request("BREW", "/"), "method"),
        (Request("GET", "x"), "path"),
        (Request("GET", ""), "path"),
        (Request("POST", "/", "{"), "body"),
        (Request("POST", "/", "\x1b{"), "body"),
    ],
)
def test_what_cannot_be_sent_is_refused(request_: Request, field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        checked(request_)
    assert caught.value.field == field
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/", "http://127.0.0.1:8000/chat"),
        ("/?sleep=1", "http://127.0.0.1:8000/chat?sleep=1"),
        ("/v1/x?a=b c", "http://127.0.0.1:8000/chat/v1/x?a=b%20c"),
        ("//evil.example/", "http://127.0.0.1:8000/chat//evil.example/"),
        ("/@evil.example", "http://127.0.0.1:8000/chat/@evil.example"),
    ],
)
def test_a_path_stays_below_the_route(path: str, url: str) -> None:
    assert url_of(make_task(), CLUSTER, Request("GET", path)) == url


def test_an_endpoint_that_is_unknown_is_said() -> None:
    for task, cluster in (
        (make_task(), ClusterView()),
        (replace(make_task(), archived_at=NOW), CLUSTER),
    ):
        with pytest.raises(NotAllowed, match="The endpoint of chat is unknown"):
            url_of(task, cluster, Request())


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("application/json", b'{"a": [1, "\xc3\xa9"]}', '{\n  "a": [\n    1,\n    "é"\n  ]\n}'),
        ("text/plain", b'{"a": 1}', '{\n  "a": 1\n}'),
        ("application/json", b"{not", "{not"),
        ("text/plain", b"\x1b]52;c;aGk=\x07\xff", "\\x1b]52;c;aGk=\\x07\ufffd"),
        pytest.param("application/json", b"[" * 100_001, "[" * 99_999 + "…", id="deep"),
        ("", b"", ""),
    ],
)
def test_an_answer_is_shown_readable_and_harmless(kind: str, body: bytes, text: str) -> None:
    assert pretty(kind, body) == text


def test_what_came_back_is_told_in_a_line() -> None:
    assert told(200, "OK", 0.01234, 1180) == "200 OK in 0.012 s, 1,180 bytes"
