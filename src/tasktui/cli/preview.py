"""``schedule preview``: what schedules would do between two moments. Opens no database."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime

from tasktui.cli.output import emit, note, say
from tasktui.cli.taskfile import load_all, read_schedule
from tasktui.cli.tasks import instant_text
from tasktui.cli.verbs import Call, Verb
from tasktui.commands.present import iso
from tasktui.domain.schedule import Instant, Schedule
from tasktui.errors import InvalidField, UserError
from tasktui.schedule.describe import describe
from tasktui.schedule.lint import lint
from tasktui.schedule.points import occurrences
from tasktui.tui.times import View


def _arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-f", "--file", metavar="FILE", required=True, help="schedules; - is standard input")
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
    bodies, several = _bodies(call.args.file)
    schedules = [_read(body, n, call.args.file) for n, body in enumerate(bodies, start=1)]
    # Of equal moments the last one wins.
    found = [list({i.at: i for i in occurrences(s, start, end)}.values()) for s in schedules]
    if call.json:
        lists = [[_json(i) for i in instants] for instants in found]
        emit(lists if several else lists[0])
        return 0
    for schedule, instants in zip(schedules, found, strict=True):
        if several:
            say(describe(schedule))
        _show(schedule, instants, start)
    return 0


def _bodies(file: str) -> tuple[list[object], bool]:
    """The schedules of a file, and whether they are answered as a list of lists."""
    documents = load_all(file)
    if len(documents) != 1:
        return documents, True
    only = documents[0]
    return (only, True) if isinstance(only, list) else ([only], False)


def _read(body: object, number: int, file: str) -> Schedule:
    try:
        return read_schedule(body, file)
    except UserError as error:
        if number == 1:
            raise
        raise UserError(f"Schedule {number}: {error.what}", error.hint) from error


def _show(schedule: Schedule, instants: Sequence[Instant], start: datetime) -> None:
    for instant in instants:
        say(instant_text(instant, View(now=start)))
    if not instants:
        note("No point comes into force between the two.")
    for finding in lint(schedule, start):
        note(f"warning: {finding.where}: {finding.text}.")


def _json(instant: Instant) -> dict[str, object]:
    bounds = instant.replicas
    return {"at": iso(instant.at), "min": bounds.min, "max": bounds.max}


VERBS = (
    Verb(
        name="schedule",
        verbs=(
            Verb(
                name="preview",
                summary="Show the points that come into force in FROM < t <= TO",
                run=_preview,
                arguments=_arguments,
                json=True,
                text="The file holds what stands under 'schedule:' in a task file: YAML or JSON.\n"
                "Several (a YAML stream, or a list) are answered in order: a list of lists.\n"
                "What is doubtful in them is told on standard error, without --json.",
                examples=(
                    "tasktui schedule preview -f s.yaml --from 2026-03-05T00:00Z \\",
                    "    --to 2026-03-12T00:00Z --json",
                ),
            ),
        ),
    ),
)
