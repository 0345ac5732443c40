"""A task in words, URLs and JSON: pure, shared by every face."""

from __future__ import annotations

import json
import math
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from tasktui.commands.text import clean
from tasktui.domain.actions import Action, refusal
from tasktui.domain.artifact import NO_ENV, Spec
from tasktui.domain.event import Event, EventKind
from tasktui.domain.observed import ClusterView
from tasktui.domain.parameters import allowed, text
from tasktui.domain.recipe import Parameter, Scalar
from tasktui.domain.schedule import Replicas
from tasktui.domain.secrets import shown
from tasktui.domain.service import app_of
from tasktui.domain.status import Badge, Mark, Status
from tasktui.domain.task import Override, Pause, Progress, Task
from tasktui.schedule.describe import describe
from tasktui.schedule.moments import Say


def env_text(env: Mapping[str, str], artifacts: Mapping[str, str] = NO_ENV) -> str:
    """The variables on one line, with nothing secret in them; empty without any.

    Those that are as in ``artifacts``, the variables of the artifact, are marked.
    """
    return ", ".join(
        f"{name}={value}{' (artifact)' if artifacts.get(name) == env[name] else ''}"
        for name, value in shown(env).items()
    )


def parameter_text(parameter: Parameter) -> str:
    """What a parameter may be, its default, and what it does, on one line."""
    default = parameter.default
    usual = "must be given" if default is None else f"default {text(default) or '(empty)'}"
    about = f": {parameter.description}" if parameter.description else ""
    return clean(f"{allowed(parameter)}; {usual}{about}", 400)


def args_text(task: Task) -> str:
    """Every parameter of a task with its value on one line; empty without any."""
    return values_text(task.recipe.args)


def values_text(values: Mapping[str, Scalar]) -> str:
    """Parameters with their values on one line; empty without any."""
    return ", ".join(f"{name}={text(value)}" for name, value in values.items())


def spec_json(spec: Spec) -> dict[str, object]:
    """What one replica needs, as JSON."""
    return {
        "cpu": spec.cpu,
        "memory_gb": spec.memory_gb,
        "gpu": spec.gpu,
        "gpu_type": spec.gpu_type,
        "custom": dict(spec.custom),
    }


def duration(seconds: float) -> str:
    """Say a length of time in at most two units: ``40 s``, ``3m10``, ``5h57``, ``12d``."""
    whole = max(0, math.ceil(seconds))
    minutes, s = divmod(whole, 60)
    hours, m = divmod(minutes, 60)
    days, h = divmod(hours, 24)
    if days >= 10:
        return f"{days}d"
    if days:
        return f"{days}d{h:02d}h"
    if hours:
        return f"{hours}h{m:02d}"
    return f"{m}m{s:02d}" if minutes else f"{s} s"


def age(since: datetime, now: datetime) -> str:
    """Say how long ago something was, coarsely: ``42 s``, ``3m``, ``5h``, ``12d``."""
    seconds = max(0.0, (now - since).total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)} s"


def reason_text(task: Task, now: datetime) -> str:
    """The reason beside the status, with the time left until what it waits for."""
    reason = task.progress.reason
    text = clean(reason.text, 400)
    if reason.until is None or task.archived_at:
        return text
    left = (reason.until - now).total_seconds()
    return f"{text} (in {duration(left)})" if left > 0 else text


def why(task: Task, now: datetime, *, live: bool = True) -> str:
    """What stands beside the status: the reason, and what belongs to the status itself.

    Without ``live`` the status is the last known one and gets no elapsed or
    remaining time: nobody knows whether that still runs.
    """
    p = task.progress
    if task.archived_at:
        return f"{age(task.archived_at, now)} ago by {clean(task.archived_by, 60)}"
    if task.status is Status.NEED_STOP:
        return _stopping(p, now, live=live)
    reason = reason_text(task, now) if live else clean(p.reason.text, 400)
    if task.status is Status.STARTING and live:
        elapsed = duration((now - p.since).total_seconds())
        return f"{elapsed}: {reason}" if reason else elapsed
    if task.status is Status.IDLE and not reason and p.last_run_at:
        return f"last run {age(p.last_run_at, now)} ago"
    return reason


