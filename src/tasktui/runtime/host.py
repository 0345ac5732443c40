"""Who else can log in to this machine."""

from __future__ import annotations

import os
import pwd

_FIRST_USER = 1000
"""Lowest user id of a person."""
_LAST_USER = 59_999
_NO_LOGIN = ("nologin", "false")


def others() -> tuple[str, ...]:
    """Names of the people who can log in here, without this one and root."""
    return tuple(
        p.pw_name
        for p in pwd.getpwall()
        if _FIRST_USER <= p.pw_uid <= _LAST_USER
        and p.pw_uid != os.getuid()
        and not p.pw_shell.endswith(_NO_LOGIN)
    )
