"""Which cluster is used, where its address comes from, and what is known of it.

Asks files and the database; Ray itself only in ``ask``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tasktui.cli.verbs import Call
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.errors import EngineError, Unauthorized
from tasktui.runtime.session import ADDRESS

if TYPE_CHECKING:
    from tasktui.engine.address import Target
    from tasktui.engine.local import LocalStatus

SOURCES = {
    "given": "given explicitly, now or when this state directory was first used",
    "embedded": "the embedded cluster of this state directory",
    "head": "the head that runs on this machine",
    "default": "nothing named one, and none runs here; Ray's default address is tried",
}
"""``Target.source`` in words; everything else is the name of a variable."""

UNSEEN = "unknown"
"""State of a named cluster that the scheduler has not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The cluster that is used, and what is known of it."""

    state: str
    address: str
    source: str
    embedded: bool
    serve_url: str
    ray_version: str
    token_file: Path | None
    view: ClusterView
    """What the scheduler last saw at this address; empty when it saw another one."""
    local: LocalStatus
    """How the embedded cluster is, used or not."""
    error: str
    environ: Mapping[str, str]
    """What Ray's own programs need to reach it; empty unless it is embedded."""


def find_target(call: Call) -> Target:
    """The cluster that the scheduler of this state directory would use.

    Raises Unauthorized for a token file that cannot be used.
    """
    from tasktui.engine.address import find  # noqa: PLC0415 - off the path of plain reads

    bound = call.config.address or call.session.call(lambda c: c.setting(ADDRESS)) or ""
    return find(bound, call.config.cluster_record, call.environ)


def find_cluster(call: Call) -> Found:
    """Which cluster is used. Raises Unauthorized for a token file that cannot be used."""
    target = find_target(call)
    local = call.session.local_status()
    view = call.session.call(lambda c: c.cluster())
    seen = view if view.address == target.address else ClusterView()
    if target.embedded:
        return _embedded(call, target, local, seen)
    guessed = target.source == "default" and not seen.address
    return Found(
        state=_guessed_state(local) if guessed else str(seen.state if seen.address else UNSEEN),
        address="" if guessed else target.address,
        source=target.source,
        embedded=False,
        serve_url=seen.serve_url,
        ray_version=seen.ray_version,
        token_file=_token_file(call.environ),
        view=seen,
        local=local,
        error=local.error if guessed else seen.error,
        environ={},
    )


def ask(call: Call, found: Found) -> Found:
    """What the cluster itself says, where the scheduler has not seen it yet."""
    from tasktui.runtime.probe import probe  # noqa: PLC0415 - HTTP is slow to import

    try:
        said = probe(find_target(call), allow_remote=call.config.allow_remote)
    except Unauthorized as error:
        return replace(found, state=str(ClusterState.UNAUTHORIZED), error=str(error))
    except EngineError as error:
        return replace(found, state=str(ClusterState.UNREACHABLE), error=str(error))
    return replace(found, state=str(ClusterState.CONNECTED), ray_version=said.ray_version)


def _embedded(call: Call, target: Target, local: LocalStatus, seen: ClusterView) -> Found:
    from tasktui.engine.local import LocalCluster, LocalState  # noqa: PLC0415 - psutil is slow to import
    from tasktui.engine.local_record import token_path  # noqa: PLC0415 - beside its use

    up = local.state is LocalState.RUNNING
    return Found(
        state=str(local.state),
        address=target.address,
        source=target.source,
        embedded=True,
        serve_url=local.serve_url or seen.serve_url,
        ray_version=local.ray_version or seen.ray_version,
        token_file=token_path(call.config.state_dir),
        view=seen,
        local=local,
        error=local.error or seen.error,
        environ=LocalCluster(call.config.state_dir).environ() if up else {},
    )


def _guessed_state(local: LocalStatus) -> str:
    return "none" if local.state == "down" else str(local.state)


def _token_file(environ: Mapping[str, str]) -> Path | None:
    """The file that the token comes from; None when it comes from none."""
    if environ.get("RAY_AUTH_TOKEN"):
        return None
    named = environ.get("RAY_AUTH_TOKEN_PATH")
    path = Path(named) if named else Path(environ.get("HOME") or Path.home()) / ".ray/auth_token"
    return path.expanduser() if path.expanduser().exists() else None
