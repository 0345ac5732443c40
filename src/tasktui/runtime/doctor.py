"""Looks at everything that tasktui stands on, and says of each part whether it is well.

Guarantees one answer for each check, whatever is broken, and changes nothing.
The only read that asks Ray itself.
"""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

from tasktui import __version__
from tasktui.commands.checks import no_room, start_time
from tasktui.commands.present import age, iso, open_ray
from tasktui.config import Config
from tasktui.domain.observed import ClusterView, SchedulerView
from tasktui.domain.task import Task
from tasktui.engine.address import Target, find
from tasktui.engine.local import LocalCluster, LocalState
from tasktui.engine.local_command import ray_program
from tasktui.errors import TasktuiError
from tasktui.runtime import daemon
from tasktui.runtime.host import others
from tasktui.runtime.leftovers import leftovers
from tasktui.runtime.probe import probe
from tasktui.runtime.session import ADDRESS
from tasktui.schedule.lint import lint
from tasktui.schedule.resolve import zone_names
from tasktui.store.connection import Connection, require_whole
from tasktui.store.store import Store

T = TypeVar("T")

_GB = 10**9
_ROOM_FAIL = 0.1 * _GB
_ROOM_WARN = 2 * _GB
_SQLITE_RACE = (3, 51, 3)
"""Before this one, two processes that write the log back at once can harm a database; tasktui
lets only the scheduler do that."""
_AHEAD = timedelta(seconds=60)
_OLDEST_RAY = (2, 50)


class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One answer."""

    name: str
    level: Level
    text: str
    hint: str = ""
    """What to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What the checks look at."""

    config: Config
    environ: Mapping[str, str]
    now: datetime
    """Aware, UTC."""


def examine(host: Host) -> list[Check]:
    """Carry out every check; some seconds where the cluster does not answer."""
    return [_guarded(name, check, host) for name, check in CHECKS.items()]


def _guarded(name: str, check: Callable[[Host], tuple[Level, str, str]], host: Host) -> Check:
    try:
        return Check(name, *check(host))
    except TasktuiError as error:
        return Check(name, Level.FAIL, error.what, error.hint)
    except OSError as error:
        return Check(name, Level.FAIL, f"{error.filename or name}: {error.strerror}.")


Answer = tuple[Level, str, str]


def _ok(text: str) -> Answer:
    return Level.OK, text, ""


def _program(host: Host) -> Answer:  # noqa: ARG001 - all checks have one signature
    return _ok(f"tasktui {__version__}, Python {platform.python_version()}")


def _sqlite(host: Host) -> Answer:  # noqa: ARG001
    note = "" if sqlite3.sqlite_version_info >= _SQLITE_RACE else "; only the scheduler checkpoints"
    return _ok(f"SQLite {sqlite3.sqlite_version}{note}")


def _tzdata(host: Host) -> Answer:  # noqa: ARG001
    count = len(zone_names())
    try:
        return _ok(f"tzdata {version('tzdata')}, {count} zones")
    except PackageNotFoundError:
        return Level.FAIL, "The package tzdata is missing.", "Install it: pip install tzdata."


def _clock(host: Host) -> Answer:
    view = _leader(host)
    beat = view.heartbeat_at
    if beat and beat > host.now + _AHEAD:
        return (
            Level.WARN,
            f"The clock says {iso(host.now)}, but the scheduler was heard of at {iso(beat)}.",
            "It was set back: check it (timedatectl).",
        )
    here = host.now.astimezone()
    return _ok(f"{iso(host.now)}, here {here:%H:%M} {here.tzname()}")


def _state_dir(host: Host) -> Answer:
    path = host.config.state_dir
    if not path.exists():
        return _ok(f"{path} is not there yet: the first use makes it")
    info = path.stat()
    if info.st_uid != os.getuid():
        return (
            Level.FAIL,
            f"{path} belongs to another user (uid {info.st_uid}).",
            "Choose one of your own with --state-dir.",
        )
    loose = [p for p in sorted(path.iterdir()) if _loose(p)]
    if info.st_mode & 0o077 or loose:
        what = loose[0] if loose else path
        more = f" and {len(loose) - 1} more" if len(loose) > 1 else ""
        return (
            Level.WARN,
            f"{what}{more} can be read by other users.",
            f"chmod -R go-rwx {path}",
        )
    return _ok(f"{path}, for you only")


def _loose(path: Path) -> bool:
    return not path.is_symlink() and bool(path.stat().st_mode & 0o077)


def _disk(host: Host) -> Answer:
    place = host.config.state_dir
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    text = f"{free / _GB:.1f} GB free at {place}"
    hint = "Make room: tasks, packages and logs need it."
    if free < _ROOM_FAIL:
        return Level.FAIL, f"Only {text}.", hint
    if free < _ROOM_WARN:
        return Level.WARN, f"Only {text}.", hint
    return _ok(text)


def _database(host: Host) -> Answer:
    path = host.config.database
    if not path.exists():
        return _ok("no database yet: the first use makes it")
    db = Connection.open(path)
    try:
        require_whole(db)
    finally:
        db.close()
    return _ok(f"{path.name} is whole, {path.stat().st_size / 1e6:.1f} MB")


def _scheduler(host: Host) -> Answer:
    view = _leader(host)
    health = daemon.health(host.config, view, host.now)
    if health.state is daemon.State.STUCK:
        heard = age(health.heartbeat_at, host.now) if health.heartbeat_at else "?"
        return (
            Level.FAIL,
            f"The scheduler (process {health.pid}) is stuck: last heard of {heard} ago.",
            f"tasktui scheduler restart --force. Its log: {health.log}",
        )
    if health.state is daemon.State.DOWN:
        armed = _armed(host)
        if armed:
            return (
                Level.FAIL,
                f"The scheduler does not run, and {armed} tasks are activated.",
                daemon.how_to_start(health),
            )
        return _ok("the scheduler does not run; it starts with the next change")
    if view.version != __version__:
        return (
            Level.WARN,
            f"The scheduler is still version {view.version}.",
            "tasktui scheduler restart",
        )
    return _ok(f"the scheduler runs, process {health.pid}")


def _schedules(host: Host) -> Answer:
    """What the lint says of each activated task's schedule, and whether a node can hold it."""
    nothing: list[str] = []
    doubts = _read(
        host, lambda s: [d for t in s.tasks() if t.armed for d in _doubts(s, t, host)], nothing
    )
    if not doubts:
        return _ok("nothing is doubtful in the schedules of the activated tasks")
    more = f" And {len(doubts) - 1} more." if len(doubts) > 1 else ""
    return Level.WARN, f"{doubts[0]}{more}", "tasktui plan edit NAME lists them."


