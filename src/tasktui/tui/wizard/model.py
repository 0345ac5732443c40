"""What a user typed into the wizard, as typed: the draft of a task.

Guarantees that nothing typed is lost, whether or not it makes sense: a draft
goes to a mapping and back unchanged. What it means is decided in ``rules``;
nothing here knows Textual, the store or the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from tasktui.domain.schedule import EVERY_DAY, AnyPoint, Daily, OneOff
from tasktui.domain.task import TaskSpec
from tasktui.tui.wizard.parameters import Typed, merged, written

DAY_NAMES = ("mo", "tu", "we", "th", "fr", "sa", "su")
"""Weekdays as a user types them; Monday is 0."""
NOW = "now"
WEEKDAYS = ("", "mo-fr", "sa su")
"""Every day, working days, weekends: what one key turns to."""


class Kind(StrEnum):
    """The two schedules, in the words of the screen."""

    ONE_OFF = "One-off"
    DAILY = "Daily"


@dataclass(frozen=True, slots=True)
class PointDraft:
    """One line of the grid of points, as typed."""

    time: str = ""
    """A time of day, or a cron expression."""
    min: str = ""
    max: str = ""
    timezone: str = ""
    """Empty: the zone of the whole schedule."""


DAY_AND_NIGHT = (PointDraft("08:00", "1", "1"), PointDraft("20:00", "0", "0"))
"""What a new Daily schedule starts with: most run by day and stop at night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Every field of the wizard, as typed."""

    artifact: str = ""
    """Label of the artifact that was chosen."""
    name: str = ""
    file_path: str = ""
    deployment_name: str = ""
    kind: Kind = Kind.ONE_OFF
    timezone: str = "UTC"
    start: str = NOW
    """One-off: ``now`` or a local date and time."""
    end: str = ""
    """One-off: empty for no end."""
    min: str = "1"
    max: str = "1"
    points: tuple[PointDraft, ...] = DAY_AND_NIGHT
    days: str = ""
    """Daily: ``mo-fr`` or ``mo we``; empty for every day."""
    except_dates: str = ""
    """Daily: dates without points, separated by spaces or commas."""
    env: tuple[tuple[str, str], ...] = ()
    """Carried along from the task that is edited or cloned; not shown."""
    parameters: Typed = ()
    """Those that were typed, or given to the task that is edited or cloned."""


_PAIRS = ("env", "parameters")
"""Fields that hold names and texts."""


def from_spec(spec: TaskSpec) -> Draft:
    """Write a task's specification as a user would type it."""
    draft = Draft(
        artifact=spec.artifact,
        name=spec.name,
        file_path=spec.file_path,
        deployment_name=spec.deployment_name,
        timezone=spec.schedule.timezone,
        env=tuple(sorted(spec.env.items())),
        parameters=written(spec.parameters),
    )
    match spec.schedule:
        case OneOff() as one_off:
            return replace(
                draft,
                kind=Kind.ONE_OFF,
                start=moment(one_off.at) if one_off.at else NOW,
                end=moment(one_off.end) if one_off.end else "",
                min=str(one_off.replicas.min),
                max=str(one_off.replicas.max),
            )
        case Daily() as daily:
            return replace(
                draft,
                kind=Kind.DAILY,
                points=tuple(_point(p, daily.timezone) for p in daily.points),
                days=days_text(daily.weekdays),
                except_dates=" ".join(d.isoformat() for d in sorted(daily.except_dates)),
            )
        case other:
            assert_never(other)


def moment(at: datetime) -> str:
    """A local date and time as the wizard shows it; seconds only where there are some."""
    return at.isoformat(" ", "seconds" if at.second else "minutes")


def days_text(days: Iterable[int]) -> str:
    """Weekdays as typed: empty for every day, ``mo-fr``, ``mo we fr``."""
    chosen = sorted(days)
    if frozenset(chosen) == EVERY_DAY:
        return ""
    runs: list[list[int]] = []
    for day in chosen:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return " ".join(_run(r) for r in runs)


def _run(days: Sequence[int]) -> str:
    if len(days) < 3:
        return " ".join(DAY_NAMES[d] for d in days)
    return f"{DAY_NAMES[days[0]]}-{DAY_NAMES[days[-1]]}"


def _point(point: AnyPoint, timezone: str) -> PointDraft:
    own = "" if point.timezone == timezone else point.timezone
    return PointDraft(point.label, str(point.replicas.min), str(point.replicas.max), own)


def to_mapping(draft: Draft) -> dict[str, object]:
    """The draft as plain data, for the store."""
    return {
        **asdict(draft),
        "kind": str(draft.kind),
        "points": [asdict(p) for p in draft.points],
        **{name: [list(pair) for pair in getattr(draft, name)] for name in _PAIRS},
    }


def from_mapping(body: Mapping[str, object]) -> Draft:
    """Read a stored draft. Lenient: what is missing or of another shape gets its default."""
    texts = {
        f.name: value
        for f in fields(Draft)
        if f.name not in {"kind", "points", *_PAIRS} and isinstance(value := body.get(f.name), str)
    }
    draft = replace(Draft(), **texts)  # type: ignore[arg-type]
    kind = Kind.DAILY if body.get("kind") == str(Kind.DAILY) else Kind.ONE_OFF
    points = tuple(_read_point(p) for p in _list(body.get("points")))
    env, parameters = (_read_pairs(body.get(name)) for name in _PAIRS)
    return replace(draft, kind=kind, points=points, env=env, parameters=parameters)


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _read_point(value: object) -> PointDraft:
    if not isinstance(value, Mapping):
        return PointDraft()
    names = [f.name for f in fields(PointDraft)]
    return PointDraft(**{n: str(value[n]) for n in names if n in value})


def _read_pairs(value: object) -> tuple[tuple[str, str], ...]:
    pairs = (_read_pair(p) for p in _list(value))
    return tuple(p for p in pairs if p[0])


def _read_pair(value: object) -> tuple[str, str]:
    pair = _list(value)
    return (str(pair[0]), str(pair[1])) if len(pair) == 2 else ("", "")


def merge(base: Draft, mine: Draft, theirs: Draft) -> Draft:
    """Put my changes on top of theirs: a field that I left as it was takes their value."""
    kept = {
        f.name: getattr(mine, f.name)
        for f in fields(Draft)
        if getattr(mine, f.name) != getattr(base, f.name)
    }
    kept["parameters"] = merged(base.parameters, mine.parameters, theirs.parameters)
    return replace(theirs, **kept)


def choose(draft: Draft, artifact: Draft, before: Draft | None) -> Draft:
    """Take another artifact: its name, file path and deployment name become the defaults.

    ``artifact`` holds the new defaults and ``before`` those of the one chosen
    until now; what the user typed himself stays.
    """
    names = ("name", "file_path", "deployment_name")
    old = before or Draft()
    fresh = {n: getattr(artifact, n) for n in names if getattr(draft, n) in {"", getattr(old, n)}}
    return replace(draft, artifact=artifact.artifact, **fresh)
