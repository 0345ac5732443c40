"""One HTTP connection to Ray's dashboard: deadlines, a cap, and errors in words.

Guarantees that nothing but TasktuiErrors of the EngineError branch comes out,
that the token goes to this one origin only (no proxies, no redirects), and that
no answer takes longer or is larger than allowed. Knows nothing of applications.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tasktui.errors import Rejected, Unauthorized, Unreachable

if TYPE_CHECKING:
    import httpx

DEADLINE_S = 10.0
"""Overall time of one call, in seconds. A killed controller makes Ray block for about 6 s."""

BODY_LIMIT = 64 * 2**20
"""Bytes of an answer. 1,000 applications need about 4 MB."""

_WORDS = 600


class Missing(Rejected):
    """404."""


class Failed(Unreachable):
    """Another status than 2xx, 400, 401, 403, 404 and 422: it answers, but cannot do this."""


class Http:
    """Calls to one dashboard."""

    def __init__(
        self,
        address: str,
        token: str = "",
        *,
        allow_remote: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Raise Unreachable for an address that is not http(s), or not loopback.

        ``transport`` replaces the network, for fakes.
        """
        check_address(address, allow_remote=allow_remote)
        self.address = address.rstrip("/")
        self._token = token
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def json(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401 - JSON
        """Call and parse JSON. Raises Unreachable for an answer that is not JSON."""
        body = await self.call(method, path, **options)
        try:
            return json.loads(body) if body else None
        except ValueError as error:
            raise Unreachable(
                f"{self.address}{path} answered, but not in JSON.",
                "Is this the address of Ray's dashboard? The default port is 8265.",
            ) from error

    async def has(self, path: str) -> bool:
        """Whether a GET of ``path`` answers; False for 404. Raises as ``call`` does otherwise."""
        try:
            await self.call("GET", path)
        except Missing:
            return False
        return True

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        payload: object = None,
        content: bytes | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> bytes:
        """Call and return the body. Raises Unreachable, Unauthorized or Rejected."""
        import httpx  # noqa: PLC0415 - 100 ms, and never on the path of the first frame

        try:
            async with asyncio.timeout(deadline_s):
                request = self._open().build_request(
                    method,
                    f"{self.address}{path}",
                    params=params,
                    json=payload,
                    content=content,
                )
                answer = await self._open().send(request, stream=True)
                try:
                    body = await _read(answer, self.address)
                finally:
                    await answer.aclose()
        except TimeoutError as error:
            raise self._unreachable(f"did not answer within {deadline_s:g} s") from error
        except httpx.HTTPError as error:
            raise self._unreachable(_said(error)) from error
        if answer.is_success:
            return body
        raise self._refused(method, path, answer.status_code, body)

    async def close(self) -> None:
        """Release the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _open(self) -> httpx.AsyncClient:
        import httpx  # noqa: PLC0415 - see call

        if self._client is None:
            _stop_searching()
            headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
            # trust_env would send the token through HTTP_PROXY, also for loopback.
            self._client = httpx.AsyncClient(
                headers=headers,
                trust_env=False,
                follow_redirects=False,
                timeout=60,
                transport=self._transport,
            )
        return self._client

    def _unreachable(self, how: str) -> Unreachable:
        return Unreachable(
            f"Ray's dashboard at {self.address} {how}.",
            "Is the cluster up, and is this its dashboard's address?",
        )

    def _refused(self, method: str, path: str, status: int, body: bytes) -> Exception:
        if status == 401:
            return Unauthorized(
                f"Ray at {self.address} wants a token (401).",
                "Give it in RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH.",
            )
        if status == 403:
            return Unauthorized(
                f"Ray at {self.address} refused the token (403).",
                "Give this cluster's token in RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH.",
            )
        words = body.decode(errors="replace").strip()[-_WORDS:]
        if status in {400, 404, 422}:
            kind = Missing if status == 404 else Rejected
            return kind(f"Ray refused {method} {path} ({status}): {words}", "")
        error = self._unreachable(f"answered {status} to {method} {path}: {words[-200:]}")
        return Failed(error.what, error.hint)


def _stop_searching() -> None:
    """Where sniffio is missing, httpcore searches all paths for it several times a call."""
    if find_spec("sniffio") is None:
        # None is Python's word for a module that is not to be found.
        sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]


def check_address(address: str, *, allow_remote: bool) -> None:
    """Raise Unreachable unless the address is http(s) and, without leave, loopback."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Unreachable(
            f"{address!r} is not the address of a dashboard.", "Write it as http://HOST:8265."
        )
    if allow_remote or is_loopback(parts.hostname):
        return
    raise Unreachable(
        f"{address} is not on this machine.",
        "Use an SSH tunnel, or allow it with --allow-remote (the token then crosses the network).",
    )


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _said(error: Exception) -> str:
    name = type(error).__name__
    words = {"ConnectError": "cannot be connected to", "ConnectTimeout": "cannot be connected to"}
    return words.get(name, f"broke off ({name}: {error})".replace(": )", ")"))


async def _read(answer: httpx.Response, address: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > BODY_LIMIT:
            raise Unreachable(f"{address} sent more than {BODY_LIMIT >> 20} MB.", "")
        parts.append(part)
    return b"".join(parts)
