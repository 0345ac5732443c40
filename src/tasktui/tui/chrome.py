"""The lines around the table: header, tabs, banner, footer. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tasktui.commands.present import age
from tasktui.domain.actions import refusal
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.runtime.daemon import Health, State
from tasktui.tui.keys import TAB_NAMES, Key
from tasktui.tui.lines import EMPTY, Line, Span, Tone, justify, line, width
from tasktui.tui.times import TimeBase, View, left

TABS: tuple[Status | None, ...] = (None, *Status)
"""What each tab shows; None: all that are not archived."""

_SHORT = ("All", "Idle", "Queue", "Start", "Run", "Stop", "Arch")


def header(view: View, health: Health | None, cells: int) -> Line:
    """Program, cluster, resources, scheduler, and the clock: local and UTC."""
    wide = cells >= 100
    gap = Span("   " if wide else "  ")
    parts: list[Span] = [Span(" tasktui", Tone.TITLE), gap, *_cluster(view, wide=wide), gap]
    usage = resources(view.cluster)
    if usage:
        parts += [Span(usage), gap]
    parts += _scheduler(view, health)
    return justify(tuple(parts), line(Span(_clock(view, wide=wide), Tone.DIM), " "), cells)


def _cluster(view: View, *, wide: bool) -> list[Span]:
    cluster = view.cluster
    host = urlsplit(cluster.address).netloc or cluster.address
    if cluster.state is ClusterState.NONE:
        return [Span("no cluster", Tone.NOTE)]
    spans = [Span(f"ray {host}" if wide else host, Tone.PLAIN)]
    if wide and cluster.embedded:
        spans.append(Span(" embedded", Tone.DIM))
    words = {
        ClusterState.STARTING: Span(" starting", Tone.NOTE),
        ClusterState.UNREACHABLE: Span(" unreachable", Tone.PROBLEM),
        ClusterState.UNAUTHORIZED: Span(" token refused", Tone.PROBLEM),
    }
    if cluster.state in words:
        spans.append(words[cluster.state])
    return spans


def resources(cluster: ClusterView) -> str:
    """Used and total GPUs, or CPUs where there is no GPU; empty while unknown."""
    if not cluster.nodes:
        return ""
    gpu = sum(n.total.gpu for n in cluster.nodes)
    if gpu:
        return f"GPU {sum(n.used.gpu for n in cluster.nodes):g}/{gpu:g}"
    cpu = sum(n.total.cpu for n in cluster.nodes)
    return f"CPU {sum(n.used.cpu for n in cluster.nodes):g}/{cpu:g}"


def _scheduler(view: View, health: Health | None) -> list[Span]:
    if health is None:
        return [Span("sched ?", Tone.DIM)]
    if health.state is State.DOWN:
        return [Span("sched down", Tone.PROBLEM)]
    if health.state is State.STUCK:
        heard = health.heartbeat_at
        return [Span(f"sched stuck {age(heard, view.now) if heard else ''}", Tone.PROBLEM)]
    return [Span("sched ", Tone.PLAIN), Span("ok", Tone.GOOD)]


def _clock(view: View, *, wide: bool) -> str:
    here = view.now.astimezone(view.mine)
    utc = f"{view.now:%H:%M}Z"
    base = "" if view.base is TimeBase.TASK else f" [{view.base}]"
    name = here.tzname() or ""
    return (
        f"{here:%a %d %b %H:%M} {name} ({utc}){base}"
        if wide
        else f"{here:%a %H:%M} {name} {utc}{base}"
    )


def tabs(active: int, counts: Mapping[Status, int], cells: int) -> tuple[Line, tuple[range, ...]]:
    """The tab strip, and the cells of each tab for the mouse; ``active`` counts from 0."""
    numbers = [_count(s, counts) for s in TABS]
    for names, joint, pattern in (
        (TAB_NAMES, " | ", "{n} {name} {count}"),
        (_SHORT, "  ", "{n} {name} {count}"),
        (_SHORT, " ", "{n}{name}{count}"),
        (tuple(n[:2] for n in _SHORT), " ", "{n}{name}{count}"),
    ):
        texts = [
            pattern.format(n=i + 1, name=name, count=count)
            for i, (name, count) in enumerate(zip(names, numbers, strict=True))
        ]
        if (
            len(joint) * 6 + sum(len(t) + (2 if i == active else 0) for i, t in enumerate(texts))
            < cells
        ):
            break
    return _strip(texts, joint, active)


def _count(status: Status | None, counts: Mapping[Status, int]) -> int:
    if status is not None:
        return counts.get(status, 0)
    return sum(n for s, n in counts.items() if s is not Status.ARCHIVED)


def _strip(texts: Sequence[str], joint: str, active: int) -> tuple[Line, tuple[range, ...]]:
    parts: list[Span] = [Span(" ")]
    places: list[range] = []
    at = 1
    for i, text in enumerate(texts):
        if i:
            parts.append(Span(joint, Tone.DIM))
            at += len(joint)
        shown = Span(f"[{text}]", Tone.SELECTED) if i == active else Span(text)
        parts.append(shown)
        places.append(range(at, at + len(shown.text)))
        at += len(shown.text)
    return tuple(parts), tuple(places)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the banner is made of besides the cluster's view."""

    store: str = ""
    """Why the store cannot be read; empty when it can."""
    health: Health | None = None
    starting: str = ""
    """Stage of an embedded cluster that is coming up; empty when none is."""
    broken: str = ""
    """Why the last start of the embedded cluster failed."""
    asked: bool = False
    """The scheduler was asked to start a moment ago."""


