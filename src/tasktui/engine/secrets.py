"""Reads the values that a task's variables refer to, right before they go to Ray.

Guarantees that no value is in an error, that no link is followed, and that a
file of somebody else is not believed. Must not know tasks.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from tasktui.domain.secrets import Keeper, Reference, reference
from tasktui.errors import InvalidField

LIMIT = 64 * 2**10
"""Bytes of a file."""


def resolve(env: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """``env`` with values in the place of references. Raises InvalidField naming the variable."""
    return {key: _value(key, value, environ) for key, value in env.items()}


def _value(key: str, value: str, environ: Mapping[str, str]) -> str:
    named = reference(value)
    if named is None:
        return value
    try:
        return _of_environment(named.where, environ) if named.keeper is Keeper.ENV else _of(named)
    except _Missing as error:
        raise InvalidField("env", f"{key}={value}", str(error)) from error
    except OSError as error:
        why = f"the file cannot be read: {error.strerror}"
        raise InvalidField("env", f"{key}={value}", why) from error


class _Missing(Exception):
    """Why there is no value."""


def _of_environment(name: str, environ: Mapping[str, str]) -> str:
    if not name.isidentifier():
        raise _Missing("env: needs the name of a variable")
    if name not in environ:
        raise _Missing(f"{name} is not set in this environment")
    return environ[name]


def _of(named: Reference) -> str:
    if not named.where.startswith("/"):
        raise _Missing("file: needs an absolute path")
    handle = os.open(named.where, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _require_own(os.fstat(handle))
        content = os.read(handle, LIMIT + 1)
    finally:
        os.close(handle)
    if len(content) > LIMIT or b"\0" in content:
        raise _Missing(f"the file must be text of at most {LIMIT // 2**10} KiB")
    try:
        return content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise _Missing("the file must be text in UTF-8") from error


def _require_own(info: os.stat_result) -> None:
    if not stat.S_ISREG(info.st_mode):
        raise _Missing("it is not a plain file")
    if info.st_uid not in {0, os.geteuid()}:
        raise _Missing(f"the file belongs to another user (uid {info.st_uid})")
    if info.st_mode & 0o022:
        raise _Missing("others can write into the file: chmod go-w")
