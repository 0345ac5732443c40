"""The lines around the table: header, tabs, banner, footer. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from rich.cells import set_cell_size

from tasktui.commands.present import age, open_ray
from tasktui.commands.text import clean
from tasktui.domain.actions import refusal
from tasktui.domain.observed import ClusterState, ClusterView
from tasktui.domain.status import Status
from tasktui.domain.task import Task
from tasktui.runtime.daemon import Health, State, how_to_start
from tasktui.tui.keys import TAB_NAMES, Key, rows
from tasktui.tui.lines import EMPTY, Line, Span, Tone, ends, justify, line, width
from tasktui.tui.times import TimeBase, View, left

TABS: tuple[Status | None, ...] = (None, *Status)
"""What each tab shows; None: all that are not archived."""

_LAST = 2
"""Keys at the end of a footer that always stay."""
_HOST = 8
"""Cells that the cluster's address keeps in any header."""
_VIEW = 20
"""Cells of the name of the saved view that is on."""
_SHORT = ("All", "Idle", "Queue", "Start", "Run", "Stop", "Arch")


def header(view: View, health: Health | None, cells: int, *, read_only: bool = False) -> Line:
    """Program, cluster, resources, scheduler, what one may, and the clock: local and UTC."""
    wide = cells >= 100
    gap = Span("   " if wide else "  ")
    clock = line(Span(_clock(view, wide=wide), Tone.DIM), " ")
    after: list[Span] = [gap, *_scheduler(view, health)]
    usage = "" if view.stale else resources(view.cluster)
    if usage:
        after += [gap, Span(usage)]
    if read_only:
        after += [gap, Span("READ-ONLY" if wide else "RO", Tone.NOTE)]
    before = [Span(" tasktui", Tone.TITLE), gap]
    room = cells - width((*before, *after, *clock)) - 1
    return justify((*before, *_cluster(view, room, wide=wide), *after), clock, cells)


def _cluster(view: View, room: int, *, wide: bool) -> list[Span]:
    """Where Ray is and how; a long host gives way, what follows it matters more."""
    cluster = view.cluster
    host = clean(urlsplit(cluster.address).netloc or cluster.address)
    if cluster.state is ClusterState.NONE:
        return [Span("no cluster", Tone.NOTE)] if view.owner else []
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
    free = max(_HOST, room - width(spans[1:]))
    if width(spans[:1]) > free:
        spans[0] = Span(f"{set_cell_size(spans[0].text, free - 1)}~", Tone.PLAIN)
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
    base = "" if view.base is TimeBase.TASK else f" [{view.base}]"
    day = f"{here:%a %d %b}" if wide else f"{here:%a}"
    utc = f"{view.now:%H:%M}Z"
    if here.utcoffset():
        utc = f" ({utc})" if wide else f" {utc}"
        return f"{day} {here:%H:%M} {here.tzname() or ''}{utc}{base}"
    return f"{day} {utc}{base}"


def tabs(
    active: int, counts: Mapping[Status, int], cells: int, view: str = ""
) -> tuple[Line, tuple[range, ...]]:
    """The tab strip, and the cells of each tab for the mouse; ``active`` counts from 0.

    The saved view that is on stands at the right end.
    """
    numbers = [_count(s, counts) for s in TABS]
    if view:
        shown = line(Span("view ", Tone.DIM), Span(ends(view, _VIEW), Tone.NOTE), " ")
        content, places = tabs(active, counts, cells - width(shown) - 1)
        return justify(content, shown, cells), places
    for names, joint, pattern in (
        (TAB_NAMES, "|", "{n} {name} {count}"),
        (_SHORT, "", "{n} {name} {count}"),
        (_SHORT, "", "{n}{name} {count}"),
        (_SHORT, "", "{n}{name}{count}"),
        (tuple(n[:1] for n in _SHORT), "", "{n}{name}{count}"),
    ):
        texts = [
            pattern.format(n=i + 1, name=name, count=count)
            for i, (name, count) in enumerate(zip(names, numbers, strict=True))
        ]
        if len(joint) * 6 + sum(len(t) + 2 for t in texts) <= cells:
            break
    return _strip(texts, joint, active)


def _count(status: Status | None, counts: Mapping[Status, int]) -> int | str:
    if not counts:
        return "?"  # not read yet: no number would be true
    if status is not None:
        return counts.get(status, 0)
    return sum(n for s, n in counts.items() if s is not Status.ARCHIVED)


def _strip(texts: Sequence[str], joint: str, active: int) -> tuple[Line, tuple[range, ...]]:
    """The chosen tab in brackets, the others in blanks: nothing moves when another is chosen."""
    parts: list[Span] = []
    places: list[range] = []
    at = 0
    for i, text in enumerate(texts):
        if i and joint:
            parts.append(Span(joint, Tone.DIM))
            at += len(joint)
        shown = Span(f"[{text}]", Tone.SELECTED) if i == active else Span(f" {text} ")
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
    others: Sequence[str] = ()
    """Other people of this machine."""


