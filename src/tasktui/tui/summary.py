"""The selected task in a few lines, and a task whole. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tasktui.commands.present import (
    age,
    args_text,
    by_hand,
    curl,
    dashboard,
    endpoint,
    env_text,
    event_text,
    marks,
)
from tasktui.commands.revisions import Step
from tasktui.domain.event import Event
from tasktui.domain.observed import Replica
from tasktui.domain.schedule import Instant
from tasktui.domain.service import app_of
from tasktui.domain.status import Status
from tasktui.domain.task import Override, Task, When
from tasktui.errors import InvalidField
from tasktui.schedule.describe import describe
from tasktui.schedule.phases import applied, by_itself
from tasktui.schedule.points import wanted
from tasktui.tui.lines import EMPTY, Line, Span, Tone, line, wrap
from tasktui.tui.palette import STATUS_TONES
from tasktui.tui.texts import timezone, why
from tasktui.tui.times import View, clock, elapsed, full, left, stamp, zone_label

REVISIONS = 5
"""Revisions that the detail shows."""
LABEL = 11
"""Cells of the labels at the left."""


def title(task: Task) -> Line:
    """The task's name and revision."""
    return line(Span(task.name, Tone.TITLE), Span(f" rev {task.revision}", Tone.DIM))


def summary(task: Task, view: View, last: Event | None, lines: int) -> list[Line]:
    """The most important ``lines`` lines about a task, most important first."""
    rows = [
        _row("In force", _in_force(task, view)),
        _row("Status", _status(task, view)),
        _row("Endpoint", _endpoint(task, view)),
        _row("Last", _last(task, view, last)),
        _row("Dashboard", _dashboard(task, view)),
        _row("Made of", line(f"{task.artifact}, per replica {task.spec}")),
        _row("Schedule", line(describe(task.schedule))),
    ]
    if lines < 5 and task.progress.last_error and not task.progress.ready:
        rows[2] = _row("Error", line(Span(last_words(task), Tone.PROBLEM)))
    return rows[:lines]


def pane(task: Task, view: View, last: Event | None, lines: int, cells: int) -> list[Line]:
    """The summary in ``lines`` lines of ``cells``; the reason of a status may take two of them."""
    first, status, *rest = summary(task, view, last, lines)
    told = wrap(status, cells, indent=" " * LABEL)
    if len(told) > 2:
        told = [told[0], (*told[1], Span(" ..."))]
    return [first, *told, *rest][:lines]


def last_words(task: Task) -> str:
    """The last line of the last error."""
    text = [part for part in task.progress.last_error.splitlines() if part.strip()]
    return text[-1].strip() if text else ""


def _row(label: str, value: Line) -> Line:
    return (Span(f" {label:<{LABEL - 1}}", Tone.DIM), *value)


def _at_rest(task: Task, schedule: str) -> Line:
    """What drives a task that is not activated, and what would."""
    if task.archived_at:
        return line("archived, read-only; X restores it")
    if task.status is Status.NEED_STOP:
        return line("nothing; it stops, and keeps its schedule")
    return line("not activated; ", Span(f"A arms {schedule}", Tone.DIM))


def _in_force(task: Task, view: View) -> Line:
    if task.archived_at or task.armed is None:
        return _at_rest(task, describe(task.schedule))
    try:
        return line(*_current(task, view), *_following(task, view))
    except InvalidField as error:
        return line(Span(str(error), Tone.PROBLEM))


def _current(task: Task, view: View) -> Line:
    """What is wanted now, and since or until when, with the zone that says it."""
    zone, answer = timezone(task), wanted(task, view.now)
    hand, point = answer.hand, answer.force
    where = f" {zone_label(zone, view)}".rstrip()
    if hand is not None:
        by_hand = isinstance(hand, Override)
        bounds = hand.replicas if isinstance(hand, Override) else hand.frozen or "nothing"
        open_end = "cleared" if by_hand else "resumed"
        end = f"{stamp(hand.until, view, zone)}{where}" if hand.until else open_end
        return line(f"{bounds} {'by hand' if by_hand else 'frozen'} until {end}")
    if point is None:
        return line("nothing yet", f" ({where.strip()})" if where else "")
    return line(f"{point.replicas} since {stamp(point.at, view, zone)}{where}")


