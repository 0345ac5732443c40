"""Plans of several tasks in words: a line for each, and what all of them come to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tasktui.commands.outlook import outlook
from tasktui.commands.plan import Effect, Plan
from tasktui.commands.planwords import Told, beside, counted, lines
from tasktui.commands.text import clean
from tasktui.domain.actions import Action
from tasktui.domain.task import Task
from tasktui.errors import InvalidField
from tasktui.schedule.moments import Say

_ALL: Mapping[Action, str] = {
    Action.ACTIVATE: "A One-off whose time has passed is left as it is: activate it by itself.",
    Action.DEACTIVATE: "Schedules are kept, but disarmed: no point will fire.",
    Action.ARCHIVE: "They become read-only, and their names free for others.",
    Action.RESTORE: "They come back Idle and not armed. One whose name is taken stays archived.",
    Action.DELETE: "The tasks and their events are removed for good. This cannot be undone.",
    Action.RESTART: "A few replicas at a time.",
    Action.OVERRIDE: "Schedules are kept, and take over by themselves.",
    Action.PAUSE: "The replicas in force are frozen: no point is applied.",
    Action.RESUME: "The point in force of each applies once; nothing is replayed.",
}
_FORCE = frozenset({Action.ACTIVATE, Action.OVERRIDE, Action.CLEAR, Action.RESUME})


def brief(plan: Plan, say: Say) -> str:
    """What happens to one of them, in part of a line."""
    if plan.action is Action.PAUSE or plan.action in _FORCE:
        return _in_force(plan, say)
    if plan.action is Action.RESTART:
        return counted(plan.replicas)
    if plan.action not in {Action.ARCHIVE, Action.DEACTIVATE}:
        return ""
    return _stop(plan)


def _in_force(plan: Plan, say: Say) -> str:
    try:
        ahead = outlook(plan.new, plan.around.now, say)
    except InvalidField as error:
        return str(error)
    # Of a pause only what is frozen: a line for each task, or those left out find no room.
    shown = ahead[:1] if plan.action is Action.PAUSE else ahead[:2]
    rolled = f"; replaces {counted(plan.replicas)}" if plan.effect is Effect.RESTARTS else ""
    now = "now " if plan.new == plan.old else ""
    return now + ", ".join(shown).removeprefix("at once: ") + rolled


def _stop(plan: Plan) -> str:
    if plan.new.archived_at is not None:
        return "at once"
    if plan.new.stop_forced:
        return f"{counted(plan.replicas)}, stopped by force"
    then = ", archived when Idle" if plan.action is Action.ARCHIVE else ""
    drains = f"drains {counted(plan.replicas)}, up to {plan.around.config.drain_s:g} s"
    return (drains if plan.replicas else "nothing to drain") + then


def together(plans: Sequence[Plan], tasks: Sequence[Task]) -> list[Told]:
    """What all ``tasks`` come to: replicas, what becomes free, who answers, what is kept.

    ``plans`` may be those of the first only.
    """
    action, count = plans[0].action, len(plans)
    more = len(tasks) > count
    found = [
        *map(Told, _sum(action, tasks)),
        *_rolled(plans),
        *_warned(plans),
        *map(Told, beside(plans, tasks)),
        Told(_ALL[action]),
        *([Told(f"Planned one by one: the first {count} of {len(tasks)}.")] if more else []),
    ]
    return [Told(clean(t.text), t.weighty) for t in found]


def _sum(action: Action, tasks: Sequence[Task]) -> list[str]:
    """How many replicas it is about in all, and what they hold."""
    if action not in {Action.DEACTIVATE, Action.ARCHIVE, Action.RESTART}:
        return []
    alive = [(len(t.progress.replicas), t.spec) for t in tasks]
    count = sum(n for n, _ in alive)
    if not count:
        return []
    gpus, cpus = sum(n * s.gpu for n, s in alive), sum(n * s.cpu for n, s in alive)
    held = f"{gpus:g} GPU and {cpus:g} CPU" if gpus else f"{cpus:g} CPU"
    ending = "" if action is Action.RESTART else f"; {held} become free"
    return [f"In all {counted(count)}{ending}."]


def _rolled(plans: Sequence[Plan]) -> list[Told]:
    """Whose replicas are replaced, and who answers meanwhile."""
    rolled = [p for p in plans if p.effect is Effect.RESTARTS]
    if plans[0].action in _FORCE:
        names = ", ".join(p.old.name for p in rolled)
        if rolled:
            return [Told(f"Every replica is replaced, once, of {names}.", weighty=True)]
        hot = any(p.effect is Effect.HOT for p in plans)
        return [Told("Hot: no replica restarts.")] if hot else []
    without = [p for p in rolled if p.gap]
    if plans[0].action is Action.RESTART and not without:
        return [Told("The endpoints go on answering.")]
    return [Told(f"{p.old.name}: {p.gap}", weighty=True) for p in without[:2]]


def _warned(plans: Sequence[Plan]) -> list[Told]:
    """Each warning once, with the first task that has it."""
    first: dict[str, str] = {}
    for plan in plans:
        for text in plan.warnings:
            first.setdefault(text, plan.old.name)
    everybody = all(set(p.warnings) == set(plans[0].warnings) for p in plans)
    return [
        Told(text if everybody else f"{name}: {text}", weighty=True)
        for text, name in list(first.items())[:3]
    ]


def lines_of(plans: Sequence[Plan], say: Mapping[str, Say]) -> list[str]:
    """The plans as text: of one alone in full, of several a line each; ``say`` by task."""
    if len(plans) == 1:
        return lines(plans[0], say[plans[0].old.name])
    size = max((len(p.old.name) for p in plans), default=0)
    rows = [row(p, say[p.old.name], size) for p in plans]
    return [*rows, *(told.text for told in together(plans, [p.old for p in plans]))]


def row(plan: Plan, say: Say, size: int) -> str:
    """The line of one task among several; names take ``size`` cells."""
    return f"{plan.old.name:<{size}}  {plan.old.status}  {brief(plan, say)}".rstrip()
