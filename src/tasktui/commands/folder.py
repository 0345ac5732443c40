"""What would become of a folder: its manifest, script and packing list, checked without adding.

Guarantees that nothing is written but a manifest that was asked for, and none over another.
Must not know the store.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tasktui.catalog import FILE
from tasktui.commands.artifacts import (
    check_folder,
    check_packed,
    check_spec,
    named,
    script_of,
    slug,
)
from tasktui.commands.checks import Problem
from tasktui.domain.manifest import Manifest
from tasktui.domain.secrets import reference
from tasktui.errors import Conflict, InvalidField, TasktuiError, UserError

if TYPE_CHECKING:
    from tasktui.catalog.draft import Found
    from tasktui.engine.packages import Listing
    from tasktui.engine.script import Script

T = TypeVar("T")

_SECRET = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|(^|_)KEY($|_)", re.IGNORECASE)
_SCRIPTS = 50
"""Scripts that are looked into for an application."""
_LONGEST = 10**6
"""Bytes of a script that is looked into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a folder says and holds, and what is wrong with it."""

    manifest: Manifest
    script: Script | None
    """None where it could not be read."""
    package: Listing | None
    problems: tuple[Problem, ...]

    @property
    def good(self) -> bool:
        """Whether it can be added."""
        return all(p.warning for p in self.problems)


def check(folder: Path) -> Checked:
    """Check a folder as adding it would. Raises InvalidField where there is none."""
    from tasktui.catalog.manifest import Parsed, load  # noqa: PLC0415 - off the path of plain reads
    from tasktui.engine.packages import listing  # noqa: PLC0415 - as above
    from tasktui.engine.script import Untold  # noqa: PLC0415 - as above

    check_folder(folder)
    found: list[Problem] = []

    def attempt(action: Callable[[], T]) -> T | None:
        try:
            return action()
        except TasktuiError as error:
            field = error.field if isinstance(error, InvalidField) else ""
            untold = isinstance(error, Untold)  # the build decides
            found.append(Problem(field, str(error), warning=untold))
            return None

    parsed = attempt(lambda: load(folder))
    found += [Problem(p.field, str(p)) for p in parsed.problems] if parsed else []
    readable = not found
    manifest = (parsed or Parsed(Manifest())).manifest
    manifest = attempt(lambda: named(folder.resolve().name, manifest)) or manifest
    attempt(lambda: check_spec(manifest.spec))
    # After a wrong manifest the script that it names may be another one.
    script = attempt(lambda: script_of(folder, manifest)) if readable else None
    package = attempt(lambda: listing(folder))
    if package and all(p.warning for p in found):
        attempt(lambda: check_packed(manifest, package.files))
    if package and FILE not in package.files and (folder / FILE).exists():
        text = f"{FILE} is read, but the ignore rules leave it out of the package."
        found.append(Problem(FILE, text, warning=True))
    return Checked(
        manifest=manifest,
        script=script,
        package=package,
        problems=(*found, *_doubts(manifest)),
    )


def _doubts(manifest: Manifest) -> list[Problem]:
    """What is allowed, and worth knowing."""
    return [
        Problem(
            f"env.{key}",
            f"env.{key}: the value is packed with the folder for all to read; keep a secret out "
            f'of it: {key} = "env:{key}", or "file:/PATH".',
            warning=True,
        )
        for key, value in manifest.env.items()
        if _SECRET.search(key) and reference(value) is None
    ]


def init(folder: Path) -> Path:
    """Write a manifest made from what the scripts say. Raises Conflict where one is."""
    from tasktui.catalog.draft import draft  # noqa: PLC0415 - off the path of plain reads

    check_folder(folder)
    path = folder / FILE
    if path.is_symlink() or path.exists():
        raise _taken(path)
    text = draft(_found(folder))
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC  # a link is none of ours either
    try:
        handle = os.open(path, flags, 0o644)
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    return path


def _taken(path: Path) -> Conflict:
    return Conflict(
        f"{path} is there already.", f"Change it, then: tasktui artifact check {path.parent}"
    )


def _found(folder: Path) -> Found:
    """The first script that binds an application, ``serve.py`` before others."""
    from tasktui.catalog.draft import Found  # noqa: PLC0415 - as above
    from tasktui.engine.packages import listing  # noqa: PLC0415 - as above
    from tasktui.engine.script import applications, inspect  # noqa: PLC0415 - as above

    name = slug(folder.resolve().name)
    files = [f for f in listing(folder).files if f.endswith(".py")]
    for file in sorted(files, key=lambda f: (f != "serve.py", f.count("/"), f))[:_SCRIPTS]:
        text = _text(folder / file)
        try:
            bound = applications(text)
        except InvalidField:
            continue
        if not bound:
            continue
        app = "app" if "app" in bound else bound[0]
        path = file.removesuffix(".py")
        try:
            script = inspect(text, app)
        except InvalidField as error:
            return Found(name=name, file_path=path, deployment_name=app, doubt=error.allowed)
        return Found(
            name=name,
            file_path=path,
            deployment_name=app,
            scales=script.scaled,
            needs=script.needs,
            autoscaling=script.autoscaling,
        )
    return Found(name=name, doubt="no script that binds an application was found")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(_LONGEST).decode(errors="replace")
    except OSError:
        return ""