def banner(view: View, trouble: Trouble) -> Line:
    """The one thing that the viewer must know first; empty when all is well."""
    if trouble.store:
        return line(Span(f" {trouble.store}", Tone.PROBLEM))
    scheduler = _scheduler_banner(view, trouble)
    if scheduler:
        return scheduler
    if trouble.starting:
        return line(Span(" Ray is starting on this machine: ", Tone.NOTE), trouble.starting)
    return _cluster_banner(view, trouble)


def _scheduler_banner(view: View, trouble: Trouble) -> Line:
    health = trouble.health
    if health is None or health.state is State.RUNNING:
        return EMPTY
    if health.state is State.STUCK:
        heard = age(health.heartbeat_at, view.now) if health.heartbeat_at else "long"
        return line(
            Span(
                f" The scheduler (process {health.pid}) hangs: no sign of life for {heard}. ",
                Tone.PROBLEM,
            ),
            Span(":scheduler restart", Tone.KEY),
            " replaces it",
        )
    if trouble.asked:
        return line(Span(" The scheduler is starting", Tone.NOTE))
    return line(
        Span(" The scheduler is down: nothing starts or stops. ", Tone.PROBLEM),
        Span(":scheduler start", Tone.KEY),
        f" starts it, its log: {health.log}",
    )


def _cluster_banner(view: View, trouble: Trouble) -> Line:
    cluster = view.cluster
    state = cluster.state
    if state is ClusterState.CONNECTED:
        return EMPTY
    if state is ClusterState.STARTING:
        return line(Span(" Ray is starting: ", Tone.NOTE), cluster.error or cluster.address)
    if state is ClusterState.NONE:
        if trouble.broken:
            return line(Span(f" Ray did not start: {trouble.broken} ", Tone.PROBLEM), *_offer())
        return line(Span(" No Ray cluster was found. ", Tone.NOTE), *_offer())
    if state is ClusterState.UNAUTHORIZED:
        return line(
            Span(f" Ray at {cluster.address} refuses the token. ", Tone.PROBLEM),
            "Set RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH and restart the scheduler",
        )
    seen = f", last answer {age(cluster.seen_at, view.now)} ago" if cluster.seen_at else ""
    retry = f", next try {left(cluster.retry_at, view.now)}" if cluster.retry_at else ""
    head = f" Ray at {cluster.address} does not answer{seen}{retry}. "
    return line(Span(head, Tone.PROBLEM), cluster.error)


def _offer() -> tuple[Span, ...]:
    return (Span("K", Tone.DANGER_KEY), Span(" starts one on this machine"))


def footer(keys: Sequence[Key], task: Task | None, cells: int, lines: int) -> tuple[Line, ...]:
    """The keys line(s): each key with its word, as many as fit, dim where refused."""
    rows: list[list[Span]] = [[Span(" ")]]
    used = 1
    for key in keys:
        size = len(key.shown) + len(key.label) + 3
        if used + size > cells:
            if len(rows) == lines:
                break
            rows.append([Span(" ")])
            used = 1
        refused = key.action is not None and (task is None or bool(refusal(task, key.action)))
        mark = Tone.DANGER_KEY if key.dangerous else Tone.KEY
        rows[-1] += [
            Span(key.shown, Tone.DIM if refused else mark),
            Span(f" {key.label}  ", Tone.DIM if refused else Tone.PLAIN),
        ]
        used += size
    return tuple(tuple(r) for r in rows)


def rule(title: Line, cells: int, stroke: str) -> Line:
    """A horizontal rule with a title near its left end."""
    used = width(title)
    if not used:
        return line(Span(stroke * cells, Tone.DIM))
    tail = max(0, cells - used - 4)
    return (Span(stroke + " ", Tone.DIM), *title, Span(" " + stroke * (tail + 1), Tone.DIM))
