"""Verbs that put the scheduler under systemd: write the unit, and say what to type.

Runs no systemctl: who may do that, and when, is for the person to decide.
"""

from __future__ import annotations

import argparse
import pwd
from pathlib import Path

from tasktui.cli.output import emit, note, say
from tasktui.cli.verbs import Call, Verb
from tasktui.errors import Conflict, NotFound, UserError
from tasktui.runtime.daemon import command
from tasktui.runtime.session import ADDRESS
from tasktui.runtime.units import NAME, Unit, steps, steps_away, text

_SYSTEM = Path("/etc/systemd/system")
_MARK = "# Made by 'tasktui scheduler install'"


def _where_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--system", action="store_true", help="of the machine, not of this user")


def _install_arguments(parser: argparse.ArgumentParser) -> None:
    _where_arguments(parser)
    parser.add_argument("--print", action="store_true", help="only print the unit; write nothing")
    parser.add_argument(
        "--token-file", metavar="FILE", type=Path, help="Ray's token, handed on by systemd"
    )


def _install(call: Call) -> int:
    path = _path(call)
    unit = text(_unit(call))
    if call.args.print:
        say(unit.removesuffix("\n"), lines=True)
        return 0
    call.require_writable()
    _require_ours(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(unit)
        path.chmod(0o644)
    except OSError as error:
        raise UserError(
            f"{path} cannot be written: {error.strerror}.", "--print shows the unit."
        ) from error
    todo = steps(path, system=call.args.system)
    if call.json:
        emit({"unit": str(path), "steps": todo})
        return 0
    say(f"{path} is written. Now type:")
    for line in todo:
        say(f"  {line}")
    note("Then nothing else should start it: export TASKTUI_NO_SCHEDULER=1 in your shell.")
    return 0


def _uninstall(call: Call) -> int:
    call.require_writable()
    path = _path(call)
    if not path.exists():
        raise NotFound(f"There is no unit {path}.", "" if call.args.system else "Or --system?")
    _require_ours(path)
    try:
        path.unlink()
    except OSError as error:
        raise UserError(f"{path} cannot be removed: {error.strerror}.") from error
    todo = steps_away(system=call.args.system)
    if call.json:
        emit({"unit": str(path), "steps": todo})
        return 0
    say(f"{path} is removed. What it started runs on until you type:")
    for line in todo:
        say(f"  {line}")
    return 0


def _unit(call: Call) -> Unit:
    config, environ = call.config, call.environ
    system: bool = call.args.system
    token: Path | None = call.args.token_file
    if token is None and environ.get("RAY_AUTH_TOKEN_PATH"):
        token = Path(environ["RAY_AUTH_TOKEN_PATH"]).expanduser()
    if token is None and environ.get("RAY_AUTH_TOKEN"):
        note("RAY_AUTH_TOKEN is not written down; put the token into a file: --token-file FILE.")
    bound = call.session.call(lambda c: c.setting(ADDRESS))
    owner = config.state_dir.stat().st_uid
    return Unit(
        argv=command(config, "scheduler", "run"),
        state_dir=config.state_dir,
        environment_file=(Path("/etc") if system else _configuration(call))
        / "tasktui"
        / "scheduler.env",
        token_file=token.absolute() if token else None,
        user=pwd.getpwuid(owner).pw_name if system else "",
        remote=config.allow_remote,
        named=bool(config.address or bound),
    )


def _path(call: Call) -> Path:
    folder = _SYSTEM if call.args.system else _configuration(call) / "systemd/user"
    return folder / NAME


def _configuration(call: Call) -> Path:
    home = Path(call.environ.get("HOME") or Path.home())
    return Path(call.environ.get("XDG_CONFIG_HOME") or home / ".config").absolute()


def _require_ours(path: Path) -> None:
    if path.exists() and not path.read_text(errors="replace").startswith(_MARK):
        raise Conflict(f"{path} was not made by tasktui.", "Move it away first.")


VERBS = (
    Verb(
        name="install",
        summary="Write a systemd unit for it, and say what to type",
        run=_install,
        arguments=_install_arguments,
        json=True,
        text="For this Python, state directory and cluster; no secret is in it. docs/head-node.md\n"
        "tells more.",
        examples=(
            "tasktui scheduler install",
            "tasktui scheduler install --print",
            "tasktui --state-dir /var/lib/tasktui scheduler install --system",
        ),
    ),
    Verb(
        name="uninstall",
        summary="Remove that unit, and say what to type",
        run=_uninstall,
        arguments=_where_arguments,
        json=True,
        examples=("tasktui scheduler uninstall",),
    ),
)
