"""Values for the parameters of an artifact: which are allowed, and what a task's come to. Pure.

Must not know where parameters are declared, nor what they are used for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, TypeGuard

from tasktui.domain.recipe import Parameter, ParameterType, Scalar
from tasktui.errors import InvalidField

LONGEST: Final = 1000
"""Characters of a text."""
LARGEST: Final = 1e15
"""Of a number: whole numbers up to there are exact everywhere."""

NUMBERS: Final = (ParameterType.INTEGER, ParameterType.NUMBER)
_WORDS = {
    ParameterType.TEXT: f"text of at most {LONGEST} characters",
    ParameterType.INTEGER: "a whole number",
    ParameterType.NUMBER: "a number",
    ParameterType.BOOLEAN: "true or false",
}
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}


def is_of(value: object, kind: ParameterType) -> TypeGuard[Scalar]:
    """Whether ``value`` is of that type, and not too large."""
    match value:
        case bool():
            return kind is ParameterType.BOOLEAN
        case str():
            return kind is ParameterType.TEXT and len(value) <= LONGEST and "\0" not in value
        case int():
            return kind in NUMBERS and abs(value) <= LARGEST
        case float():
            return kind is ParameterType.NUMBER and abs(value) <= LARGEST
        case _:
            return False


def within(value: float, low: float | None, high: float | None) -> bool:
    """Whether a number lies between two bounds, each of which may be missing."""
    return (low is None or low <= value) and (high is None or value <= high)


def allowed(of: Parameter) -> str:
    """What a parameter may be, in words: ``a whole number from 1 to 4096``."""
    if of.choices:
        return f"one of {', '.join(text(c) for c in of.choices)}"
    words, low, high = _WORDS[of.type], of.low, of.high
    if low is not None and high is not None:
        return f"{words} from {low:.15g} to {high:.15g}"
    if low is not None:
        return f"{words}, at least {low:.15g}"
    return words if high is None else f"{words}, at most {high:.15g}"


def text(value: Scalar) -> str:
    """A value as one writes it: ``true``, ``512``, ``0.7``."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def parameter(parameters: Sequence[Parameter], name: str, given: object = "") -> Parameter:
    """The parameter of that name. Raises InvalidField, with a name that is close."""
    for found in parameters:
        if found.name == name:
            return found
    raise InvalidField(f"parameters.{name}", given, _unknown(name, [p.name for p in parameters]))


def read(parameters: Sequence[Parameter], name: str, given: str) -> Scalar:
    """The value that somebody wrote. Raises InvalidField for ``parameters.NAME``."""
    found = parameter(parameters, name, given)
    value: object = given
    try:
        if found.type is ParameterType.INTEGER:
            value = int(given)
        elif found.type is ParameterType.NUMBER:
            value = float(given)
        elif found.type is ParameterType.BOOLEAN:
            value = _TRUTH[given.strip().lower()]
    except (ValueError, KeyError):
        raise _wrong(found, given) from None
    return _checked(found, value)


def problems(parameters: Sequence[Parameter], given: Mapping[str, object]) -> list[InvalidField]:
    """What is wrong with the ``given`` values, each for its field ``parameters.NAME``.

    One that is not known, is not what it may be, or is missing though it has no default.
    """
    found = []
    for name, value in given.items():
        try:
            _checked(parameter(parameters, name, value), value)
        except InvalidField as error:
            found.append(error)
    for p in parameters:
        if p.default is None and p.name not in given:
            rule = f"{allowed(p)}; it has no default"
            found.append(InvalidField(f"parameters.{p.name}", "nothing", rule))
    return found


def settled(parameters: Sequence[Parameter], given: Mapping[str, object]) -> dict[str, Scalar]:
    """Every parameter with its value: what was given, else its default.

    Raises the first of ``problems``.
    """
    for error in problems(parameters, given):
        raise error
    return {p.name: _checked(p, given.get(p.name, p.default)) for p in parameters}


def differing(parameters: Iterable[Parameter], values: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Those of the ``values`` that are not their parameter's default."""
    return {p.name: values[p.name] for p in parameters if values[p.name] != p.default}


def known(parameters: Iterable[Parameter], given: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Those of the ``given`` values that are of one of the parameters."""
    names = {p.name for p in parameters}
    return {name: value for name, value in given.items() if name in names}


def _unknown(name: str, names: Collection[str]) -> str:
    if not names:
        return "the artifact has no parameters"
    from difflib import get_close_matches  # noqa: PLC0415 - off the path of plain reads

    close = get_close_matches(name, names, n=1)
    hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(names)}"
    return f"no parameter of the artifact; {hint}"


def _checked(of: Parameter, value: object) -> Scalar:
    if not is_of(value, of.type):
        raise _wrong(of, value)
    if of.choices and value not in of.choices:
        raise _wrong(of, value)
    if of.type in NUMBERS and not within(float(value), of.low, of.high):
        raise _wrong(of, value)
    return float(value) if of.type is ParameterType.NUMBER else value


def _wrong(of: Parameter, given: object) -> InvalidField:
    return InvalidField(f"parameters.{of.name}", given, allowed(of))