def _following(task: Task, view: View) -> Line:
    """What comes then: the schedule again, where something stands over it, and its points."""
    zone, back = timezone(task), by_itself(task, view.now)
    if back is None:
        return line("; no point is applied meanwhile")
    points = applied(task, view.now, 2)
    parts: list[Span | str] = []
    if back.start > view.now and (not points or points[0].at > back.start):
        parts.append(f"; then {back.wanted.replicas or 'nothing'}")
        parts.append(Span(f" {left(back.start, view.now)}", Tone.DIM))
        points = points[:1]
        parts += [f", {_point(p, view, zone)}" for p in points]
    elif points:
        soon = Span(f" {left(points[0].at, view.now)}", Tone.DIM)
        parts += [f"; next {_point(points[0], view, zone)}", soon]
        parts += [f", {_point(p, view, zone)}" for p in points[1:]]
    return line(*parts)


def _point(point: Instant, view: View, zone: str) -> str:
    what = "end" if point.ends else str(point.replicas)
    return f"{stamp(point.at, view, zone)} {what}"


def _status(task: Task, view: View) -> Line:
    p = task.progress
    calm = Tone.DIM if view.stale else None
    parts = [Span(str(task.status), calm or STATUS_TONES[task.status])]
    parts += [
        Span(f" {m}", calm or (Tone.PROBLEM if m[0] == "!" else Tone.NOTE))
        for m in marks(task, clock(view, timezone(task)))
    ]
    if p.replicas and task.status is not Status.NEED_STOP:
        parts.append(Span(f", {_readiness(task)}"))
    text = why(task, view)
    if text:
        parts.append(Span(f": {text}"))
    return tuple(parts)


def _readiness(task: Task) -> str:
    """How many replicas are ready, counted as the table does; beside them those of a gateway."""
    p = task.progress
    carried = sum(task.carries(r) for r in p.replicas)
    others = len(p.replicas) - carried
    beside = f", {p.ready - task.ready} of {others} of other deployments" if others else ""
    return f"{task.ready} of {carried} replicas ready{beside}"


def _endpoint(task: Task, view: View) -> Line:
    if task.archived_at:
        return line(Span("none while it is archived", Tone.DIM))
    url = endpoint(task, view.cluster)
    if not url:
        return line(Span("unknown until Ray Serve runs", Tone.DIM))
    answers = task.status is Status.RUNNING
    later = "answers no more" if task.status is Status.NEED_STOP else "answers once it is Running"
    hint = "c u copies it, c d the dashboard" if answers else later
    return line(Span(url, Tone.LINK if answers else Tone.DIM), Span(f"  {hint}", Tone.DIM))


def _dashboard(task: Task, view: View) -> Line:
    url = "" if task.archived_at else dashboard(task, view.cluster, view.owner)
    return line(Span(url, Tone.LINK) if url else Span("-", Tone.DIM))


def _last(task: Task, view: View, last: Event | None) -> Line:
    if last is None:
        return line(Span("-", Tone.DIM))
    return line(f"{stamp(last.at, view, timezone(task))} {event_text(last)}")


def detail(
    task: Task, view: View, events: Sequence[Event], cells: int, steps: Sequence[Step] = ()
) -> list[Line]:
    """Everything about a task, as tall as it is; parts of it begin after an empty line."""
    zone = timezone(task)
    out: list[Line] = []

    def put(label: str, value: Line | str) -> None:
        content = line(value) if isinstance(value, str) else value
        indent = " " * (LABEL + 1)
        first, *rest = wrap((Span(f" {label:<{LABEL}}", Tone.DIM), *content), cells, indent=indent)
        out.append(first)
        out.extend(rest)

    lasts = "" if task.archived_at or view.stale else f"  for {age(task.progress.since, view.now)}"
    put("Status", line(*_status(task, view), Span(lasts, Tone.DIM)))
    put("In force", _in_force(task, view) if task.armed else _at_rest(task, "its schedule"))
    put("Schedule", describe(task.schedule))
    for label, text in by_hand(task, clock(view, zone)):
        put(label, text)
    for i, point in enumerate(_coming(task, view)):
        what = "end " if point.ends else f"{point.replicas!s:<4}"
        when = f"{full(point.at, view, point.timezone)}  {left(point.at, view.now)}"
        put("Next" if i == 0 else "", line(Span(what, Tone.STRONG), f" {when}"))
    if task.armed:
        start = "at once" if task.armed.when is When.NOW else "at the next point"
        put("Activated", f"{full(task.armed.at, view, zone)} by {task.armed.by}, {start}")
    out.append(EMPTY)
    put("Endpoint", _endpoint(task, view))
    call = "" if task.archived_at else curl(task, view.cluster)
    put("Call it", line(call or Span("-", Tone.DIM)))
    put("Dashboard", _dashboard(task, view))
    put("Ray app", app_of(view.owner, task))
    out.append(EMPTY)
    put("Artifact", f"{task.artifact} ({task.kind}), package {task.digest[:12]}")
    put("Runs", f"{task.import_path}, deployment {task.scaled or '-'}")
    put("Replica", str(task.spec))
    if task.recipe.args:
        put("Params", args_text(task))
    put("Env", env_text(task.env) or "-")
    put("Created", f"{full(task.created_at, view, zone)} by {task.created_by}")
    out.append(EMPTY)
    out.extend(_replicas(task, view, cells))
    out.extend(_replaced(task, view, zone))
    if task.progress.last_error:
        out.append(EMPTY)
        out.extend(_error(task, cells))
    if len(steps) > 1:
        out.append(EMPTY)
        out.extend(_history(steps, view, zone, cells))
    out.append(EMPTY)
    out.extend(_events(events, view, zone, cells))
    return out


