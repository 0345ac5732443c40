"""Flags that describe a task, and the TaskSpec that they make, alone or over an existing one.

Pure but for the zone of this machine, which a schedule without one gets, and calendar files.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tasktui.cli import holidays
from tasktui.domain.parameters import parameter
from tasktui.domain.parameters import read as read_value
from tasktui.domain.recipe import Parameter
from tasktui.domain.schedule import EVERY_DAY, Daily, OneOff, Replicas, Schedule
from tasktui.domain.task import TaskSpec
from tasktui.errors import InvalidField, UserError
from tasktui.schedule.parse import (
    check,
    parse_daily,
    parse_dates,
    parse_moment,
    parse_one_off,
    parse_replicas,
    parse_weekdays,
)
from tasktui.schedule.resolve import zone_names
from tasktui.tui.wizard.here import local_zone

_ONE_OFF = ("replicas", "end")
_DAILY = ("weekdays", "except_dates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What was given; None where it was not."""

    file: str | None = None
    artifact: str | None = None
    file_path: str | None = None
    deployment_name: str | None = None
    one_off: str | None = None
    end: str | None = None
    daily: str | None = None
    weekdays: str | None = None
    except_dates: str | None = None
    timezone: str | None = None
    replicas: str | None = None
    set: Sequence[str] | None = None
    env: Sequence[str] | None = None

    def given(self, *names: str) -> list[str]:
        """Which of ``names`` were given, as flags; all but the file where none is named."""
        chosen = names or tuple(n for n in self.__slots__ if n != "file")
        return [f"--{n.replace('_', '-')}" for n in chosen if getattr(self, n) is not None]


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add = parser.add_argument
    add("-f", "--file", metavar="FILE", help="a task as YAML instead of flags; - is standard input")
    add("--artifact", metavar="A", help="echo, mine (its newest version) or mine@2")
    add("--file-path", metavar="PATH", help="script, without .py; the artifact's own")
    add("--deployment-name", metavar="D", help="bound application in it; the artifact's own")
    add_schedule(parser)
    add(
        "--set",
        metavar="P=V",
        action="append",
        help="parameter of the artifact; P alone takes its default again; may be repeated",
    )
    add("--env", metavar="K=V", action="append", help="variable for its replicas; may be repeated")


def add_schedule(parser: argparse.ArgumentParser) -> None:
    """Declare those of a schedule."""
    add = parser.add_argument
    add("--daily", metavar="POINTS", help="08:00=2-4,20:00=0-1; or cron(0 8 * * 1-5)=2-4")
    add("--weekdays", metavar="DAYS", help="for --daily: mo-fr; every day")
    add(
        "--except",
        "--except-dates",
        dest="except_dates",
        metavar="DATES",
        help="for --daily: 2026-12-24,2026-12-25, or calendar files: holidays.ics",
    )
    add("--one-off", metavar="WHEN", help="now, or a local time: 2026-12-01T08:00")
    add("--end", metavar="TIME", help="for --one-off: when it stops by itself")
    add("--replicas", metavar="N", help="for --one-off: 1-2, or 3 for 3-3; 1")
    add("--timezone", metavar="ZONE", help="IANA name such as Europe/Berlin; this machine's")


def read(args: argparse.Namespace) -> Flags:
    """Take the flags out of parsed arguments. Raises UserError for flags beside a file."""
    given = vars(args)
    flags = Flags(**{name: given.get(name) for name in Flags.__slots__})
    beside = flags.given()
    if flags.file is not None and beside:
        raise UserError(
            f"{beside[0]} cannot stand beside -f: the file holds the whole task.",
            "Change the file, or leave it out.",
        )
    return flags


def with_parameters(flags: Flags, spec: TaskSpec, known: Sequence[Parameter]) -> TaskSpec:
    """``spec`` with what was set of the parameters that its artifact has. Raises InvalidField."""
    values = dict(spec.parameters)
    for word in flags.set or ():
        name, given, text = word.partition("=")
        if given:
            values[name] = read_value(known, name, text)
        else:
            values.pop(parameter(known, name).name, None)
    return replace(spec, parameters=values)


