"""What a draft means: a task's specification, or what is wrong with which field.

Pure: the moment is an argument. Field names are those of ``Draft``; a cell of
the grid is ``points.0.time``. Messages say what is allowed, since they stand
beside what was typed. Rules that need the store (a taken name, a script that is
not in the artifact) are ``commands.check``'s; ``probe`` builds what it takes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from tasktui.commands.checks import Problem
from tasktui.domain.recipe import Parameter, Scalar
from tasktui.domain.schedule import EVERY_DAY, AnyPoint, Daily, OneOff, Replicas, Schedule
from tasktui.domain.task import NAME, NAME_RULE, TaskSpec
from tasktui.errors import InvalidField
from tasktui.schedule.parse import check as check_schedule
from tasktui.schedule.parse import parse_one_off, parse_point
from tasktui.schedule.resolve import named, resolve
from tasktui.tui.wizard import parameters as given
from tasktui.tui.wizard.model import DAY_NAMES, Draft, Kind, PointDraft

FALLBACK = OneOff(at=None, timezone="UTC", replicas=Replicas(1, 1))
"""Stands in for a schedule that cannot be read yet, so that the rest can be checked."""

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2} +\d")
_COUNT = re.compile(r"\d{1,6}")
_PART = re.compile(r"[^\W\d]\w*")


@dataclass(slots=True)
class Found:
    """Collects at most one message for each field, in the order of finding."""

    messages: dict[str, str] = field(default_factory=dict)

    def say(self, name: str, message: str) -> None:
        """Note what is wrong with a field, unless something is noted already."""
        self.messages.setdefault(name, message)


Parameters = Sequence[Parameter]
"""Of the artifact that was chosen."""


def problems(
    draft: Draft, now: datetime, parameters: Parameters = (), *, keep: Schedule | None = None
) -> list[Problem]:
    """What is wrong with the draft as far as it can be told without the store.

    ``keep`` is the schedule of the task that is edited: left as it is, it may
    lie in the past.
    """
    answer = to_spec(draft, now, parameters, keep=keep)
    return answer if isinstance(answer, list) else []


def to_spec(
    draft: Draft, now: datetime, parameters: Parameters = (), *, keep: Schedule | None = None
) -> TaskSpec | list[Problem]:
    """Read the draft; the list of problems is never empty. ``now`` is aware, UTC."""
    found = Found()
    _check_task(draft, found)
    values = given.values(parameters, draft.parameters, found.say)
    schedule = _schedule(draft, now, found, keep)
    if found.messages or schedule is None:
        return [Problem(name, message) for name, message in found.messages.items()]
    return _spec(draft, schedule, values)


def probe(
    draft: Draft, now: datetime, parameters: Parameters = (), *, keep: Schedule | None = None
) -> tuple[TaskSpec, bool]:
    """The draft as something ``commands.check`` takes, and whether its schedule is real."""
    schedule = _schedule(draft, now, Found(), keep)
    values = given.values(parameters, draft.parameters, Found().say)
    return _spec(draft, schedule or FALLBACK, values), schedule is not None


def _spec(draft: Draft, schedule: Schedule, parameters: Mapping[str, Scalar]) -> TaskSpec:
    return TaskSpec(
        name=draft.name.strip(),
        artifact=draft.artifact,
        file_path=draft.file_path.strip(),
        deployment_name=draft.deployment_name.strip(),
        schedule=schedule,
        env=dict(draft.env),
        parameters=parameters,
    )


def _check_task(draft: Draft, found: Found) -> None:
    name = draft.name.strip()
    if not draft.artifact:
        found.say("artifact", "choose one")
    if not NAME.fullmatch(name):
        found.say("name", NAME_RULE)
    _check_file(draft.file_path.strip(), found)
    if not draft.deployment_name.strip().isidentifier():
        found.say("deployment_name", "a Python name: letters, digits and _, no digit first")


def _check_file(path: str, found: Found) -> None:
    parts = path.split("/")
    if path.endswith(".py"):
        found.say("file_path", f"without extension: {path.removesuffix('.py')}")
    elif path.startswith("/") or ".." in parts:
        found.say("file_path", "a relative path inside the artifact, without '..'")
    elif not all(_PART.fullmatch(p) for p in parts):
        found.say("file_path", "letters, digits and _, folders with /: serve, models/serve")


def _schedule(draft: Draft, now: datetime, found: Found, keep: Schedule | None) -> Schedule | None:
    timezone = _timezone(draft.timezone, "timezone", found)
    schedule: Schedule | None
    if draft.kind is Kind.ONE_OFF:
        schedule = _one_off(draft, timezone, found)
        if isinstance(schedule, OneOff) and schedule != keep:
            schedule = _check_instants(schedule, now, found)
    else:
        schedule = _daily(draft, timezone, found)
    if schedule is None:
        return None
    try:
        check_schedule(schedule)
    except InvalidField as error:
        found.say("points" if draft.kind is Kind.DAILY else "start", str(error))
        return None
    return schedule


def _timezone(text: str, name: str, found: Found) -> str | None:
    try:
        return named(text)
    except InvalidField:
        rule = "a city, or a name such as Europe/Berlin; Down lists them"
        found.say(name, rule if text.strip() else "needed")
        return None


def _count(text: str, name: str, found: Found) -> int | None:
    if _COUNT.fullmatch(text.strip()):
        return int(text)
    found.say(name, "a whole number, 0 or more" if text.strip() else "needed: a number, 0 or more")
    return None


def _replicas(draft: Draft | PointDraft, prefix: str, found: Found) -> Replicas | None:
    low = _count(draft.min, f"{prefix}min", found)
    high = _count(draft.max, f"{prefix}max", found)
    if low is None or high is None:
        return None
    if high < low:
        rule = "max 0 needs min 0" if high == 0 else f"max must be at least min, {low}"
        found.say(f"{prefix}max", rule)
        return None
    return Replicas(low, high)


def _one_off(draft: Draft, timezone: str | None, found: Found) -> OneOff | None:
    replicas = _replicas(draft, "", found)
    if replicas is not None and replicas.stopped:
        found.say("max", "at least 1: a One-off with 0 would never run")
        replicas = None
    zone_name = timezone or "UTC"
    start = _moment(draft.start, "start", zone_name, found)
    end = _moment(draft.end, "end", zone_name, found) if draft.end.strip() else None
    if draft.end.strip() and end is not None and end.at is None:
        found.say("end", "a date and time such as 2026-12-01 20:00, or empty for no end")
    if replicas is None or start is None or timezone is None or found.messages.get("end"):
        return None
    return OneOff(at=start.at, timezone=timezone, replicas=replicas, end=end.at if end else None)


def _moment(text: str, name: str, timezone: str, found: Found) -> OneOff | None:
    text = text.strip()
    if _LOCAL.match(text):
        day, _, clock = text.partition(" ")
        text = f"{day}T{clock.strip()}"
    try:
        return parse_one_off(
            text.lower() if text.lower() == "now" else text, timezone, Replicas(1, 1)
        )
    except InvalidField:
        now = "'now', or " if name == "start" else ""
        found.say(name, f"{now}a date and time such as 2026-12-01 08:00")
        return None


def instant(text: str, timezone: str) -> datetime | None:
    """The moment (aware, UTC) of a local date and time as typed; None for ``now`` and nonsense."""
    try:
        read = _moment(text, "start", named(timezone), Found())
    except InvalidField:
        return None
    return resolve(read.at, read.timezone) if read is not None and read.at else None


def _check_instants(schedule: OneOff, now: datetime, found: Found) -> OneOff | None:
    start = resolve(schedule.at, schedule.timezone) if schedule.at else now
    if start < now:
        found.say("start", "has passed: a time to come, or 'now'")
    if schedule.end is not None and resolve(schedule.end, schedule.timezone) <= start:
        found.say("end", "must be after the start")
    return None if {"start", "end"} & found.messages.keys() else schedule


def _daily(draft: Draft, timezone: str | None, found: Found) -> Daily | None:
    points = [_point(p, i, timezone or "UTC", found) for i, p in enumerate(draft.points)]
    days = _days(draft.days, found)
    dates = _dates(draft.except_dates, found)
    if not points:
        found.say("points", "at least one point is needed: a adds one")
    good = [p for p in points if p is not None]
    _check_points(points, found)
    if len(good) < len(points) or timezone is None or found.messages.keys() & _DAILY_FIELDS:
        return None
    if any(k.startswith("points.") for k in found.messages):
        return None
    return Daily(points=tuple(good), timezone=timezone, weekdays=days, except_dates=dates)


_DAILY_FIELDS = frozenset({"points", "days", "except_dates"})


def _point(point: PointDraft, index: int, timezone: str, found: Found) -> AnyPoint | None:
    prefix = f"points.{index}."
    own = _timezone(point.timezone, f"{prefix}timezone", found) if point.timezone else timezone
    replicas = _replicas(point, prefix, found)
    try:
        made = parse_point(point.time, own or timezone, replicas or Replicas(1, 1))
    except InvalidField as error:
        rule = error.allowed if error.field == "cron" else _TIME_RULE
        found.say(f"{prefix}time", rule)
        return None
    return made if own is not None and replicas is not None else None


_TIME_RULE = "a time of day: HH:MM or HH:MM:SS, 00:00 to 23:59; or cron: 0 8 * * 1-5"


def read_time(text: str) -> time | None:
    """Read ``8:00``, ``08:00`` or ``08:00:30``; None for anything else."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return time(int(match[1]), int(match[2]), int(match[3] or 0))
    except ValueError:
        return None


