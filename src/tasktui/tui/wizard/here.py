"""The name of the timezone that this machine is set to: what a new schedule starts with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

_LINK = "zoneinfo/"


def local_zone(environ: Mapping[str, str], known: Collection[str], etc: Path) -> str:
    """Find the zone's IANA name in ``TZ``, ``timezone`` or ``localtime`` of ``etc``; else UTC."""
    for name in (environ.get("TZ", "").lstrip(":"), _written(etc / "timezone"), _linked(etc)):
        if name in known:
            return name
    return "UTC"


def _written(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""


def _linked(etc: Path) -> str:
    try:
        target = str((etc / "localtime").readlink())
    except OSError:
        return ""
    return target.partition(_LINK)[2]
