"""``export``: tasks as files that ``launch -f`` takes, or as one that ``serve deploy`` takes."""

from __future__ import annotations

import argparse
import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tasktui.cli.output import emit, note, say
from tasktui.cli.verbs import Call, Verb
from tasktui.errors import UserError

if TYPE_CHECKING:
    from tasktui.commands.serveexport import Exported

_OWN, _SERVE = "tasktui", "serve"


def _arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("names", metavar="NAME", nargs="*", help="names of tasks; all of them")
    add("--format", choices=(_OWN, _SERVE), default=_OWN, help="tasktui: for launch -f (default)")
    add("-o", "--output", metavar="FILE", type=Path, help="write it there; packages beside it")
    add("--package-url-prefix", metavar="URL", help="for serve: where nodes will find packages")
    add("--with-values", action="store_true", help="for serve: values of variables in clear")


def _export(call: Call) -> int:
    args = call.args
    if args.format == _SERVE:
        return _serve(call)
    if args.package_url_prefix or args.with_values:
        raise UserError("--package-url-prefix and --with-values belong to --format serve.")
    found = call.session.call(lambda c: c.export(args.names))
    text = "---\n".join(text for _, text in found)
    if args.output is not None:
        _write(args.output, text.encode())
    if call.json:
        emit([{"name": name, "file": text} for name, text in found])
    elif args.output is not None:
        note(f"{_count(len(found), 'task')} written to {args.output}.")
    else:
        say(text.removesuffix("\n"), lines=True)
    return 0


def _serve(call: Call) -> int:
    args = call.args
    output: Path | None = args.output
    prefix: str = args.package_url_prefix or ""
    folder = output.absolute().parent if output is not None else Path.cwd()

    def place(digest: str) -> str:
        name = _package(digest)
        return f"{prefix.rstrip('/')}/{name}" if prefix else (folder / name).as_uri()

    found = call.session.call(lambda c: c.export_serve(args.names, place, values=args.with_values))
    if found.packages and output is None:
        raise UserError(
            "A Serve configuration names packages, which must lie somewhere.",
            "Give it a place: -o FOLDER/serve.yaml; the packages are written beside it.",
        )
    import yaml  # noqa: PLC0415 - off the path of plain reads

    text = yaml.safe_dump(_plain(found.config), sort_keys=False, allow_unicode=True)
    if output is not None:
        for digest in found.packages:
            source = call.session.call(lambda c, d=digest: c.package_path(d))  # type: ignore[misc]
            _write(folder / _package(digest), _read(source))
        _write(output, text.encode())
    if call.json:
        emit(_json(found, output))
        return 0
    if output is None:
        say(text.removesuffix("\n"), lines=True)
    _tell(found, output, prefix)
    return 0


def _json(found: Exported, output: Path | None) -> dict[str, object]:
    return {
        "file": str(output) if output is not None else None,
        "config": _plain(found.config),
        "packages": [_package(d) for d in found.packages],
        "placeholders": dict(found.placeholders),
        "left_out": list(found.notes),
    }


def _tell(found: Exported, output: Path | None, prefix: str) -> None:
    """What a person must know before it is deployed."""
    if output is not None:
        count = _count(len(found.config["applications"]), "application")
        note(f"{count} written to {output}. Deploy: serve deploy {output.name}")
    if found.packages:
        where = f"Put these below {prefix}:" if prefix else "Every node must see these, as named:"
        note(f"{where} {', '.join(_package(d) for d in found.packages)}")
    if found.placeholders:
        note("Values are not exported. Fill in, for example with envsubst:")
        for name, what in found.placeholders.items():
            note(f"  ${{{name}}}: {what}")
    for text in found.notes:
        note(f"Left out: {text}")


def _package(digest: str) -> str:
    return f"{digest}.zip"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _plain(value: object) -> object:
    """Mappings and sequences of any kind as YAML knows them."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            f"The package {path} cannot be read: {error.strerror}.",
            "Add the artifact again: tasktui artifact add FOLDER.",
        ) from error


def _write(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, whole or not at all."""
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        hint = "Free some space there." if full else "Choose another place with -o."
        raise UserError(f"{path} cannot be written: {error.strerror}.", hint) from error


VERBS = (
    Verb(
        name="export",
        run=_export,
        arguments=_arguments,
        json=True,
        text="As tasktui's own files, values of variables are left out, references stay. The\n"
        "scheduler writes all tasks into STATE/exports once a day, a file each, and keeps\n"
        "seven days. As a Ray Serve configuration, each value is a placeholder ${NAME}; packages\n"
        "are written beside the file, and named by their place, which every node must see.",
        examples=(
            "tasktui export chat > chat.yaml",
            "tasktui export",
            "tasktui export --format serve -o /shared/serve.yaml",
            "tasktui export chat --format serve -o serve.yaml \\",
            "    --package-url-prefix https://files.example.com/models",
        ),
    ),
)
