"""What a folder says of itself in its ``artifact.toml``.

Values only: guarantees nothing about where they come from. Must not know TOML, files or the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tasktui.domain.artifact import NO_ENV, Spec
from tasktui.domain.recipe import EMPTY, NO_LIMITS, Health, Parameter

NO_CUSTOM: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A request that shows that the endpoint works."""

    method: str = "GET"
    path: str = "/"
    """Below the task's route, beginning with ``/``."""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A whole ``artifact.toml``; the defaults are those of a folder without one."""

    name: str = ""
    """Empty: made from the folder's name."""
    description: str = ""
    tags: tuple[str, ...] = ()
    file_path: str = "serve"
    deployment_name: str = "app"
    scales: str = ""
    """The Serve deployment that the replica bounds apply to; empty: read from the script."""
    requirements: tuple[str, ...] = ()
    """Python packages, as pip writes them."""
    spec: Spec = field(default_factory=Spec)
    custom: Mapping[str, float] = field(default_factory=lambda: NO_CUSTOM)
    """Custom resources of Ray for one replica."""
    env: Mapping[str, str] = field(default_factory=lambda: NO_ENV)
    parameters: tuple[Parameter, ...] = ()
    health: Health = NO_LIMITS
    autoscaling: Mapping[str, object] = field(default_factory=lambda: EMPTY)
    """Autoscaling options besides min and max; they win over those in the code."""
    sample: Sample | None = None

    @property
    def unused(self) -> tuple[str, ...]:
        """Which of its keys were given and have no effect yet, by name."""
        given = {
            "tags": self.tags,
            "requirements": self.requirements,
            "resources.custom": self.custom,
            "parameters": self.parameters,
            "health": self.health != NO_LIMITS,
        }
        return tuple(name for name, value in given.items() if value)
