"""Ray's JSON as values. Pure, and lenient: unknown fields are ignored, missing ones have defaults.

Must not know HTTP. Raises Unreachable only where the answer is not Ray's at all.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from tasktui.domain.artifact import custom_of
from tasktui.domain.observed import App, AppStatus, Node, Replica, Resources, Source
from tasktui.domain.secrets import mask
from tasktui.errors import Unreachable

Json = Any
"""What ``json`` reads: checked by the functions below."""

_GIB = 2**30
_WORKERS = "--python_worker_command="
"""Word of a raylet's command line that says how it starts workers."""

_UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_INTERNAL = re.compile(
    r"(CPU|GPU|memory|object_store_memory)$|node:|accelerator_type:|bundle_|.+_group_[0-9a-f_]+$"
)
"""Names of resources that are no custom ones: Ray's own, marks of nodes, placement groups."""

_USED = re.compile(r"([\d.]+)([A-Za-z]*)/[\d.]+[A-Za-z]* (\S+)")

_NAMES_ONLY = re.compile(r"Failed to update the deployments|The deployments .* are UNHEALTHY")
"""Messages of an application that say which deployments are at fault, but not what is wrong."""


def apps(body: Json) -> dict[str, App]:
    """Every application of ``GET /api/serve/applications/`` by name."""
    found = mapping(body, "applications").get("applications")
    return {name: _app(name, a) for name, a in _items(found)}


def secrets(configs: Iterable[Json]) -> list[str]:
    """Values of the environment of applications and their deployments, from configurations."""
    found: list[str] = []
    for config in configs:
        whole = _dict(config)
        listed = whole.get("deployments")
        deployments = listed if isinstance(listed, list) else ()
        actors = [_dict(_dict(d).get("ray_actor_options")) for d in deployments]
        for owner in (whole, *actors):
            values = _dict(_dict(owner.get("runtime_env")).get("env_vars"))
            found += [str(v) for v in values.values()]
    return found


