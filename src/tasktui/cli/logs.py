"""The logs of a task: those of living replicas, for which Ray is asked, and what is kept."""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from tasktui.cli.output import emit, note
from tasktui.cli.verbs import Call, Verb, add_count, task_name
from tasktui.commands.logtext import holds, parse_length, recent
from tasktui.commands.text import clean
from tasktui.domain.log import ALL_LINES, Stream

if TYPE_CHECKING:
    from tasktui.runtime.logs import Source

EVERY_S = 1.0
"""How often a log is read again that is followed."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    task_name(parser)
    add = parser.add_argument
    add("--replica", metavar="ID", help="whose, or a part of its id; or controller, or build")
    add("--previous", action="store_true", help="of a replica that has ended: the last one's")
    add(
        "--stream",
        metavar="S",
        type=Stream,
        default=Stream.LOG,
        help=f"of a living one: {', '.join(Stream)}",
    )
    add("--since", metavar="TIME", type=parse_length, help="only its last 30s, 5m, 2h or 1d")
    add("--grep", metavar="TEXT", help="only lines that hold this; capitals count if it has some")
    add_count(parser, 200, "how many of the last lines")
    add("--follow", "-f", action="store_true", help="go on with new ones")


def _logs(call: Call) -> int:
    from tasktui.runtime import logs  # noqa: PLC0415 - not for verbs that never ask Ray

    args = call.args
    task = call.session.call(lambda c: c.any_task(args.name))
    found = logs.sources(call.config, task)
    source = logs.choose(task, found, args.replica or "", previous=args.previous)
    picked = args.since is not None or args.grep is not None
    feed = call.session.log_feed(source, args.stream, ALL_LINES if picked else args.n)
    lines = _picked(feed.news(), args.since, args.grep)[-args.n :]
    if call.json and not args.follow:
        emit(_json(task.name, source, args.stream, lines))
        return 0
    show = _json_line if call.json else _line
    _show(lines, show)
    if not lines and not args.follow:
        note("No line.")
    if args.follow and source.grows:
        _follow(lambda: _picked(feed.news(), None, args.grep), show)
    return 0


def _picked(lines: Sequence[str], since: timedelta | None, text: str | None) -> Sequence[str]:
    lines = lines if since is None else recent(lines, since)
    return lines if text is None else [x for x in lines if holds(text, x)]


def _follow(news: Callable[[], Sequence[str]], show: Callable[[str], None]) -> None:
    """Print what is added, until interrupted."""
    pause = threading.Event()
    while not pause.wait(EVERY_S):
        _show(news(), show)


def _show(lines: Sequence[str], show: Callable[[str], None]) -> None:
    for line in lines:
        show(line)


def _line(text: str) -> None:
    print(clean(text, len(text) + 1), flush=True)


def _json_line(text: str) -> None:
    print(json.dumps({"line": text}, ensure_ascii=False), flush=True)


def _json(task: str, source: Source, stream: Stream, lines: Sequence[str]) -> dict[str, object]:
    return {
        "task": task,
        "log": source.id,
        "kind": str(source.kind),
        "stream": str(stream),
        "lines": list(lines),
    }


VERBS = (
    Verb(
        name="logs",
        run=_logs,
        arguments=_arguments,
        json=True,
        text="Logs of replicas that have ended are kept for 7 days, at most 200 MB of a task.\n"
        "--since counts back from the newest line. With --follow and --json each line is\n"
        "one object.",
        examples=(
            "tasktui logs chat",
            "tasktui logs chat --follow --grep error",
            "tasktui logs chat --previous --since 5m",
            "tasktui logs chat --replica controller -n 1000",
        ),
    ),
)
