"""Reads, without running it, which deployment of a Serve script the replica bounds apply to.

Bounds are sent to Ray as an override for a *named* deployment, and replace the
autoscaling options written in the code: so both must be known beforehand.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from tasktui.domain.build import heaviest
from tasktui.engine.bindings import STAR, Reader
from tasktui.engine.values import (
    Application,
    Code,
    Computed,
    Deployment,
    Imported,
    Literal,
    Members,
    Names,
    NotLiteral,
    Table,
    Unseen,
    Value,
    members,
    plain,
)
from tasktui.errors import InvalidField

_BOUNDS = {"min_replicas", "max_replicas", "initial_replicas"}
_ASK = "name the deployment that scales (--scales NAME)"


class Untold(InvalidField):
    """Only a run of the script would tell."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a script says of one application in it."""

    scaled: str
    """The Serve deployment that the replica bounds apply to."""
    autoscaling: Mapping[str, object] = field(default_factory=dict)
    """Its autoscaling options besides the bounds, as written in the code."""
    needs: tuple[float, float] | None = None
    """GPUs and CPUs of one replica of it, as written in the code; None where that does not tell."""
    builder: bool | None = False
    """Whether it is a function that Ray calls with arguments; None where that cannot be told."""


def applications(text: str) -> tuple[str, ...]:
    """Names that the script ``text`` binds to applications, sorted. Raises InvalidField."""
    return tuple(_bound(_parse(text).names))


def inspect(text: str, deployment_name: str, scales: str = "") -> Script:
    """Find what the application ``deployment_name`` of the script ``text`` scales.

    ``scales`` names the deployment where the script does not tell. Raises
    InvalidField: for ``file_path`` when it is not Python, for ``scales`` when it
    is none of the deployments, else for ``deployment_name``: no such application
    is bound. Raises Untold, one of these, where only running it would tell which
    of its deployments scales, or their autoscaling options.
    """
    reader = _parse(text)
    ingress = _application(reader, deployment_name)
    found = members(ingress) if ingress else Members(complete=False)
    name = _given(found, scales) if scales else _chosen(found, deployment_name)
    builder = _is_builder(reader, deployment_name)
    application = found.named.get(name)
    if application is None:
        return Script(name, builder=builder)
    options = _autoscaling(application.deployment)
    return Script(name, options, _weight(application), builder)


def _parse(text: str) -> Reader:
    try:
        return Reader(ast.parse(text))
    except SyntaxError as error:
        where = f"line {error.lineno}"
        raise InvalidField("file_path", where, f"Python without errors ({error.msg})") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise InvalidField("file_path", "the script", f"Python that parses ({error})") from error


def _application(reader: Reader, name: str) -> Application | None:
    """The application of that name, None where it cannot be told."""
    names = reader.names
    value = names.get(name, Unseen() if STAR in names else None)
    if isinstance(value, Code) and not isinstance(value.node, ast.ClassDef):
        value = _built(reader, value, value.node.args)
    match value:
        case Application():
            return value
        case Unseen() | Computed() | Imported():
            return None
        case Deployment():
            problem = f"{name} is a deployment, write app = {name}.bind()"
        case Code(code):
            problem = f"{code} lacks @serve.deployment"
        case None:
            problem = "nothing of that name is bound"
        case _:
            problem = "that is none"
    bound = ", ".join(_bound(names)) or "it has none"
    raise InvalidField(
        "deployment_name", name, f"a Serve application of the script: {bound} ({problem})"
    )


def _is_builder(reader: Reader, name: str) -> bool | None:
    match reader.names.get(name):
        case Code(node=ast.FunctionDef() | ast.AsyncFunctionDef()):
            return True
        case Application():
            return False
        case _:
            return None


def _built(reader: Reader, builder: Code, arguments: ast.arguments) -> Value:
    """What a builder function returns, which Ray calls with one dictionary."""
    count = sum(isinstance(node, ast.arg) for node in ast.walk(arguments))
    if count != 1:
        raise InvalidField(
            "deployment_name",
            builder.name,
            f"an application, or a function of one parameter that returns one, not of {count}",
        )
    return reader.call(builder, (), {})


def _bound(names: Names) -> list[str]:
    return sorted(name for name, value in names.items() if isinstance(value, Application))


def _given(found: Members, scales: str) -> str:
    if found.complete and scales not in found.named:
        raise InvalidField("scales", scales, f"one of its deployments: {_listed(found)}")
    return scales


def _chosen(found: Members, deployment_name: str) -> str:
    """The only deployment, else the ingress's heaviest dependency."""
    if not found.complete:
        seen = f"; seen in it: {_listed(found)}" if found.named else ""
        raise Untold(
            "deployment_name",
            deployment_name,
            f"not all of its deployments can be told from the script: {_ASK}{seen}",
        )
    weights = {name: _weight(application) for name, application in found.named.items()}
    name = heaviest(weights, list(weights)[-1])
    if name is None:
        raise Untold(
            "deployment_name",
            deployment_name,
            f"which of its deployments needs most cannot be told: {_ASK}: {_listed(found)}",
        )
    return name


def _listed(found: Members) -> str:
    return ", ".join(found.named)


def _weight(application: Application) -> tuple[float, float] | None:
    """GPUs and CPUs of one replica; None where only a run would tell."""
    try:
        options = plain(application.deployment.options.get("ray_actor_options", Table({})))
    except NotLiteral:
        return None
    if not isinstance(options, dict):
        return None
    numbers = (options.get("num_gpus", 0), options.get("num_cpus", 1))
    gpus, cpus = (n if isinstance(n, int | float) else None for n in numbers)
    return None if gpus is None or cpus is None else (gpus, cpus)


def _autoscaling(deployment: Deployment) -> dict[str, object]:
    """Options besides the bounds. Raises Untold where only a run would tell them."""
    given = deployment.options.get("autoscaling_config", Table({}))
    if given == Literal(None):
        return {}
    entries = given.entries if isinstance(given, Table) else {"": Computed()}
    try:
        kept = {key: value for key, value in entries.items() if key not in _BOUNDS}
        options = {key: plain(value) for key, value in kept.items()}
        json.dumps(options)
    except (NotLiteral, TypeError, ValueError) as error:
        raise Untold(
            "deployment_name",
            deployment.name,
            "a deployment whose autoscaling_config is written in literal values: they are sent "
            "along with the bounds, and the script is not run to find them",
        ) from error
    return options
