"""Where the script of an artifact is imported, and what that tells: here, on the cluster, or read.

Guarantees that the user's code never runs in this process, and that no secret reaches it: a
variable that refers to one holds ``STAND_IN``. Must not know the store.
"""

from __future__ import annotations

import asyncio
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from tasktui.config import Config
from tasktui.domain.artifact import Artifact
from tasktui.domain.build import Build, BuildStatus
from tasktui.domain.recipe import Parameter, ParameterType, Scalar
from tasktui.domain.secrets import reference
from tasktui.engine.address import Target, find
from tasktui.engine.imported import Asked, Told, tell
from tasktui.engine.importer import Job, Limits, Log, run
from tasktui.engine.requirements import satisfied
from tasktui.engine.script import inspect
from tasktui.errors import EngineError, InvalidField

STAND_IN = "not-known-while-building"
"""Value, in a build, of a variable that refers to a secret."""

_NOTHING: Mapping[ParameterType, Scalar] = {
    ParameterType.TEXT: "",
    ParameterType.INTEGER: 0,
    ParameterType.NUMBER: 0.0,
    ParameterType.BOOLEAN: False,
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an import is given."""

    archive: Path
    """The artifact's package."""
    place: Path
    """An empty folder, which somebody else removes."""
    owner: str
    """Id of the store."""
    log: Log
    stopped: Callable[[], bool]


def asked_of(artifact: Artifact, config: Config, target: Target | None = None) -> Asked:
    """What is to be imported, and within which limits."""
    return Asked(
        script=f"{artifact.file_path}.py",
        name=artifact.deployment_name,
        args={p.name: _value(p) for p in artifact.parameters},
        scales=artifact.build.scales,
        limit_s=config.build_limit_s,
        memory=_memory(),
        on_cluster=target is not None,
    )


def choose(artifact: Artifact, config: Config, bound: str) -> Target | None:
    """The cluster to import it on; None: this machine does.

    ``bound``: the address that the state directory is bound to. Raises EngineError where it
    has to be on a cluster and none answers.
    """
    if config.builds == "cluster":
        return _cluster(config, bound)
    if satisfied(("ray", *artifact.recipe.requirements)):
        return None
    with suppress(EngineError):
        return _cluster(config, bound)
    return None


def elsewhere(config: Config, bound: str) -> Target | None:
    """A cluster that may have a module which is missing here: one with a Python of its own."""
    with suppress(EngineError):
        target = _cluster(config, bound)
        return None if target.embedded else target
    return None


def _cluster(config: Config, bound: str) -> Target:
    """The cluster. Raises EngineError where none answers."""
    from tasktui.runtime.probe import probe  # noqa: PLC0415 - HTTP takes 100 ms to import

    target = find(config.address or bound, config.cluster_record, os.environ)
    probe(target, allow_remote=config.allow_remote)
    return target


def where(target: Target | None) -> str:
    """That in words."""
    return f"on the cluster at {target.address}" if target else "on this machine"


def imported(artifact: Artifact, config: Config, target: Target | None, means: Means) -> Told:
    """What the import tells; where a package is missing and no cluster is there, the script."""
    asked = asked_of(artifact, config, target)
    limits = Limits(seconds=asked.limit_s, memory=asked.memory)
    try:
        if target is None:
            return _here(artifact, asked, limits, means)
        return asyncio.run(_there(artifact, asked, limits, means, (target, config)))
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        return failed(f"The package cannot be unpacked: {error}. Add the artifact again.")
    except EngineError as error:
        return failed(f"{asked.script} cannot be imported on the cluster: {error}")


def failed(words: str) -> Told:
    """The end of a build that came to no import."""
    return Told(build=Build(status=BuildStatus.FAILURE, error=words))


def _here(artifact: Artifact, asked: Asked, limits: Limits, means: Means) -> Told:
    folder = means.place / "package"
    with zipfile.ZipFile(means.archive) as archive:
        archive.extractall(folder)  # ours: checked and packed when it was added
    job = Job(
        folder=folder,
        module=_module(artifact),
        name=asked.name,
        args=asked.args,
        env=_env(artifact),
    )
    told = tell(asked, run(job, limits, means.log, means.stopped, means.place))
    text = (folder / asked.script).read_text(errors="replace")
    return _read_instead(artifact, asked, told, text)


async def _there(
    artifact: Artifact, asked: Asked, limits: Limits, means: Means, to: tuple[Target, Config]
) -> Told:
    from tasktui.engine.cluster_import import Errand, run_there  # noqa: PLC0415 - as above
    from tasktui.engine.ray_serve import RayServe  # noqa: PLC0415 - as above

    target, config = to
    requirements = artifact.recipe.requirements
    errand = Errand(
        owner=means.owner,
        digest=artifact.digest,
        archive=means.archive,
        requirements=() if target.embedded and satisfied(requirements) else requirements,
        env=_env(artifact),
        module=_module(artifact),
        name=asked.name,
        args=asked.args,
    )
    ray = RayServe(target.address, target.token, allow_remote=config.allow_remote)
    try:
        ending = await run_there(ray, errand, limits, means.log, means.stopped, place=means.place)
    finally:
        await ray.close()
    return tell(asked, ending)


def _module(artifact: Artifact) -> str:
    return artifact.file_path.replace("/", ".")


def _env(artifact: Artifact) -> dict[str, str]:
    return {k: v if reference(v) is None else STAND_IN for k, v in artifact.env.items()}


def _memory() -> int:
    """Half of what the machine has, within reason: the scheduler lives here, too."""
    import psutil  # noqa: PLC0415 - only in a build

    return min(8 * 2**30, psutil.virtual_memory().total // 2)


def _value(parameter: Parameter) -> Scalar:
    """Its default; where it has none, a value that it may have."""
    if parameter.default is not None:
        return parameter.default
    if parameter.choices:
        return parameter.choices[0]
    if parameter.low is not None:
        return int(parameter.low) if parameter.type is ParameterType.INTEGER else parameter.low
    return _NOTHING[parameter.type]


def _read_instead(artifact: Artifact, asked: Asked, told: Told, text: str) -> Told:
    """What the script says by itself, where packages that Ray installs are not here."""
    wanted = _not_here(("ray", *artifact.recipe.requirements)) if told.missing else ()
    if not wanted:
        return told
    try:
        script = inspect(text, asked.name, asked.scales)
    except InvalidField as error:
        build = replace(told.build, error=f"{told.build.why} And not imported: {error}")
        return replace(told, build=build)
    note = (
        f"Not imported, only read: {', '.join(wanted)} is not installed on this machine, and no "
        "cluster answered that could import it."
    )
    build = Build(status=BuildStatus.SUCCESS, seconds=told.build.seconds, note=note)
    return Told(build=build, scaled=script.scaled, autoscaling=script.autoscaling)


def _not_here(requirements: Iterable[str]) -> tuple[str, ...]:
    """Names of the packages among them that this Python does not have."""
    names = [found[0] for text in requirements if (found := _NAME.match(text))]
    return tuple(name for name in names if not _installed(name))


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
