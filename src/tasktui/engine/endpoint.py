"""One request to the endpoint of a task, as any of its users would send it.

Guarantees a deadline, a cap on the answer, no proxies and no redirects, and that
no token of the cluster goes along: endpoints ask for none.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasktui.engine.http import check_address
from tasktui.errors import Unreachable

if TYPE_CHECKING:
    import httpx

DEADLINE_S = 120.0
"""The first request to a task with min 0 waits for a cold start."""
LIMIT = 2**20
"""Bytes of an answer that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    reason: str
    seconds: float
    """From the first byte sent to the last one received."""
    kind: str
    """Its content type; empty where it says none."""
    body: bytes
    cut: bool
    """Whether there was more than is kept."""


async def ask(
    method: str,
    url: str,
    body: bytes,
    *,
    allow_remote: bool = False,
    deadline_s: float = DEADLINE_S,
) -> Answer:
    """Send one request and read the answer. Raises Unreachable where none comes.

    A body goes as JSON.
    """
    import httpx  # noqa: PLC0415 - 100 ms, and only when something is sent

    check_address(url, allow_remote=allow_remote)
    headers = {"Content-Type": "application/json"} if body else {}
    began = time.monotonic()
    try:
        async with (
            asyncio.timeout(deadline_s),
            httpx.AsyncClient(trust_env=False, timeout=None) as client,  # noqa: S113 - the deadline
            client.stream(method, url, content=body, headers=headers) as answer,
        ):
            content, cut = await _read(answer)
    except TimeoutError as error:
        raise Unreachable(
            f"{url} did not answer within {deadline_s:g} s.",
            "It may still work on it: look at the log of its replicas.",
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = str(error) or type(error).__name__
        raise Unreachable(f"{url} cannot be called: {said}.", "Is the task Running?") from error
    return Answer(
        status=answer.status_code,
        reason=answer.reason_phrase,
        seconds=time.monotonic() - began,
        kind=answer.headers.get("content-type", ""),
        body=content,
        cut=cut,
    )


async def _read(answer: httpx.Response) -> tuple[bytes, bool]:
    parts: list[bytes] = []
    size = 0
    async for part in answer.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size > LIMIT:
            return b"".join(parts)[:LIMIT], True
    return b"".join(parts), False
