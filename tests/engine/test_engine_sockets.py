"""What a peer does on the wire that no answer describes: silence, drops, drips, floods."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from tasktui.engine import http as engine_http
from tasktui.engine.http import Http
from tasktui.errors import Rejected, TasktuiError, Unreachable

Peer = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
SHORT_S = 0.5


@contextmanager
def served(peer: Peer) -> Iterator[str]:
    """A server of one connection that reads a request and then does what ``peer`` does."""

    def serve() -> None:
        with suppress(OSError):
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                peer(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            thread.join(60)  # its peer has left
            assert not thread.is_alive()


def silent(connection: socket.socket) -> None:
    connection.recv(1)  # until the other side gives up


def drip(connection: socket.socket) -> None:
    """One byte at a time: each read succeeds, the answer never ends."""
    connection.sendall(HEAD % 10_000)
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(_connection: socket.socket) -> None:
    """Closed without a word."""


def half(connection: socket.socket) -> None:
    connection.sendall(HEAD % 1000 + b'{"applications": {')


def noise(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")


def flood(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 4096)


def elsewhere(connection: socket.socket) -> None:
    connection.sendall(
        b"HTTP/1.1 302 Found\r\nLocation: http://10.1.2.3/\r\nContent-Length: 0\r\n\r\n"
    )


async def refusal(peer: Peer, limit_s: float = 60.0) -> TasktuiError:
    """How a call of such a peer ends."""
    with served(peer) as address:
        http = Http(address, "token")
        try:
            with pytest.raises((Unreachable, Rejected)) as caught:
                await http.call("GET", "/api/ray/version", deadline_s=limit_s)
        finally:
            await http.close()
    return caught.value


@pytest.mark.parametrize("peer", [silent, drip])
async def test_what_never_ends_is_given_up_at_the_deadline(peer: Peer) -> None:
    error = await refusal(peer, SHORT_S)
    assert isinstance(error, Unreachable)
    assert f"did not answer within {SHORT_S:g} s" in str(error)


@pytest.mark.parametrize("peer", [reset, hang_up, half, noise])
async def test_what_breaks_off_is_unreachable_not_empty(peer: Peer) -> None:
    error = await refusal(peer)
    assert isinstance(error, Unreachable)
    assert error.hint


async def test_a_flood_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_http, "BODY_LIMIT", 100_000)
    assert isinstance(await refusal(flood), Unreachable)


async def test_a_redirection_is_not_followed() -> None:
    assert "302" in str(await refusal(elsewhere))
