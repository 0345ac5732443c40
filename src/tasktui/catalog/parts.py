"""The larger parts of a manifest: parameters, and the sample request.

Guarantees that a default is what its parameter allows, and that a body is JSON or text.
Must not know the rest of the manifest.
"""

from __future__ import annotations

import json

from tasktui.catalog.fields import Table
from tasktui.domain.manifest import Sample
from tasktui.domain.parameters import LARGEST, LONGEST, NUMBERS, is_of, within
from tasktui.domain.recipe import Parameter, ParameterType, Scalar

_PARAMETERS = 100
_CHOICES = 100
_BODY = 16 * 2**10  # characters
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_WORDS = {
    ParameterType.TEXT: f"text in quotes, at most {LONGEST} characters",
    ParameterType.INTEGER: "a whole number",
    ParameterType.NUMBER: "a number",
    ParameterType.BOOLEAN: "true or false",
}


def parameters(table: Table) -> tuple[Parameter, ...]:
    """Every table below ``[parameters]``, as the document has them."""
    if not table.few(_PARAMETERS):
        return ()
    found = []
    for name in table:
        if not name.isidentifier():
            table.wrong(name, "names of letters, digits and _")
        elif not isinstance(table.value(name), dict):
            table.wrong(name, f"a table: [parameters.{name}]")
        else:
            found.append(_parameter(name, table.table(name)))
    return tuple(found)


def _parameter(name: str, table: Table) -> Parameter:
    table.only("type", "default", "min", "max", "choices", "description")
    kind = ParameterType(table.one_of("type", tuple(ParameterType), ParameterType.TEXT))
    if "type" not in table:
        table.wrong("type", f"one of {', '.join(ParameterType)}")
    low, high = _bounds(table, kind)
    choices = _choices(table, kind)
    return Parameter(
        name=name,
        type=kind,
        default=_default(table, kind, choices, (low, high)),
        low=low,
        high=high,
        choices=choices,
        description=table.text("description"),
    )


def _bounds(table: Table, kind: ParameterType) -> tuple[float | None, float | None]:
    for key in ("min", "max"):
        if key in table and (kind not in NUMBERS or "choices" in table):
            table.wrong(key, "no bounds here: they are for numbers without choices")
            return None, None
    low, high = (table.number(key, -LARGEST, LARGEST) for key in ("min", "max"))
    if low is not None and high is not None and low > high:
        table.wrong("max", f"at least min, which is {low:g}")
        return low, None
    return low, high


def _choices(table: Table, kind: ParameterType) -> tuple[Scalar, ...]:
    if "choices" not in table:
        return ()
    given = table.value("choices")
    items = given if isinstance(given, list) else []
    found = tuple(item for item in items if is_of(item, kind))
    if not found or len(found) != len(items) or len(found) > _CHOICES:
        table.wrong("choices", f"a list of 1 to {_CHOICES}, each {_WORDS[kind]}")
        return ()
    return found


def _default(
    table: Table,
    kind: ParameterType,
    choices: tuple[Scalar, ...],
    bounds: tuple[float | None, float | None],
) -> Scalar | None:
    given = table.value("default")
    if given is None:
        return None
    if not is_of(given, kind):
        table.wrong("default", _WORDS[kind])
    elif choices and given not in choices:
        table.wrong("default", "one of its choices")
    elif isinstance(given, int | float) and not within(given, *bounds):
        table.wrong("default", "a number from min to max")
    else:
        return given
    return None


def sample(table: Table) -> Sample:
    """A request; a body that is no text becomes JSON."""
    table.only("method", "path", "body")
    path = table.text("path", "/")
    if not path.startswith("/"):
        table.wrong("path", "a path below the task's route, beginning with /")
    return Sample(
        method=table.one_of("method", _METHODS, "GET"),
        path=path,
        body=_body(table),
    )


def _body(table: Table) -> str:
    given = table.value("body")
    try:
        text = given if isinstance(given, str) else json.dumps(given, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        text = None
    if text is None or len(text) > _BODY:
        table.wrong("body", f"text, or a table that JSON can hold; at most {_BODY} characters")
        return ""
    return "" if given is None else text
