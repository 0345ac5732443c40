"""Which artifact what moves in runs from: one that is there, or one made for it."""

from __future__ import annotations

from dataclasses import replace

from tasktui.commands.context import Context
from tasktui.commands.incoming import Incoming
from tasktui.domain.artifact import Artifact, ArtifactId, ArtifactKind, Spec
from tasktui.domain.recipe import Recipe
from tasktui.engine import application
from tasktui.errors import NotFound

_LONGEST = 55
"""Characters of a name that leave room for the kind behind it."""


class Housing:
    """Looks at the artifacts of one store, and writes none."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def of_config(self, incoming: Incoming) -> Artifact:
        """A new one that holds an application in Ray's own form."""
        return Artifact(
            id=ArtifactId(0),
            name=self._free_name(incoming.name, ArtifactKind.CONFIG),
            version=0,
            kind=ArtifactKind.CONFIG,
            digest="",
            size=0,
            file_path=incoming.file_path,
            deployment_name=incoming.deployment_name,
            scaled=incoming.scaled,
            autoscaling=dict(incoming.autoscaling),
            spec=application.spec(application.entry(incoming.base, incoming.scaled)),
            recipe=Recipe(base=dict(incoming.base)),
            description=f"application {incoming.app} of Ray Serve",
            created_at=self._context.now(),
            created_by=self._context.actor.user,
        )

    def of_script(self, incoming: Incoming, label: str) -> Artifact:
        """The one that is named, or the only one of a user's with the script. Raises NotFound."""
        named = label or incoming.artifact
        if named:
            return self._store.artifact(named)
        script = f"{incoming.file_path}.py"
        newest: dict[str, Artifact] = {}
        for artifact in self._store.artifacts():
            newest.setdefault(artifact.name, artifact)
        own = [a for a in newest.values() if a.kind is not ArtifactKind.OFFICIAL]
        found = [a for a in own if script in a.files]
        if len(found) == 1:
            return found[0]
        names = ", ".join(sorted(a.name for a in found)) or "none has it"
        raise NotFound(
            f"Which artifact has {script} is not said, and cannot be told ({names}).",
            "Name it: --artifact A. tasktui artifact add FOLDER makes one.",
        )

    def sized(self, artifact: Artifact, incoming: Incoming, spec: Spec) -> Artifact:
        """A new version of ``artifact`` with other resources; of an official model a copy."""
        official = artifact.kind is ArtifactKind.OFFICIAL
        return replace(
            artifact,
            id=ArtifactId(0),
            version=0,
            name=self._free_name(incoming.name, ArtifactKind.FOLDER) if official else artifact.name,
            kind=ArtifactKind.FOLDER if official else artifact.kind,
            spec=spec,
            created_at=self._context.now(),
            created_by=self._context.actor.user,
        )

    def _free_name(self, name: str, kind: ArtifactKind) -> str:
        """``name``, or one made from it where artifacts of another kind have it."""
        try:
            other = self._store.artifact(name)
        except NotFound:
            return name
        return name if other.kind is kind else f"{name[:_LONGEST].rstrip('-')}-{kind}"
