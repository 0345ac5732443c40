"""Verbs for artifacts: check a folder, add it, list, show, remove. Building is ``builds``'."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tasktui.cli import builds, pruning
from tasktui.cli.builds import artifact_label, build_json, build_rows, conclude
from tasktui.cli.flags import variables
from tasktui.cli.output import Column, emit, note, rows, say, table, width
from tasktui.cli.verbs import Call, Verb
from tasktui.commands.artifacts import NewArtifact
from tasktui.commands.packages import size_text
from tasktui.commands.present import age, env_text, iso, parameter_text, spec_json
from tasktui.domain.artifact import Artifact
from tasktui.domain.recipe import Health, Parameter
from tasktui.errors import InvalidField, UserError

if TYPE_CHECKING:
    from tasktui.commands.folder import Checked

_COLUMNS = (
    Column("ARTIFACT"),
    Column("KIND", 3),
    Column("BUILD", 8),
    Column("PER REPLICA", 7),
    Column("SCRIPT", 5),
    Column("SIZE", 2),
    Column("AGE", 4),
    Column("DESCRIPTION"),
)
_FILES = 20


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("source", metavar="DIR|ZIP", nargs="?", type=Path, help="folder with the script, or a zip")
    add("--image", metavar="REF", help="container image instead: registry/name:tag or @sha256:...")
    add("--name", metavar="NAME", help="the manifest's, else made from the folder's name")
    add("--gpu", metavar="N", help="GPUs of one replica; below 1 shares one (0)")
    add("--cpu", metavar="N", help="CPUs of one replica (1)")
    add("--memory", metavar="GB", help="memory of one replica in GiB (0: reserve none)")
    add("--gpu-type", metavar="T", help="Ray's name of the GPU: H100; any")
    add("--file-path", metavar="PATH", help="script, without .py (serve)")
    add("--deployment-name", metavar="D", help="bound application in it (app)")
    add("--scales", metavar="D", help="deployment that replicas count for; from code")
    add("--env", metavar="K=V", action="append", default=[], help="variable; may be repeated")
    add("--description", metavar="TEXT", help="what it is, in a line")
    add("--no-wait", action="store_true", help="return while it is being built")


def _add(call: Call) -> int:
    call.require_writable()
    args = call.args
    new = NewArtifact(
        source=_source(args),
        image=args.image or "",
        name=args.name,
        file_path=args.file_path,
        deployment_name=args.deployment_name,
        scales=args.scales,
        cpu=_amount("cpu", args.cpu),
        memory_gb=_amount("memory", args.memory),
        gpu=_amount("gpu", args.gpu),
        gpu_type=args.gpu_type,
        env=variables(args.env),
        description=args.description,
    )
    artifact = call.session.call(lambda c: c.add_artifact(new))
    if not call.json:
        what = f"{_files_text(artifact.files)}, {size_text(artifact.size)}, "
        say(f"{artifact.label}  {what if artifact.files else ''}per replica {artifact.spec}")
        _say_files(artifact.files)
    return conclude(call, artifact, wait=not args.no_wait)


def _source(args: argparse.Namespace) -> Path:
    """The folder or zip; an image needs none. Raises UserError unless one of both is given."""
    if (args.source is None) == (args.image is None):
        raise UserError("Give a folder, a zip, or --image REF: one of them.")
    return args.source or Path()


def _amount(field: str, text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        raise InvalidField(field, text, "a number") from None


def _folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="folder with the script")


def _check(call: Call) -> int:
    from tasktui.commands.folder import check  # noqa: PLC0415 - not for the other verbs

    found = check(call.args.folder)
    if call.json:
        emit(_checked_json(found))
        return 0 if found.good else UserError.exit_code
    manifest, package = found.manifest, found.package
    files = f"{_files_text(package.files)}, {size_text(package.size)} unpacked" if package else ""
    rows(
        [
            ("Artifact", manifest.name),
            ("Description", manifest.description),
            ("Per replica", str(manifest.spec)),
            ("Script", f"{manifest.file_path}.py, {manifest.deployment_name}"),
            ("Scales", found.script.scaled if found.script else ""),
            *_parameters(manifest.parameters),
            ("Requires", ", ".join(manifest.requirements)),
            ("Limits", _limits(manifest.health)),
            ("Environment", env_text(manifest.env)),
            ("Tags", ", ".join(manifest.tags)),
            ("Content", files),
        ]
    )
    _say_files(package.files if package else ())
    for problem in found.problems:
        say(f"{'note ' if problem.warning else 'wrong'}  {problem.message}")
    if found.good:
        say(f"  tasktui artifact add {call.args.folder}")
    return 0 if found.good else UserError.exit_code


def _checked_json(found: Checked) -> dict[str, object]:
    return {
        "good": found.good,
        "name": found.manifest.name,
        "description": found.manifest.description,
        "spec": spec_json(found.manifest.spec),
        "file_path": found.manifest.file_path,
        "deployment_name": found.manifest.deployment_name,
        "scales": found.script.scaled if found.script else None,
        "env": sorted(found.manifest.env),
        "tags": found.manifest.tags,
        "parameters": [asdict(p) for p in found.manifest.parameters],
        "requirements": found.manifest.requirements,
        "health": asdict(found.manifest.health),
        "size": found.package.size if found.package else None,
        "files": found.package.files if found.package else None,
        "problems": [asdict(p) for p in found.problems],
    }


def _init(call: Call) -> int:
    from tasktui.commands.folder import init  # noqa: PLC0415 - not for the other verbs

    call.require_writable()
    path = init(call.args.folder)
    if call.json:
        emit({"written": str(path)})
    else:
        say(f"{path} is written.")
        say(f"  tasktui artifact check {call.args.folder}")
    return 0


def _list(call: Call) -> int:
    found, now = call.session.call(lambda c: (c.artifacts(), c.now()))
    if call.json:
        emit([artifact_json(a) for a in found])
        return 0
    lines = [
        [
            a.label,
            str(a.kind),
            str(a.build.status),
            str(a.spec),
            f"{a.file_path}:{a.deployment_name}",
            size_text(a.size),
            age(a.created_at, now),
            a.description,
        ]
        for a in found
    ]
    table(_COLUMNS, lines, width())
    if not found:
        note("No artifacts.")
    return 0


def _show(call: Call) -> int:
    artifact = call.session.call(lambda c: c.artifact(call.args.label))
    if call.json:
        emit(artifact_json(artifact))
        return 0
    rows(
        [
            ("Artifact", artifact.label),
            ("Description", artifact.description),
            ("Kind", str(artifact.kind)),
            ("Per replica", str(artifact.spec)),
            ("Script", f"{artifact.file_path}.py, {artifact.deployment_name}"),
            ("Scales", artifact.scaled),
            *_parameters(artifact.parameters),
            ("Requires", ", ".join(artifact.recipe.requirements)),
            ("Limits", _limits(artifact.recipe.health)),
            ("Environment", env_text(artifact.env)),
            *build_rows(artifact.build),
            ("Autoscaling", ", ".join(f"{k} {v}" for k, v in artifact.autoscaling.items())),
            ("Tags", ", ".join(artifact.tags)),
            ("Created", f"{iso(artifact.created_at)} by {artifact.created_by}"),
            ("Content", f"{size_text(artifact.size)}, {artifact.digest[:12]}"),
        ]
    )
    _say_files(artifact.files)
    return 0


def _parameters(parameters: Sequence[Parameter]) -> list[tuple[str, str]]:
    return [
        ("" if n else "Parameters", f"{p.name}: {parameter_text(p)}")
        for n, p in enumerate(parameters)
    ]


def _limits(health: Health) -> str:
    """The limits that are given: ``start 1800 s, check every 10 s``."""
    parts = (
        ("start", health.start_limit_s),
        ("check every", health.check_period_s),
        ("check at most", health.check_timeout_s),
    )
    return ", ".join(f"{what} {limit:g} s" for what, limit in parts if limit is not None)


def _files_text(files: Sequence[str]) -> str:
    return "1 file" if len(files) == 1 else f"{len(files)} files"


def _say_files(files: Sequence[str]) -> None:
    for name in files[:_FILES]:
        say(f"  {name}")
    if len(files) > _FILES:
        say(f"  and {len(files) - _FILES} more")


def _remove(call: Call) -> int:
    label: str = call.args.label
    artifact = call.session.call(lambda c: c.artifact(label))
    call.session.call(lambda c: c.remove_artifact(label))
    if call.json:
        emit({"removed": artifact.label})
    else:
        say(f"{artifact.label} is removed.")
    return 0


def artifact_json(artifact: Artifact) -> dict[str, object]:
    """The artifact as JSON; of the environment the names only, since values may be secrets."""
    return {
        "label": artifact.label,
        "name": artifact.name,
        "version": artifact.version,
        "kind": str(artifact.kind),
        "digest": artifact.digest,
        "size": artifact.size,
        "file_path": artifact.file_path,
        "deployment_name": artifact.deployment_name,
        "scales": artifact.scaled,
        "spec": spec_json(artifact.spec),
        "autoscaling": dict(artifact.autoscaling),
        "parameters": [asdict(p) for p in artifact.parameters],
        "requirements": list(artifact.recipe.requirements),
        "health": asdict(artifact.recipe.health),
        "tags": list(artifact.tags),
        "env": sorted(artifact.env),
        "build": build_json(artifact.build),
        "files": list(artifact.files),
        "description": artifact.description,
        "created_at": iso(artifact.created_at),
        "created_by": artifact.created_by,
    }


VERBS = (
    Verb(
        name="artifact",
        verbs=(
            Verb(
                name="add",
                summary="Pack and build a folder, a zip or an image; a change makes a new version",
                text="What no flag says comes from the folder's artifact.toml where it has one.\n"
                "The script is imported in a process apart, as Ray will do it, within limits of\n"
                "time, memory and output. Exit code 3 where that fails: such a version can not be\n"
                "launched.",
                run=_add,
                arguments=_add_arguments,
                json=True,
                examples=(
                    "tasktui artifact add ./my-model --gpu 1",
                    "tasktui artifact add . --name chat --file-path models/serve --cpu 2",
                    "tasktui artifact add model.zip --no-wait",
                    "tasktui artifact add --image reg.local/chat:1.2 --name chat --scales Model",
                ),
            ),
            Verb(
                name="check",
                summary="Check a folder's manifest, script and files without adding it",
                run=_check,
                arguments=_folder,
                json=True,
                examples=("tasktui artifact check ./my-model",),
            ),
            Verb(
                name="init",
                summary="Write a commented artifact.toml into a folder that has none",
                run=_init,
                arguments=_folder,
                json=True,
                examples=("tasktui artifact init ./my-model",),
            ),
            *builds.VERBS,
            Verb(
                name="ls",
                summary="List all artifacts with their versions",
                run=_list,
                json=True,
                examples=("tasktui artifact ls",),
            ),
            Verb(
                name="show",
                summary="Show one artifact whole",
                run=_show,
                arguments=artifact_label,
                json=True,
                examples=("tasktui artifact show my-model@2",),
            ),
            Verb(
                name="rm",
                summary="Remove a version that no task uses",
                run=_remove,
                arguments=artifact_label,
                json=True,
                examples=("tasktui artifact rm my-model@1",),
            ),
            *pruning.VERBS,
        ),
    ),
)
