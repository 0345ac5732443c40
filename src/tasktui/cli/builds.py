"""Verbs for builds of artifacts: build again, cancel, read the log; and the wait for the end."""

from __future__ import annotations

import argparse
import threading
from dataclasses import asdict

from tasktui.cli.output import emit, note, say
from tasktui.cli.progress import Progress
from tasktui.cli.verbs import Call, Verb
from tasktui.commands.commands import Commands
from tasktui.commands.present import iso
from tasktui.domain.artifact import Artifact
from tasktui.domain.build import Build, BuildStatus

FAILED = 3

_LOOK_S = 0.5
"""How often it is looked at though nobody told of a change."""


def artifact_label(parser: argparse.ArgumentParser) -> None:
    """Take the label of an artifact."""
    parser.add_argument("label", metavar="ARTIFACT", help="echo, mine (newest version) or mine@2")


def conclude(call: Call, artifact: Artifact, *, wait: bool) -> int:
    """Wait for the end of a build, print it, and return the exit code."""
    if wait and not artifact.build.over:
        artifact = _waited(call, artifact)
    build = artifact.build
    if call.json:
        from tasktui.cli.artifacts import artifact_json  # noqa: PLC0415 - they import each other

        emit(artifact_json(artifact))
    elif build.launchable:
        say(f"{artifact.label}  {_ended(build)}")
        say(f"  tasktui launch NAME --artifact {artifact.name} --one-off now --activate")
    elif not build.over:
        say(f"{artifact.label}  {build.status}; tasktui artifact show {artifact.label}")
    else:
        at = f"Imported {build.where}. " if build.where else ""
        note(f"tasktui: {artifact.label}: {build.status}: {build.why}")
        note(f"  {at}tasktui artifact log {artifact.label} shows what it wrote.")
    return 0 if build.launchable or not build.over else FAILED


def _ended(build: Build) -> str:
    took = f" in {build.seconds:.1f} s" if build.seconds is not None else ""
    at = f" {build.where}" if build.where else ""
    return f"{build.status}{took}{at}. {build.note}".rstrip(" .")


def _waited(call: Call, artifact: Artifact) -> Artifact:
    def look(commands: Commands) -> Artifact:
        return commands.artifact(artifact.label)

    changed = threading.Event()
    watcher = call.session.watch(changed.set)
    progress = Progress()
    try:
        while not artifact.build.over:
            stage = f"{_STAGES[artifact.build.status]} {artifact.build.where}".rstrip()
            progress(f"{artifact.label}  {stage}")
            changed.wait(_LOOK_S)
            changed.clear()
            artifact = call.session.call(look)
    finally:
        progress.close()
        watcher.stop()
    return artifact


_STAGES = {
    BuildStatus.INIT: "waiting for a build",
    BuildStatus.QUEUED: "QUEUED: another build runs, or it is just starting",
    BuildStatus.BUILDING: "BUILDING: its script is imported",
}


def _build_arguments(parser: argparse.ArgumentParser) -> None:
    artifact_label(parser)
    parser.add_argument("--no-wait", action="store_true", help="return while it is being built")


def _build(call: Call) -> int:
    call.require_writable()
    artifact = call.session.call(lambda c: c.rebuild(call.args.label))
    return conclude(call, artifact, wait=not call.args.no_wait)


def _cancel(call: Call) -> int:
    call.require_writable()
    artifact = _waited(call, call.session.call(lambda c: c.cancel_build(call.args.label)))
    if call.json:
        emit({"artifact": artifact.label, "build": build_json(artifact.build)})
    else:
        say(f"{artifact.label}  {artifact.build.status}")
    return 0 if artifact.build.status is BuildStatus.CANCELLED else FAILED


def _log(call: Call) -> int:
    artifact, text = call.session.call(
        lambda c: (c.artifact(call.args.label), c.build_log(call.args.label))
    )
    build = artifact.build
    if call.json:
        emit({"artifact": artifact.label, "build": build_json(build), "log": text})
        return 0
    say(text.rstrip("\n"), lines=True)
    note(f"{artifact.label}  {_ended(build)}{f': {build.why}' if build.error else ''}")
    return 0


def build_rows(build: Build) -> list[tuple[str, str]]:
    """Labels and values of a build, for one artifact whole."""
    first, *rest = (line for line in build.error.splitlines() or [""])
    ingress = build.deployments[0].name if build.deployments else ""
    return [
        ("Build", f"{build.status}{f' {iso(build.at)}' if build.at else ''}"),
        ("Took", f"{build.seconds:.1f} s" if build.seconds is not None else ""),
        ("Imported", build.where),
        ("Note", build.note),
        ("Failed", first),
        *((" ", line) for line in rest),
        ("Ingress", ingress),
        ("Deployments", "; ".join(_deployment(d.name, d.calls) for d in build.deployments)),
        ("API docs", build.docs_path),
    ]


def _deployment(name: str, calls: tuple[str, ...]) -> str:
    return f"{name} calls {', '.join(calls)}" if calls else name


def build_json(build: Build) -> dict[str, object]:
    """A build as JSON."""
    return {
        **asdict(build),
        "status": str(build.status),
        "at": iso(build.at) if build.at else None,
        "deployments": [asdict(d) for d in build.deployments],
    }


VERBS = (
    Verb(
        name="build",
        summary="Build an artifact again",
        run=_build,
        arguments=_build_arguments,
        json=True,
        text="Exit code 3 where it fails.",
        examples=("tasktui artifact build my-model@2",),
    ),
    Verb(
        name="cancel",
        summary="End the build of an artifact",
        run=_cancel,
        arguments=artifact_label,
        json=True,
        examples=("tasktui artifact cancel my-model",),
    ),
    Verb(
        name="log",
        summary="Show what the last build of an artifact wrote",
        run=_log,
        arguments=artifact_label,
        json=True,
        examples=("tasktui artifact log my-model",),
    ),
)
