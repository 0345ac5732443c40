from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from make import make_replicas
from tasktui.engine import schema
from tasktui.engine.application import replaces

CODE = {"min_replicas": 1, "max_replicas": 4}
FIXED = {"num_replicas": 2}
SCALING = {"autoscaling_config": {"min_replicas": 1, "max_replicas": 2}}


@pytest.mark.parametrize(
    ("written", "code", "wanted", "replaced"),
    [
        (FIXED, {}, "2 5", False),
        (FIXED, {}, "2 2-3", True),
        (FIXED, {}, "0 3", False),
        (SCALING, {}, "3-9", False),
        ({"num_replicas": "auto"}, {}, "3-9", False),
        ({}, {}, "1", False),
        ({}, CODE, "1-4", False),
        ({}, CODE, "1-4 2-4", True),
        ({}, CODE, "1", True),
    ],
)
def test_bounds_that_were_not_declared_replace_all_replicas(
    written: dict[str, Any], code: dict[str, Any], wanted: str, replaced: bool
) -> None:
    base = {"import_path": "a:b", "deployments": [{"name": "D", **written}]}
    bounds = [make_replicas(w) for w in wanted.split()]
    assert replaces(base, "D", code, bounds) is replaced
    assert not replaces(base, "", code, bounds)
    assert not replaces({}, "D", code, bounds)


FIELDS = """
import json
from ray.runtime_env import RuntimeEnv
from ray.serve import schema as s
kinds = (
    s.ServeDeploySchema, s.ServeApplicationSchema, s.DeploymentSchema, s.RayActorOptionsSchema
)
known = [k for k in RuntimeEnv.known_fields if not k.startswith("_")]
print(json.dumps([*(sorted(k.model_fields) for k in kinds), known]))
"""


@pytest.mark.ray
def test_every_key_that_ray_knows_is_known() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIELDS], capture_output=True, text=True, timeout=120, check=True
    )
    ours = (
        schema.DEPLOYED,
        schema.APPLICATION,
        schema.DEPLOYMENT,
        schema.ACTOR,
        schema.RUNTIME_ENV,
    )
    for known, theirs in zip(ours, json.loads(done.stdout), strict=True):
        assert set(theirs) <= known
