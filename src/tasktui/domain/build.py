"""A build: what became of importing an artifact's script, apart from the control plane.

Values only. Must not know processes or the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from tasktui.domain.recipe import EMPTY


class BuildStatus(StrEnum):
    """How far a build has come."""

    INIT = "INIT"
    """Added, and no build asked for yet."""
    QUEUED = "QUEUED"
    BUILDING = "BUILDING"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    TIMEOUT = "TIMEOUT"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One deployment of the built application, as its code says."""

    name: str
    calls: tuple[str, ...] = ()
    """Names of the deployments that it has a handle of."""
    cpu: float = 1.0
    gpu: float = 0.0
    autoscaling: Mapping[str, object] = field(default_factory=lambda: EMPTY)
    """Written in the code, bounds included; empty where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """The last build of an artifact."""

    status: BuildStatus = BuildStatus.SUCCESS
    at: datetime | None = None
    """When the status was entered; None: before builds were kept."""
    seconds: float | None = None
    """How long the import took."""
    error: str = ""
    """Why it failed, in the script's own last words. Untrusted text."""
    deployments: tuple[Deployment, ...] = ()
    """In the order of the topology, the ingress first; empty where no build has told them."""
    docs_path: str = ""
    """Path of the ingress's API documentation below the route; empty without one."""
    scales: str = ""
    """The deployment that was asked for to scale; empty: the build tells."""
    note: str = ""
    """What one should know of a build that succeeded. Untrusted text."""
    where: str = ""
    """Where its script is imported: ``on this machine``; empty where it is not, or not yet."""

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.status not in _GOING

    @property
    def why(self) -> str:
        """Why it failed, in a sentence."""
        return self.error.partition("\n")[0]

    @property
    def launchable(self) -> bool:
        """Whether a task may be launched from the artifact."""
        return self.status is BuildStatus.SUCCESS


_GOING = {BuildStatus.INIT, BuildStatus.QUEUED, BuildStatus.BUILDING}

BUILT = Build()
"""Of what was read and checked without a build."""

Weight = tuple[float, float]
"""GPUs and CPUs of one replica."""


def heaviest(weights: Mapping[str, Weight | None], ingress: str) -> str | None:
    """The deployment that scales: the only one, else the one dependency that needs most.

    None where that cannot be told: a tie, a heavier ingress, an unknown weight.
    """
    if len(weights) == 1:
        return ingress
    known = {name: weight for name, weight in weights.items() if weight is not None}
    if len(known) < len(weights):
        return None
    most = max(weight for name, weight in known.items() if name != ingress)
    names = [name for name, weight in known.items() if weight == most and name != ingress]
    return names[0] if len(names) == 1 and known[ingress] <= most else None


def entered(build: Build, status: BuildStatus, at: datetime, where: str = "") -> Build:
    """A build on its way, with nothing of what an earlier one told."""
    return Build(status=status, at=at, scales=build.scales, where=where)


def lost(build: Build) -> Build:
    """A build whose process is gone without a word."""
    what = "The build process ended without a word, as after kill -9 or a restart of the machine."
    return replace(build, status=BuildStatus.FAILURE, error=f"{what} Build it again.")
