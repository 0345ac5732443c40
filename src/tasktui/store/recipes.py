"""Recipes, parameters and builds as the JSON of their columns, there and back.

Guarantees what ``documents`` guarantees: equal values give equal text, and text an equal value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from functools import lru_cache

from tasktui.domain.build import BUILT, Build, BuildStatus, Deployment
from tasktui.domain.recipe import USUAL, Health, Parameter, ParameterType, Recipe
from tasktui.store.documents import mapping, maybe_micros, maybe_moment

_PLAIN = "{}"


def recipe(value: Recipe) -> str:
    """Text of a recipe; what is as usual is left out."""
    parts = {
        "requirements": list(value.requirements),
        "args": dict(value.args),
        "health": {k: v for k, v in asdict(value.health).items() if v is not None},
        "base": dict(value.base),
    }
    return mapping({key: part for key, part in parts.items() if part})


def read_recipe(text: str) -> Recipe:
    """A recipe."""
    if text == _PLAIN:
        return USUAL
    found = json.loads(text)
    return Recipe(
        requirements=tuple(found.get("requirements", ())),
        args=found.get("args", {}),
        health=Health(**found.get("health", {})),
        base=found.get("base", {}),
    )


def parameters(value: Iterable[Parameter]) -> str:
    """Text of the parameters of an artifact."""
    return json.dumps([asdict(p) for p in value], separators=(",", ":"), sort_keys=True)


@lru_cache(maxsize=256)
def read_parameters(text: str) -> tuple[Parameter, ...]:
    """Parameters of an artifact."""
    return tuple(
        Parameter(**{**p, "type": ParameterType(p["type"]), "choices": tuple(p["choices"])})
        for p in json.loads(text)
    )


def build(value: Build) -> str:
    """Text of a build."""
    return mapping({**asdict(value), "at": maybe_micros(value.at)})


def read_build(text: str) -> Build:
    """A build."""
    if text == _PLAIN:
        return BUILT
    found = json.loads(text)
    made = {
        **found,
        "status": BuildStatus(found["status"]),
        "at": maybe_moment(found["at"]),
        "deployments": tuple(
            Deployment(**{**d, "calls": tuple(d["calls"])}) for d in found["deployments"]
        ),
    }
    return Build(**made)
