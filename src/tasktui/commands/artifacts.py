"""Artifacts: pack a folder, check its script, and keep it as an immutable version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from tasktui.catalog import FILE, folders, official
from tasktui.commands.builds import Builds
from tasktui.commands.checks import read_script, require_builder
from tasktui.commands.packages import Packages
from tasktui.domain.artifact import NO_ENV, Artifact, ArtifactId, ArtifactKind, Spec
from tasktui.domain.build import Build, BuildStatus
from tasktui.domain.manifest import Manifest
from tasktui.domain.recipe import Recipe
from tasktui.domain.task import check_name
from tasktui.errors import Conflict, InvalidField, StoreBroken

if TYPE_CHECKING:
    from tasktui.commands.request import Request
    from tasktui.domain.task import Task
    from tasktui.engine.script import Script

_CATALOG = "catalog"
_SCRIPT = 10 * 10**6
"""Bytes of a script."""
_PART = r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
_IMAGE = re.compile(
    rf"(?:[A-Za-z0-9.-]+(?::\d{{1,5}})?/)?{_PART}(?:/{_PART})*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
_UNSEEN = "Not built here: what is in the image only a node with podman can tell."

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArtifact:
    """What a user says of what becomes an artifact; None leaves it to the manifest."""

    source: Path
    """A folder, or a zip of one; nothing where there is an image."""
    image: str = ""
    """Reference of a container image that holds the script."""
    name: str | None = None
    file_path: str | None = None
    deployment_name: str | None = None
    scales: str | None = None
    cpu: float | None = None
    memory_gb: float | None = None
    gpu: float | None = None
    gpu_type: str | None = None
    env: Mapping[str, str] = field(default_factory=lambda: NO_ENV)
    """Beside the manifest's variables, or instead of those of the same name."""
    description: str | None = None


