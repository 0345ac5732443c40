"""``schedule preview``: what a schedule would do between two moments. Opens no database."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from tasktui.cli.output import emit, note, say
from tasktui.cli.taskfile import load
from tasktui.cli.tasks import instant_text
from tasktui.cli.verbs import Call, Verb
from tasktui.commands.present import iso
from tasktui.domain.schedule import Instant
from tasktui.errors import InvalidField
from tasktui.schedule.parse import from_mapping
from tasktui.schedule.points import occurrences
from tasktui.tui.times import View


def _arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-f", "--file", metavar="FILE", required=True, help="one schedule; - is standard input")
    add("--from", dest="start", metavar="T", type=moment, required=True, help="after this moment")
    add("--to", dest="end", metavar="T", type=moment, required=True, help="up to this moment")


def moment(text: str) -> datetime:
    """Read an instant in ISO 8601 with an offset. Raises InvalidField."""
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidField("time", text, "ISO 8601 with an offset: 2026-03-05T14:00:00Z")


def _preview(call: Call) -> int:
    start, end = call.args.start, call.args.end
    schedule = from_mapping(load(call.args.file))
    # Of equal moments the last one wins.
    found = list({i.at: i for i in occurrences(schedule, start, end)}.values())
    if call.json:
        emit([_json(i) for i in found])
        return 0
    for instant in found:
        say(instant_text(instant, View(now=start)))
    if not found:
        note("No point comes into force between the two.")
    return 0


def _json(instant: Instant) -> dict[str, object]:
    bounds = instant.replicas
    return {"at": iso(instant.at), "min": bounds.min, "max": bounds.max}


VERBS = (
    Verb(
        name="schedule",
        summary="Work with schedules alone",
        verbs=(
            Verb(
                name="preview",
                summary="Show the points that come into force in FROM < t <= TO",
                run=_preview,
                arguments=_arguments,
                json=True,
                text="The file holds what stands under 'schedule:' in a task file: YAML or JSON.",
                examples=(
                    "tasktui schedule preview -f s.yaml --from 2026-03-05T00:00Z \\",
                    "    --to 2026-03-12T00:00Z --json",
                ),
            ),
        ),
    ),
)