def _check_points(points: list[AnyPoint | None], found: Found) -> None:
    seen: dict[tuple[str, str], int] = {}
    for index, point in enumerate(points):
        if point is None:
            continue
        first = seen.setdefault((point.label, point.timezone), index)
        if first != index:
            found.say(f"points.{index}.time", f"the same time as point {first + 1}")
    if points and all(p is not None and p.replicas.stopped for p in points):
        found.say("points", "every point is 0-0: one at least must run something")


def _days(text: str, found: Found) -> frozenset[int]:
    days: set[int] = set()
    words = text.lower().replace(",", " ").split()
    for word in words:
        first, dash, last = word.partition("-")
        numbers = [_day(w) for w in (first, last if dash else first)]
        if None in numbers:
            found.say("days", "mo tu we th fr sa su, or ranges: mo-fr; empty: every day")
            return EVERY_DAY
        start, stop = numbers
        days.update(_days_between(start or 0, stop or 0))
    return frozenset(days) if words else EVERY_DAY


def _day(word: str) -> int | None:
    return DAY_NAMES.index(word[:2]) if word[:2] in DAY_NAMES and word.isalpha() else None


def _days_between(start: int, stop: int) -> list[int]:
    return [d % 7 for d in range(start, (stop if stop >= start else stop + 7) + 1)]


