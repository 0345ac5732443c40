"""Artifacts: pack a folder, check its script, and keep it as an immutable version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tasktui.catalog import folders, official
from tasktui.commands.checks import read_script
from tasktui.commands.context import Context
from tasktui.domain.artifact import NO_ENV, Artifact, ArtifactId, ArtifactKind, Spec
from tasktui.domain.task import check_name
from tasktui.errors import Conflict, InvalidField

if TYPE_CHECKING:
    from tasktui.engine.script import Script

_CATALOG = "catalog"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArtifact:
    """What a user says of a folder that becomes an artifact."""

    folder: Path
    name: str = ""
    """Empty: made from the folder's name."""
    file_path: str = "serve"
    deployment_name: str = "app"
    scales: str = ""
    """The Serve deployment the replica bounds apply to; empty: read from the script."""
    spec: Spec = field(default_factory=Spec)
    env: Mapping[str, str] = field(default_factory=lambda: NO_ENV)
    description: str = ""


class Artifacts:
    """Artifacts of one store."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def add_artifact(self, new: NewArtifact) -> Artifact:
        """Pack, check and keep a folder; the same content and settings give the same version.

        Raises InvalidField where the script or the deployment name is missing,
        and what ``pack`` raises for the folder itself.
        """
        if new.folder.is_symlink() or not new.folder.is_dir():
            raise InvalidField("folder", str(new.folder), "an existing folder, not a link")
        name = check_name(new.name or _slug(new.folder.resolve().name))
        if name in {f.name for f in folders()}:
            raise Conflict(f"{name} is the name of an official model.", "Choose another (--name).")
        check_spec(new.spec)
        script_of(new)
        return self._keep(new, name, ArtifactKind.FOLDER)

    def remove_artifact(self, label: str) -> None:
        """Remove one version and, when nothing else uses it, its package.

        Raises Conflict while a task uses it.
        """
        artifact = self._store.artifact(label)
        if artifact.kind is ArtifactKind.OFFICIAL:
            raise Conflict(f"{label} is an official model and stays.", "")
        self._store.remove_artifact(artifact.id)
        if not self._store.digest_in_use(artifact.digest):
            self._store.archive_path(artifact.digest).unlink(missing_ok=True)

    def add_official(self) -> None:
        """Keep the official models of this version of the program in the store.

        Cheap when nothing changed: one comparison of names, sizes and times.
        """
        stamp = ";".join(_stamp(folder) for folder in folders())
        if self._store.setting(_CATALOG) == stamp:
            return
        for model in official():
            new = NewArtifact(
                folder=model.folder,
                file_path=model.file_path,
                deployment_name=model.deployment_name,
                spec=model.spec,
                description=model.description,
            )
            self._keep(new, model.name, ArtifactKind.OFFICIAL)
        self._store.set_setting(_CATALOG, stamp)

    def script(self, artifact: Artifact) -> str:
        """Text of the artifact's default script."""
        return read_script(self._store, artifact, f"{artifact.file_path}.py")

    def _keep(self, new: NewArtifact, name: str, kind: ArtifactKind) -> Artifact:
        from tasktui.engine.packages import pack  # noqa: PLC0415 - off the path of plain reads

        script = script_of(new)
        package = pack(new.folder, self._store.archive_path("x").parent)
        if f"{new.file_path}.py" not in package.files:
            raise InvalidField(
                "file_path", new.file_path, "a script that the ignore rules do not leave out"
            )
        return self._store.add_artifact(
            Artifact(
                id=ArtifactId(0),
                name=name,
                version=0,
                kind=kind,
                digest=package.digest,
                size=package.size,
                file_path=new.file_path,
                deployment_name=new.deployment_name,
                scaled=new.scales or script.scaled,
                autoscaling=dict(script.autoscaling),
                spec=new.spec,
                env=dict(new.env),
                files=package.files,
                description=new.description,
                created_at=self._context.now(),
                created_by="tasktui" if kind is ArtifactKind.OFFICIAL else self._context.actor.user,
            )
        )


def script_of(new: NewArtifact) -> Script:
    """Read and check the script before anything is packed. Raises InvalidField."""
    from tasktui.engine.script import inspect  # noqa: PLC0415 - off the path of plain reads

    path = PurePosixPath(new.file_path)
    if path.is_absolute() or ".." in path.parts or path.suffix == ".py" or not new.file_path:
        raise InvalidField(
            "file_path", new.file_path, "a relative path without '..' and without .py"
        )
    script = new.folder / f"{new.file_path}.py"
    if not script.is_file():
        found = sorted(p.relative_to(new.folder).as_posix()[:-3] for p in new.folder.rglob("*.py"))
        known = f"scripts in it: {found[:8]}" if found else "there is no Python script in it"
        raise InvalidField(
            "file_path",
            new.file_path,
            f"{new.file_path}.py must exist in {new.folder.name}; {known}",
        )
    if not new.deployment_name.isidentifier():
        raise InvalidField("deployment_name", new.deployment_name, "a Python identifier")
    return inspect(script.read_text(errors="replace"), new.deployment_name, scales=new.scales)


def check_spec(spec: Spec) -> None:
    """Raise InvalidField for resources that make no sense."""
    for key, value in (("cpu", spec.cpu), ("memory", spec.memory_gb), ("gpu", spec.gpu)):
        if not 0 <= value < 1e6:
            raise InvalidField(key, value, "0 or more")
    if spec.gpu > 1 and spec.gpu != int(spec.gpu):
        raise InvalidField("gpu", spec.gpu, "whole GPUs, or a fraction below 1 to share one")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-")


def _stamp(folder: Path) -> str:
    parts = [
        f"{p.name}:{p.stat().st_size}:{p.stat().st_mtime_ns}"
        for p in sorted(folder.rglob("*"))
        if p.is_file() and "__pycache__" not in p.parts
    ]
    return f"{folder.name}({','.join(parts)})"
