"""Which keys Ray Serve's own configuration has, and which values it refuses. Pure.

Ray takes only whole sets: one application that it refuses is in the way of all. And it
ignores keys that it does not know, so a slip would change what runs without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tasktui.domain.schedule import Replicas
from tasktui.engine.application import AUTO, Form, entries, limits, scales
from tasktui.errors import InvalidField

DEPLOYED = frozenset(
    [
        "applications",
        "controller_options",
        "grpc_options",
        "http_options",
        "logging_config",
        "proxy_location",
        "target_capacity",
        "tracing_config",
    ]
)
"""Keys of a configuration whole."""

APPLICATION = frozenset(
    [
        "args",
        "autoscaling_policy",
        "deployments",
        "external_scaler_enabled",
        "host",
        "import_path",
        "logging_config",
        "name",
        "port",
        "route_prefix",
        "runtime_env",
    ]
)

DEPLOYMENT = frozenset(
    [
        "autoscaling_config",
        "backpressure_config",
        "deployment_actors",
        "gang_scheduling_config",
        "graceful_shutdown_timeout_s",
        "graceful_shutdown_wait_loop_s",
        "health_check_period_s",
        "health_check_timeout_s",
        "logging_config",
        "max_ongoing_requests",
        "max_queued_requests",
        "max_replicas_per_node",
        "max_surge_percent",
        "name",
        "num_replicas",
        "placement_group_bundle_label_selector",
        "placement_group_bundles",
        "placement_group_strategy",
        "ray_actor_options",
        "request_router_config",
        "rolling_update_percentage",
        "user_config",
    ]
)

ACTOR = frozenset(
    [
        "accelerator_type",
        "fallback_strategy",
        "label_selector",
        "memory",
        "num_cpus",
        "num_gpus",
        "resources",
        "runtime_env",
    ]
)

RUNTIME_ENV = frozenset(
    [
        "conda",
        "config",
        "container",
        "env_vars",
        "excludes",
        "image_uri",
        "java_jars",
        "pip",
        "py_executable",
        "py_modules",
        "uv",
        "worker_process_setup_hook",
        "working_dir",
    ]
)

_SCHEMES = ("gcs", "http", "https", "s3", "gs", "azure", "abfss", "file", "local")
_ARCHIVES = (".zip", ".jar", ".tar.gz", ".tgz", ".whl")
_WITH_IMAGE = frozenset({"image_uri", "env_vars", "config"})
_TOOLS = ("pip", "conda", "uv")


def unknown(app: Form) -> list[str]:
    """Paths of the keys of an application that Ray knows nothing of, and ignores."""
    found = [k for k in app if k not in APPLICATION]
    found += [f"runtime_env.{k}" for k in _env(app) if k not in RUNTIME_ENV]
    for number, one in enumerate(_dicts(app.get("deployments")), 1):
        where = f"deployments[{one.get('name', number)}]"
        found += [f"{where}.{k}" for k in one if k not in DEPLOYMENT]
        actor = _mapping(one.get("ray_actor_options"))
        found += [f"{where}.ray_actor_options.{k}" for k in actor if k not in ACTOR]
    return found


def known(app: Form) -> dict[str, Any]:
    """The application without those keys."""
    found = {k: v for k, v in app.items() if k in APPLICATION}
    if isinstance(found.get("deployments"), list):
        found["deployments"] = [
            {k: v for k, v in d.items() if k in DEPLOYMENT} for d in _dicts(found["deployments"])
        ]
    if isinstance(found.get("runtime_env"), Mapping):
        found["runtime_env"] = {k: v for k, v in _env(app).items() if k in RUNTIME_ENV}
    return found


def faults(app: Form) -> list[str]:
    """Why Ray would refuse an application, or not run it; empty when nothing is known."""
    return [*_own(app), *_env_faults("runtime_env", _env(app)), *_deployment_faults(app)]


def _own(app: Form) -> Iterator[str]:
    if not isinstance(app.get("name", ""), str):
        yield "name must be text"
    path = app.get("import_path")
    if not isinstance(path, str) or not _importable(path):
        yield "import_path must be module:application, such as serve:app"
    route = app.get("route_prefix", "/")
    if route is None:
        yield "route_prefix is null: a task has an endpoint"
    elif (
        not isinstance(route, str) or not route.startswith("/") or (route[1:] and route[-1] == "/")
    ):
        yield "route_prefix must begin with / and must not end with one"
    elif set("{}") & set(route):
        yield "route_prefix must hold no { and no }"
    if not isinstance(app.get("args") or {}, Mapping):
        yield "args must be a mapping"
    if app.get("external_scaler_enabled"):
        yield "external_scaler_enabled: something else decides how many replicas there are"


def _importable(path: str) -> bool:
    module, colon, name = path.partition(":")
    if not colon:
        module, _, name = path.rpartition(".")
    return bool(module) and name.isidentifier() and all(p.isidentifier() for p in module.split("."))


def _deployment_faults(app: Form) -> Iterator[str]:
    listed = app.get("deployments") or []
    if not isinstance(listed, list) or len(_dicts(listed)) != len(listed):
        yield "deployments must be a list of mappings"
        return
    names = [d.get("name") for d in entries(app)]
    for number, one in enumerate(entries(app), 1):
        name = one.get("name")
        if not isinstance(name, str) or not name:
            yield f"deployments[{number}] has no name"
        elif names.count(name) > 1:
            yield f"deployments[{name}] is there twice"
        else:
            where = f"deployments[{name}]"
            yield from _scaling_faults(where, one)
            actor = one.get("ray_actor_options") or {}
            if not isinstance(actor, Mapping):
                yield f"{where}.ray_actor_options must be a mapping"
                return
            yield from _actor_faults(f"{where}.ray_actor_options", actor)


def _scaling_faults(where: str, one: Form) -> Iterator[str]:
    count, options = one.get("num_replicas"), one.get("autoscaling_config")
    if options is not None and not isinstance(options, Mapping):
        yield f"{where}.autoscaling_config must be a mapping"
        return
    if count not in {None, AUTO} and not _whole(count, least=1):
        yield f"{where}.num_replicas must be a whole number from 1, or auto"
    elif options is not None and count not in {None, AUTO}:
        yield f"{where} has num_replicas and autoscaling_config: one of the two"
    elif scales(one):
        low, high = limits(one) or (1, 1)
        if not _whole(low) or not _whole(high, least=1) or low > high:
            yield f"{where}.autoscaling_config needs 0 <= min_replicas <= max_replicas, max from 1"


def _actor_faults(where: str, actor: Mapping[str, Any]) -> Iterator[str]:
    for key in ("num_cpus", "num_gpus", "memory"):
        value = actor.get(key)
        if value is not None and (isinstance(value, bool) or not _amount(value)):
            yield f"{where}.{key} must be a number from 0"
    yield from _env_faults(f"{where}.runtime_env", _mapping(actor.get("runtime_env")))


def _env_faults(where: str, env: Mapping[str, Any]) -> Iterator[str]:
    """What makes Ray refuse the whole set, or fail when the replicas start."""
    values = env.get("env_vars") or {}
    if not isinstance(values, Mapping):
        yield f"{where}.env_vars must be a mapping"
    else:
        texts = (isinstance(k, str) and isinstance(v, str) for k, v in values.items())
        if not all(texts):
            yield f"{where}.env_vars must be text, in quotes"
    if env.get("image_uri") and (beside := sorted(set(env) - _WITH_IMAGE)):
        yield f"{where}.image_uri allows no {beside[0]} beside it"
    tools = [t for t in _TOOLS if env.get(t)]
    if len(tools) > 1:
        yield f"{where} has {' and '.join(tools)}: one of them"
    modules = env.get("py_modules") or []
    uris = [env.get("working_dir"), *(modules if isinstance(modules, list) else [modules])]
    for uri in uris:
        if uri is not None and not _reachable(uri):
            yield f"{where}: {uri!r} must be the URI of an archive that every node can reach"


def _reachable(uri: object) -> bool:
    scheme, _, rest = str(uri).partition("://")
    return scheme in _SCHEMES and (scheme == "local" or rest.endswith(_ARCHIVES))


def _whole(value: object, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _amount(value: object) -> bool:
    return isinstance(value, (int, float)) and value >= 0


def bounded(low: object, high: object) -> Replicas:
    """Bounds of two numbers. Raises InvalidField for anything else."""
    if isinstance(low, int) and isinstance(high, int) and _whole(low) and _whole(high):
        return Replicas(low, high)
    raise InvalidField("replicas", f"{low}-{high}", "whole numbers, 0 <= min <= max")


def _env(app: Form) -> Mapping[str, Any]:
    return _mapping(app.get("runtime_env"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []
