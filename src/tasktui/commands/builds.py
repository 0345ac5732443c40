"""Builds of artifacts: start, cancel, look; whoever looks sees that a process is gone."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

from tasktui.commands.context import Context
from tasktui.domain.artifact import Artifact, ArtifactKind
from tasktui.domain.build import Build, BuildStatus, entered, lost
from tasktui.errors import Conflict, NotAllowed, StoreError, UserError
from tasktui.store import buildfiles

_STARTING = 60
_PAUSE_S = 0.05
"""A process says who it is in a tenth of a second; a busy machine needs longer."""


class Builds:
    """Builds, and the artifacts as their builds left them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def artifacts(self) -> list[Artifact]:
        """Every version of every artifact."""
        return [self._seen(a) for a in self._store.artifacts()]

    def artifact(self, label: str) -> Artifact:
        """``echo``, ``mine`` (newest version) or ``mine@2``; raises NotFound."""
        return self._seen(self._store.artifact(label))

    def is_building(self, artifact: Artifact) -> bool:
        """Whether a process builds it now."""
        return buildfiles.alive(self._state_dir, artifact.id)

    def is_going(self, artifact: Artifact) -> bool:
        """Whether its build is on its way."""
        return not artifact.build.over and self.is_building(artifact)

    def rebuild(self, label: str) -> Artifact:
        """Build an artifact again; it can be launched when that went well.

        Raises NotAllowed where there is nothing to build, Conflict while it is built.
        """
        artifact = self.artifact(label)
        if artifact.kind in {ArtifactKind.OFFICIAL, ArtifactKind.IMAGE, ArtifactKind.CONFIG}:
            raise NotAllowed(
                f"{artifact.label} is of the kind {artifact.kind}: there is no package to build."
            )
        if self._context.build is None:
            raise NotAllowed(
                "Scripts are only read here, not imported: builds = read.",
                'Set builds to "import", in the file of settings or as TASKTUI_BUILDS.',
            )
        return self.start_build(artifact)

    def start_build(self, artifact: Artifact) -> Artifact:
        """Queue a build and start its process. Raises Conflict while one is on its way."""
        if self._context.build is None:
            return artifact
        lock = buildfiles.take(self._state_dir, artifact.id)
        if lock is None:
            raise Conflict(
                f"{artifact.label} is being built already.",
                f"tasktui artifact cancel {artifact.label} ends that build.",
            )
        try:
            queued = entered(artifact.build, BuildStatus.QUEUED, self._context.now())
            new = replace(artifact, build=queued)
            self._store.tell_build(new, artifact.build)
            self._context.build(artifact.id, lock)
        except OSError as error:
            raise StoreError(
                f"The build of {artifact.label} cannot be started: {error.strerror}.",
                f"It is kept: tasktui artifact build {artifact.label} tries again.",
            ) from error
        finally:
            os.close(lock)
        return new

    def cancel_build(self, label: str) -> Artifact:
        """Ask the build of an artifact to end. Raises NotAllowed where none runs."""
        artifact = self.artifact(label)
        if not self.is_going(artifact):
            raise NotAllowed(f"{artifact.label} is not being built: it is {artifact.build.status}.")
        pid = self._builder(artifact)
        if not pid:
            raise UserError(
                f"The build of {artifact.label} is only just starting.", "Try again in a second."
            )
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        return artifact

    def build_log(self, label: str) -> str:
        """What the last build of an artifact wrote, at most 1 MB of it. Untrusted text."""
        return buildfiles.read_log(self._state_dir, self._store.artifact(label).id)

    def forget(self, artifact: Artifact) -> None:
        """Remove a version and the files of its builds. Raises Conflict while it is in use."""
        if self.is_building(artifact):
            raise Conflict(
                f"{artifact.label} is being built.", f"tasktui artifact cancel {artifact.label}"
            )
        self._store.remove_artifact(artifact.id)
        buildfiles.forget(self._state_dir, artifact.id)

    def _builder(self, artifact: Artifact) -> int:
        """The process that builds it, once that has said so; 0 where it takes too long to."""
        for _ in range(_STARTING):
            pid = buildfiles.process(self._state_dir, artifact.id)
            if pid:
                return pid
            time.sleep(_PAUSE_S)
        return 0

    @property
    def _state_dir(self) -> Path:
        return self._context.config.state_dir

    def _seen(self, artifact: Artifact) -> Artifact:
        """The artifact; a build on its way that nobody carries out any more has failed."""
        going = artifact.build.status in {BuildStatus.QUEUED, BuildStatus.BUILDING}
        if not going or self.is_building(artifact):
            return artifact
        new = replace(artifact, build=lost(artifact.build))
        with contextlib.suppress(StoreError, UserError):  # read-only, a full disk: it is seen again
            if not self._store.tell_build(new, artifact.build):
                return self._store.artifact(artifact.label)  # it ended well just now
            buildfiles.clear(self._state_dir, artifact.id)
        return new


def status_text(build: Build) -> str:
    """The status of a build in a word, as lists show it."""
    return str(build.status)
