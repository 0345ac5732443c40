"""A plan in words, and as JSON: the same for dialogs, marked tasks, summary and command line. Pure.

Numbers, not adjectives: how many replicas start, are replaced or drain, what they take,
which points will not fire, and what stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from tasktui.commands.edits import Change
from tasktui.commands.outlook import outlook
from tasktui.commands.plan import Effect, Plan
from tasktui.commands.present import duration, endpoint, iso, moved_in, spec_json
from tasktui.commands.text import clean
from tasktui.domain.actions import Action
from tasktui.domain.artifact import Spec
from tasktui.domain.schedule import Replicas
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.errors import InvalidField
from tasktui.schedule.describe import describe
from tasktui.schedule.moments import Say
from tasktui.schedule.points import upcoming

_NAMED = 4
"""Names told of those that are kept; of more it says how many."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a plan."""

    text: str
    weighty: bool = False
    """Whether it says what one may not want."""


def lines(plan: Plan, say: Say) -> list[str]:
    """The plan, one thing a line; ``say`` tells a moment on the clock that is shown."""
    return [told.text for told in told_of(plan, say)]


def told_of(plan: Plan, say: Say) -> list[Told]:
    """The same, with what a face may mark."""
    found = [
        *(Told(changed(c), not c.hot) for c in plan.changes),
        *map(Told, _ahead(plan, say)),
        *outcome(plan),
        *map(Told, _rest(plan, say)),
    ]
    return [Told(clean(t.text), t.weighty) for t in found]


def outcome(plan: Plan) -> list[Told]:
    """What becomes of replicas, what stands against it, and what is kept as it is."""
    return [
        *map(Told, _bounds(plan)),
        *_effect(plan),
        *(Told(text, weighty=True) for text in plan.warnings),
        *map(Told, beside([plan], [plan.old])),
    ]


def changed(change: Change) -> str:
    """One field of an edit, marked hot or with what it restarts."""
    return f"{change.field}: {change.old} -> {change.new}  [{change.text}]"


def beside(plans: Sequence[Plan], tasks: Iterable[Task]) -> list[str]:
    """What goes along in the same call to Ray, or stays on the cluster, as it is.

    ``tasks`` are all that change: ``plans`` may be those of the first only.
    """
    kept = sorted({name for p in plans for name in p.kept} - {t.name for t in tasks})
    foreign = sorted({name for p in plans for name in p.foreign})
    parts = [named(kept)] if kept else []
    parts += [f"of others {named(foreign)}"] if foreign else []
    return [f"Kept as they are: {'; '.join(parts)}."] if parts else []


