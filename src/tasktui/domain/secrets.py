"""Values that nobody should see: references to them, and texts without them. Pure.

A variable of a task is written out, or names where its value is kept:
``env:NAME`` in the scheduler's environment, ``file:PATH`` in a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

HIDDEN = "***"
"""Stands for a value."""

_SHORTEST = 6
"""Characters that a value must have to be looked for in texts: ``1`` or ``true`` is everywhere."""


class Keeper(StrEnum):
    """What keeps a value."""

    ENV = "env"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a value is kept."""

    keeper: Keeper
    where: str
    """Name of a variable, or path of a file."""

    def __str__(self) -> str:
        return f"{self.keeper}:{self.where}"


def reference(value: str) -> Reference | None:
    """What ``value`` refers to; None where it is the value itself, as ``file://HOST/PATH`` is."""
    word, colon, where = value.partition(":")
    if not colon or word not in set(Keeper) or where.startswith("//"):
        return None
    return Reference(Keeper(word), where)


def is_variable(value: str) -> bool:
    """Whether ``value`` refers to a variable of the scheduler's environment."""
    named = reference(value)
    return named is not None and named.keeper is Keeper.ENV


def shown(env: Mapping[str, str]) -> dict[str, str]:
    """The variables with nothing secret in them: references as they are, values hidden."""
    return {k: v if reference(v) else HIDDEN for k, v in sorted(env.items())}


def mask(text: str, values: Iterable[str]) -> str:
    """``text`` without any of ``values``; of one with several lines, without each of these.

    Values shorter than six characters stay: they would be found everywhere.
    """
    lines = {part.strip() for value in values for part in (value, *value.splitlines())}
    for secret in sorted((p for p in lines if len(p) >= _SHORTEST), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
