"""What a launch will do, in rows: the task as it will be, and what happens when. Pure.

The summary of the wizard and the command line show these very rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tasktui.commands.planwords import takes
from tasktui.commands.present import env_text, iso, spec_json
from tasktui.commands.text import clean
from tasktui.domain.artifact import Artifact, Spec
from tasktui.domain.parameters import settled, text
from tasktui.domain.recipe import Parameter, Scalar
from tasktui.domain.schedule import Daily, Instant, OneOff, Schedule
from tasktui.domain.task import Arming, TaskSpec, When
from tasktui.schedule.describe import describe
from tasktui.schedule.points import in_force, upcoming

NEXT_POINTS = 5
HEADS = f"{'WHAT HAPPENS':<15} {'WHEN':<42} MIN-MAX"
"""Above the rows of ``events``."""

SayIn = Callable[[datetime, str], str]
"""Says a moment wholly, in the zone of that name."""
Row = tuple[str, str]
"""What, and the rest of its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A task that is not there yet."""

    spec: TaskSpec
    artifact: Artifact
    now: datetime
    warnings: tuple[str, ...] = ()


def launch_lines(launch: Launch, say: SayIn) -> list[str]:
    """The whole plan, one thing a line."""
    spec, needs = launch.spec, launch.artifact.spec
    rows = [f"{head:<9} {said}" for head, said in about(spec, launch.artifact)]
    coming = [f"{what:<15} {said}" for what, said in events(spec.schedule, needs, launch.now, say)]
    found = [*rows, "", HEADS, *coming, *(f"! {text}" for text in launch.warnings)]
    return [clean(part) for part in found]


def about(spec: TaskSpec, artifact: Artifact | None, *, edited: bool = False) -> list[Row]:
    """What the task will be; of one that is ``edited`` the variables are all its own."""
    needs = artifact.spec if artifact else Spec()
    theirs = artifact.env if artifact else {}
    script = spec.file_path or (artifact.file_path if artifact else "")
    bound = spec.deployment_name or (artifact.deployment_name if artifact else "")
    rows = [
        ("Task", f"{spec.name}, route /{spec.name}"),
        ("Runs", f"{spec.artifact}, {script}.py, deployment name {bound}"),
        ("Schedule", describe(spec.schedule)),
        ("Replica", f"{needs}; at the most {_most(needs, _peak(spec.schedule))}"),
        ("Params", _parameters(artifact.parameters if artifact else (), spec.parameters)),
        ("Packages", ", ".join(artifact.recipe.requirements) if artifact else ""),
        ("Env", env_text({**({} if edited else theirs), **spec.env}, theirs)),
    ]
    return [(head, said) for head, said in rows if said]


def _parameters(parameters: Sequence[Parameter], given: Mapping[str, Scalar]) -> str:
    """Every parameter with its value, defaults marked; raises InvalidField for a wrong one."""
    return ", ".join(
        f"{name}={text(value)}{'' if name in given else ' (default)'}"
        for name, value in settled(parameters, given).items()
    )


def _peak(schedule: Schedule) -> int:
    if isinstance(schedule, Daily):
        return max((p.replicas.max for p in schedule.points), default=0)
    return schedule.replicas.max


def _most(needs: Spec, count: int) -> str:
    parts = [f"{count * needs.gpu:g} {needs.gpu_type or 'GPU'}"] if needs.gpu else []
    parts.append(f"{count * needs.cpu:g} CPU")
    if needs.memory_gb:
        parts.append(f"{count * needs.memory_gb:g} GB")
    parts += [f"{count * amount:g} {name}" for name, amount in needs.custom]
    return f"{count} replica{'s' if count != 1 else ''} with {', '.join(parts)}"


def events(schedule: Schedule, needs: Spec, now: datetime, say: SayIn) -> list[Row]:
    """What happens after the launch, and the next points."""
    following = upcoming(schedule, now, Arming(now, When.NOW, ""), NEXT_POINTS)
    rows = [(what, _said(part, needs, say)) for what, part in _launched(schedule, now)]
    return [*rows, *points(following, needs, say)]


def points(following: Sequence[Instant], needs: Spec, say: SayIn) -> list[Row]:
    """The points to come, numbered."""
    names = ("1st", "2nd", "3rd", "4th", "5th")
    return [
        (f"{name} point", event(i, needs, say)) for name, i in zip(names, following, strict=False)
    ]


def event(point: Instant, needs: Spec, say: SayIn) -> str:
    """One point: when, bounds, and what they take."""
    when = say(point.at, point.timezone)
    if point.ends:
        return f"{when:<42} ends, disarmed"
    amount = "stops" if point.replicas.stopped else takes(needs, point.replicas)
    return f"{when:<42} {point.replicas!s:<7} {amount}"


def _said(part: Instant | str, needs: Spec, say: SayIn) -> str:
    return part if isinstance(part, str) else event(part, needs, say)


def _launched(schedule: Schedule, now: datetime) -> Iterator[tuple[str, Instant | str]]:
    yield "after Launch", "Idle: nothing runs until it is activated"
    if isinstance(schedule, OneOff):
        at = in_force(schedule, now, Arming(now, When.NOW, ""))
        yield "after Activate", at or _first(schedule, now)
        return
    yield "Activate, next", _first(schedule, now)
    force = in_force(schedule, now, Arming(now, When.NOW, ""))
    said = "at once: no point is in force yet"
    if force is not None:
        runs = "nothing runs" if force.replicas.stopped else "at once"
        said = f"{runs}: {force.replicas} (point {force.label} is in force)"
    yield "Activate, now", said


def _first(schedule: Schedule, now: datetime) -> Instant | str:
    found = upcoming(schedule, now, Arming(now, When.NEXT, ""), 1)
    return found[0] if found else "never: no point comes"


def launch_json(launch: Launch, say: SayIn) -> dict[str, object]:
    """The plan as ``tasktui plan launch --json`` gives it; times ISO 8601 UTC, no values."""
    spec, artifact = launch.spec, launch.artifact
    following = upcoming(spec.schedule, launch.now, None, NEXT_POINTS)
    return {
        "name": spec.name,
        "verb": "launch",
        "effect": "nothing",
        "artifact": artifact.label,
        "file_path": spec.file_path or artifact.file_path,
        "deployment_name": spec.deployment_name or artifact.deployment_name,
        "schedule": describe(spec.schedule),
        "spec": spec_json(artifact.spec),
        "parameters": settled(artifact.parameters, spec.parameters),
        "env": sorted({**artifact.env, **spec.env}),
        "next": [
            {
                "at": iso(i.at),
                "min": i.replicas.min,
                "max": i.replicas.max,
                "label": i.label,
                "timezone": i.timezone,
            }
            for i in following
        ],
        "warnings": list(launch.warnings),
        "plan": launch_lines(launch, say),
    }
