"""Ray Serve over REST: the engine that the scheduler drives.

Guarantees that applications of others stay as they are: they are read right
before each change, sent along, and looked for after it. Knows no task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasktui.domain.log import Stream
from tasktui.domain.observed import App, AppStatus, Observed, Replica, Source
from tasktui.domain.secrets import mask
from tasktui.domain.service import Ours, Service
from tasktui.engine import parse
from tasktui.engine.http import Http
from tasktui.engine.kill import Killer
from tasktui.engine.payload import anew, package_name, same, to_config
from tasktui.engine.ray_jobs import RayJobs
from tasktui.engine.ray_logs import RayLogs
from tasktui.errors import EngineError, Rejected, StoreBroken

if TYPE_CHECKING:
    import httpx

_APPS = "/api/serve/applications/"
_PUT_S = 60.0
"""The first PUT on a cluster starts Serve, which takes 5 to 13 s."""

_UPLOAD_S = 300.0

_RESTORED = (
    "{}, an application of others, had disappeared when Ray was changed: it was put back as it was."
)
_GONE = (
    "{}, an application of others, was deployed at the very moment when Ray was changed, and was "
    "removed by that: Ray takes only whole sets. Deploy it again."
)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a cluster says of itself."""

    ray_version: str
    auth_mode: str
    """``token`` or ``disabled``."""


async def _at_once() -> None:
    """Nothing to ask before a change."""


