"""A service in Ray's own format, and whether Ray already has it. Pure.

Must not know HTTP. Source of the rules: the measured behaviour of Ray Serve's
``PUT /api/serve/applications/``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from tasktui.domain.observed import App
from tasktui.domain.service import Service

RESTARTS: Final = "TASKTUI_RESTARTS"
"""Environment variable whose change makes Ray replace the replicas of a service."""

_GIB = 2**30

_ANEW = re.compile(r"-(\d+)\.zip$")
_LOST = re.compile(
    r"Failed to download runtime_env file package gcs:"
    r"|for URI gcs://\S+ does not exist on the cluster"
)
"""Ray's words, which a node repeats for ten minutes although the package is there again."""

_SURGE = "max_surge_percent"
"""Share of its replicas that a deployment may have in addition while they are replaced. A Ray
that does not know it ignores it."""

_ROLLED = ("import_path", "runtime_env")
"""Keys of an application whose change replaces replicas."""


def package_uri(digest: str, anew: str = "") -> str:
    """Where Ray keeps the package with this content hash."""
    return f"gcs://{package_name(digest, anew)}"


def package_name(digest: str, anew: str = "") -> str:
    """Name of the package in Ray's own form; ``anew`` gives the same content another one."""
    return f"_ray_pkg_{digest}{'-' if anew else ''}{anew}.zip"


def to_config(service: Service) -> dict[str, Any]:
    """One application as Ray's ServeDeploySchema wants it.

    Bounds always go as ``autoscaling_config``, also for min = max: a change
    between that and ``num_replicas`` would be a full redeploy.
    """
    env = dict(service.env)
    if service.restarts:
        env[RESTARTS] = str(service.restarts)
    runtime_env: dict[str, Any] = {"working_dir": package_uri(service.digest, service.anew)}
    if env:
        runtime_env["env_vars"] = env
    return {
        "name": service.app,
        "route_prefix": service.route,
        "import_path": service.import_path,
        "runtime_env": runtime_env,
        "deployments": [
            {
                "name": service.scaled,
                "autoscaling_config": {
                    **service.autoscaling,
                    "min_replicas": service.replicas.min,
                    "max_replicas": service.replicas.max,
                },
                "graceful_shutdown_timeout_s": service.drain_s,
                _SURGE: 100 if service.surge else 0,
                "ray_actor_options": _actor_options(service),
            }
        ],
    }


def _actor_options(service: Service) -> dict[str, Any]:
    spec = service.spec
    options: dict[str, Any] = {"num_cpus": spec.cpu, "num_gpus": spec.gpu}
    if spec.memory_gb:
        options["memory"] = int(spec.memory_gb * _GIB)
    if spec.gpu and spec.gpu_type:
        options["accelerator_type"] = spec.gpu_type
    return options


def same(service: Service, app: App) -> bool:
    """Whether the deployed specification already is what ``service`` asks for.

    Compares what was declared, never live replica counts: autoscaling moves those. How a
    change would be rolled out is no difference: there is none to roll out. Nor is ``anew``.
    """
    return _plain(to_config(service)) == _plain(app.config)


def fingerprint(service: Service) -> str:
    """Equal exactly for services that are the ``same`` to Ray; tells nothing of their values."""
    text = json.dumps(_plain(to_config(service)), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def surges(app: App) -> bool:
    """Whether the application was deployed so that new replicas come before old ones go."""
    deployments: object = app.config.get("deployments") or ()
    return isinstance(deployments, (list, tuple)) and any(d.get(_SURGE) for d in deployments)


def anew(app: App) -> str:
    """The value of ``Service.anew`` with which the application was deployed."""
    env = app.config.get("runtime_env")
    found = _ANEW.search(str(env.get("working_dir"))) if isinstance(env, Mapping) else None
    return found[1] if found else ""


def lost_package(message: str) -> bool:
    """Whether Ray says that it no longer has a package, or that a node has lost its copy."""
    return bool(_LOST.search(message))


def differing(service: Service, app: App) -> list[str]:
    """Names of what differs between ``service`` and what is deployed; never a value."""
    new, old = _flat(_plain(to_config(service))), _flat(_plain(app.config))
    return sorted(k for k in new.keys() | old.keys() if new.get(k) != old.get(k))


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings as one, with the path of each value as its key."""
    found: dict[str, Any] = {}
    for key, inner in value.items():
        path = f"{prefix}{key}"
        if isinstance(inner, Mapping):
            found |= _flat(inner, f"{path}.")
        else:
            found[path] = inner
    return found


def deployed_env(app: App) -> dict[str, str]:
    """The variables that the application was deployed with, less our own."""
    found = app.config.get("runtime_env")
    known = found.get("env_vars") if isinstance(found, Mapping) else None
    given = known if isinstance(known, Mapping) else {}
    return {str(k): str(v) for k, v in given.items() if k != RESTARTS}


def restarts(service: Service, app: App) -> bool:
    """Whether deploying ``service`` over ``app`` replaces its replicas."""
    new, old = _plain(to_config(service)), _plain(app.config)
    if any(new.get(k) != old.get(k) for k in _ROLLED):
        return True
    options = "ray_actor_options"
    before, after = (_first(c["deployments"]).get(options) for c in (old, new))
    return bool(before != after)


def _first(deployments: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    return next(iter(deployments.values()), {})


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that tasktui sends, in one form: Ray may add defaults and change number types."""
    env = config.get("runtime_env") or {}
    return {
        "route_prefix": config.get("route_prefix"),
        "import_path": config.get("import_path"),
        "runtime_env": {
            "working_dir": _ANEW.sub(".zip", str(env.get("working_dir"))),
            "env_vars": dict(env.get("env_vars") or {}),
        },
        "deployments": {
            str(d.get("name")): _deployment(d) for d in config.get("deployments") or ()
        },
    }


def _deployment(config: Mapping[str, Any]) -> dict[str, Any]:
    actor = config.get("ray_actor_options") or {}
    return {
        "autoscaling_config": _set(config.get("autoscaling_config") or {}),
        "graceful_shutdown_timeout_s": config.get("graceful_shutdown_timeout_s"),
        "ray_actor_options": _set(actor),
    }


def _set(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v is not None}