def _stopping(p: Progress, now: datetime, *, live: bool) -> str:
    """``3 left, draining, by force in 45 s``; the reason's own text counts the replicas too."""
    alive = f"{len(p.replicas)} left" if p.replicas else ""
    what = clean(p.reason.text, 400).partition(":")[0]
    seconds = (p.reason.until - now).total_seconds() if p.reason.until and live else 0
    forced = f"by force in {duration(seconds)}" if seconds > 0 else ""
    return ", ".join(part for part in (alive, what, forced) if part)


_AGES = re.compile(r"[hmsdz]?([-0-9:(),.]+[hmsdz]?)*")
_AGED = ("in", "ago", "by", "left", "force", "last", "run")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def may_age(text: str) -> bool:
    """Whether ``why`` may say ``text``, lower case without blanks, though no stored text does.

    That is what it makes of moments: ages, times until something, days, and the
    words and signs around them. True is always safe.
    """
    whole = any(text in word for word in (*_AGED, *_DAYS))
    return whole or bool(_AGES.fullmatch(text)) or not set("():,").isdisjoint(text)


def marks(task: Task, say: Say) -> tuple[str, ...]:
    """The badges as text, override and pause included; ``say`` tells until when.

    A pause that is the reason of the status already is not said twice.
    """
    texts = [str(m) for m in (*task.progress.badges, *_standing(task, say))]
    if task.progress.reason.text.startswith(Badge.PAUSED):
        texts = [t for t in texts if not t.startswith(Badge.PAUSED)]
    return () if task.archived_at else tuple(clean(t, 60) for t in texts)


def _standing(task: Task, say: Say) -> Iterator[Mark]:
    """What stands over the schedule: told from the wish, so it is there at once."""
    override, pause = task.override, task.pause
    if override is not None:
        end = say(override.until) if override.until else "cleared"
        yield Mark(Badge.OVERRIDE, f"until {end}")
    if pause is not None:
        yield Mark(Badge.PAUSED, f"until {say(pause.until)}" if pause.until else "")


def by_hand(task: Task, say: Say) -> list[tuple[str, str]]:
    """What stands over the schedule, as labels and lines: what, until when, by whom, and why."""
    found = []
    if task.override is not None:
        text = f"{task.override.replicas} {_whole(task.override, say, 'cleared')}"
        found.append(("Override", text))
    if task.pause is not None:
        note = f": {clean(task.pause.note)}" if task.pause.note else ""
        text = f"{task.pause.frozen or 'nothing'} frozen {_whole(task.pause, say, 'resumed')}"
        found.append(("Paused", text + note))
    return found


def _whole(hand: Override | Pause, say: Say, otherwise: str) -> str:
    end = say(hand.until) if hand.until else otherwise
    return f"until {end}, by {clean(hand.by, 60)} since {say(hand.since)}"


def problem(task: Task) -> bool:
    """Whether a badge marks a problem."""
    return not task.archived_at and any(m.problem for m in task.progress.badges)


def endpoint(task: Task, cluster: ClusterView) -> str:
    """The service URL of the task; empty while Serve's address is unknown."""
    return f"{cluster.serve_url}{task.route}" if cluster.serve_url else ""


def dashboard(task: Task, cluster: ClusterView, owner: str) -> str:
    """Ray's page for the task's application; empty without a cluster."""
    if not cluster.address:
        return ""
    return f"{cluster.address}/#/serve/applications/{app_of(owner, task)}"


def moved_in(task: Task) -> str:
    """That a stop removes what others deployed once; empty for an application of tasktui's."""
    if not task.app:
        return ""
    return (
        f"{clean(task.app, 64)} came from elsewhere: a stop removes it from Ray. "
        f"To let it run on: tasktui disown {task.name}."
    )


def curl(task: Task, cluster: ClusterView) -> str:
    """A command line that calls the endpoint; empty while its address is unknown."""
    url = endpoint(task, cluster)
    return f"curl -sS {shlex.quote(url)}" if url else ""


