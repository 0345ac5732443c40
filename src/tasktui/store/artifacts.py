"""Artifacts: immutable versions under a name, and the place of their packages.

Guarantees that a version is never changed, and never removed while a task
(archived or not) runs on it. The packages themselves are others' affair.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tasktui.domain.artifact import Artifact, ArtifactId, ArtifactKind
from tasktui.domain.build import Build
from tasktui.errors import Conflict, NotFound
from tasktui.store import documents as doc
from tasktui.store import recipes
from tasktui.store.base import Base, close_to
from tasktui.store.connection import Row, Value

_CONTENT = (
    "name",
    "digest",
    "file_path",
    "deployment_name",
    "spec",
    "env",
    "parameters",
    "recipe",
)
_TOLD = ("scaled", "autoscaling", "build")
"""What a build tells, and so no part of what makes a version."""

_REST = ("kind", "version", "size", "files", "description", "tags", "created_at", "created_by")
_STORED = (*_CONTENT, *_TOLD, *_REST)
_SELECT = f"SELECT id, {', '.join(_STORED)} FROM artifact"  # noqa: S608 - our own column names
_INSERT = (
    f"INSERT INTO artifact ({', '.join(_STORED)}) "  # noqa: S608 - our own column names
    f"VALUES ({', '.join('?' * len(_STORED))})"
)
_DIGITS = 19
"""Numbers of so many digits need not fit into SQLite's integers."""

_SAME = (
    " AND ".join(f"{name} = ?" for name in _CONTENT)
    + " AND (kind = 'official') = ? AND ifnull(json_extract(build, '$.scales'), '') = ?"
)