def _doubts(store: Store, task: Task, host: Host) -> list[str]:
    found = lint(task.schedule, host.now, start_time(store.events(task.id)))
    room = [p.message for p in no_room(task.spec, store.cluster()) if not p.warning]
    return [f"{task.name}: {text}" for text in (*(f"{f.text}." for f in found), *room)]


def _cluster(host: Host) -> Answer:
    target = _target(host)
    local = LocalCluster(host.config.state_dir).status()
    if target.source == "default" and local.state is LocalState.BROKEN:
        return Level.FAIL, f"The embedded cluster is broken: {local.error}", "tasktui cluster up"
    try:
        found = probe(target, allow_remote=host.config.allow_remote)
    except TasktuiError as error:
        if target.source == "default":
            return (
                Level.WARN,
                "No cluster was found: nothing names one, and none runs here.",
                "tasktui cluster up, or --address URL.",
            )
        return Level.FAIL, f"{error.what} (found by: {target.source})", error.hint
    text = f"Ray {found.ray_version} at {target.address} (found by: {target.source})"
    if not _new_enough(found.ray_version):
        return Level.WARN, f"{text} is older than tasktui knows.", "Ray 2.50 or newer is tested."
    unsafe = open_ray(ClusterView(open=found.auth_mode == "disabled"), others())
    if unsafe:
        return Level.WARN, f"{text}. {unsafe}", ""
    return _ok(f"{text}, authentication: {found.auth_mode}")


def _new_enough(version_text: str) -> bool:
    numbers = [int(n) for n in version_text.split(".")[:2] if n.isdigit()]
    return len(numbers) < 2 or tuple(numbers) >= _OLDEST_RAY


def _token(host: Host) -> Answer:
    if host.environ.get("RAY_AUTH_TOKEN") and not _target(host).embedded:
        return _ok("from RAY_AUTH_TOKEN")
    path = _token_path(host)
    if not path.exists():
        return _ok("none")
    if path.stat().st_mode & 0o077:
        return Level.WARN, f"{path} can be read by other users.", f"chmod 600 {path}"
    return _ok(f"{path}, for you only")


def _token_path(host: Host) -> Path:
    if _target(host).embedded:
        return host.config.state_dir / "ray-token"
    named = host.environ.get("RAY_AUTH_TOKEN_PATH")
    home = Path(host.environ.get("HOME") or Path.home())
    return Path(named).expanduser() if named else home / ".ray/auth_token"


def _ray(host: Host) -> Answer:  # noqa: ARG001
    try:
        return _ok(f"{ray_program()} can bring up an embedded cluster")
    except TasktuiError as error:
        return Level.WARN, f"No embedded cluster can be brought up: {error.what}", error.hint


def _leftovers(host: Host) -> Answer:
    used = _read(
        host,
        lambda s: {p.stem for p in _packages(host) if s.digest_in_use(p.stem)},
        {p.stem for p in _packages(host)},
    )
    found = leftovers(host.config.state_dir, used.__contains__, host.config.unused_limit_h * 3600)
    if not found:
        return _ok("nothing is left behind")
    more = f", and {len(found) - 3} more" if len(found) > 3 else ""
    text = ", ".join(one.text for one in found[:3])
    return Level.WARN, f"Left behind: {text}{more}.", "; ".join(one.mend for one in found[:3])


def _packages(host: Host) -> list[Path]:
    return list(host.config.state_dir.glob("artifacts/*.zip"))


def _target(host: Host) -> Target:
    bound = host.config.address or _read(host, lambda s: s.setting(ADDRESS) or "", "")
    return find(bound, host.config.cluster_record, host.environ)


def _leader(host: Host) -> SchedulerView:
    return _read(host, lambda s: s.leader(), SchedulerView())


def _armed(host: Host) -> int:
    return _read(host, lambda s: sum(t.armed is not None for t in s.tasks()), 0)


def _read(host: Host, action: Callable[[Store], T], nothing: T) -> T:
    """What the store says, or ``nothing`` where there is none yet."""
    if not host.config.database.exists():
        return nothing
    store = Store.open(host.config.database)
    try:
        return action(store)
    finally:
        store.close()


CHECKS: Mapping[str, Callable[[Host], Answer]] = {
    "program": _program,
    "sqlite": _sqlite,
    "timezones": _tzdata,
    "state directory": _state_dir,
    "disk": _disk,
    "database": _database,
    "clock": _clock,
    "scheduler": _scheduler,
    "schedules": _schedules,
    "cluster": _cluster,
    "token": _token,
    "ray program": _ray,
    "leftovers": _leftovers,
}