def launch_spec(flags: Flags, name: str, environ: Mapping[str, str]) -> TaskSpec:
    """The task that the flags describe. Raises UserError naming what is missing or wrong."""
    if not flags.artifact:
        raise UserError(
            "A task needs an artifact: --artifact.", "tasktui artifact ls shows what there is."
        )
    schedule = schedule_of(flags, None, environ)
    if schedule is None:
        raise UserError(
            "A task needs a schedule: --one-off or --daily.",
            "For example --one-off now, or --daily '08:00=2-4,20:00=0-1'.",
        )
    return TaskSpec(
        name=name,
        artifact=flags.artifact,
        file_path=flags.file_path or "",
        deployment_name=flags.deployment_name or "",
        schedule=schedule,
        env=variables(flags.env or ()),
    )


def edited_spec(flags: Flags, old: TaskSpec, environ: Mapping[str, str]) -> TaskSpec:
    """``old`` with what was given, and nothing else, changed. Raises UserError."""
    return replace(
        old,
        artifact=old.artifact if flags.artifact is None else flags.artifact,
        file_path=old.file_path if flags.file_path is None else flags.file_path,
        deployment_name=(
            old.deployment_name if flags.deployment_name is None else flags.deployment_name
        ),
        schedule=schedule_of(flags, old.schedule, environ) or old.schedule,
        env={**old.env, **variables(flags.env or ())},
    )


def schedule_of(flags: Flags, old: Schedule | None, environ: Mapping[str, str]) -> Schedule | None:
    """The schedule that the flags describe, over ``old``; None when they describe none.

    Raises UserError for flags that do not belong together.
    """
    if flags.daily is not None and flags.one_off is not None:
        raise UserError("A task has one schedule: --daily or --one-off, not both.")
    if flags.daily is not None or (flags.one_off is None and isinstance(old, Daily)):
        _refuse(flags, _ONE_OFF, "--one-off")
        return _daily(flags, old, environ)
    if flags.one_off is not None or isinstance(old, OneOff):
        _refuse(flags, _DAILY, "--daily")
        return _one_off(flags, old, environ)
    _refuse(flags, _ONE_OFF, "--one-off")
    _refuse(flags, _DAILY, "--daily")
    return None


def _refuse(flags: Flags, names: Collection[str], kind: str) -> None:
    wrong = flags.given(*names)
    if wrong:
        raise UserError(
            f"{wrong[0]} belongs to {kind}.",
            "A Daily schedule has its replicas in --daily: 08:00=2-4."
            if wrong[0] == "--replicas"
            else f"Give {kind} too, or leave it out.",
        )


def _daily(flags: Flags, old: Schedule | None, environ: Mapping[str, str]) -> Daily:
    base = old if isinstance(old, Daily) else None
    zone = _zone(flags, old, environ)
    days = base.weekdays if base else EVERY_DAY
    dates = base.except_dates if base else frozenset()
    if flags.weekdays is not None:
        days = parse_weekdays(flags.weekdays)
    if flags.except_dates is not None:
        words = holidays.dates(flags.except_dates.split(","), Path(), zone)
        dates = parse_dates(words)
    if flags.daily is not None or base is None:
        return parse_daily(flags.daily or "", zone, weekdays=days, except_dates=dates)
    points = tuple(
        replace(p, timezone=zone) if p.timezone == base.timezone else p for p in base.points
    )
    made = Daily(points, zone, days, dates)
    check(made)
    return made


def _one_off(flags: Flags, old: Schedule | None, environ: Mapping[str, str]) -> OneOff:
    base = old if isinstance(old, OneOff) else None
    zone = _zone(flags, old, environ)
    bounds = base.replicas if base else Replicas(1, 1)
    if flags.replicas is not None:
        bounds = parse_replicas(flags.replicas)
    if flags.one_off is not None or base is None:
        return parse_one_off(flags.one_off or "now", zone, bounds, flags.end or "")
    end = base.end
    if flags.end is not None:
        end = parse_moment(flags.end, "end") if flags.end else None
    made = OneOff(base.at, zone, bounds, end)
    check(made)
    return made


def _zone(flags: Flags, old: Schedule | None, environ: Mapping[str, str]) -> str:
    if flags.timezone is not None:
        return flags.timezone
    return old.timezone if old else local_zone(environ, zone_names(), Path("/etc"))


def variables(words: Sequence[str]) -> dict[str, str]:
    """Read ``K=V`` words. Raises InvalidField."""
    found = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise InvalidField("env", word, "NAME=VALUE")
        found[key] = value
    return found