class Artifacts(Base):
    """The table of artifacts."""

    def archive_path(self, digest: str) -> Path:
        """Where the package with this content hash lies; the folder is there, mode 0700."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return self._folder / f"{digest}.zip"

    def add_artifact(self, artifact: Artifact) -> Artifact:
        """Write a new version and return it with its id and number.

        What is there already with the same content and defaults is returned
        instead. Raises Conflict when the name belongs to another kind.
        """
        content = _content(artifact)
        asked = (int(artifact.kind is ArtifactKind.OFFICIAL), artifact.build.scales)
        with self.transaction():
            row = self._db.row(
                f"{_SELECT} WHERE {_SAME} ORDER BY version DESC LIMIT 1", [*content, *asked]
            )
            if row is not None:
                return _read(row)
            new = replace(artifact, version=self._next_version(artifact))
            key = self._db.execute(_INSERT, (*content, *_told(new), *_rest(new))).lastrowid
        return replace(new, id=ArtifactId(key or 0))

    def tell_build(self, artifact: Artifact, before: Build) -> bool:
        """Write what a build tells, unless that is no longer ``before``; whether it was written."""
        with self.transaction():
            found = self.artifact_by_id(artifact.id)
            if found is None or found.build != before:
                return False
            sql = "UPDATE artifact SET scaled = ?, autoscaling = ?, build = ? WHERE id = ?"
            self._db.execute(sql, (*_told(artifact), artifact.id))
        return True

    def artifacts(self) -> list[Artifact]:
        """All versions, by name, the newest first."""
        return [_read(row) for row in self._db.rows(f"{_SELECT} ORDER BY name, version DESC")]

    def artifact(self, label: str) -> Artifact:
        """The artifact of a label: ``echo``, ``m`` for its newest version, ``m@2``.

        Raises NotFound, with labels that are close.
        """
        name, at, version = label.rpartition("@")
        if at and version.isascii() and version.isdigit() and len(version) < _DIGITS:
            row = self._db.row(f"{_SELECT} WHERE name = ? AND version = ?", [name, int(version)])
        else:
            sql = f"{_SELECT} WHERE name = ? ORDER BY version DESC LIMIT 1"
            row = self._db.row(sql, [label])
        if row is None:
            raise self._no_artifact(label)
        return _read(row)

    def artifact_by_id(self, key: ArtifactId) -> Artifact | None:
        """The version with this id; None when it was removed."""
        row = self._db.row(f"{_SELECT} WHERE id = ?", [key])
        return None if row is None else _read(row)

    def remove_artifact(self, key: ArtifactId) -> None:
        """Forget one version. Raises Conflict naming the tasks that use it, NotFound."""
        with self.transaction():
            sql = "SELECT name, archived_at FROM task WHERE artifact_id = ? ORDER BY name, id"
            users = [f"{n} (archived)" if at else n for n, at in self._db.rows(sql, [key])]
            if users:
                raise Conflict(
                    f"The artifact is used by {', '.join(users)}.",
                    "Let them use another one, or delete them first.",
                )
            if not self._db.execute("DELETE FROM artifact WHERE id = ?", [key]).rowcount:
                raise NotFound("The artifact does not exist any more.")

    def digest_in_use(self, digest: str) -> bool:
        """Whether an artifact or a task needs the package with this content hash."""
        sql = (
            "SELECT EXISTS (SELECT 1 FROM artifact WHERE digest = ?) "
            "OR EXISTS (SELECT 1 FROM task WHERE digest = ?)"
        )
        return bool(self._db.value(sql, [digest, digest]))

    def _next_version(self, artifact: Artifact) -> int:
        sql = "SELECT kind, version FROM artifact WHERE name = ? ORDER BY version DESC LIMIT 1"
        newest = self._db.row(sql, [artifact.name])
        if newest is None:
            return 1
        official = ArtifactKind.OFFICIAL.value
        if newest[0] != artifact.kind.value and official in {newest[0], artifact.kind.value}:
            raise Conflict(
                f"The name {artifact.name!r} belongs to an artifact of another kind ({newest[0]}).",
                "Choose another name.",
            )
        return int(newest[1]) + 1

    def _no_artifact(self, label: str) -> NotFound:
        known = self.artifacts()
        labels = {a.label for a in known} | {a.name for a in known}
        return NotFound(
            f"No artifact is named {label!r}.", close_to(label, sorted(labels), "artifact ls")
        )


def _content(artifact: Artifact) -> tuple[Value, ...]:
    return (
        artifact.name,
        artifact.digest,
        artifact.file_path,
        artifact.deployment_name,
        doc.spec(artifact.spec),
        doc.mapping(artifact.env),
        recipes.parameters(artifact.parameters),
        recipes.recipe(artifact.recipe),
    )


def _told(artifact: Artifact) -> tuple[Value, ...]:
    return artifact.scaled, doc.mapping(artifact.autoscaling), recipes.build(artifact.build)


def _rest(artifact: Artifact) -> tuple[Value, ...]:
    return (
        artifact.kind.value,
        artifact.version,
        artifact.size,
        doc.names(artifact.files),
        artifact.description,
        doc.names(artifact.tags),
        doc.micros(artifact.created_at),
        artifact.created_by,
    )


def _read(row: Row) -> Artifact:
    key, name, digest, file_path, deployment_name, spec, env, parameters, recipe = row[:9]
    scaled, autoscaling, build, kind, version, size, files, description, tags = row[9:18]
    created_at, created_by = row[18:]
    return Artifact(
        id=ArtifactId(key),
        name=name,
        version=version,
        kind=ArtifactKind(kind),
        digest=digest,
        size=size,
        file_path=file_path,
        deployment_name=deployment_name,
        scaled=scaled,
        autoscaling=doc.read_mapping(autoscaling),
        spec=doc.read_spec(spec),
        env=doc.read_mapping(env),
        files=doc.read_names(files),
        description=description,
        tags=doc.read_names(tags),
        parameters=recipes.read_parameters(parameters),
        recipe=recipes.read_recipe(recipe),
        build=recipes.read_build(build),
        created_at=doc.moment(created_at),
        created_by=created_by,
    )
