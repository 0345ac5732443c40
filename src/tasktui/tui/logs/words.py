"""What the log viewer says around the lines: whose log, and what is shown of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tasktui.domain.log import Stream
from tasktui.runtime.logs import Kind, Source
from tasktui.tui.lines import Line, Span, Tone, line
from tasktui.tui.logs.opened import OpenLog
from tasktui.tui.times import View, dated


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How the viewer stands."""

    follow: bool
    wrapped: bool
    hit: int | None
    """Number of the match that one has gone to."""
    looking: bool
    """Whether the log is still looked through."""


def heading(task: str, source: Source | None, stream: Stream, view: View) -> Line:
    """Whose log it is."""
    text = line(Span(f"log of {task}", Tone.TITLE))
    if source is None:
        return text
    if source.kind is Kind.BUILD:
        return (*text, Span(" last error of a start", Tone.DIM))
    if source.kind is Kind.CONTROLLER:
        return (*text, Span(" Serve controller, of all applications", Tone.DIM))
    if source.ended is not None:
        about = f"ended {dated(source.ended, view)}, kept on disk"
    else:
        about = source.state if stream is Stream.LOG else f"{source.state}, {stream}"
    return (*text, Span(f" {source.id} ({about})", Tone.DIM))


def status(log: OpenLog, state: State) -> Line:
    """What is found, filtered and shown, the most telling first."""
    parts = [*_search(log, state), *_filter(log)]
    if log.since is not None:
        parts.append(f"since {log.since:%H:%M:%S}")
    if log.source.grows:
        parts.append("following" if state.follow else "not following")
    if not state.wrapped:
        parts.append("cut")
    if log.filter is None:
        parts.append(f"{log.count:,} {'line' if log.count == 1 else 'lines'}")
    return line(Span(f" {'  '.join(parts)}", Tone.DIM))


def _search(log: OpenLog, state: State) -> list[str]:
    if log.search is None:
        return []
    sought = f"/{log.search.text}"
    more = "+" if state.looking else ""
    place, count = log.place(state.hit if state.hit is not None else -1)
    if not count:
        return [f"{sought} searching ..." if state.looking else f"{sought} not found"]
    if not place:
        return [f"{sought} {count:,}{more} matches"]
    return [f"{sought} match {place:,} of {count:,}{more}"]


def _filter(log: OpenLog) -> list[str]:
    if log.filter is None:
        return []
    return [f"&{log.filter.text} {len(log.numbers):,} of {log.count:,} lines"]
