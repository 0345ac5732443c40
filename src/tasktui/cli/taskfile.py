"""A task, or a schedule alone, as a file: read strictly, so that a slip is named and not obeyed.

Guarantees at most a megabyte, without aliases, with no key that is not known and
no key twice. Knows the file system: calendars that a schedule names are read with it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from tasktui.cli import holidays
from tasktui.commands.serveconfig import from_application
from tasktui.domain.recipe import Scalar
from tasktui.domain.schedule import Schedule
from tasktui.domain.task import TaskSpec
from tasktui.errors import InvalidField, NotFound, UserError
from tasktui.schedule.mapping import from_mapping

if TYPE_CHECKING:
    from yaml.nodes import Node

    from tasktui.commands.incoming import Incoming

LIMIT = 2**20
"""Bytes of a file."""

_NODES = 500_000
"""Values of a file, written out: a megabyte holds no more of them."""

_WHOLE = "application"
_APPLICATION_KEYS = ("name", _WHOLE, "scales", "autoscaling", "schedule", "env")
_KEYS = ("name", "artifact", "file_path", "deployment_name", "schedule", "parameters", "env")


def read_task(file: str, name: str | None = None) -> TaskSpec:
    """Read a task file; ``-`` is standard input. ``name`` stands over the file's own.

    Raises UserError for what is not a task, naming the key.
    """
    return task_of(load(file), file, name)


def task_of(document: object, file: str, name: str | None = None) -> TaskSpec:
    """The task of one document of ``file``. Raises as ``read_task`` does."""
    body = _mapping(document, "the file")
    if _WHOLE in body:
        raise UserError(
            "The file holds an application in Ray Serve's own form.",
            f"tasktui import {file} makes a task of it.",
        )
    _known(body, _KEYS)
    return TaskSpec(
        name=name or _text(body, "name", needed=True),
        artifact=_text(body, "artifact", needed=True),
        file_path=_text(body, "file_path"),
        deployment_name=_text(body, "deployment_name"),
        schedule=read_schedule(_needed(body, "schedule"), file),
        env=_env(body.get("env")),
        parameters=_parameters(body.get("parameters")),
    )


def is_application(document: object) -> bool:
    """Whether a document is a task with an application in Ray's own form."""
    return isinstance(document, Mapping) and _WHOLE in document


def application_of(document: object, file: str) -> Incoming:
    """That task. Raises as ``read_task`` does."""
    body = _mapping(document, "the file")
    _known(body, _APPLICATION_KEYS)
    form = _mapping(body[_WHOLE], _WHOLE)
    name = _text(body, "name", needed=True)
    found = from_application(form)
    if found.problem:
        return replace(found, where=f"task {name}", name=name)
    app = str(form.get("name", ""))
    return replace(
        found,
        where=f"task {name}",
        name=name,
        app=app,
        route=found.route if app else "",
        schedule=read_schedule(_needed(body, "schedule"), file),
        env={**found.env, **_env(body.get("env"))},
        scaled=_text(body, "scales"),
        autoscaling=_mapping(body.get("autoscaling", found.autoscaling), "autoscaling"),
    )


def read_schedule(body: object, file: str) -> Schedule:
    """What stands in ``file`` under ``schedule:``; calendars that it names lie beside it."""
    folder = Path() if file == "-" else Path(file).parent
    return from_mapping(holidays.written_out(body, folder))


def load(file: str) -> object:
    """The one YAML (or JSON) document of a file. Raises NotFound or UserError."""
    documents = load_all(file)
    if len(documents) > 1:
        raise UserError(
            f"The file holds {len(documents)} documents.", "Give each task a file of its own."
        )
    return documents[0] if documents else None


def load_all(file: str, *, aliases: bool = False) -> list[object]:
    """Every YAML (or JSON) document of a file, in order. Raises NotFound or UserError.

    With ``aliases`` it may refer to parts of itself, as other tools' files do.
    """
    text = _read(file)
    import yaml  # noqa: PLC0415 - off the path of plain reads

    try:
        _refuse_tricks(list(yaml.compose_all(text, Loader=yaml.SafeLoader)), aliases=aliases)
        return list(yaml.safe_load_all(text))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserError(
            f"{_name(file)} is not YAML: {_where(error)}.", "README.md shows a task as a file."
        ) from error


def _read(file: str) -> str:
    try:
        if file == "-":
            body = sys.stdin.buffer.read(LIMIT + 1)
        else:
            with Path(file).open("rb") as stream:
                body = stream.read(LIMIT + 1)
        if len(body) > LIMIT:
            raise UserError(f"{_name(file)} is larger than 1 MB.", "A task takes a few lines.")
        return body.decode()
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {file}.", "- reads standard input.") from error
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{_name(file)} is not text in UTF-8.") from error


def _refuse_tricks(documents: list[Node], *, aliases: bool) -> None:
    """Raise UserError for a key that stands twice, and for aliases that make much of little."""
    seen: set[int] = set()
    waiting = list(documents)
    count = 0
    while waiting:
        node = waiting.pop()
        count += 1
        if count > _NODES:  # a file that holds itself has no end
            raise UserError("The file is too large once its aliases are written out.")
        if id(node) in seen and not aliases:
            raise UserError("The file uses YAML aliases (*name).", "Write the value out.")
        seen.add(id(node))
        if isinstance(node.value, list):
            waiting += _inner(node)


def _inner(node: Node) -> list[Node]:
    """The nodes in a sequence or mapping. Raises UserError for a key that stands there twice."""
    from yaml.nodes import MappingNode  # noqa: PLC0415 - as above

    if not isinstance(node, MappingNode):
        return list(node.value)
    keys = [str(key.value) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise UserError(f"The key {key!r} stands twice in one mapping.", "Keep one of them.")
    return [part for pair in node.value for part in pair]


def _known(body: Mapping[str, object], keys: tuple[str, ...]) -> None:
    for key in body:
        if key not in keys:
            close = get_close_matches(key, keys, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known keys: {', '.join(keys)}"
            raise InvalidField("the file", key, f"no key of a task; {hint}")


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if isinstance(value, Mapping) and all(isinstance(k, str) for k in value):
        return value
    raise InvalidField(where, value, "a mapping of keys to values")


def _needed(body: Mapping[str, object], key: str) -> object:
    if body.get(key) is None:
        raise UserError(f"The file says no {key}.", f"Add a line '{key}: ...'.")
    return body[key]


def _text(body: Mapping[str, object], key: str, *, needed: bool = False) -> str:
    value = _needed(body, key) if needed else body.get(key)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise InvalidField(key, value, "text, in quotes")


def _env(value: object) -> dict[str, str]:
    if value is None:
        return {}
    found = {}
    for key, word in _mapping(value, "env").items():
        if not isinstance(word, str):
            raise InvalidField(f"env.{key}", word, "text, in quotes")
        found[key] = word
    return found


def _parameters(value: object) -> dict[str, Scalar]:
    if value is None:
        return {}
    found = {}
    for key, given in _mapping(value, "parameters").items():
        if not isinstance(given, str | bool | int | float):
            raise InvalidField(
                f"parameters.{key}", given, "text in quotes, a number, true or false"
            )
        found[key] = given
    return found


def _name(file: str) -> str:
    return "Standard input" if file == "-" else file


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or str(error) or type(error).__name__
    return f"{said} (line {mark.line + 1})" if mark else str(said)
