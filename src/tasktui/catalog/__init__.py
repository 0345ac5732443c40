"""The official models: a folder each, as a user could have written it.

Guarantees that a manifest has exactly the keys it may have. Must not know
packing or the store; the scripts themselves are never imported here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tasktui.errors import InvalidField, UserError

if TYPE_CHECKING:
    from tasktui.domain.manifest import Manifest

FILE = "artifact.toml"
"""The manifest of a folder, official or a user's."""

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """A model that comes with the program."""

    folder: Path
    manifest: Manifest
    """Its name is that of the folder."""

    @property
    def name(self) -> str:
        """Name of its folder, and of the artifact."""
        return self.manifest.name


def official(place: Path = _HERE) -> tuple[Official, ...]:
    """Every folder of ``place`` with a manifest, by name.

    Raises UserError, with all that is wrong, for a manifest that is not as it should be.
    """
    return tuple(_read(folder) for folder in folders(place))


def folders(place: Path = _HERE) -> tuple[Path, ...]:
    """Every folder of ``place`` with a manifest, by name, unread."""
    return tuple(path.parent for path in sorted(place.glob(f"*/{FILE}")))


def _read(folder: Path) -> Official:
    from tasktui.catalog.manifest import load  # noqa: PLC0415 - off the path of plain reads

    name = f"{folder.name}/{FILE}"
    manifest = load(folder, name).required()
    if not manifest.description:
        raise UserError(f"{name}: a description is missing.", "Install tasktui again.")
    if manifest.name not in {"", folder.name}:
        raise InvalidField(f"{name}: name", manifest.name, f"the folder's own: {folder.name}")
    return Official(folder=folder, manifest=replace(manifest, name=folder.name))
