"""What a folder says of itself in its ``artifact.toml``.

Values only: guarantees nothing about where they come from. Must not know TOML, files or the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tasktui.domain.artifact import NO_ENV, Spec
from tasktui.domain.recipe import EMPTY, NO_LIMITS, Health, Parameter


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
    env: Mapping[str, str] = field(default_factory=lambda: NO_ENV)
    parameters: tuple[Parameter, ...] = ()
    health: Health = NO_LIMITS
    autoscaling: Mapping[str, object] = field(default_factory=lambda: EMPTY)
    """Autoscaling options besides min and max; they win over those in the code."""
    sample: Sample | None = None