class Artifacts(Builds, Packages):
    """Artifacts of one store."""

    def add_artifact(self, new: NewArtifact) -> Artifact:
        """Pack, check and keep a folder or zip, and start its build.

        The same content and settings give the same version, which is built again unless
        that was done. Raises InvalidField or UserError where the manifest, the script or
        the deployment name is wrong, and what ``pack`` and ``unpacked`` raise.
        """
        from tasktui.engine.unpacking import unpacked  # noqa: PLC0415 - off the path of plain reads

        if new.image:
            return self._add_image(new)
        if new.source.suffix.lower() == ".zip" and not new.source.is_dir():
            with unpacked(new.source) as folder:
                return self._add(new, folder, new.source.stem, ArtifactKind.ZIP)
        check_folder(new.source)
        return self._add(new, new.source, new.source.resolve().name, ArtifactKind.FOLDER)

    def _add(self, new: NewArtifact, folder: Path, usual_name: str, kind: ArtifactKind) -> Artifact:
        from tasktui.catalog.manifest import load  # noqa: PLC0415 - off the path of plain reads

        manifest = named(usual_name, _settled(new, load(folder).required()))
        check_spec(manifest.spec)
        artifact = self._keep(folder, manifest, kind)
        if artifact.build.launchable or self.is_going(artifact):
            return artifact
        return self.start_build(artifact)

    def _add_image(self, new: NewArtifact) -> Artifact:
        """Keep a reference: what is in the image only Ray's nodes can tell."""
        manifest = named("", _settled(new, Manifest()))
        check_image(new.image)
        check_spec(manifest.spec)
        check_script(manifest)
        if not manifest.scales:
            raise InvalidField(
                "scales", "", "the deployment that replicas count for: an image is not opened here"
            )
        now = self._context.now()
        return self._store.add_artifact(
            Artifact(
                id=ArtifactId(0),
                name=manifest.name,
                version=0,
                kind=ArtifactKind.IMAGE,
                digest="",
                size=0,
                file_path=manifest.file_path,
                deployment_name=manifest.deployment_name,
                scaled=manifest.scales,
                spec=manifest.spec,
                env=dict(manifest.env),
                description=manifest.description,
                recipe=Recipe(base={"runtime_env": {"image_uri": new.image}}),
                build=Build(at=now, scales=manifest.scales, note=_UNSEEN),
                created_at=now,
                created_by=self._context.actor.user,
            )
        )

    def remove_artifact(self, label: str) -> None:
        """Remove one version; its package goes later, when nothing else uses it.

        Raises Conflict while a task uses it, or while it is built.
        """
        artifact = self._store.artifact(label)
        if artifact.kind is ArtifactKind.OFFICIAL:
            raise Conflict(f"{label} is an official model and stays.", "")
        self.forget(artifact)
        self.let_go(artifact.digest)

    def add_official(self) -> None:
        """Keep the official models of this version of the program in the store.

        Cheap when nothing changed: one comparison of names, sizes and times.
        """
        stamp = ";".join(_stamp(folder) for folder in folders())
        if self._store.setting(_CATALOG) == stamp:
            return
        for model in official():
            self._keep(model.folder, model.manifest, ArtifactKind.OFFICIAL)
        self._store.set_setting(_CATALOG, stamp)

    def script(self, artifact: Artifact) -> str:
        """Text of the artifact's default script."""
        return read_script(self._store, artifact, f"{artifact.file_path}.py")

    def sample(self, task: Task) -> Request:
        """What one would send to the task first: what its manifest says, else GET /."""
        from tasktui.catalog.manifest import parse  # noqa: PLC0415 - off the path of plain reads
        from tasktui.commands.request import Request  # noqa: PLC0415 - as above

        artifact = self._store.artifact_by_id(task.artifact_id)
        if artifact is None or FILE not in artifact.files:
            return Request()
        try:
            found = parse(read_script(self._store, artifact, FILE)).manifest.sample
        except (StoreBroken, InvalidField):  # the package is gone, or the manifest no longer one
            return Request()
        return Request(found.method, found.path, found.body) if found else Request()

    def _keep(self, folder: Path, manifest: Manifest, kind: ArtifactKind) -> Artifact:
        from tasktui.engine.packages import pack  # noqa: PLC0415 - off the path of plain reads

        script = self._script(folder, manifest, kind)
        package = pack(folder, self._store.archive_path("x").parent)
        check_packed(manifest, package.files)
        now = self._context.now()
        only_read = self._context.build is None or kind is ArtifactKind.OFFICIAL
        status = BuildStatus.SUCCESS if only_read else BuildStatus.INIT
        return self._store.add_artifact(
            Artifact(
                id=ArtifactId(0),
                name=manifest.name,
                version=0,
                kind=kind,
                digest=package.digest,
                size=package.size,
                file_path=manifest.file_path,
                deployment_name=manifest.deployment_name,
                scaled=script.scaled,
                autoscaling={**script.autoscaling, **manifest.autoscaling},
                build=Build(status=status, at=now, scales=manifest.scales),
                spec=manifest.spec,
                env=dict(manifest.env),
                files=package.files,
                description=manifest.description,
                tags=manifest.tags,
                parameters=manifest.parameters,
                recipe=Recipe(requirements=manifest.requirements, health=manifest.health),
                created_at=now,
                created_by="tasktui" if kind is ArtifactKind.OFFICIAL else self._context.actor.user,
            )
        )

    def _script(self, folder: Path, manifest: Manifest, kind: ArtifactKind) -> Script:
        """What the script says, for a build to confirm; what only a run tells is left to that."""
        from tasktui.engine.script import Script, Untold  # noqa: PLC0415 - as above

        if self._context.build is None or kind is ArtifactKind.OFFICIAL:
            return script_of(folder, manifest)
        with suppress(Untold):
            script_of(folder, manifest)
        return Script(scaled=manifest.scales)


def check_folder(folder: Path) -> None:
    """Raise InvalidField unless it is a folder, and no link to one."""
    if folder.is_symlink() or not folder.is_dir():
        raise InvalidField("folder", str(folder), "an existing folder, not a link")


def named(usual: str, manifest: Manifest) -> Manifest:
    """The manifest with a name, made from that of the folder or zip where it has none.

    Raises InvalidField for what cannot be a name, Conflict for that of an official model.
    """
    name = check_name(manifest.name or slug(usual))
    if name in {f.name for f in folders()}:
        raise Conflict(
            f"{name} is the name of an official model.", "Choose another (--name, or the manifest)."
        )
    return replace(manifest, name=name)