def open_ray(cluster: ClusterView, others: Sequence[str]) -> str:
    """The warning that ``others`` on this machine can run code in Ray; empty where they cannot."""
    if not cluster.open or not others:
        return ""
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return (
        f"Ray asks for no token, so {clean(', '.join(others[:3]), 120)}{more} on this machine "
        "can run code as its user. Start it with RAY_AUTH_MODE=token."
    )


def allowed_actions(task: Task) -> tuple[Action, ...]:
    """The actions that apply to the task now."""
    return tuple(a for a in Action if not refusal(task, a))


def iso(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with ``Z``; None stays None."""
    if at is None:
        return None
    text = at.astimezone(UTC).isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def task_json(task: Task, cluster: ClusterView, owner: str) -> dict[str, object]:
    """The task as ``ls --json`` and ``show --json`` give it; times ISO 8601 UTC."""
    p = task.progress
    wanted = p.wanted
    return {
        "name": task.name,
        "status": str(task.status),
        "reason": p.reason.text,
        "reason_until": iso(p.reason.until),
        "badges": [str(m) for m in (*p.badges, *_standing(task, _utc))],
        "artifact": task.artifact,
        "spec": spec_json(task.spec),
        "file_path": task.file_path,
        "deployment_name": task.deployment_name,
        "parameters": dict(task.recipe.args),
        "requirements": list(task.recipe.requirements),
        "env": shown(task.env),
        "schedule": describe(task.schedule),
        "endpoint": endpoint(task, cluster) or None,
        "dashboard": dashboard(task, cluster, owner) or None,
        "replicas": {
            "ready": task.ready,
            "min": wanted.min if wanted else 0,
            "max": wanted.max if wanted else 0,
        },
        "created_at": iso(task.created_at),
        "created_by": task.created_by,
        "activated_at": iso(task.armed.at if task.armed else None),
        "status_since": iso(p.since),
        "override": _override_json(task.override),
        "paused": _pause_json(task.pause),
        "next_change_at": iso(p.next_at if task.armed else None),
        "last_error": p.last_error or None,
        "revision": task.revision,
    }


def _utc(at: datetime) -> str:
    return iso(at) or ""


def _override_json(override: Override | None) -> dict[str, object] | None:
    if override is None:
        return None
    return {
        "replicas": _bounds_json(override.replicas),
        "since": iso(override.since),
        "until": iso(override.until),
        "by": override.by,
    }


def _pause_json(pause: Pause | None) -> dict[str, object] | None:
    if pause is None:
        return None
    return {
        "replicas": _bounds_json(pause.frozen) if pause.frozen else None,
        "since": iso(pause.since),
        "until": iso(pause.until),
        "by": pause.by,
        "note": pause.note,
    }


def _bounds_json(replicas: Replicas) -> dict[str, int]:
    return {"min": replicas.min, "max": replicas.max}


def event_json(event: Event) -> dict[str, object]:
    """One event as ``events --json`` gives it."""
    return {
        "id": event.id,
        "at": iso(event.at),
        "task": event.task,
        "kind": str(event.kind),
        "actor": event.actor,
        "from": str(event.old) if event.old else None,
        "to": str(event.new) if event.new else None,
        "reason": event.reason,
        "revision": event.revision,
        "instant": iso(event.instant),
    }


def event_text(event: Event) -> str:
    """One event in words, without its time and task, and by whom."""
    return f"{event_words(event)}  by {clean(event.actor, 60)}"


def event_words(event: Event) -> str:
    """What happened alone: ``activated: now (Idle -> In-queue)``."""
    moved = f"{event.old} -> {event.new}" if event.old and event.old is not event.new else ""
    by_time = event.kind is EventKind.STATUS_CHANGED
    parts = [moved if by_time and moved else str(event.kind)]
    if event.reason:
        parts.append(clean(event.reason, 400))
    change = f" ({moved})" if moved and not by_time else ""
    return f"{': '.join(parts)}{change}"


def dumps(value: object) -> str:
    """Render JSON for people and pipes alike: indented, non-ASCII kept."""
    return json.dumps(value, indent=2, ensure_ascii=False)
