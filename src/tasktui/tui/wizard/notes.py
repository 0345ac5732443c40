"""What stands beside each field while one types: what is wrong with it, or what it means. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from tasktui.domain.schedule import EVERY_DAY, Daily
from tasktui.errors import InvalidField
from tasktui.schedule.describe import weekdays
from tasktui.schedule.resolve import local, named, resolve, zone
from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.times import full
from tasktui.tui.wizard.model import NOW, PointDraft
from tasktui.tui.wizard.parameters import hint, name_of
from tasktui.tui.wizard.rules import instant, read_time
from tasktui.tui.wizard.state import State

LABELS: Mapping[str, str] = {
    "name": "Name",
    "file_path": "File path",
    "deployment_name": "Deployment name",
    "timezone": "Timezone",
    "start": "Start",
    "end": "End",
    "min": "Min replicas",
    "max": "Max replicas",
    "days": "Days",
    "except_dates": "Except dates",
}
"""The fields of the settings that are typed, in the order of the screen."""

HELP: Mapping[str, str] = {
    "query": "Type to filter; every word must occur. Up and Down move, Enter chooses and goes on, "
    "F2 shows the log of a build.",
    "name": "The task's name is its route, too: a-z, 0-9 and '-'. No other task may have it.",
    "file_path": "The script to run, without .py, as it lies in the artifact: serve, models/serve.",
    "deployment_name": "The bound application in that script, such as app in: app = Model.bind().",
    "kind": "One-off runs once, from its start to its end. Daily repeats points of time; "
    "each sets the replicas from then on. Left, Right, Space or the first letter change it.",
    "timezone": "The zone that all times here are in: a city will do, such as new york. "
    "Down opens a list that filters as you type.",
    "start": "now: when the task is activated. Or a local date and time: 2026-12-01 08:00.",
    "end": "Empty: until deactivated. Or a local date and time after the start.",
    "min": "Replicas that run at least, while the schedule says so.",
    "max": "Replicas that run at most: Ray grows up to it under load.",
    "points": "Each point sets min and max replicas from its time on, until the next point. "
    "0-0 stops the task until then. Digits or Enter edit a cell, z gives a point its own zone, "
    "w turns the weekdays of all to Mon-Fri.",
    "days": "Days that have points: mo-fr, or mo we fr. On other days the last point stays.",
    "except_dates": "Dates without points, such as 2026-12-24: the last point stays in force.",
    "button": "Launch makes the task and runs nothing. Activating it arms its schedule.",
}


def label(field: str) -> str:
    """A field of the draft as the screen calls it: ``point 2 time``, or ``point 2`` as a whole."""
    if parameter := name_of(field):
        return parameter
    grid, _, rest = field.partition(".")
    if grid == "points" and rest:
        number, _, column = rest.partition(".")
        return f"point {int(number) + 1} {column}".rstrip()
    return LABELS.get(field, field).lower()


def note(name: str, state: State) -> Line:
    """The line beside a field: a problem before a warning before an explanation."""
    problem = state.problems.get(name)
    if problem is not None:
        return line(Span(problem.message, Tone.NOTE if problem.warning else Tone.PROBLEM))
    parameter = name_of(name)
    said = hint(state.parameters, parameter) if parameter else _HINTS[name](state)
    return line(Span(said, Tone.DIM))


def _name(state: State) -> str:
    return f"route /{state.draft.name.strip()}"


def _file(state: State) -> str:
    return f"{state.draft.file_path.strip()}.py in {state.draft.artifact}"


def _deployment(state: State) -> str:
    draft = state.draft
    return f"import path {draft.file_path.replace('/', '.')}:{draft.deployment_name}"


def _timezone(state: State) -> str:
    now = state.look.now
    text = state.draft.timezone.strip()
    name = named(text)
    there = now.astimezone(zone(name))
    if name != text:
        return f"{name}, {there:%H:%M} {there:%Z} now"
    return f"{there:%H:%M} {there:%Z} = {now:%H:%M}Z now; Down lists"


def _start(state: State) -> str:
    if state.draft.start.strip().lower() == NOW:
        return "at activation; or 2026-12-01 08:00"
    return _moment(state.draft.start, state)


def _end(state: State) -> str:
    if not state.draft.end.strip():
        return "empty: runs until deactivated"
    return _moment(state.draft.end, state)


def _moment(text: str, state: State) -> str:
    at = instant(text, state.draft.timezone)
    return full(at, state.view, named(state.draft.timezone)) if at else ""


def _min(state: State) -> str:
    return f"at least {state.draft.min} all the time"


def _max(state: State) -> str:
    return f"up to {state.draft.max} under load"


def _days(state: State) -> str:
    spec = state.spec
    if spec is None or not isinstance(spec.schedule, Daily):
        return "empty: every day"
    days = spec.schedule.weekdays
    return "every day; or mo-fr" if days == EVERY_DAY else weekdays(days)


def _dates(state: State) -> str:
    count = len(state.draft.except_dates.replace(",", " ").split())
    return f"{count} without points" if count else "none; such as 2026-12-24"


_HINTS: Mapping[str, Callable[[State], str]] = {
    "name": _name,
    "file_path": _file,
    "deployment_name": _deployment,
    "timezone": _timezone,
    "start": _start,
    "end": _end,
    "min": _min,
    "max": _max,
    "days": _days,
    "except_dates": _dates,
}


def today_utc(point: PointDraft, timezone: str, now: datetime) -> str:
    """Today's time of a point in UTC: ``07:00Z``, ``01:00Z +1 day``; empty for nonsense."""
    at = read_time(point.time)
    try:
        where = named(point.timezone or timezone)
    except InvalidField:
        return ""
    if at is None:
        return ""
    today = local(now, where).date()
    utc = resolve(datetime.combine(today, at), where)
    days = (utc.date() - today).days
    clock = f"{utc:%H:%M:%S}Z" if utc.second else f"{utc:%H:%M}Z"
    return f"{clock} {days:+d} day" if days else clock