def _settled(new: NewArtifact, manifest: Manifest) -> Manifest:
    """The manifest with what was given over it."""
    usual = manifest.spec
    spec = replace(
        usual,
        cpu=_either(new.cpu, usual.cpu),
        memory_gb=_either(new.memory_gb, usual.memory_gb),
        gpu=_either(new.gpu, usual.gpu),
        gpu_type=_either(new.gpu_type, usual.gpu_type),
    )
    return replace(
        manifest,
        name=_either(new.name, manifest.name),
        file_path=_either(new.file_path, manifest.file_path),
        deployment_name=_either(new.deployment_name, manifest.deployment_name),
        scales=_either(new.scales, manifest.scales),
        spec=spec,
        env={**manifest.env, **new.env},
        description=_either(new.description, manifest.description),
    )


def _either(given: T | None, usual: T) -> T:
    return usual if given is None else given


def script_of(folder: Path, manifest: Manifest) -> Script:
    """Read and check the script before anything is packed. Raises InvalidField."""
    from tasktui.engine.script import inspect  # noqa: PLC0415 - off the path of plain reads

    check_script(manifest)
    file_path = manifest.file_path
    script = folder / f"{file_path}.py"
    if not script.is_file():
        found = sorted(p.relative_to(folder).as_posix()[:-3] for p in folder.rglob("*.py"))
        known = (
            f"scripts in it: {', '.join(found[:8])}" if found else "there is no Python script in it"
        )
        raise InvalidField(
            "file_path", file_path, f"{file_path}.py must exist in {folder.resolve().name}; {known}"
        )
    if script.stat().st_size > _SCRIPT:
        raise InvalidField("file_path", file_path, f"a script of at most {_SCRIPT // 10**6} MB")
    text = script.read_text(errors="replace")
    said = inspect(text, manifest.deployment_name, scales=manifest.scales)
    require_builder(said, manifest.deployment_name, manifest.parameters)
    return said


def check_script(manifest: Manifest) -> None:
    """Raise InvalidField unless file path and deployment name can be such."""
    path = PurePosixPath(manifest.file_path)
    if path.is_absolute() or ".." in path.parts or path.suffix == ".py" or not path.parts:
        raise InvalidField(
            "file_path", manifest.file_path, "a relative path without '..' and without .py"
        )
    if not manifest.deployment_name.isidentifier():
        raise InvalidField("deployment_name", manifest.deployment_name, "a Python identifier")


def check_image(reference: str) -> None:
    """Raise InvalidField unless it names an image of one version."""
    versioned = ":" in reference.rpartition("/")[2]
    if not versioned or not _IMAGE.fullmatch(reference) or len(reference) > 500:
        raise InvalidField(
            "image",
            reference,
            "registry/path:tag or registry/path@sha256:..., in lower case: the tag or digest is "
            "what makes it one version",
        )


def check_packed(manifest: Manifest, files: tuple[str, ...]) -> None:
    """Raise InvalidField where the script is not among the packed ``files``."""
    if f"{manifest.file_path}.py" not in files:
        raise InvalidField(
            "file_path", manifest.file_path, "a script that the ignore rules do not leave out"
        )


def check_spec(spec: Spec) -> None:
    """Raise InvalidField for resources that make no sense."""
    for key, value in (("cpu", spec.cpu), ("memory", spec.memory_gb), ("gpu", spec.gpu)):
        if not 0 <= value < 1e6:
            raise InvalidField(key, value, "0 or more")
    if spec.gpu > 1 and spec.gpu != int(spec.gpu):
        raise InvalidField("gpu", spec.gpu, "whole GPUs, or a fraction below 1 to share one")


def slug(text: str) -> str:
    """``text`` as a name; empty where nothing of it can stand in one."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-")


def _stamp(folder: Path) -> str:
    parts = [
        f"{p.name}:{p.stat().st_size}:{p.stat().st_mtime_ns}"
        for p in sorted(folder.rglob("*"))
        if p.is_file() and "__pycache__" not in p.parts
    ]
    return f"{folder.name}({','.join(parts)})"