class RayServe:
    """One cluster, by the address of its dashboard."""

    def __init__(
        self,
        address: str,
        token: str = "",
        *,
        allow_remote: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Raise Unreachable for an address that is not allowed."""
        self._http = Http(address, token, allow_remote=allow_remote, transport=transport)
        self.jobs = RayJobs(self._http)
        self._killer = Killer(self.jobs)
        self._logs = RayLogs(self._http)
        self._autoscaler: tuple[str, bool] = ("", False)
        self._open: tuple[str, bool] = ("", False)

    async def observe(self) -> Observed:
        """One look at applications and nodes; about 30 ms on a small cluster."""
        version, body, listed, summary = await asyncio.gather(
            self._http.json("GET", "/api/ray/version"),
            self._http.json("GET", _APPS),
            self._http.json("GET", "/api/v0/nodes", params={"detail": "1"}),
            self._http.json("GET", "/nodes", params={"view": "summary"}),
        )
        apps = parse.apps(body)
        version = parse.mapping(version, "its version")
        session = str(version.get("session_name") or "")
        return Observed(
            at=datetime.now(UTC),
            session=session,
            ray_version=str(version.get("ray_version") or ""),
            apps=apps,
            nodes=parse.nodes(listed, summary),
            serve_url=parse.serve_url(body, self._http.address),
            autoscaler=await self._autoscaled(session),
            open=await self._asks_nobody(session),
        )

    async def apply(
        self,
        ours: Ours,
        services: Sequence[Service],
        keep: frozenset[str] = frozenset(),
        *,
        before_put: Callable[[], Awaitable[None]] = _at_once,
    ) -> tuple[str, ...]:
        """Make ``services`` the whole set of ``ours``.

        ``before_put`` is awaited right before each change: what it raises stops that.
        Those in ``keep`` stay as they are. Applications of others go along as Ray
        says that they were deployed. One that disappears between the look and the
        change is put back, once; one that is deployed there is removed by Ray, which
        does not tell its configuration any more. Returns a sentence for each of
        those. Raises Rejected with Ray's words; then the set of before is sent
        again, since Ray may have taken a refused one in part. Raises EngineError where
        somebody else has deployed an application of the name of a new one.
        """
        body = await self._http.json("GET", _APPS)
        before = parse.apps(body)
        _refuse_taken(services, before, ours)
        mine = {n: a for n, a in before.items() if n in ours and n not in keep}
        if _converged(services, mine):
            return ()
        foreign = _kept(a for n, a in before.items() if n not in mine)
        wanted = [*foreign, *(to_config(s) for s in services)]
        await before_put()
        try:
            await self._put(body, wanted)
        except Rejected:
            await before_put()
            await self._put(body, [*foreign, *_kept(mine.values())])
            raise
        after = parse.apps(await self._http.json("GET", _APPS))
        names = {str(c.get("name")) for c in wanted}
        added = {n: a for n, a in after.items() if n not in names}
        gone = [n for n, a in added.items() if a.status is AppStatus.DELETING and n not in before]
        lost = [n for c in foreign if (n := str(c.get("name"))) not in after]
        if lost:
            await before_put()
            await self._put(body, [*wanted, *_kept(a for a in added.values() if _declared(a))])
        return (*map(_RESTORED.format, lost), *map(_GONE.format, gone))

    async def ensure_package(self, digest: str, archive: Path, anew: str = "") -> bool:
        """Upload the package unless Ray has it; the question alone renews its pin."""
        path = f"/api/packages/gcs/{package_name(digest, anew)}"
        if await self._http.has(path):
            return False
        try:
            content = await asyncio.to_thread(archive.read_bytes)
        except OSError as error:
            raise StoreBroken(
                f"The package {archive} cannot be read: {error.strerror}.",
                "Add the artifact again: tasktui artifact add FOLDER.",
            ) from error
        await self._http.call("PUT", path, content=content, deadline_s=_UPLOAD_S)
        return True

    async def kill(self, replicas: Sequence[Replica]) -> None:
        """End replicas at once; call it again until they are gone. Raises EngineError."""
        await self._killer.kill(r.actor for r in replicas)

    async def logs(self, replica: Replica, *, lines: int = 200, stream: Stream = Stream.LOG) -> str:
        """Last ``lines`` lines of what a replica writes, without values of any environment.

        Raises Rejected when Ray has no such file.
        """
        content = await self._logs.replica(replica, stream, lines)
        return _masked(content, await self._http.json("GET", _APPS))

    async def controller_log(self, *, lines: int = 200) -> str:
        """The same of Serve's controller."""
        body = await self._http.json("GET", _APPS)
        return _masked(await self._logs.controller(body, lines), body)

    async def probe(self) -> Probe:
        """Version and authentication. Raises Unreachable or Unauthorized."""
        mode = await self._http.json("GET", "/api/authentication_mode")
        version = await self._http.json("GET", "/api/ray/version")
        return Probe(
            ray_version=str(version.get("ray_version") or ""),
            auth_mode=str((mode or {}).get("authentication_mode") or "disabled"),
        )

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()

    async def _autoscaled(self, session: str) -> bool:
        if self._autoscaler[0] != session:
            status = await self._http.json("GET", "/api/cluster_status")
            self._autoscaler = (session, parse.autoscaled(status))
        return self._autoscaler[1]

    async def _asks_nobody(self, session: str) -> bool:
        if self._open[0] != session:
            try:
                mode = await self._http.json("GET", "/api/authentication_mode")
            except Rejected:
                mode = None  # an older Ray, which knows no token
            self._open = (session, (mode or {}).get("authentication_mode") in {None, "disabled"})
        return self._open[1]

    async def _put(self, body: Mapping[str, Any], configs: Sequence[Mapping[str, Any]]) -> None:
        payload: dict[str, Any] = {"applications": [*configs]}
        if body.get("target_capacity") is not None:
            payload["target_capacity"] = body["target_capacity"]
        try:
            await self._http.call("PUT", _APPS, payload=payload, deadline_s=_PUT_S)
        except Rejected as error:
            # Ray repeats what it does not like, with the environment.
            raise Rejected(mask(error.what, parse.secrets(configs)), error.hint) from None


def _masked(content: bytes, body: Mapping[str, Any]) -> str:
    """A log without the values of the applications' environments."""
    configs = [a.config for a in parse.apps(body).values()]
    return mask(content.decode(errors="replace"), parse.secrets(configs))


def _declared(app: App) -> bool:
    return app.source is Source.DECLARATIVE and app.status is not AppStatus.DELETING


def _refuse_taken(services: Sequence[Service], before: Mapping[str, App], ours: Ours) -> None:
    """Raise EngineError where one of the ``services`` would replace somebody else's."""
    for service in services:
        app = before.get(service.app)
        if service.app not in ours and app and app.status is not AppStatus.DELETING:
            raise EngineError(
                f"Somebody else has just deployed an application named {service.app}.",
                "It was left as it is: adopt it, or have it removed.",
            )


def _converged(services: Sequence[Service], ours: Mapping[str, App]) -> bool:
    """Whether Ray already has exactly these: then nothing is sent."""
    living = {n: a for n, a in ours.items() if a.status is not AppStatus.DELETING}
    return {s.app for s in services} == set(living) and all(
        living[s.app].source is Source.DECLARATIVE
        and same(s, living[s.app])
        and s.anew == anew(living[s.app])
        for s in services
    )


def _kept(apps: Iterable[App]) -> list[Mapping[str, Any]]:
    """The configurations to send along. Raises Rejected for one that Ray does not tell."""
    kept = []
    for app in apps:
        if app.source is Source.IMPERATIVE or app.status is AppStatus.DELETING:
            continue  # not in any configuration: a change does not touch it
        if not app.config:
            raise Rejected(
                f"Ray does not say how {app.name} was deployed, so a change would remove it.",
                "Nothing was changed. Deploy it again with 'serve deploy'.",
            )
        kept.append(app.config)
    return kept