def _dict(value: Json) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def serve_url(body: Json, dashboard: str) -> str:
    """Where endpoints answer; empty while Serve is not started.

    A proxy that listens on every interface is reached where the dashboard is.
    """
    options = body.get("http_options") or {}
    port = options.get("port")
    if not port or not body.get("proxies"):
        return ""
    host = str(options.get("host") or "")
    if host in {"", "0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = urlsplit(dashboard).hostname or "127.0.0.1"
    scheme = "https" if options.get("ssl_keyfile") else "http"
    root = str(options.get("root_path") or "").rstrip("/")
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{root}"


def nodes(listed: Json, summary: Json) -> tuple[Node, ...]:
    """Living nodes: totals of ``/api/v0/nodes``, use of ``/nodes?view=summary``."""
    data = mapping(mapping(listed, "nodes").get("data") or {}, "nodes")
    rows = (data.get("result") or {}).get("result") or ()
    about = (summary or {}).get("data") or {}
    used = about.get("nodeLogicalResources") or {}
    hosts = {
        (s.get("raylet") or {}).get("nodeId"): s.get("hostname") for s in about.get("summary") or ()
    }
    return tuple(
        _node(row, str(used.get(row.get("node_id"), "")), hosts.get(row.get("node_id")))
        for row in rows
        if row.get("state") == "ALIVE"
    )


def autoscaled(status: Json) -> bool:
    """Whether an autoscaler with node types of its own reports (``/api/cluster_status``).

    Without one, Ray's read-only provider names a type ``node_ID`` for each node.
    """
    report = (((status or {}).get("data") or {}).get("clusterStatus") or {}).get("autoscalerReport")
    types = (report or {}).get("nodeTypeMapping") or {}
    return any(not str(t).startswith("node_") for t in types.values())


def interpreter(summary: Json) -> str:
    """Python of the head's workers, from ``/nodes?view=summary``; empty when it is not told."""
    about = (summary or {}).get("data") or {}
    nodes = sorted(
        about.get("summary") or (),
        key=lambda n: not (n.get("raylet") or {}).get("isHeadNode"),
    )
    words = next((n.get("cmdline") for n in nodes), None) or ()
    for word in words:
        if str(word).startswith(_WORKERS):
            return (shlex.split(str(word).removeprefix(_WORKERS)) or [""])[0]
    return ""


def log_names(body: Json) -> list[str]:
    """Names of files that ``GET /api/v0/logs`` lists, whatever Ray sorts them under."""
    found = (mapping(body, "logs").get("data") or {}).get("result") or {}
    return [str(name) for names in found.values() for name in names or ()]


def used(text: str) -> Resources:
    """Amounts in use from ``1.0/4.0 CPU``, one resource a line."""
    found = {
        name: float(amount) * _UNITS.get(unit, 1) for amount, unit, name in _USED.findall(text)
    }
    return _resources(found)


def _resources(amounts: Mapping[str, Any]) -> Resources:
    """Amounts by Ray's names; memory in bytes."""
    return Resources(
        cpu=float(amounts.get("CPU", 0)),
        memory_gb=float(amounts.get("memory", 0)) / _GIB,
        gpu=float(amounts.get("GPU", 0)),
        custom=custom_of({k: float(v) for k, v in amounts.items() if not _INTERNAL.match(k)}),
    )


def _node(row: Mapping[str, Any], used_text: str, host: object) -> Node:
    total = row.get("resources_total") or {}
    kinds = [k.removeprefix("accelerator_type:") for k in total if k.startswith("accelerator_type")]
    return Node(
        id=str(row.get("node_id", "")),
        name=str(host or row.get("node_name") or row.get("node_ip") or "node"),
        total=_resources(total),
        used=used(used_text),
        gpu_type=kinds[0] if kinds else "",
        head=bool(row.get("is_head_node")),
    )


def _app(name: str, a: Mapping[str, Any]) -> App:
    deployments = a.get("deployments") or {}
    config = a.get("deployed_app_config") or {}
    return App(
        name=name,
        status=_status(str(a.get("status"))),
        message=mask(_message(a, [d for _, d in _items(deployments)]), secrets([config])),
        source=Source.IMPERATIVE if a.get("source") == "imperative" else Source.DECLARATIVE,
        route=str(a.get("route_prefix") or ""),
        config=config,
        deployments=tuple(deployments),
        shapes={n: d.get("deployment_config") or {} for n, d in _items(deployments)},
        ingress=str((a.get("deployment_topology") or {}).get("ingress_deployment") or ""),
        replicas=tuple(
            _replica(name, key, r)
            for key, d in _items(deployments)
            for r in d.get("replicas") or ()
        ),
        since=_time(a.get("last_deployed_time_s")),
    )


def _message(a: Mapping[str, Any], deployments: Sequence[Mapping[str, Any]]) -> str:
    """The application's own message, or that of its deployments where it only names them."""
    own = str(a.get("message") or "")
    theirs = [m for d in deployments if (m := str(d.get("message") or "")).strip()]
    return theirs[0] if theirs and (not own.strip() or _NAMES_ONLY.match(own)) else own


def _replica(app: str, deployment: str, r: Mapping[str, Any]) -> Replica:
    key = str(r.get("replica_id") or "")
    return Replica(
        id=key,
        deployment=deployment,
        state=str(r.get("state") or ""),
        node=str(r.get("node_id") or ""),
        node_ip=str(r.get("node_ip") or ""),
        actor=str(r.get("actor_name") or f"SERVE_REPLICA::{app}#{deployment}#{key}"),
        pid=r.get("pid"),
        started_at=_time(r.get("start_time_s")),
        log_file=str(r.get("log_file_path") or ""),
    )


def _status(word: str) -> AppStatus:
    try:
        return AppStatus(word)
    except ValueError:
        return AppStatus.UNKNOWN


def _time(seconds: object) -> datetime | None:
    if not isinstance(seconds, (int, float)) or not 0 < seconds < 1e11:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def mapping(value: Json, what: str) -> Mapping[str, Any]:
    """The value as a mapping. Raises Unreachable when it is something else."""
    if isinstance(value, dict):
        return value
    raise Unreachable(
        f"The answer about {what} is not Ray's.",
        "Is this the address of Ray's dashboard? The default port is 8265.",
    )


def _items(value: Json) -> Sequence[tuple[str, Mapping[str, Any]]]:
    return [(str(k), v) for k, v in (value or {}).items() if isinstance(v, dict)]
