"""What the names of a Serve script stand for, as far as can be told without running it.

Pure values: ``bindings.py`` makes them from a syntax tree, ``script.py`` asks them.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

Names = dict[str, "Value"]
Options = Mapping[str, "Value"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: object


@dataclass(frozen=True, slots=True)
class Row:
    """A list or a tuple."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A dictionary, or an options object of Ray made from keywords."""

    entries: Options


@dataclass(frozen=True, slots=True)
class Computed:
    """Something made from ``parts``; no application but those in them."""

    parts: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that may be, or hold, an application, and cannot be told."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A name from elsewhere, by its full path: ``ray.serve.deployment``."""

    path: str

    @property
    def may_be_application(self) -> bool:
        """By convention classes and constants start with a capital: those are none."""
        top, last = self.path.partition(".")[0], self.path.rpartition(".")[2]
        return top not in sys.stdlib_module_names and not last[:1].isupper()


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """A class or a function of the script, and the names that it can see."""

    name: str
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    names: Names


@dataclass(frozen=True, slots=True)
class Decorator:
    """``serve.deployment(...)`` that waits for its class or function."""

    options: Options


@dataclass(frozen=True, slots=True)
class Deployment:
    """A Serve deployment; its name is empty where it cannot be told."""

    name: str
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Application:
    """``deployment.bind(arguments)``. Two calls make two of them, as in Ray."""

    deployment: Deployment
    arguments: tuple[Value, ...] = ()


Value = (
    Literal
    | Row
    | Table
    | Computed
    | Unseen
    | Imported
    | Code
    | Decorator
    | Deployment
    | Application
)  # fmt: skip


class NotLiteral(Exception):
    """The value is known only when the script runs."""


def plain(value: Value) -> object:
    """The Python value of constants, and of lists and tables of them. Raises NotLiteral."""
    match value:
        case Literal(found):
            return found
        case Row(items):
            return [plain(item) for item in items]
        case Table(entries):
            return {key: plain(entry) for key, entry in entries.items()}
        case _:
            raise NotLiteral


@dataclass(slots=True)
class Members:
    """The deployments of one application, under the names that Ray gives them."""

    named: dict[str, Application] = field(default_factory=dict)
    """In Ray's order: dependencies before who uses them, the ingress last."""
    complete: bool = True
    """Whether these are all."""


def members(ingress: Application) -> Members:
    """Collect what ``ingress`` binds, directly and through others."""
    found = Members()
    _collect(ingress, found, set())
    return found


def _collect(value: Value, found: Members, seen: set[int]) -> None:
    if id(value) in seen:
        return
    seen.add(id(value))
    for part in _parts(value):
        _collect(part, found, seen)
    match value:
        case Application(deployment):
            _add(deployment.name, value, found)
        case Unseen() | Imported(may_be_application=True):
            found.complete = False
        case _:
            pass


def _parts(value: Value) -> tuple[Value, ...]:
    match value:
        case Application(arguments=parts) | Row(parts) | Computed(parts):
            return parts
        case Table(entries):
            return tuple(entries.values())
        case _:
            return ()


def _add(name: str, application: Application, found: Members) -> None:
    if not name:
        found.complete = False
        return
    unique, count = name, 0
    while unique in found.named:  # Ray numbers deployments of one name
        count += 1
        unique = f"{name}_{count}"
    found.named[unique] = application


def merge(*values: Value) -> Value:
    """What a name stands for when it is one of ``values``, and which cannot be told."""
    first, *others = values
    if all(other == first or _alike(other, first) for other in others):
        return first
    return Computed() if all(_inert(value) for value in values) else Unseen()


def _alike(one: Value, other: Value) -> bool:
    """Whether both are applications of the same deployments, bound to other arguments."""
    if not isinstance(one, Application) or not isinstance(other, Application):
        return False
    a, b = members(one), members(other)
    same = [(n, x.deployment) for n, x in a.named.items()]
    return a.complete and b.complete and same == [(n, x.deployment) for n, x in b.named.items()]


def _inert(value: Value) -> bool:
    """Whether no application can come from it."""
    found = Members()
    _collect(value, found, set())
    data = isinstance(value, Literal | Row | Table | Computed | Imported)
    return data and found.complete and not found.named
