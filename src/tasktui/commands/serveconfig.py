"""Reads what Ray Serve's own tools write: a configuration file, or what Ray says it runs. Pure.

Guarantees that nothing is dropped without a word: a key is taken over, or named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tasktui.commands.artifacts import slug
from tasktui.commands.incoming import Incoming
from tasktui.domain.observed import App, Source
from tasktui.domain.secrets import reference
from tasktui.engine import application, schema
from tasktui.errors import InvalidField

_CLUSTER = "of the whole cluster: it counts only when Serve is started"
_OLD = "of older versions: Ray ignores it"
_NOT_KNOWN = "Ray has no such key"
_PLACES = ("host", "port")
_OURS = frozenset({"name", "route_prefix", *_PLACES})
"""Keys of an application that tasktui says itself."""

_CODES_OWN = (
    "its replicas are what its code says: no deployment is named that a schedule could scale"
)
_HANDMADE = (
    "it was deployed from a program (serve.run): Ray keeps no configuration of it, so it cannot "
    "be taken over without deploying it anew"
)


def is_config(body: Mapping[str, Any]) -> bool:
    """Whether a document is such a configuration."""
    return "applications" in body


def read_config(body: Mapping[str, Any]) -> tuple[list[Incoming], list[str]]:
    """The applications of a configuration, and what else of it is not taken over.

    Raises InvalidField where it is no list of applications.
    """
    found = body["applications"]
    if not isinstance(found, list) or not found:
        raise InvalidField("applications", found, "a list of applications")
    left = [
        f"{path}: {_CLUSTER if path.partition('.')[0] in schema.DEPLOYED else _NOT_KNOWN}"
        for key, value in body.items()
        if key != "applications" and value is not None
        for path in _paths(key, value)
    ]
    return [from_application(form, n) for n, form in enumerate(found, 1)], left


def _paths(key: str, value: object) -> list[str]:
    return [f"{key}.{k}" for k in value] if isinstance(value, Mapping) and value else [key]


def from_application(form: object, number: int = 1) -> Incoming:
    """One application in Ray's own form, whatever its faults."""
    if not isinstance(form, Mapping):
        return Incoming(where=f"application {number}", problem="it is no mapping of keys to values")
    where = f"application {form.get('name', 'default')}"
    found = schema.faults(form)
    if found:
        return Incoming(where=where, name=slug(str(form.get("name"))), problem="; ".join(found))
    return from_form(form)


def from_form(form: Mapping[str, Any]) -> Incoming:
    """One application in Ray's own form that has no faults."""
    kept = schema.known(form)
    base = {k: v for k, v in kept.items() if k not in _OURS}
    runtime_env = dict(base.pop("runtime_env", None) or {})
    env = dict(runtime_env.pop("env_vars", None) or {})
    if runtime_env:
        base["runtime_env"] = runtime_env
    name = str(form.get("name", "default"))
    scaled = application.scaled(application.entries(base))
    file_path, _, deployment = _import_path(str(base["import_path"]))
    left = [f"{k}: {_OLD}" for k in _PLACES if k in form]
    return Incoming(
        where=f"application {name}",
        name=slug(name),
        problem="" if slug(name) else f"no name of a task can be made of {name!r}",
        env=env,
        base=base,
        scaled=scaled,
        autoscaling=application.options(application.entry(base, scaled)),
        file_path=file_path,
        deployment_name=deployment,
        app=name,
        route=str(form.get("route_prefix", "/")),
        left_out=(*left, *(f"{path}: {_NOT_KNOWN}" for path in schema.unknown(form))),
        notes=(*(() if scaled else (_CODES_OWN,)), *_secrets(env), *_volatile(runtime_env)),
    )


def _import_path(text: str) -> tuple[str, str, str]:
    module, dot, name = text.partition(":") if ":" in text else text.rpartition(".")
    return module.replace(".", "/"), dot, name


def _secrets(env: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"runtime_env.env_vars.{k}: {v!r} is taken for a reference to a value kept elsewhere"
        for k, v in env.items()
        if reference(v)
    )


def _volatile(runtime_env: Mapping[str, Any]) -> tuple[str, ...]:
    if not str(runtime_env.get("working_dir")).startswith("gcs://"):
        return ()
    return ("its package is kept by the cluster alone (gcs://): it is gone when the head restarts",)


def from_running(app: App) -> Incoming:
    """An application as Ray runs it, whoever deployed it."""
    where = f"application {app.name}"
    if app.source is Source.IMPERATIVE:
        return Incoming(where=where, name=slug(app.name), app=app.name, problem=_HANDMADE)
    if not app.config:
        problem = "Ray does not say how it was deployed"
        return Incoming(where=where, name=slug(app.name), app=app.name, problem=problem)
    found = from_application({**app.config, "name": app.name, "route_prefix": app.route or None})
    return found if found.problem else told(found, app)


def told(incoming: Incoming, app: App) -> Incoming:
    """What only Ray knows of a running application: the bounds that its code has."""
    shapes = [dict(s, name=n) for n, s in _ingress_last(app)]
    if not shapes:
        return incoming
    scaled = application.scaled(shapes)
    shape = application.entry({"deployments": shapes}, scaled)
    declared = application.entry(incoming.base, scaled)
    base = incoming.base
    autoscaling = application.options(declared)
    if application.limits(declared) is None:
        low, high = application.limits(shape) or (1, 1)
        if application.scales(shape):
            autoscaling = {**application.options(shape), "min_replicas": low, "max_replicas": high}
        elif low != 1:
            base = _with_count(base, scaled, low)
    notes = tuple(n for n in incoming.notes if n != _CODES_OWN)
    return replace(incoming, base=base, scaled=scaled, autoscaling=autoscaling, notes=notes)


def _ingress_last(app: App) -> list[tuple[str, Mapping[str, Any]]]:
    """Among equal ones the first counts: an ingress rarely is what should scale."""
    return sorted(app.shapes.items(), key=lambda item: item[0] == app.ingress)


def _with_count(base: Mapping[str, Any], name: str, count: int) -> Mapping[str, Any]:
    """``base`` with the fixed number of replicas that a deployment has from its code."""
    others = [d for d in application.entries(base) if d.get("name") != name]
    mine = {"name": name, **application.entry(base, name), "num_replicas": count}
    return {**base, "deployments": [*others, mine]}
