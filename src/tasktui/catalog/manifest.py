"""Reads the manifest of a folder, ``artifact.toml``: official models and a user's have the same.

Guarantees that a manifest has exactly the keys it may have, each of its type and within its
bounds, and that no link is followed. Must not know scripts, packing or the store.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tasktui.catalog import FILE
from tasktui.catalog.fields import Document, Table
from tasktui.catalog.parts import parameters, sample
from tasktui.domain.artifact import Custom, Spec, custom_of
from tasktui.domain.manifest import Manifest
from tasktui.domain.recipe import Health
from tasktui.domain.secrets import Keeper, reference
from tasktui.domain.task import NAME, NAME_RULE
from tasktui.errors import InvalidField, UserError

LIMIT: Final = 64 * 2**10
"""Bytes of the file."""

_MOST = 1e6  # of a resource
_YEAR_S = 365 * 86_400
_ENTRIES = 100  # of a table that the user names
_VALUE = 32_768  # characters of a variable
_REQUIREMENT = re.compile(
    r"(?!.*://[^/\s]*@)"  # a password would be shown with the rest
    r"[A-Za-z0-9][\w.-]{0,99}(\[[\w,. -]{0,99}\])? ?([<>=!~;@(][ -~]{0,300})?",
    re.ASCII,
)
_CUSTOM = re.compile(r"(?!node:|accelerator_type:)[A-Za-z][\w.:-]{0,99}", re.ASCII)
_OWN = ("CPU", "GPU", "memory", "object_store_memory")  # resources with keys of their own, or none
_DEEP = re.compile(r"(?:\.[ \t]*[\w\"'-]+[ \t]*){64}")
_POSITIVE = ("target_ongoing_requests", "look_back_period_s", "metrics_interval_s")
_FACTORS = ("upscaling_factor", "downscaling_factor")
_DELAYS = ("upscale_delay_s", "downscale_delay_s", "downscale_to_zero_delay_s")
_BOUNDS = ("min_replicas", "max_replicas", "initial_replicas")
_TINY = 1e-6  # Ray wants more than 0


@dataclass(frozen=True, slots=True)
class Parsed:
    """A manifest, with the default for every value that is wrong, and what is wrong."""

    manifest: Manifest
    problems: tuple[InvalidField, ...] = ()

    def required(self) -> Manifest:
        """The manifest. Raises InvalidField, or UserError with everything that is wrong."""
        if len(self.problems) == 1:
            raise self.problems[0]
        if self.problems:
            raise UserError(". ".join(str(p).rstrip(".") for p in self.problems) + ".")
        return self.manifest


def load(folder: Path, name: str = FILE) -> Parsed:
    """The manifest of ``folder``, the defaults where it has none.

    ``name`` is how messages call it. Raises InvalidField for a file that
    cannot be read or is not TOML.
    """
    try:
        handle = os.open(folder / FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return Parsed(Manifest())
    except OSError as error:
        given = "a link" if (folder / FILE).is_symlink() else "the file"
        raise InvalidField(name, given, f"a plain file ({error.strerror})") from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise InvalidField(name, "no plain file", "a plain file")
        content = os.read(handle, LIMIT + 1)
    finally:
        os.close(handle)
    if len(content) > LIMIT:
        raise InvalidField(name, "a larger file", f"at most {LIMIT // 2**10} KiB")
    try:
        return parse(content.decode(), name)
    except UnicodeDecodeError as error:
        raise InvalidField(name, f"byte {error.start}", "text in UTF-8") from error


def parse(text: str, name: str = FILE) -> Parsed:
    """The manifest in ``text``. Raises InvalidField where it is not TOML."""
    text = text.removeprefix("\ufeff")  # the mark that some editors write first
    if _DEEP.search(text):  # which takes TOML's reader seconds
        raise InvalidField(name, "a longer key", "TOML with keys of at most 64 parts")
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        at = re.search(r"\(at (.*)\)", str(error))
        why = str(error) if isinstance(error, ValueError) else "nested too deeply"
        raise InvalidField(name, at[1] if at else "the text", f"TOML ({why})") from error
    document = Document(name, text)
    return Parsed(_manifest(Table(document, values)), document.problems)


def _manifest(top: Table) -> Manifest:
    top.only(
        *("name", "description", "tags", "file_path", "deployment_name", "scales"),
        *("requirements", "resources", "env", "parameters", "health", "autoscaling", "sample"),
    )
    usual = Manifest()
    return Manifest(
        name=_name(top),
        description=top.text("description"),
        tags=top.texts("tags", NAME, f"tags: {NAME_RULE}", 20),
        file_path=top.text("file_path", usual.file_path, 1000),
        deployment_name=top.text("deployment_name", usual.deployment_name),
        scales=top.text("scales"),
        requirements=top.texts(
            "requirements",
            _REQUIREMENT,
            "packages as pip writes them: torch==2.5.1; no password in an address",
            200,
        ),
        spec=_resources(top.table("resources")),
        env=_env(top.table("env")),
        parameters=parameters(top.table("parameters")),
        health=_health(top.table("health")),
        autoscaling=_autoscaling(top.table("autoscaling")),
        sample=sample(top.table("sample")) if "sample" in top else None,
    )


def _name(top: Table) -> str:
    found = top.text("name")
    if "name" in top and not NAME.fullmatch(found):
        top.wrong("name", NAME_RULE)
        return ""
    return found


def _resources(table: Table) -> Spec:
    table.only("cpu", "memory_gb", "gpu", "gpu_type", "custom")
    usual = Spec()
    cpu, memory_gb, gpu = (table.number(key, 0, _MOST) for key in ("cpu", "memory_gb", "gpu"))
    return Spec(
        cpu=usual.cpu if cpu is None else cpu,
        memory_gb=memory_gb or 0.0,
        gpu=gpu or 0.0,
        gpu_type=table.text("gpu_type"),
        custom=_custom(table.table("custom")),
    )


def _custom(table: Table) -> Custom:
    found: dict[str, float] = {}
    for key in table if table.few(_ENTRIES) else ():
        if not _CUSTOM.fullmatch(key) or key in _OWN:
            table.wrong(key, f"a custom resource of Ray: not {', '.join(_OWN)}, and no blanks")
        else:
            found[key] = table.number(key, 0, _MOST) or 0.0
    return custom_of(found)


def _env(table: Table) -> dict[str, str]:
    found: dict[str, str] = {}
    if not table.few(_ENTRIES):
        return found
    for key in table:
        value = table.value(key)
        if not key.isidentifier():
            table.hide(key, "names of environment variables: letters, digits, _")
        elif not isinstance(value, str) or "\0" in value or len(value) > _VALUE:
            table.hide(key, f"text in quotes, at most {_VALUE} characters")
        elif problem := _unclear(value):
            table.wrong(key, problem)
        else:
            found[key] = value
    return found


def _unclear(value: str) -> str:
    """What is wrong with a reference; empty where nothing is, and for a value itself."""
    named = reference(value)
    if named is None:
        return ""
    if named.keeper is Keeper.ENV:
        return "" if named.where.isidentifier() else "env: and the name of a variable"
    return "" if named.where.startswith("/") else "file: and an absolute path"


def _health(table: Table) -> Health:
    table.only("check_period_s", "check_timeout_s", "start_limit_s")
    return Health(
        check_period_s=table.number("check_period_s", 0.1, _YEAR_S),
        check_timeout_s=table.number("check_timeout_s", 0.1, _YEAR_S),
        start_limit_s=table.number("start_limit_s", 1, _YEAR_S),
    )


def _autoscaling(table: Table) -> dict[str, object]:
    for key in _BOUNDS:
        if key in table:
            table.wrong(key, "no key here: replicas are the schedule's")
    positive = (*_POSITIVE, *_FACTORS)
    table.only(*positive, *_DELAYS, "aggregation_function", *_BOUNDS)
    limits = {**dict.fromkeys(positive, _TINY), **dict.fromkeys(_DELAYS, 0.0)}
    numbers = {key: table.number(key, low, _YEAR_S) for key, low in limits.items()}
    found: dict[str, object] = {k: v for k, v in numbers.items() if v is not None}
    if "aggregation_function" in table:
        words = ("mean", "max", "min")
        found["aggregation_function"] = table.one_of("aggregation_function", words, "mean")
    return found