def _dates(text: str, found: Found) -> frozenset[date]:
    try:
        return frozenset(date.fromisoformat(w) for w in text.replace(",", " ").split())
    except ValueError:
        found.say("except_dates", "dates such as 2026-12-24, separated by spaces")
        return frozenset()


def own_words(problem: Problem, draft: Draft) -> Problem:
    """A problem of ``commands.check`` as it stands beside its field.

    What was given is not repeated there, and fields get the draft's names.
    """
    name = place(problem.field, draft.kind)
    words: Mapping[str, object] = {
        "name": draft.name.strip(),
        "file_path": draft.file_path.strip(),
        "deployment_name": draft.deployment_name.strip(),
    }
    prefix = f"{problem.field}: {words.get(name)!r} is not valid: "
    return replace(problem, field=name, message=problem.message.removeprefix(prefix))


def place(field: str, kind: Kind) -> str:
    """Where a field of a task is typed: ``schedule.points[2]``, from 1, is ``points.1``, from 0.

    What is said of the schedule as a whole stands where its times are.
    """
    row = _ROW.fullmatch(field)
    if row:
        return f"points.{int(row[1]) - 1}"
    whole = "points" if kind is Kind.DAILY else "start"
    return _FIELDS.get(field, whole if field.startswith("schedule") else field)


_ROW = re.compile(r"schedule\.points\[(\d+)\]")
_FIELDS = {
    "schedule.at": "start",
    "schedule.end": "end",
    "schedule.replicas": "max",
    "schedule.timezone": "timezone",
    "schedule.weekdays": "days",
    "schedule.except_dates": "except_dates",
}
