"""How a replica runs, besides its resources and how many of it there are.

Values only. Must not know where they come from, or Ray's own format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

EMPTY: Mapping[str, object] = MappingProxyType({})

Scalar = str | bool | int | float
"""A value of a parameter."""

NO_VALUES: Mapping[str, Scalar] = MappingProxyType({})


class ParameterType(StrEnum):
    """What a parameter's value is."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something that can be set for each task."""

    name: str
    type: ParameterType
    default: Scalar | None = None
    """None: it must be given."""
    low: float | None = None
    """The least that a number may be."""
    high: float | None = None
    choices: tuple[Scalar, ...] = ()
    """The only values allowed; empty for any."""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Limits on start and health, in seconds; None leaves them to Ray and the settings."""

    check_period_s: float | None = None
    check_timeout_s: float | None = None
    start_limit_s: float | None = None
    """How long a replica may take until it is ready."""


NO_LIMITS = Health()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What Ray needs to know of an application besides bounds, resources and variables."""

    requirements: tuple[str, ...] = ()
    """Python packages that a node installs, as pip writes them."""
    args: Mapping[str, Scalar] = field(default_factory=lambda: NO_VALUES)
    """What the application builder is called with: every parameter with its value."""
    health: Health = NO_LIMITS
    base: Mapping[str, object] = field(default_factory=lambda: EMPTY, repr=False)
    """An application in Ray Serve's own form that ours is laid over; empty for a package."""


USUAL = Recipe()
"""Of an application that says nothing."""
