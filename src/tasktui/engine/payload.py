"""A service in Ray's own format, and whether Ray already has it. Pure.

Must not know HTTP. Source of the rules: the measured behaviour of Ray Serve's
``PUT /api/serve/applications/``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from tasktui.domain.observed import App
from tasktui.domain.recipe import Health
from tasktui.domain.service import Service
from tasktui.engine.application import entries, entry, limits, scales

RESTARTS: Final = "TASKTUI_RESTARTS"
"""Environment variable whose change makes Ray replace the replicas of a service."""

_GIB = 2**30

_ANEW = re.compile(r"^(gcs://_ray_pkg_[0-9a-f]{64})-(\d+)\.zip$")
_LOST = re.compile(
    r"Failed to download runtime_env file package gcs:"
    r"|for URI gcs://\S+ does not exist on the cluster"
)
"""Ray's words, which a node repeats for ten minutes although the package is there again."""

_SURGE = "max_surge_percent"
"""Share of its replicas that a deployment may have in addition while they are replaced. A Ray
that does not know it ignores it."""

_ROLLED = ("import_path", "runtime_env", "args")
"""Keys of an application whose change replaces replicas."""

_MORE = ("args", "logging_config", "autoscaling_policy")
"""What else of an application counts, beside what tasktui always sends."""

_SCALING = ("num_replicas", "autoscaling_config")
"""Keys of a deployment that say how many replicas there are."""

_ASIDE = ("name", _SURGE)
"""Keys of a deployment that are no difference."""


def package_uri(digest: str, anew: str = "") -> str:
    """Where Ray keeps the package with this content hash."""
    return f"gcs://{package_name(digest, anew)}"


def package_name(digest: str, anew: str = "") -> str:
    """Name of the package in Ray's own form; ``anew`` gives the same content another one."""
    return f"_ray_pkg_{digest}{'-' if anew else ''}{anew}.zip"


def to_config(service: Service) -> dict[str, Any]:
    """One application as Ray's ServeDeploySchema wants it.

    Bounds always go as ``autoscaling_config``, also for min = max: a change
    between that and ``num_replicas`` would be a full redeploy. An application
    that was written in this form, import path and all, goes as it was written
    but for what the task says of it.
    """
    base = service.recipe.base
    written = "import_path" in base
    return {
        **base,
        "name": service.app,
        "route_prefix": service.route,
        "import_path": base["import_path"] if written else service.import_path,
        **({"args": dict(service.recipe.args)} if service.recipe.args else {}),
        **_runtime_env(service),
        "deployments": _overlaid(service) if written else [_deployment_of(service)],
    }


def _runtime_env(service: Service) -> dict[str, Any]:
    env = dict(service.env)
    if service.restarts:
        env[RESTARTS] = str(service.restarts)
    found: dict[str, Any] = {**_mapping(service.recipe.base.get("runtime_env"))}
    if service.digest:
        # Beside an image Ray allows nothing of that, and has taken a refused set in part.
        found |= code_env(service.digest, service.recipe.requirements, service.anew)
    if env:
        found["env_vars"] = env
    return {"runtime_env": found} if found else {}


def code_env(digest: str, requirements: Sequence[str], anew: str = "") -> dict[str, Any]:
    """What of a runtime environment brings a package, and what it requires, to a node."""
    found: dict[str, Any] = {"working_dir": package_uri(digest, anew)}
    if requirements:
        found["pip"] = list(requirements)
    return found


def _deployment_of(service: Service) -> dict[str, Any]:
    return {
        "name": service.scaled,
        "autoscaling_config": _autoscaling(service),
        "graceful_shutdown_timeout_s": service.drain_s,
        _SURGE: 100 if service.surge else 0,
        **_health(service.recipe.health),
        "ray_actor_options": _actor_options(service),
    }


def _health(health: Health) -> dict[str, Any]:
    limits = {
        "health_check_period_s": health.check_period_s,
        "health_check_timeout_s": health.check_timeout_s,
    }
    return _set(limits)


def _overlaid(service: Service) -> list[dict[str, Any]]:
    """The deployments as they were written, but for the bounds of the one that scales."""
    written = [dict(d) for d in entries(service.recipe.base)]
    if not service.scaled:
        return written
    if all(d.get("name") != service.scaled for d in written):
        written.append({"name": service.scaled})
    return [_bounded(d, service) if d.get("name") == service.scaled else d for d in written]


