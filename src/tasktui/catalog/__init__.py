"""The official models: a folder each, with a script and a manifest ``model.toml``.

Guarantees that a manifest has exactly the keys it may have. Must not know
packing or the store; the scripts themselves are never imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from tasktui.domain.artifact import Spec
from tasktui.errors import InvalidField, UserError

MANIFEST = "model.toml"

_HERE = Path(__file__).parent
_KEYS = {"description", "file_path", "deployment_name", "spec"}
_SPEC_KEYS = {f.name for f in fields(Spec)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """A model that comes with the program."""

    name: str
    """Name of its folder, and of the artifact."""
    folder: Path
    file_path: str
    """Script in the folder, without extension."""
    deployment_name: str
    """The application bound in that script."""
    spec: Spec
    description: str


def official(place: Path = _HERE) -> tuple[Official, ...]:
    """Every folder of ``place`` with a manifest, by name.

    Raises UserError for a manifest that cannot be read, InvalidField for keys
    that are unknown or missing.
    """
    return tuple(_read(folder / MANIFEST) for folder in folders(place))


def folders(place: Path = _HERE) -> tuple[Path, ...]:
    """Every folder of ``place`` with a manifest, by name, unread."""
    return tuple(path.parent for path in sorted(place.glob(f"*/{MANIFEST}")))


def _read(path: Path) -> Official:
    import tomllib  # noqa: PLC0415 - off the path of plain reads

    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}.", "Install tasktui again.") from error
    where = f"{path.parent.name}/{path.name}"
    spec = found.get("spec", {})
    _check(where, found, _KEYS)
    _check(f"{where}: spec", spec, _SPEC_KEYS)
    if missing := _KEYS - found.keys():
        raise InvalidField(where, sorted(found), f"also needed: {sorted(missing)}")
    return Official(
        name=path.parent.name,
        folder=path.parent,
        file_path=found["file_path"],
        deployment_name=found["deployment_name"],
        spec=Spec(**spec),
        description=found["description"],
    )


def _check(where: str, found: Mapping[str, object], known: set[str]) -> None:
    for key in found:
        if key not in known:
            raise InvalidField(f"{where}: {key}", found[key], f"known keys: {sorted(known)}")