def named(names: Sequence[str]) -> str:
    """``a, b, c, d and 5 more``."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(clean(n, 64) for n in names[:_NAMED])}{more}"


def counted(replicas: int) -> str:
    """``1 replica``, ``3 replicas``."""
    return "1 replica" if replicas == 1 else f"{replicas} replicas"


def takes(needs: Spec, replicas: Replicas) -> str:
    """What so many replicas take: ``2-4 H100``, or CPUs where they need no GPU."""
    if needs.gpu:
        return f"{needs.gpus(replicas)} {needs.gpu_type or 'GPU'}"
    low, high = replicas.min * needs.cpu, replicas.max * needs.cpu
    return f"{low:g} CPU" if low == high else f"{low:g}-{high:g} CPU"


# What comes, and what replicas there are.

_COMING = frozenset({Action.ACTIVATE, Action.OVERRIDE, Action.CLEAR, Action.PAUSE, Action.RESUME})
"""Verbs that are about what is in force."""


def _ahead(plan: Plan, say: Say) -> list[str]:
    """What is in force then, and what comes next."""
    moved = plan.old.schedule != plan.new.schedule and plan.action is not Action.RESTORE
    if plan.action not in _COMING and not moved:
        return []
    try:
        return outlook(plan.new, plan.around.now, say)
    except InvalidField as error:
        return [str(error)]


def _bounds(plan: Plan) -> list[str]:
    """Replicas and what they take, before and after, where any of that changes."""
    was = _amount(plan.old.spec, plan.before)
    then = _amount(plan.new.spec, plan.after)
    return [f"replicas: {was} -> {then}"] if was != then else []


def _amount(needs: Spec, replicas: Replicas | None) -> str:
    return f"{replicas} ({takes(needs, replicas)})" if replicas else "0"


# What becomes of those that run.


def _effect(plan: Plan) -> list[Told]:
    return _EFFECTS[plan.effect](plan)


def _nothing(plan: Plan) -> list[Told]:
    quiet = plan.action in {Action.ARCHIVE, Action.RESTORE, Action.DELETE, Action.DEACTIVATE}
    if quiet or (plan.changes and not plan.old.armed):
        return []
    return [Told("No replica starts, stops or restarts now.")]


def _starts(plan: Plan) -> list[Told]:
    when = "Due" if plan.warnings else "Starts"
    return [Told(f"{when} at once; each replica takes {plan.new.spec}.")]


def _hot(plan: Plan) -> list[Told]:
    own = sum(plan.old.carries(r) for r in plan.old.progress.replicas)
    text = "Hot: no replica restarts"
    if plan.after and plan.after.min > own:
        text += f"; {plan.after.min - own} more start"
    elif plan.after and plan.after.max < own:
        text += f"; {own - plan.after.max} drain, up to {plan.around.config.drain_s:g} s"
    return [Told(f"{text}.")]


def _restarts(plan: Plan) -> list[Told]:
    how = ", a few at a time"
    if plan.replicas:
        how += "; the endpoint goes on answering"
    once = ", once: Ray does that where a fixed number of replicas comes to bounds"
    text = f"Replaces {counted(plan.replicas)} by new ones{'' if plan.gap else how}"
    found = [Told(f"{text}{once if plan.form else ''}.", weighty=plan.form)]
    return [*found, Told(plan.gap, weighty=True)] if plan.gap else found


def _stops(plan: Plan) -> list[Told]:
    if plan.new.stop_forced:
        return _forced(plan)
    drain_s, alive = plan.around.config.drain_s, plan.replicas
    if not alive:
        return [Told("No replica runs yet: its start is called off.")]
    if plan.new.armed is not None:
        return [Told(f"Drains {counted(alive)}, up to {drain_s:g} s.")]
    found = [
        Told(
            f"Drains {counted(alive)}: requests in flight get up to {drain_s:g} s, "
            "then are cut off."
        )
    ]
    url = endpoint(plan.old, plan.around.cluster)
    return [*found, Told(f"{url} answers no more.")] if url else found


def _forced(plan: Plan) -> list[Told]:
    by, alive = plan.old.progress.stop_by, counted(plan.replicas)
    left = (by - plan.around.now).total_seconds() if by else 0
    rest = f", may drain for {duration(left)} more" if left > 0 else ""
    return [Told(f"{alive} alive{rest}."), Told("Requests in flight are cut off.", weighty=True)]


_EFFECTS: Mapping[Effect, Callable[[Plan], list[Told]]] = {
    Effect.NOTHING: _nothing,
    Effect.STARTS: _starts,
    Effect.HOT: _hot,
    Effect.RESTARTS: _restarts,
    Effect.STOPS: _stops,
}


# What else a verb does.

_AWAY = "It becomes read-only, and its name free for others. It can be restored."


def _rest(plan: Plan, say: Say) -> list[str]:
    words = _OTHERS.get(plan.action)
    return list(words(plan, say)) if words else []


def _activated(plan: Plan, _: Say) -> Iterable[str]:
    if plan.effect is Effect.NOTHING:
        yield f"Each replica takes {plan.new.spec}."


def _deactivated(plan: Plan, say: Say) -> Iterable[str]:
    if plan.old.status is Status.NEED_STOP:
        return
    if plan.effect is Effect.NOTHING:
        yield "No replica runs: it is Idle at once."
    if text := moved_in(plan.old):
        yield text
    yield _disarmed(plan, say)


def _archived(plan: Plan, say: Say) -> Iterable[str]:
    old = plan.old
    if plan.new.archived_at is None:
        yield f"It is {old.status}, and archived as soon as it is Idle."
    if old.status not in {Status.IDLE, Status.NEED_STOP}:
        yield from _deactivated(plan, say)
    yield _AWAY


def _restored(plan: Plan, _: Say) -> Iterable[str]:
    yield f"It comes back Idle and not armed, with its schedule: {describe(plan.new.schedule)}"
    if plan.new.name != plan.old.name:
        yield f"It is called {plan.new.name} then."


def _deleted(_plan: Plan, _say: Say) -> Iterable[str]:
    yield "The task and its events are removed for good. This cannot be undone."


def _restarted(_plan: Plan, _say: Say) -> Iterable[str]:
    yield "Its schedule is not touched."


def _by_hand(_plan: Plan, _say: Say) -> Iterable[str]:
    yield "The schedule is kept, and takes over by itself."


def _paused(_plan: Plan, _say: Say) -> Iterable[str]:
    yield "The replicas in force are frozen: no point is applied."


def _resumed(_plan: Plan, _say: Say) -> Iterable[str]:
    yield "The point in force applies once; nothing is replayed."


def _rolled_back(_plan: Plan, _say: Say) -> Iterable[str]:
    yield "It becomes a new revision; the ones of now stay in its history."


def _disarmed(plan: Plan, say: Say) -> str:
    task = plan.old
    if task.armed is None:
        return "The schedule is kept."
    points = upcoming(task.schedule, plan.around.now, task.armed, 3)
    if not points:
        return "The schedule is kept, but disarmed."
    names = ", ".join(say(p.at) for p in points)
    return f"The schedule is kept, but disarmed: {names} will not fire."


_OTHERS: Mapping[Action, Callable[[Plan, Say], Iterable[str]]] = {
    Action.ACTIVATE: _activated,
    Action.DEACTIVATE: _deactivated,
    Action.ARCHIVE: _archived,
    Action.RESTORE: _restored,
    Action.DELETE: _deleted,
    Action.RESTART: _restarted,
    Action.OVERRIDE: _by_hand,
    Action.PAUSE: _paused,
    Action.RESUME: _resumed,
    Action.ROLLBACK: _rolled_back,
}


def plan_json(plan: Plan, say: Say) -> dict[str, object]:
    """The plan as ``tasktui plan --json`` gives it; times ISO 8601 UTC."""
    stops, renews = plan.effect is Effect.STOPS, plan.effect is Effect.RESTARTS
    return {
        "task": plan.old.name,
        "verb": str(plan.action),
        "effect": str(plan.effect),
        "at": iso(plan.at),
        "replicas": {"before": _json(plan.before), "after": _json(plan.after)},
        "spec": spec_json(plan.new.spec),
        "restarts": plan.replicas if renews else 0,
        "drains": plan.replicas if stops else 0,
        "old_first": bool(plan.gap),
        "changes": [asdict(c) for c in plan.changes],
        "kept": list(plan.kept),
        "foreign": list(plan.foreign),
        "warnings": list(plan.warnings),
        "plan": lines(plan, say),
    }


def _json(replicas: Replicas | None) -> dict[str, int] | None:
    return {"min": replicas.min, "max": replicas.max} if replicas else None
