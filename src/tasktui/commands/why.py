"""Why a task is not as wanted, for every status, and what one can do. Pure.

The same words for the command line and the terminal app, which tells a remedy by its
key. What only a guess could answer is "unknown".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tasktui.commands import scarcity
from tasktui.commands.answer import Answer, Fact, Remedy
from tasktui.commands.outlook import outlook
from tasktui.commands.present import by_hand, duration, marks
from tasktui.commands.present import why as beside
from tasktui.commands.scene import Scene
from tasktui.commands.text import clean
from tasktui.domain.observed import ClusterState
from tasktui.domain.status import Badge, Mark, Status
from tasktui.domain.task import Override, Pause, Task
from tasktui.errors import InvalidField
from tasktui.scheduler.backoff import START_TRIES, start_limit
from tasktui.scheduler.drift import ALONE
from tasktui.scheduler.line import NAME, ROUTE, reason

FINE = "All is as wanted"
_ERROR_LINES = 12
_BADGES: Mapping[Badge, str] = {
    Badge.UPDATING: "a change is rolled out; the replicas before it serve until then",
    Badge.UNHEALTHY: "Ray finds it unhealthy; its replicas that are ready go on serving",
    Badge.FAILED: "the last change failed; what served before it goes on serving",
    Badge.SHORT: "fewer replicas are ready than its schedule asks for",
    Badge.ZONE: "a timezone of its schedule is unknown here: it keeps its last state",
    Badge.DRIFT: "another tool changed its application on Ray, and it was put back",
}
_LOOP = "its replicas end and are started again and again"
_ALONE = "another tool changes its application again and again, so it is put back no more"


def why(scene: Scene) -> Answer:
    """The answer for one task, whatever its status is."""
    task = scene.task
    made = _BY_STATUS[task.status](scene)
    trouble = [Fact("" if n else "STALE", text) for n, text in enumerate(_stale(scene))]
    return replace(made, facts=(*trouble, *made.facts)) if trouble else made


def _stale(scene: Scene) -> list[str]:
    """Why what is shown may be old."""
    found = [scene.trouble] if scene.trouble else []
    if scene.task.armed is not None and not scene.connected:
        found.append(f"Ray is {scene.cluster.state}: these are the last known statuses")
    return found


def _answer(scene: Scene, headline: str, *, fine: bool = False) -> Answer:
    task = scene.task
    status = " ".join((str(task.status), *marks(task, scene.say)))
    return Answer(task=task.name, status=status, as_wanted=fine, headline=headline)


def _error(task: Task) -> tuple[str, ...]:
    kept = [text for text in task.progress.last_error.splitlines() if text.strip()]
    return tuple(clean(text, 400) for text in kept[-_ERROR_LINES:])


def _wish(scene: Scene) -> tuple[Fact, ...]:
    """What stands over the schedule, and what is wanted now and then."""
    hands = [Fact(label.upper(), text) for label, text in by_hand(scene.task, scene.say)]
    try:
        told = outlook(scene.task, scene.now, scene.say)
    except InvalidField as error:
        told = [str(error)]
    return (*hands, *(Fact("" if n else "WANTED", text) for n, text in enumerate(told)))


# Nothing runs, and nothing should.


def _archived(scene: Scene) -> Answer:
    made = _answer(scene, f"{FINE}: archived, {beside(scene.task, scene.now)}.", fine=True)
    return replace(made, remedies=(Remedy("brings it back", "restore", scene.task.name),))


def _idle(scene: Scene) -> Answer:
    task = scene.task
    badges = {m.badge for m in task.progress.badges}
    name = task.name
    if Badge.FAILED in badges:
        made = _answer(scene, beside(task, scene.now) or "its starts failed")
        again = Remedy("tries again", "activate", name, "--when now")
        events = Remedy("shows each try", "events", name)
        return replace(made, error=_error(task), remedies=(again, events, *_back(task)))
    if Badge.MISSED in badges:
        made = _answer(scene, beside(task, scene.now) or "its time was missed")
        late = Remedy("starts it late", "activate", name, "--late-ok")
        return replace(made, remedies=(late,))
    made = _answer(scene, f"{FINE}: it is not activated.", fine=True)
    remedy = Remedy("lets its schedule drive it", "activate", name)
    return replace(made, error=_error(task), remedies=(remedy,))


def _stopping(scene: Scene) -> Answer:
    task = scene.task
    made = _answer(scene, f"it was stopped, and drains: {beside(task, scene.now)}")
    gave_up = any(m.badge is Badge.FAILED for m in task.progress.badges)
    text = "requests in flight may end; then the replicas are stopped, and it is Idle"
    if gave_up:
        text = f"it gave up after {START_TRIES} failed starts"
    force = Remedy("stops it at once", "deactivate", task.name, "--force")
    facts = (Fact("STATE", text),)
    return replace(made, facts=facts, error=_error(task), remedies=(force,))


# In line.


def _queued(scene: Scene) -> Answer:
    p = scene.task.progress
    if p.retry_at is not None and scene.now < p.retry_at:
        return _retrying(scene)
    if p.due_at is None:
        return _waits_for_its_time(scene)
    if not scene.connected:
        return _without_cluster(scene)
    if p.reason.text.startswith((NAME, ROUTE)):
        return _clash(scene)
    wait = scarcity.wait_of(scene)
    if wait is None:
        # A build in progress, an answer of Ray that is looked at again: its own words.
        return replace(
            _answer(scene, beside(scene.task, scene.now) or "it is about to start"),
            facts=_wish(scene),
        )
    return replace(
        _answer(scene, reason(wait, scene.tasks).text),
        facts=(*scarcity.facts(scene, wait), *_wish(scene)),
        remedies=scarcity.remedies(scene, wait),
        queue=scarcity.queued(wait),
    )


def _retrying(scene: Scene) -> Answer:
    task, p = scene.task, scene.task.progress
    left = (
        f", the next in {duration((p.retry_at - scene.now).total_seconds())}" if p.retry_at else ""
    )
    made = _answer(scene, f"{p.attempt} of {START_TRIES} starts failed{left}")
    return replace(
        made,
        facts=_wish(scene),
        error=_error(task),
        remedies=(
            Remedy("shows each try", "events", task.name),
            Remedy("ends the tries", "deactivate", task.name),
            *_back(task),
        ),
    )


def _waits_for_its_time(scene: Scene) -> Answer:
    task = scene.task
    if any(m.badge is Badge.FAILED for m in task.progress.badges):
        return _gave_up(scene)
    hand = task.override or task.pause
    made = _answer(scene, f"{FINE}: {beside(task, scene.now)}.", fine=True)
    if hand is not None:
        remedy = _by_schedule_again(task, hand)
    else:
        remedy = Remedy("starts it before its time", "scale", task.name, "1")
    return replace(made, facts=_wish(scene), remedies=(remedy,))


def _by_schedule_again(task: Task, hand: Override | Pause) -> Remedy:
    """The end of what stands over its schedule."""
    text = "lets its schedule decide again"
    if isinstance(hand, Override):
        return Remedy(text, "scale", task.name, "--clear")
    return Remedy(text, "resume", task.name)


def _gave_up(scene: Scene) -> Answer:
    """It stays activated, and tries again at its next point."""
    task = scene.task
    made = _answer(scene, beside(task, scene.now) or "its starts failed")
    events = Remedy("shows each try", "events", task.name)
    return replace(made, facts=_wish(scene), error=_error(task), remedies=(events, *_back(task)))


def _without_cluster(scene: Scene) -> Answer:
    cluster = scene.cluster
    text = {
        ClusterState.NONE: "no Ray cluster was found",
        ClusterState.STARTING: "the Ray cluster is starting",
        ClusterState.UNAUTHORIZED: f"Ray at {cluster.address} refuses the token",
    }.get(cluster.state, f"Ray at {cluster.address} does not answer")
    facts = [Fact("RAY", cluster.error)] if cluster.error else []
    if cluster.retry_at is not None:
        facts.append(Fact("", f"the next try is at {scene.moment(cluster.retry_at)}"))
    remedies = [Remedy("checks the way to Ray, and says how to mend it", "doctor")]
    if cluster.state is ClusterState.NONE:
        remedies.insert(0, Remedy("starts one on this machine", "cluster", "up"))
    made = _answer(scene, text)
    return replace(made, facts=(*facts, *_wish(scene)), remedies=tuple(remedies))


def _clash(scene: Scene) -> Answer:
    made = _answer(scene, beside(scene.task, scene.now))
    fact = Fact("RULE", "applications of others are never changed or removed")
    other = Remedy(f"remove that application, or launch {scene.task.name} under another name")
    return replace(made, facts=(fact, *_wish(scene)), remedies=(other,))


# On Ray.


def _starting(scene: Scene) -> Answer:
    task, p = scene.task, scene.task.progress
    limit = p.since + start_limit(task, scene.config)
    tries = f"try {p.attempt + 1} of {START_TRIES}"
    facts = [
        Fact("READY", _ready(task)),
        Fact("RAY", clean(p.reason.text, 400) or "nothing yet"),
        Fact("LIMIT", f"{tries} fails at {scene.moment(limit)}, unless a replica is ready"),
    ]
    made = _answer(scene, f"it has been starting for {beside(task, scene.now).partition(':')[0]}")
    remedies = [
        Remedy("shows what a replica says", "logs", task.name),
        Remedy("ends the start", "deactivate", task.name),
    ]
    return _short_of_room(scene, replace(made, facts=tuple(facts), error=_error(task)), remedies)


def _running(scene: Scene) -> Answer:
    task, p = scene.task, scene.task.progress
    found = [m for m in p.badges if m.badge in _BADGES]
    if not found:
        return _as_wanted(scene)
    first, *rest = found
    headline = f"{first}: {_meaning(first)}"
    facts = [Fact("" if n else "ALSO", f"{m}: {_meaning(m)}") for n, m in enumerate(rest)]
    facts += [Fact("STATE", text)] if (text := beside(task, scene.now)) else []
    facts.append(Fact("READY", _ready(task)))
    badges = {m.badge for m in found}
    error = _error(task) if badges & {Badge.UNHEALTHY, Badge.FAILED} else ()
    made = replace(_answer(scene, headline), facts=tuple(facts), error=error)
    remedies = [Remedy("shows what a replica says", "logs", task.name)]
    if Badge.FAILED in badges:
        remedies = [*_back(task), *remedies]
    if Badge.DRIFT in badges:
        remedies.append(Remedy("shows what was changed", "events", task.name))
    if Badge.SHORT not in badges:
        return replace(made, facts=(*made.facts, *_wish(scene)), remedies=tuple(remedies))
    if p.wanted and task.ready:
        fewer = f"{task.ready}-{p.wanted.max}"
        remedies.append(Remedy("lowers min until its next point", "scale", task.name, fewer))
    return _short_of_room(scene, made, remedies)


def _meaning(mark: Mark) -> str:
    """A badge in words; with a detail two of them mean more."""
    if mark == ALONE:
        return _ALONE
    if mark.badge is Badge.UNHEALTHY and mark.detail:
        return _LOOP
    return _BADGES[mark.badge]


def _as_wanted(scene: Scene) -> Answer:
    task = scene.task
    text = beside(task, scene.now)
    ready = text or f"ready {_ready(task)}"
    made = _answer(scene, f"{FINE}: {ready}.", fine=True)
    remedies = []
    if task.override is not None:
        remedies.append(_by_schedule_again(task, task.override))
    if task.pause is not None:
        remedies.append(_by_schedule_again(task, task.pause))
    return replace(made, facts=_wish(scene), remedies=tuple(remedies))


def _back(task: Task) -> tuple[Remedy, ...]:
    """The way to what it was before its last edit, where there was one."""
    if task.revision < 2:
        return ()
    text = f"makes it what it was before revision {task.revision}"
    return (Remedy(text, "rollback", task.name),)


def _ready(task: Task) -> str:
    p = task.progress
    return f"{task.ready}, wanted {p.wanted or 'nothing'}"


def _short_of_room(scene: Scene, made: Answer, remedies: list[Remedy]) -> Answer:
    """The answer with what its missing replicas wait for, where that is room."""
    p = scene.task.progress
    more = p.wanted is not None and scene.task.ready < max(1, p.wanted.min)
    wait = scarcity.wait_of(scene) if more and scene.connected else None
    if wait is None:
        return replace(made, facts=(*made.facts, *_wish(scene)), remedies=tuple(remedies))
    return replace(
        made,
        headline=f"{made.headline}; {reason(wait, scene.tasks).text}",
        facts=(*made.facts, *scarcity.facts(scene, wait), *_wish(scene)),
        remedies=(*scarcity.remedies(scene, wait), *remedies),
        queue=scarcity.queued(wait),
    )


_BY_STATUS: Mapping[Status, Callable[[Scene], Answer]] = {
    Status.IDLE: _idle,
    Status.IN_QUEUE: _queued,
    Status.STARTING: _starting,
    Status.RUNNING: _running,
    Status.NEED_STOP: _stopping,
    Status.ARCHIVED: _archived,
}
