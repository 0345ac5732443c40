"""The demo's request: to an endpoint that has just come up, heard as it is answered.

Guarantees an end and no proxies. Must not know what the answer means.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tasktui.commands.request import Request
from tasktui.errors import EngineError

_LIMIT = 2**22
"""Bytes of an answer that are read."""
_ANSWER_S = 30.0
_SILENT_S = 120.0
_PAUSE_S = 0.2
_NOT_YET = {404, 502, 503, 504}
"""What Serve's proxy says while it does not know a new route."""

Hear = Callable[[bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer with status 200."""

    body: bytes
    seconds: float
    """From the request sent to the last byte."""


def fetch(url: str, request: Request, hear: Hear) -> Heard:
    """Send ``request`` to ``url`` until it is answered; ``hear`` gets each line as it comes.

    Serve's proxy learns of a new route a moment late. Raises EngineError when
    it does not answer in time, or refuses.
    """
    from http.client import HTTPException  # noqa: PLC0415 - only here
    from urllib.error import HTTPError  # noqa: PLC0415 - only here
    from urllib.request import ProxyHandler, build_opener  # noqa: PLC0415 - only here
    from urllib.request import Request as Outgoing  # noqa: PLC0415 - only here

    # Proxies of the environment are for the world outside, not for this machine.
    opener = build_opener(ProxyHandler({}))
    kind = {"Content-Type": "application/json"} if request.body else {}
    sent = Outgoing(url, request.body.encode() or None, kind, method=request.method)  # noqa: S310 - the task's own endpoint
    end = time.monotonic() + _ANSWER_S
    while True:
        began = time.monotonic()
        try:
            with opener.open(sent, timeout=_SILENT_S) as answer:
                body = bytearray()
                while len(body) < _LIMIT and (line := answer.readline(_LIMIT)):
                    hear(line)
                    body += line
                return Heard(body=bytes(body), seconds=time.monotonic() - began)
        except (OSError, HTTPException) as error:  # URLError is the former
            if isinstance(error, HTTPError) and error.code not in _NOT_YET:
                raise EngineError(
                    f"{url} answered {error.code}: {error.read(500).decode(errors='replace')}",
                    "tasktui logs NAME shows its log.",
                ) from error
            if time.monotonic() > end:
                raise EngineError(
                    f"{url} does not answer: {error}.", "tasktui logs NAME shows its log."
                ) from error
        time.sleep(_PAUSE_S)
