"""The parameters of an artifact in the draft: what their fields show, and what was typed means.

Pure. Only what was typed, or given to the task before, is in a draft; every other field shows
its default. What belongs to a parameter that the artifact does not have is kept and not used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tasktui.commands.present import parameter_text
from tasktui.domain.parameters import allowed, differing, read, text
from tasktui.domain.recipe import Parameter, Scalar
from tasktui.errors import InvalidField

Typed = tuple[tuple[str, str], ...]
"""Names and texts, by name."""

_PREFIX = "parameters."


def field_of(parameter: str) -> str:
    """What the field of a parameter is called: ``parameters.max_tokens``."""
    return f"{_PREFIX}{parameter}"


def name_of(field: str) -> str:
    """The parameter of a field; empty for a field of something else."""
    return field.removeprefix(_PREFIX) if field.startswith(_PREFIX) else ""


def written(values: Mapping[str, Scalar]) -> Typed:
    """Values as one would type them."""
    return tuple(sorted((name, text(value)) for name, value in values.items()))


def shown(parameter: Parameter, typed: Typed) -> str:
    """What stands in the field."""
    usual = "" if parameter.default is None else text(parameter.default)
    return dict(typed).get(parameter.name, usual)


def put(typed: Typed, name: str, value: str) -> Typed:
    """``typed`` with another text in one field."""
    return tuple(sorted({**dict(typed), name: value}.items()))


def merged(base: Typed, mine: Typed, theirs: Typed) -> Typed:
    """My texts on top of theirs: a field that I left as it was takes their text."""
    was = dict(base)
    own = {name: value for name, value in mine if was.get(name) != value}
    return tuple(sorted({**dict(theirs), **own}.items()))


def values(
    parameters: Sequence[Parameter], typed: Typed, say: Callable[[str, str], None]
) -> dict[str, Scalar]:
    """What was typed as values, less the defaults; ``say`` is told the fields that are wrong."""
    found = {p.name: p.default for p in parameters if p.default is not None}
    for parameter in parameters:
        given = shown(parameter, typed)
        if parameter.default is None and not given.strip():
            say(field_of(parameter.name), f"needed: {allowed(parameter)}")
            continue
        try:
            found[parameter.name] = read(parameters, parameter.name, given)
        except InvalidField as error:
            say(error.field, error.allowed)
    return differing([p for p in parameters if p.name in found], found)


def hint(parameters: Sequence[Parameter], name: str) -> str:
    """What stands beside the field of a parameter."""
    return next((parameter_text(p) for p in parameters if p.name == name), "")