def _coming(task: Task, view: View) -> Sequence[Instant]:
    """The next five points to be applied; none for an unknown zone, which the line above says."""
    if task.armed is None or task.archived_at:
        return ()
    try:
        return applied(task, view.now, 5)
    except InvalidField:
        return ()


def _replicas(task: Task, view: View, cells: int) -> list[Line]:
    rows = task.progress.replicas
    if not rows:
        return [line(Span(" No replica", Tone.DIM))]
    wide = max(12, cells - 58)
    head = f" {'REPLICA':<{wide}} {'STATE':<10} {'NODE':<16} {'PID':>8} {'UP':>7}"
    return [line(Span(head, Tone.DIM)), *(_replica(r, view, wide) for r in rows)]


def _replica(replica: Replica, view: View, wide: int) -> Line:
    name = replica.id if len(replica.id) <= wide else f"~{replica.id[1 - wide :]}"
    tone = Tone.RUNNING if replica.ready else Tone.STARTING
    up = elapsed(replica.started_at, view.now) if replica.started_at else "-"
    node = replica.node_ip or replica.node[:12] or "-"
    pid = str(replica.pid or "-")
    return line(
        f" {name:<{wide}} ", Span(f"{replica.state:<10}", tone), f" {node:<16} {pid:>8} {up:>7}"
    )


def _replaced(task: Task, view: View, zone: str) -> list[Line]:
    """How many replicas had to be replaced lately."""
    crashes = task.progress.crashes
    if not crashes:
        return []
    last = stamp(crashes[-1], view, zone)
    text = f" {len(crashes)} had to be replaced lately, the last at {last}; l, then p: its log"
    return [line(Span(text, Tone.PROBLEM))]


def _history(steps: Sequence[Step], view: View, zone: str, cells: int) -> list[Line]:
    """The newest revisions, with what each changed."""
    out = [line(Span(" HISTORY, newest first; H goes back to one", Tone.DIM))]
    for step in list(reversed(steps))[:REVISIONS]:
        found = step.revision
        out.append(
            line(
                Span(f" {stamp(found.at, view, zone):<17}", Tone.DIM),
                Span(f"rev {found.number}", Tone.STRONG),
                f" by {found.by}",
            )
        )
        for change in step.changes:
            effect = Span("  restarts", Tone.NOTE) if change.restarts else Span("  hot", Tone.DIM)
            row = line(f"{'':18}{change.field}: {change.old} -> {change.new}", effect)
            out.extend(wrap(row, cells, indent=" " * 20))
    return out


def _error(task: Task, cells: int) -> list[Line]:
    out = [line(Span(" Last error", Tone.PROBLEM))]
    for text in task.progress.last_error.splitlines()[-20:]:
        out.extend(wrap(line(f"   {text}"), cells, indent="   "))
    return out


def _events(events: Sequence[Event], view: View, zone: str, cells: int) -> list[Line]:
    out = [line(Span(" EVENTS, newest first", Tone.DIM))]
    for event in reversed(events):
        at = Span(f" {stamp(event.at, view, zone):<17}", Tone.DIM)
        out.extend(wrap(line(at, event_text(event)), cells, indent=" " * 18))
    return out