def _bounded(deployment: dict[str, Any], service: Service) -> dict[str, Any]:
    """A deployment with the task's bounds; as it was written where it has them already.

    Ray replaces every replica of an application when one of its deployments comes to bounds,
    or leaves them: a fixed number stays one as long as that can be.
    """
    low, high = service.replicas.min, service.replicas.max
    # Where neither says it, the bounds of the code are known by a look at Ray, or are Ray's own.
    declared = limits(deployment) or limits({"autoscaling_config": service.autoscaling}) or (1, 1)
    fixed = not (service.elastic or scales(deployment))
    if declared == (low, high) and (fixed or scales(deployment)):
        found = deployment
    elif fixed and low == high and not service.autoscaling:
        found = {**deployment, "num_replicas": low}
    else:
        found = {k: v for k, v in deployment.items() if k not in _SCALING}
        found["autoscaling_config"] = _autoscaling(service)
    return {_SURGE: 100, **found} if service.surge else found


def _autoscaling(service: Service) -> dict[str, Any]:
    return {
        **service.autoscaling,
        "min_replicas": service.replicas.min,
        "max_replicas": service.replicas.max,
    }


def elastic(service: Service, app: App) -> bool:
    """Whether the deployment that scales was deployed with bounds of its own.

    To leave that form, or to come to it, replaces every replica of the application.
    """
    return scales(entry(app.config, service.scaled))


def _beside(service: Service, app: App) -> dict[str, Any]:
    """What would be sent where ``app`` is deployed: in its form."""
    return _plain(to_config(replace(service, elastic=elastic(service, app))))


def _actor_options(service: Service) -> dict[str, Any]:
    spec = service.spec
    options: dict[str, Any] = {"num_cpus": spec.cpu, "num_gpus": spec.gpu}
    if spec.memory_gb:
        options["memory"] = int(spec.memory_gb * _GIB)
    if spec.gpu and spec.gpu_type:
        options["accelerator_type"] = spec.gpu_type
    if spec.custom:
        options["resources"] = dict(spec.custom)
    return options


def same(service: Service, app: App) -> bool:
    """Whether the deployed specification already is what ``service`` asks for.

    Compares what was declared, never live replica counts: autoscaling moves those. How a
    change would be rolled out is no difference: there is none to roll out. Nor is ``anew``.
    """
    return _beside(service, app) == _plain(app.config)


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
    return found[2] if found else ""


def lost_package(message: str) -> bool:
    """Whether Ray says that it no longer has a package, or that a node has lost its copy."""
    return bool(_LOST.search(message))


def differing(service: Service, app: App) -> list[str]:
    """Names of what differs between ``service`` and what is deployed; never a value."""
    new, old = _flat(_beside(service, app)), _flat(_plain(app.config))
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
    new, old = _beside(service, app), _plain(app.config)
    if any(new.get(k) != old.get(k) for k in _ROLLED):
        return True
    before, after = old["deployments"], new["deployments"]
    # One that is not named is as its code says: to write that out is no change.
    return any(_heavy(before.get(n, {})) != _heavy(after.get(n, {})) for n in before | after)


def _heavy(deployment: Mapping[str, Any]) -> tuple[object, bool]:
    """What of a deployment replaces replicas: where they run, and who decides their number."""
    return deployment.get("ray_actor_options") or {}, scales(deployment)


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """What counts of a configuration, in one form: Ray may change number types."""
    env = dict(_mapping(config.get("runtime_env")))
    if "working_dir" in env:
        env["working_dir"] = _ANEW.sub(r"\1.zip", str(env["working_dir"]))
    named = {str(d.get("name")): _deployment(d) for d in entries(config)}
    return {
        **{k: config.get(k) or {} for k in _MORE},
        "route_prefix": config.get("route_prefix", "/"),
        "import_path": config.get("import_path"),
        "runtime_env": {**env, "env_vars": dict(env.get("env_vars") or {})},
        # To name one and say nothing of it is to leave it to the code.
        "deployments": {name: said for name, said in named.items() if said},
    }


def _deployment(config: Mapping[str, Any]) -> dict[str, Any]:
    said = _set({k: v for k, v in config.items() if k not in _ASIDE})
    for key in ("autoscaling_config", "ray_actor_options"):
        said[key] = _set(_mapping(config.get(key)))
    return {k: v for k, v in said.items() if v != {}}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _set(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v is not None}
