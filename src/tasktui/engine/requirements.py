"""Whether Python packages that an artifact requires are in this Python already.

A virtual environment takes Ray more than ten seconds, and the network: where the
cluster runs in our own Python and has everything, none is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import metadata


@lru_cache(maxsize=256)
def satisfied(requirements: tuple[str, ...]) -> bool:
    """Whether every one is installed in a version that it allows.

    Looked up once in the life of a process: what is installed later must not
    replace replicas. False where that cannot be told, as of an address.
    """
    return all(_met(text, ("",)) for text in requirements)


def _met(text: str, extras: Iterable[str]) -> bool:
    """The same of one, which is asked for under any of the ``extras`` of another."""
    from packaging.requirements import (  # noqa: PLC0415 - few artifacts require anything
        InvalidRequirement,
        Requirement,
    )

    try:
        wanted = Requirement(text)
        if wanted.marker and not any(wanted.marker.evaluate({"extra": e}) for e in extras):
            return True
        found = metadata.distribution(wanted.name)
    except (InvalidRequirement, metadata.PackageNotFoundError):
        return False
    if wanted.url or not wanted.specifier.contains(found.version, prereleases=True):
        return False
    return not wanted.extras or all(_met(more, wanted.extras) for more in found.requires or ())
