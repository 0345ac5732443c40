"""What happened: every event, as it comes."""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Callable

from tasktui.cli.output import emit, note
from tasktui.cli.verbs import MOST, Call, Verb, add_count
from tasktui.commands.present import event_json, event_text
from tasktui.commands.text import clean
from tasktui.domain.event import Event


def _events_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="only of this task")
    add_count(parser, 50, "how many of the newest")
    parser.add_argument("--follow", "-f", action="store_true", help="go on with new ones")


def _events(call: Call) -> int:
    name: str | None = call.args.name
    found = call.session.call(lambda c: c.events(name, limit=call.args.n))
    if call.json and not call.args.follow:
        emit([event_json(e) for e in found])
        return 0
    show = _event_line if call.json else _event_text
    for event in found:
        show(event)
    if call.args.follow:
        _follow(call, name, found[-1].id if found else 0, show)
    elif not found:
        note("No events.")
    return 0


def _follow(call: Call, name: str | None, last: int, show: Callable[[Event], None]) -> None:
    """Print what is added, until interrupted."""
    changed = threading.Event()
    call.session.watch(changed.set)
    while True:
        for event in _newer(call, name, last):
            show(event)
            last = event.id
        changed.wait()
        changed.clear()


def _newer(call: Call, name: str | None, last: int) -> list[Event]:
    return call.session.call(lambda c: c.events(name, after=last, limit=MOST))


def _event_line(event: Event) -> None:
    print(json.dumps(event_json(event), ensure_ascii=False), flush=True)


def _event_text(event: Event) -> None:
    at = f"{event.at.astimezone():%Y-%m-%d %H:%M:%S%z}"
    print(clean(f"{at}  {event.task or '-'}  {event_text(event)}"), flush=True)


VERBS = (
    Verb(
        name="events",
        run=_events,
        arguments=_events_arguments,
        json=True,
        text="With --follow and --json each event is one line.",
        examples=("tasktui events", "tasktui events chat -n 20", "tasktui events --follow"),
    ),
)
