"""What an application in Ray Serve's own form declares. Pure; unknown keys mean nothing here.

Must not know tasks, nor where the form came from: a file, or what Ray says it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tasktui.domain.artifact import Spec, custom_of
from tasktui.domain.schedule import Replicas

Form = Mapping[str, Any]
"""An application, or one of its deployments, as Ray's schema has it."""

AUTO = "auto"
"""``num_replicas`` that stands for autoscaling with Ray's own limits."""
_MOST = 100
"""Replicas that Ray allows where ``auto`` stands without a limit."""

_USUAL_POLICY = "ray.serve.autoscaling_policy:"
_GIB = 2**30
_BOUNDS = frozenset({"min_replicas", "max_replicas", "initial_replicas"})


def entries(base: Form) -> Sequence[Form]:
    """The deployments that an application names."""
    found: Sequence[Form] = base.get("deployments") or ()
    return found


def entry(base: Form, deployment: str) -> Form:
    """What it says of one deployment; empty where it says nothing."""
    return next((d for d in entries(base) if d.get("name") == deployment), {})


def scales(deployment: Form) -> bool:
    """Whether a deployment has autoscaling, rather than a fixed number of replicas."""
    return bool(deployment.get("autoscaling_config")) or deployment.get("num_replicas") == AUTO


def limits(deployment: Form) -> tuple[Any, Any] | None:
    """Least and most replicas as they are declared; None where that is left to the code."""
    count = deployment.get("num_replicas")
    if scales(deployment):
        given = deployment.get("autoscaling_config") or {}
        usual = _MOST if count == AUTO else 1
        return given.get("min_replicas", 1), given.get("max_replicas", usual)
    return None if count is None else (count, count)


def bounds(deployment: Form) -> Replicas:
    """The same as bounds: one replica, as Ray has it, where nothing is declared.

    Raises InvalidField for what can be none.
    """
    low, high = limits(deployment) or (1, 1)
    return Replicas(low, high)


def replaces(base: Form, scaled: str, code: Form, wanted: Iterable[Replicas]) -> bool:
    """Whether any of the ``wanted`` bounds replaces every replica of the application, once.

    Ray does that where a deployment comes to bounds that was written without. ``code`` are the
    autoscaling options that only the code has.
    """
    given = entry(base, scaled)
    if not base.get("import_path") or not scaled or scales(given):
        return False
    own = limits({"autoscaling_config": code})
    running = [r for r in wanted if not r.stopped]
    return any((r.min, r.max) != own if own else r.min != r.max for r in running)


def options(deployment: Form) -> dict[str, object]:
    """Autoscaling options besides the bounds."""
    given = deployment.get("autoscaling_config") or {}
    policy = given.get("policy") or {}
    usual = str(policy.get("policy_function", "")).startswith(_USUAL_POLICY)
    left = _BOUNDS | ({"policy"} if usual else set())
    return {k: v for k, v in given.items() if k not in left and v is not None}


def spec(deployment: Form) -> Spec:
    """What one replica needs, as Ray counts it: one CPU where nothing is declared."""
    given = deployment.get("ray_actor_options") or {}
    cpu, gpu, memory = (given.get(k) for k in ("num_cpus", "num_gpus", "memory"))
    return Spec(
        cpu=1.0 if cpu is None else float(cpu),
        memory_gb=float(memory or 0) / _GIB,
        gpu=float(gpu or 0),
        gpu_type=str(given.get("accelerator_type") or ""),
        custom=custom_of(given.get("resources") or {}),
    )


def scaled(deployments: Sequence[Form]) -> str:
    """Name of the deployment that bounds apply to; empty where none is named.

    One that autoscales before one with several replicas before others, and among
    those the heaviest: GPUs count before CPUs, the first of equal ones.
    """
    if not deployments:
        return ""
    return str(max(deployments, key=_weight).get("name") or "")


def _weight(deployment: Form) -> tuple[bool, bool, float, float]:
    needs = spec(deployment)
    several = bounds(deployment).max > 1
    return scales(deployment), several, needs.gpu, needs.cpu
