"""The systemd unit that runs the scheduler, as text. Pure.

Guarantees that no secret is in it, and that every word reaches the program as it
is. Hardened: the scheduler needs the network of this machine, its state
directory to write and everything else at most to read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NAME = "tasktui.service"

_STOP_S = 15
_AGAIN_S = 10

_FOR_BOTH = (
    "NoNewPrivileges=yes",
    "LockPersonality=yes",
    "MemoryDenyWriteExecute=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "RestrictNamespaces=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources @mount",
    "SystemCallErrorNumber=EPERM",
    "UMask=0077",
)
"""What also holds without any privilege of the manager that runs the unit."""

_FOR_SYSTEM = (
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "ProtectSystem=strict",
    "ProtectHome=read-only",
    "PrivateDevices=yes",
    "PrivateUsers=yes",
    "PrivateIPC=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "ProtectControlGroups=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectProc=invisible",
    "RemoveIPC=yes",
    "DevicePolicy=closed",
)

_LOOPBACK_ONLY = ("IPAddressDeny=any", "IPAddressAllow=localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What a unit is made of."""

    argv: Sequence[str]
    """The command line of the scheduler, with its settings."""
    state_dir: Path
    environment_file: Path
    """Variables for the scheduler, where there is such a file: what ``env:NAME`` refers to."""
    token_file: Path | None = None
    """Ray's token, handed on by systemd as a credential."""
    user: str = ""
    """Whom a unit of the system runs as; empty: a unit of the user's own manager."""
    remote: bool = False
    """Whether Ray may be on another machine."""
    named: bool = False
    """Whether the cluster is named; otherwise it is looked for, in /tmp too."""


def text(unit: Unit) -> str:
    """The whole unit file."""
    lines = [
        "# Made by 'tasktui scheduler install': run that again rather than edit it.",
        "[Unit]",
        "Description=tasktui scheduler",
        "After=network.target",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        "Type=exec",
        f"ExecStart={' '.join(quoted(w) for w in unit.argv)}",
        "Restart=on-failure",
        f"RestartSec={_AGAIN_S}",
        f"TimeoutStopSec={_STOP_S}",
        "KillSignal=SIGTERM",
        *_environment(unit),
        *_hardening(unit),
        "",
        "[Install]",
        f"WantedBy={'multi-user.target' if unit.user else 'default.target'}",
    ]
    return "\n".join(lines) + "\n"


def quoted(word: str) -> str:
    """One word of a command line as systemd.syntax(7) wants it."""
    plain = word.replace("%", "%%").replace("$", "$$")
    if re.fullmatch(r"[\w%$@/:=,.+-]+", plain):
        return plain
    inner = plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{inner}"'


def steps(path: Path, *, system: bool) -> list[str]:
    """What to type after the file is at ``path``."""
    manager = "systemctl" if system else "systemctl --user"
    first = [] if system else ["loginctl enable-linger    # it runs without anybody logged in"]
    return [
        *first,
        f"{manager} daemon-reload",
        f"{manager} enable --now {path.name}",
        f"{manager} status {path.name}",
    ]


def steps_away(*, system: bool) -> list[str]:
    """What to type before the file is removed."""
    manager = "systemctl" if system else "systemctl --user"
    return [f"{manager} disable --now {NAME}", f"{manager} daemon-reload"]


def _environment(unit: Unit) -> list[str]:
    lines = [f"EnvironmentFile=-{_path(unit.environment_file)}"]
    if unit.token_file is not None:
        lines += [
            f"LoadCredential=ray-token:{_path(unit.token_file)}",
            "Environment=RAY_AUTH_TOKEN_PATH=%d/ray-token",
        ]
    return lines


def _hardening(unit: Unit) -> list[str]:
    lines = [*_FOR_BOTH]
    if not unit.user:
        return lines
    lines += [f"User={unit.user}", *_FOR_SYSTEM, f"ReadWritePaths={quoted(str(unit.state_dir))}"]
    if not unit.remote:
        lines += _LOOPBACK_ONLY
    if unit.named:
        lines.append("PrivateTmp=yes")
    return lines


def _path(path: Path) -> str:
    """A path as a setting takes it: no quotes, only its specifiers escaped."""
    return str(path).replace("%", "%%")