def banner(view: View, trouble: Trouble) -> Line:
    """The one thing that the viewer must know first; empty when all is well."""
    if trouble.store:
        return line(Span(f" {trouble.store}", Tone.PROBLEM))
    scheduler = _scheduler_banner(view, trouble)
    if scheduler:
        return scheduler
    if trouble.starting:
        return line(Span(" Ray is starting on this machine: ", Tone.NOTE), trouble.starting)
    unsafe = open_ray(view.cluster, trouble.others)
    return _cluster_banner(view, trouble) or (
        line(Span(f" {unsafe}", Tone.NOTE)) if unsafe else EMPTY
    )


def _scheduler_banner(view: View, trouble: Trouble) -> Line:
    health = trouble.health
    if health is None:
        return EMPTY
    if health.state is State.RUNNING:
        words = f" The scheduler cannot use its database: {health.trouble}"
        return line(Span(words, Tone.PROBLEM)) if health.trouble else EMPTY
    if health.state is State.STUCK:
        heard = age(health.heartbeat_at, view.now) if health.heartbeat_at else "long"
        return line(
            Span(
                f" The scheduler (process {health.pid}) hangs, silent for {heard}. ", Tone.PROBLEM
            ),
            Span(":scheduler takeover", Tone.KEY),
            " helps",
        )
    if trouble.asked:
        return line(Span(" The scheduler is starting", Tone.NOTE))
    if health.kept_apart:
        text = f" The scheduler is down: nothing starts or stops. Please {how_to_start(health)}"
        return line(Span(text, Tone.PROBLEM))
    return line(
        Span(" The scheduler is down: nothing starts or stops. ", Tone.PROBLEM),
        Span(":scheduler start", Tone.KEY),
        f" helps, its log: {health.log}",
    )


def _cluster_banner(view: View, trouble: Trouble) -> Line:
    cluster = view.cluster
    state = cluster.state
    if state is ClusterState.CONNECTED:
        return line(Span(f" {cluster.error}", Tone.PROBLEM)) if cluster.error else EMPTY
    if state is ClusterState.STARTING:
        return line(Span(" Ray is starting: ", Tone.NOTE), cluster.error or cluster.address)
    if state is ClusterState.NONE:
        return _no_cluster(trouble) if view.owner else EMPTY
    if state is ClusterState.UNAUTHORIZED:
        return line(
            Span(" Ray refuses the token. ", Tone.PROBLEM),
            "Set RAY_AUTH_TOKEN, then ",
            Span(":scheduler restart", Tone.KEY),
        )
    seen = f", last answer {age(cluster.seen_at, view.now)} ago" if cluster.seen_at else ""
    retry = f", next try {left(cluster.retry_at, view.now)}" if cluster.retry_at else ""
    head = f" Ray does not answer{seen}{retry}. "
    return line(Span(head, Tone.PROBLEM), cluster.error)


def _no_cluster(trouble: Trouble) -> Line:
    if trouble.broken:
        return line(
            Span(" Ray did not start (", Tone.PROBLEM),
            Span("K", Tone.DANGER_KEY),
            Span(f" tries again): {trouble.broken}", Tone.PROBLEM),
        )
    return line(
        Span(" No Ray cluster was found. ", Tone.NOTE),
        Span("K", Tone.DANGER_KEY),
        " starts one on this machine",
    )


def footer(keys: Sequence[Key], task: Task | None, cells: int, lines: int) -> tuple[Line, ...]:
    """The keys line(s): each key with its word, dim where refused.

    Where not all fit, those before the last two give way: these are help and quit.
    """
    shown = [_meant(k, task) for k in keys]
    while len(rows := _packed(shown, cells)) > lines and len(shown) > _LAST:
        del shown[-_LAST - 1]
    return tuple(_keys_line(r, task) for r in rows[:lines])


def _meant(key: Key, task: Task | None) -> Key:
    """What the key does to an archived task, where that is another thing."""
    if task is None or not task.archived_at or key.action is None:
        return key
    return next((k for k in rows() if k.archived and k.shown == key.shown), key)


def _packed(keys: Sequence[Key], cells: int) -> list[list[Key]]:
    rows: list[list[Key]] = [[]]
    used = 1
    for key in keys:
        size = len(key.shown) + 1 + len(key.label)
        if rows[-1] and used + size > cells:
            rows.append([])
            used = 1
        rows[-1].append(key)
        used += size + 2
    return rows


def _keys_line(keys: Sequence[Key], task: Task | None) -> Line:
    parts: list[Span] = []
    for key in keys:
        refused = key.on_task and (task is None or _refused(task, key))
        mark = Tone.DANGER_KEY if key.dangerous else Tone.KEY
        parts += [
            Span("  " if parts else " "),
            Span(key.shown, Tone.DIM if refused else mark),
            Span(f" {key.label}", Tone.DIM if refused else Tone.PLAIN),
        ]
    return tuple(parts)


def _refused(task: Task, key: Key) -> bool:
    return key.action is not None and bool(refusal(task, key.action))


def rule(title: Line, cells: int, stroke: str) -> Line:
    """A horizontal rule with a title near its left end."""
    used = width(title)
    if not used:
        return line(Span(stroke * cells, Tone.DIM))
    tail = max(0, cells - used - 4)
    return (Span(stroke + " ", Tone.DIM), *title, Span(" " + stroke * (tail + 1), Tone.DIM))
