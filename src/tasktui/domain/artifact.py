"""Artifacts: what can be deployed, and what one replica of it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from tasktui.domain.build import BUILT, Build
from tasktui.domain.recipe import EMPTY, USUAL, Parameter, Recipe
from tasktui.domain.schedule import Replicas

ArtifactId = NewType("ArtifactId", int)

Custom = tuple[tuple[str, float], ...]
"""Amounts of Ray's custom resources by name, sorted; none of them is 0."""

NO_ENV: Mapping[str, str] = MappingProxyType({})


class ArtifactKind(StrEnum):
    """Where an artifact comes from."""

    OFFICIAL = "official"
    FOLDER = "folder"
    ZIP = "zip"
    IMAGE = "image"
    """A container image: nothing of it is packed here."""
    CONFIG = "config"
    """An application in Ray Serve's own form: its code lies elsewhere, there is no package."""


def custom_of(amounts: Mapping[str, float]) -> Custom:
    """Custom resources from a mapping; what is 0 is left out."""
    return tuple(sorted((name, float(amount)) for name, amount in amounts.items() if amount))


def carried(
    env: Mapping[str, str], old: Mapping[str, str], new: Mapping[str, str]
) -> dict[str, str]:
    """Variables of a task that leaves an artifact with ``old`` ones for one with ``new`` ones.

    Those that it had from the artifact are left behind, its own stay and win.
    """
    return {**new, **{k: v for k, v in env.items() if old.get(k) != v}}


@dataclass(frozen=True, slots=True)
class Spec:
    """Resources of one replica, on one node."""

    cpu: float = 1.0
    """Logical CPUs."""
    memory_gb: float = 0.0
    """GiB; 0 reserves none."""
    gpu: float = 0.0
    """GPUs; a fraction shares one."""
    gpu_type: str = ""
    """Ray's accelerator type (``H100``); empty takes any."""
    custom: Custom = ()
    """Custom resources of the cluster, such as licences."""

    def __str__(self) -> str:
        parts = [f"{self.gpu:g} {self.gpu_type or 'GPU'}"] if self.gpu else []
        parts.append(f"{self.cpu:g} CPU")
        if self.memory_gb:
            parts.append(f"{self.memory_gb:g} GB")
        parts += [f"{amount:g} {name}" for name, amount in self.custom]
        return " ".join(parts)

    def gpus(self, replicas: Replicas) -> str:
        """GPUs of so many replicas: ``16-32``, or ``32`` where min is max; empty for none."""
        if not self.gpu:
            return ""
        low, high = f"{replicas.min * self.gpu:g}", f"{replicas.max * self.gpu:g}"
        return low if low == high else f"{low}-{high}"


@dataclass(frozen=True, slots=True)
class Users:
    """Tasks, not archived, of one artifact."""

    count: int
    name: str
    """Of the first one by name."""
    status: str
    """Of that one."""

    def __str__(self) -> str:
        """``chat (Running) and 5 more``."""
        more = f" and {self.count - 1} more" if self.count > 1 else ""
        return f"{self.name} ({self.status}){more}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One immutable version of something deployable."""

    id: ArtifactId
    name: str
    version: int
    """Counts from 1 under one name; a change of content makes a new version."""
    kind: ArtifactKind
    digest: str
    """SHA-256 of the package's content, hex; empty where there is none. The package is
    ``STATE/artifacts/DIGEST.zip``."""
    size: int
    """Bytes of the package."""
    file_path: str
    """Default script, without extension: ``serve``, ``models/serve``."""
    deployment_name: str
    """Default bound application in that script: ``app``."""
    scaled: str
    """The Serve deployment that the replica bounds apply to."""
    autoscaling: Mapping[str, object] = field(default_factory=lambda: EMPTY)
    """Autoscaling options written in the code besides min and max: an override would lose them."""
    spec: Spec = Spec()
    env: Mapping[str, str] = field(default_factory=lambda: NO_ENV)
    files: tuple[str, ...] = ()
    """Names in the package, sorted."""
    description: str = ""
    tags: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    """What can be set for each task."""
    recipe: Recipe = USUAL
    """Without ``args``: those are a task's."""
    build: Build = BUILT
    """The one thing that changes of a version, with ``scaled`` and ``autoscaling`` it tells."""
    created_at: datetime
    created_by: str

    @property
    def label(self) -> str:
        """``echo`` for an official model, ``name@3`` for a version of one's own."""
        return self.name if self.kind is ArtifactKind.OFFICIAL else f"{self.name}@{self.version}"
