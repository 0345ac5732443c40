"""Ray's tokens in files: read without following a link, written for the owner only.

Guarantees that a token never appears in an error. Must not know clusters.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from tasktui.errors import Unauthorized

_LIMIT = 4096
"""Bytes of a token file; Ray's own tokens have 64."""

_HINT = "Give the token in RAY_AUTH_TOKEN, or a file of your own in RAY_AUTH_TOKEN_PATH."


def of_environment(environ: Mapping[str, str]) -> str:
    """The token that Ray's own programs would use; empty when there is none.

    Order: RAY_AUTH_TOKEN, the file RAY_AUTH_TOKEN_PATH, ``~/.ray/auth_token``
    where it exists. Raises Unauthorized for a file that cannot be used.
    """
    if token := environ.get("RAY_AUTH_TOKEN", "").strip():
        return token
    if named := environ.get("RAY_AUTH_TOKEN_PATH"):
        return read(Path(named).expanduser())
    default = Path(environ.get("HOME") or Path.home()) / ".ray" / "auth_token"
    return read(default) if os.path.lexists(default) else ""


def read(path: Path) -> str:
    """The token in ``path``, a plain file of this user or of root.

    Raises Unauthorized when it is missing, a link, somebody else's, or no token.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        why = "it is a symbolic link" if path.is_symlink() else error.strerror
        raise _refused(path, why) from error
    try:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode):
            raise _refused(path, "it is not a file")
        if info.st_uid not in {0, os.geteuid()}:
            raise _refused(path, f"it belongs to another user (uid {info.st_uid})")
        content = os.read(handle, _LIMIT + 1)
    finally:
        os.close(handle)
    token = content.decode("ascii", errors="replace").strip()
    if not token or len(content) > _LIMIT or not (token.isascii() and token.isprintable()):
        raise _refused(path, "it holds no token")
    return token


def write(path: Path, token: str) -> None:
    """Put the token into ``path`` with mode 0600, whole or not at all. Raises OSError."""
    replace_file(path, token)


def replace_file(path: Path, text: str) -> None:
    """Replace ``path`` by a file with mode 0600, in one step. Raises OSError."""
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(handle, "w") as file:  # noqa: PTH123 - a handle with its mode from the start
            file.write(text)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _refused(path: Path, why: str | None) -> Unauthorized:
    return Unauthorized(f"The token file {path} cannot be used: {why}.", _HINT)
