"""What stands over a schedule: why nothing runs meanwhile, and its end by itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tasktui.domain.event import Event, EventKind
from tasktui.domain.status import Reason
from tasktui.domain.task import Override, Pause, Task
from tasktui.errors import InvalidField
from tasktui.schedule.points import Wanted, wanted
from tasktui.schedule.resolve import local


@dataclass(frozen=True, slots=True)
class Lapse:
    """What has ended by itself, with one event each."""

    override: bool = False
    pause: bool = False
    events: tuple[Event, ...] = ()


NOTHING = Lapse()


def lapse(task: Task, now: datetime) -> Lapse:
    """What of ``task`` ended at or before ``now``; nothing while its zone is unknown."""
    override, pause = _over(task.override, now), _over(task.pause, now)
    if task.armed is None or not (override or pause):
        return NOTHING
    try:
        then = _then(wanted(task, now))
    except InvalidField:
        return NOTHING
    events = []
    if override and task.override:
        text = f"{task.override.replicas}; {then}"
        events.append(_event(task, EventKind.OVERRIDE_ENDED, now, text))
    if pause and task.pause:
        text = f"{task.pause.frozen or 'nothing'} was frozen; {then}"
        events.append(_event(task, EventKind.PAUSE_ENDED, now, text))
    return Lapse(override, pause, tuple(events))


def rests(task: Task, answer: Wanted) -> Reason:
    """What a task waits for of which nothing should run now."""
    hand = answer.hand
    if hand is not None:
        by_hand = isinstance(hand, Override)
        end = "cleared" if by_hand else "resumed"
        if hand.until is not None:
            # With its date: the reason stays as it is while days pass.
            end = f"{local(hand.until, task.schedule.timezone):%Y-%m-%d %H:%M}"
        return Reason(f"{'stopped by hand' if by_hand else 'paused'} until {end}", hand.until)
    if answer.next is not None:
        return Reason(f"waiting for {answer.next.label}", answer.next.at)
    return Reason("nothing more is scheduled")


def stopped_by(answer: Wanted) -> str:
    """Why the replicas of a task drain that stays activated."""
    if answer.hand is None:
        return "the point in force is 0-0"
    return "stopped by hand" if isinstance(answer.hand, Override) else "paused at 0-0"


def due_since(task: Task, now: datetime, at: datetime) -> datetime:
    """Since when the point of ``at`` could apply: what stood over it had to end first."""
    ends = [h.until for h in (task.override, task.pause) if h is not None and h.until is not None]
    return max((at, *(end for end in ends if end <= now)))


def _over(hand: Override | Pause | None, now: datetime) -> bool:
    return hand is not None and hand.until is not None and hand.until <= now


def _then(answer: Wanted) -> str:
    """What is in force now instead."""
    if isinstance(answer.hand, Override):
        return f"{answer.hand.replicas} by hand in force"
    if isinstance(answer.hand, Pause):
        return f"paused, {answer.hand.frozen or 'nothing'} frozen"
    if answer.force is None:
        return "no point in force yet"
    if answer.force.ends:
        return "the schedule has ended"
    return f"{answer.force.label} {answer.force.replicas} in force"


def _event(task: Task, kind: EventKind, now: datetime, reason: str) -> Event:
    # Without an instant: two overrides may end at one moment, the clock set back between them.
    return Event(
        at=now,
        task=task.name,
        kind=kind,
        actor="scheduler",
        reason=reason,
        revision=task.revision,
    )
