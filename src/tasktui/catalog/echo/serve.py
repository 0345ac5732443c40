"""Echo: answers every request with what it received, and which replica answered.

``?sleep=SECONDS`` (at most 300) answers late, ``?fail=STATUS`` (400 to 599) with
that status, ``?fail=raise`` raises. Needs nothing beyond Ray Serve.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime

import ray
from ray import serve
from starlette.requests import Request
from starlette.responses import Response

MAX_SLEEP_S = 300.0


def parse_body(content: bytes) -> object:
    """The JSON value of the body, else its text; None without one."""
    if not content:
        return None
    text = content.decode(errors="replace")
    try:
        return json.loads(text, parse_constant=str, parse_float=_number)
    except (ValueError, RecursionError):
        return text


def _number(text: str) -> float | str:
    """JSON has no infinity to answer with: what is too large stays text."""
    value = float(text)
    return value if math.isfinite(value) else text


def sleep_s(query: Mapping[str, str]) -> float:
    """Seconds to wait before the answer. Raises ValueError for what is not a time."""
    seconds = float(query.get("sleep") or 0)
    if math.isnan(seconds) or seconds < 0:
        raise ValueError("sleep: seconds, 0 or more")
    return min(seconds, MAX_SLEEP_S)


def fail_status(query: Mapping[str, str]) -> int:
    """Status asked for by ``fail``, 200 without it. Raises ValueError, RuntimeError if asked."""
    wanted = query.get("fail") or "200"
    if wanted == "raise":
        raise RuntimeError("the request asked for an exception: ?fail=raise")
    status = int(wanted)
    if wanted != "200" and not 400 <= status <= 599:
        raise ValueError("fail: a status from 400 to 599, or 'raise'")
    return status


def reply(content: Mapping[str, object], status: int = 200) -> Response:
    """JSON in ASCII: a body may hold half of a surrogate pair."""
    text = json.dumps({"model": "echo", **content})
    return Response(text, status_code=status, media_type="application/json")


@serve.deployment
class Echo:
    """One replica. Waiting happens on the event loop, so many requests may wait at once."""

    def __init__(self) -> None:
        self.replica = {
            "id": serve.get_replica_context().replica_tag,
            "pid": os.getpid(),
            "node": ray.get_runtime_context().get_node_id(),
            "host": platform.node(),
        }

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        query = dict(request.query_params)
        try:
            await asyncio.sleep(sleep_s(query))
            status = fail_status(query)
        except ValueError as error:
            return reply({"error": str(error), "replica": self.replica}, 400)
        if status != 200:
            problem = f"the request asked for status {status}"
            return reply({"error": problem, "replica": self.replica}, status)
        return reply(
            {
                "method": request.method,
                "path": request.url.path,
                "query": query,
                "body": parse_body(await request.body()),
                "replica": self.replica,
                "time": datetime.now(UTC).isoformat(),
            }
        )


app = Echo.bind()
