"""What is in force after a change, until when, and what comes then: the plan before apply. Pure.

The command line and the dialogs show these very lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from tasktui.commands.present import duration
from tasktui.domain.schedule import Replicas
from tasktui.domain.task import Override, Pause, Task
from tasktui.schedule.moments import Say
from tasktui.schedule.phases import Phase, by_itself, phases
from tasktui.schedule.points import upcoming

_PHASES = 4
"""Stretches shown at most: an override, a pause below it, and the schedule's own."""
_POINTS = 3
"""Points that are named where a hand keeps them from being applied."""


def outlook(task: Task, now: datetime, say: Say) -> list[str]:
    """The task's next stretches, one a line. Raises InvalidField for an unknown zone.

    ``task`` is as the change would leave it; ``say`` tells a moment on the clock
    that is shown: ``at once: 4-4 by hand until 20:00 (in 6h00)``, ``then 20:00 0-1``.
    """
    if task.armed is None:
        return ["not activated: nothing starts"]
    first, *rest = _shown(task, now)
    lines = [f"at once: {_at_once(first, say)}"]
    lines += [f"then {say(phase.start)} {_what(phase, say)}" for phase in rest]
    return [*lines, *_passed_over(task, first, say)]


def _shown(task: Task, now: datetime) -> Iterator[Phase]:
    """The stretch of now, and those up to the first that the schedule decides."""
    for place, phase in enumerate(islice(phases(task, now), _PHASES)):
        yield phase
        if place and phase.wanted.hand is None:
            return


def _at_once(phase: Phase, say: Say) -> str:
    hand = phase.wanted.hand
    if hand is None or hand.until is None:
        return _what(phase, say)
    left = duration((hand.until - phase.start).total_seconds())
    return f"{_what(phase, say)} (in {left})"


def _what(phase: Phase, say: Say) -> str:
    """``2-6 (08:00)`` by a point that came earlier, ``0-1`` by one of this very moment."""
    answer, force = phase.wanted, phase.wanted.force
    if answer.hand is not None:
        return _by_hand(answer.hand, say)
    if force is None:
        return "nothing runs yet"
    if force.ends:
        return "it ends and is deactivated"
    point = f" ({say(force.at)})" if force.at < phase.start else ""
    stopped = ", nothing runs" if force.replicas.stopped else ""
    return f"{force.replicas}{point}{stopped}"


def _by_hand(hand: Override | Pause, say: Say) -> str:
    until = say(hand.until) if hand.until else None
    if isinstance(hand, Override):
        return f"{_bounds(hand.replicas)} by hand until {until or 'cleared'}"
    return f"{_bounds(hand.frozen)}, frozen until {until or 'resumed'}"


def _bounds(replicas: Replicas | None) -> str:
    if replicas is None:
        return "nothing"
    return f"{replicas} (nothing runs)" if replicas.stopped else str(replicas)


def _passed_over(task: Task, first: Phase, say: Say) -> list[str]:
    """Which points come while something stands over the schedule, and are not applied."""
    if first.wanted.hand is None:
        return []
    back = by_itself(task, first.start)
    points = upcoming(task.schedule, first.start, task.armed, _POINTS + 1)
    passed = [p for p in points if back is None or p.at < back.start]
    if not passed:
        return []
    named = [f"{say(p.at)} {'end' if p.ends else p.replicas}" for p in passed[:_POINTS]]
    more = ["..."] if len(passed) > _POINTS else []
    return [f"not applied: {', '.join([*named, *more])}"]
